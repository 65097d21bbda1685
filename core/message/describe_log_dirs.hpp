#pragma once
// DescribeLogDirs (KIP-113, KIP-827): what a broker's log directories hold, and how large their volumes are.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/time.hpp"
#include "core/message/message.hpp"
#include "core/model/error_code.hpp"
#include "core/model/ids.hpp"

namespace kafkasim {

inline constexpr std::int64_t offset_lag_unknown = -1;
inline constexpr std::int64_t volume_size_unknown = -1;

struct DescribeLogDirsRequest {
  static constexpr ApiKey api = ApiKey::describe_log_dirs;
  static constexpr MessageKind kind = MessageKind::request;
  struct Topic {
    std::string topic{};
    std::vector<PartitionIndex> partitions{};
    friend bool operator==(const Topic&, const Topic&) = default;
  };
  std::optional<std::vector<Topic>> topics{};  // absent: all topics
  friend bool operator==(const DescribeLogDirsRequest&, const DescribeLogDirsRequest&) = default;
};

struct DescribeLogDirsResponse {
  static constexpr ApiKey api = ApiKey::describe_log_dirs;
  static constexpr MessageKind kind = MessageKind::response;
  struct Partition {
    PartitionIndex partition_index{};
    std::int64_t partition_size{};
    std::int64_t offset_lag{};
    bool is_future_key{};
    friend bool operator==(const Partition&, const Partition&) = default;
  };
  struct Topic {
    std::string name{};
    std::vector<Partition> partitions{};
    friend bool operator==(const Topic&, const Topic&) = default;
  };
  struct Result {
    ErrorCode error_code{};
    std::string log_dir{};
    std::vector<Topic> topics{};
    std::int64_t total_bytes{volume_size_unknown};
    std::int64_t usable_bytes{volume_size_unknown};
    friend bool operator==(const Result&, const Result&) = default;
  };
  Duration throttle_time{};
  ErrorCode error_code{};
  std::vector<Result> results{};
  friend bool operator==(const DescribeLogDirsResponse&, const DescribeLogDirsResponse&) = default;
};

}  // namespace kafkasim
