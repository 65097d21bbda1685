#pragma once
// What an administrator may ask of an Admin: as Kafka's tools do it, by the requests that they send.
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "core/base/hash.hpp"
#include "core/machine/seam.hpp"
#include "core/message/create_topics.hpp"

namespace kafkasim {

enum class ElectionKind : std::uint8_t { preferred, unclean };

struct ElectPartitionLeader {  // kafka-leader-election.sh
  TopicPartition partition;
  ElectionKind kind{};
  std::optional<NodeId> to;  // the replicas are reordered first, so that this one is preferred
};
struct ReassignPartition {  // kafka-reassign-partitions.sh
  TopicPartition partition;
  std::optional<std::vector<NodeId>> replicas;  // absent: what is under way is given up (--cancel)
};
struct DeleteRecordsBefore {  // kafka-delete-records.sh
  TopicPartition partition;
  std::optional<Offset> before;  // absent: the high watermark
};
struct CreateOneTopic {  // kafka-topics.sh --create
  CreateTopicsRequest::Topic topic;
};
struct DeleteOneTopic {  // kafka-topics.sh --delete
  std::string topic;
};
struct AddPartitionsTo {  // kafka-topics.sh --alter --partitions
  std::string topic;
  std::int32_t count{};  // of all, when it is done
};
struct AlterSettings {                   // kafka-configs.sh --alter --add-config
  std::variant<std::string, NodeId> of;  // a topic, or a broker
  std::vector<std::pair<std::string, std::string>> settings;
};
struct ChangeVoter {  // kafka-metadata-quorum.sh add-controller, remove-controller
  enum class Kind : std::uint8_t { add, remove };
  Kind kind{};
  NodeId voter;
  Uuid directory_id;
  Endpoint endpoint;  // of one that is added
};
enum class LogEnd : std::uint8_t { earliest, latest };
struct ResetGroupOffsets {  // kafka-consumer-groups.sh --reset-offsets; the group must have no members
  std::string group;
  std::vector<std::string> topics;
  std::variant<LogEnd, Offset, Timestamp> to;  // an offset beyond either end of the log means that end
};

struct AdminOperation {
  std::variant<ElectPartitionLeader, ReassignPartition, DeleteRecordsBefore, CreateOneTopic, ResetGroupOffsets,
               DeleteOneTopic, AddPartitionsTo, AlterSettings, ChangeVoter>
      what;
};

// "elect_leader orders-0 to 2": all that the operation says, in words.
[[nodiscard]] std::string describe(const AdminOperation& operation);

[[nodiscard]] inline AdminCommand admin_command(AdminOperation operation) {
  RunningHash hash;
  hash.add(std::string_view{describe(operation)});
  return {std::make_shared<const AdminOperation>(std::move(operation)), hash.value()};
}

}  // namespace kafkasim
