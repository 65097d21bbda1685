#pragma once
// Entries of a timeline that an administrator carries out, through Kafka's own requests.
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "core/base/time.hpp"
#include "core/model/ids.hpp"
#include "sim/scenario/target.hpp"
#include "sim/scenario/topic_spec.hpp"

namespace kafkasim::sim {

enum class ElectionMode : std::uint8_t { preferred, unclean };
struct ElectLeader {
  TopicPartition partition;
  ElectionMode mode{};
  std::optional<NodeId> to;  // is made the preferred replica first
};
struct Reassign {  // the partition moves to those brokers, or stands in another order of preference
  TopicPartition partition;
  std::optional<std::vector<NodeId>> to;  // absent: what is under way is given up
};
struct DeleteRecords {
  TopicPartition partition;
  std::optional<Offset> before;  // absent: the high watermark
};
struct CreateTopic {
  TopicSpec topic;
};

struct DeleteTopic {
  std::string topic;
};
struct AddPartitions {
  std::string topic;
  std::int32_t to{};  // of all, when it is done
};
struct Configure {
  std::variant<std::string, Target> of;  // a topic, or brokers
  std::vector<std::pair<std::string, std::string>> config;
};

// Who votes in the metadata quorum (kafka-metadata-quorum.sh add-controller, remove-controller).
struct AddVoter {
  Target target;
};
struct RemoveVoter {
  Target target;
};

// Members of a group. Those that leave or vanish are the ones that joined last.
struct AddConsumers {
  std::string group;
  std::int32_t count{};
};
struct RemoveConsumers {
  std::string group;
  std::int32_t count{};
};
struct CrashConsumers {
  std::string group;
  std::int32_t count{};
};
enum class SeekEnd : std::uint8_t { earliest, latest };
struct Seek {  // stops the group, resets its offsets, starts it again
  std::string group;
  std::variant<SeekEnd, Offset, Duration> to;  // a duration: virtual time
};

}  // namespace kafkasim::sim
