#pragma once
// ElectLeaders (KIP-183, KIP-460): the preferred replica is to lead again, or any live one where there is no leader.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/time.hpp"
#include "core/message/message.hpp"
#include "core/model/error_code.hpp"
#include "core/model/ids.hpp"

namespace kafkasim {

// org.apache.kafka.common.ElectionType
inline constexpr std::int8_t preferred_election = 0;
inline constexpr std::int8_t unclean_election = 1;

struct ElectLeadersRequest {
  static constexpr ApiKey api = ApiKey::elect_leaders;
  static constexpr MessageKind kind = MessageKind::request;
  struct Topic {
    std::string topic{};
    std::vector<PartitionIndex> partitions{};
    friend bool operator==(const Topic&, const Topic&) = default;
  };
  std::int8_t election_type{preferred_election};  // version 0 knows no other
  std::optional<std::vector<Topic>> topic_partitions{};  // absent: all partitions
  Duration timeout{milliseconds(60'000)};
  friend bool operator==(const ElectLeadersRequest&, const ElectLeadersRequest&) = default;
};

struct ElectLeadersResponse {
  static constexpr ApiKey api = ApiKey::elect_leaders;
  static constexpr MessageKind kind = MessageKind::response;
  struct Partition {
    PartitionIndex partition_id{};
    ErrorCode error_code{};
    std::optional<std::string> error_message{};
    friend bool operator==(const Partition&, const Partition&) = default;
  };
  struct Topic {
    std::string topic{};
    std::vector<Partition> partition_result{};
    friend bool operator==(const Topic&, const Topic&) = default;
  };
  Duration throttle_time{};
  ErrorCode error_code{};
  std::vector<Topic> replica_election_results{};
  friend bool operator==(const ElectLeadersResponse&, const ElectLeadersResponse&) = default;
};

}  // namespace kafkasim
