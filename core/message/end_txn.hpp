#pragma once
// EndTxn (KIP-98, KIP-890): commits or aborts a transaction. From version 5 on the answer has the producer id and epoch of
// the next one.
#include <optional>
#include <string>
#include <vector>

#include "core/base/time.hpp"
#include "core/message/message.hpp"
#include "core/model/error_code.hpp"
#include "core/model/ids.hpp"

namespace kafkasim {

struct EndTxnRequest {
  static constexpr ApiKey api = ApiKey::end_txn;
  static constexpr MessageKind kind = MessageKind::request;
  std::string transactional_id{};
  ProducerId producer_id{};
  ProducerEpoch producer_epoch{};
  bool committed{};
  friend bool operator==(const EndTxnRequest&, const EndTxnRequest&) = default;
};

struct EndTxnResponse {
  static constexpr ApiKey api = ApiKey::end_txn;
  static constexpr MessageKind kind = MessageKind::response;
  Duration throttle_time{};
  ErrorCode error_code{};
  std::optional<ProducerId> producer_id{};
  std::optional<ProducerEpoch> producer_epoch{};
  friend bool operator==(const EndTxnResponse&, const EndTxnResponse&) = default;
};

}  // namespace kafkasim
