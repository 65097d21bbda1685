#pragma once
// InitProducerId (KIP-98, KIP-360): a producer id, with an epoch that fences older users of it.
#include <optional>
#include <string>

#include "core/base/time.hpp"
#include "core/message/message.hpp"
#include "core/model/error_code.hpp"
#include "core/model/ids.hpp"

namespace kafkasim {

struct InitProducerIdRequest {
  static constexpr ApiKey api = ApiKey::init_producer_id;
  static constexpr MessageKind kind = MessageKind::request;
  std::optional<std::string> transactional_id{};
  Duration transaction_timeout{};
  std::optional<ProducerId> producer_id{};
  std::optional<ProducerEpoch> producer_epoch{};
  friend bool operator==(const InitProducerIdRequest&, const InitProducerIdRequest&) = default;
};

struct InitProducerIdResponse {
  static constexpr ApiKey api = ApiKey::init_producer_id;
  static constexpr MessageKind kind = MessageKind::response;
  Duration throttle_time{};
  ErrorCode error_code{};
  std::optional<ProducerId> producer_id{};
  std::optional<ProducerEpoch> producer_epoch{};
  friend bool operator==(const InitProducerIdResponse&, const InitProducerIdResponse&) = default;
};

}  // namespace kafkasim
