#pragma once
// AllocateProducerIds (KIP-730): a broker fetches a block of producer ids from the controller.
#include <cstdint>

#include "core/base/time.hpp"
#include "core/message/message.hpp"
#include "core/model/error_code.hpp"
#include "core/model/ids.hpp"

namespace kafkasim {

struct AllocateProducerIdsRequest {
  static constexpr ApiKey api = ApiKey::allocate_producer_ids;
  static constexpr MessageKind kind = MessageKind::request;
  NodeId broker_id{};
  BrokerEpoch broker_epoch{};
  friend bool operator==(const AllocateProducerIdsRequest&, const AllocateProducerIdsRequest&) = default;
};

struct AllocateProducerIdsResponse {
  static constexpr ApiKey api = ApiKey::allocate_producer_ids;
  static constexpr MessageKind kind = MessageKind::response;
  Duration throttle_time{};
  ErrorCode error_code{};
  ProducerId producer_id_start{};
  std::int32_t producer_id_len{};
  friend bool operator==(const AllocateProducerIdsResponse&, const AllocateProducerIdsResponse&) = default;
};

}  // namespace kafkasim
