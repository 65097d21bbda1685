#pragma once
// AddOffsetsToTxn (KIP-98): the partition of __consumer_offsets of a group joins a transaction.
#include <optional>
#include <string>
#include <vector>

#include "core/base/time.hpp"
#include "core/message/message.hpp"
#include "core/model/error_code.hpp"
#include "core/model/ids.hpp"

namespace kafkasim {

struct AddOffsetsToTxnRequest {
  static constexpr ApiKey api = ApiKey::add_offsets_to_txn;
  static constexpr MessageKind kind = MessageKind::request;
  std::string transactional_id{};
  ProducerId producer_id{};
  ProducerEpoch producer_epoch{};
  std::string group_id{};
  friend bool operator==(const AddOffsetsToTxnRequest&, const AddOffsetsToTxnRequest&) = default;
};

struct AddOffsetsToTxnResponse {
  static constexpr ApiKey api = ApiKey::add_offsets_to_txn;
  static constexpr MessageKind kind = MessageKind::response;
  Duration throttle_time{};
  ErrorCode error_code{};
  friend bool operator==(const AddOffsetsToTxnResponse&, const AddOffsetsToTxnResponse&) = default;
};

}  // namespace kafkasim
