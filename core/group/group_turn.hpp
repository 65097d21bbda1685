#pragma once
// What a group is lent for the length of one call: its limits, the step's Env, and where it leaves records to be
// stored.
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "core/base/time.hpp"
#include "core/log/verifications.hpp"
#include "core/machine/request_ref.hpp"
#include "core/machine/seam.hpp"
#include "core/message/consumer_group_heartbeat.hpp"
#include "core/message/group_record.hpp"
#include "core/message/join_group.hpp"
#include "core/message/leave_group.hpp"
#include "core/message/offset_commit.hpp"
#include "core/message/offset_delete.hpp"
#include "core/message/txn_offset_commit.hpp"
#include "core/model/config.hpp"
#include "core/model/ids.hpp"
#include "core/model/legacy.hpp"
#include "core/record/record_batch.hpp"

namespace kafkasim {

struct GroupLimits {  // the settings of a broker that concern groups
  Duration initial_rebalance_delay;
  Duration least_session_timeout;
  Duration most_session_timeout;
  std::int64_t most_members{};
  std::int64_t most_metadata_bytes{};
  Duration offsets_retention;
  Duration retention_check_interval;
  GroupConfig consumer;  // the rest: of consumer groups (KIP-848)
  std::map<std::string, GroupConfig> consumer_of;  // of those that have settings of their own
  std::int64_t most_consumer_members{};
  std::vector<std::string> consumer_assignors;  // the default first
  std::string migration_policy;
  LegacyBehaviours legacy{};
  [[nodiscard]] const GroupConfig& of_group(const std::string& name) const {
    const auto own = consumer_of.find(name);
    return own == consumer_of.end() ? consumer : own->second;
  }
  [[nodiscard]] bool allows_upgrade() const { return migration_policy == "bidirectional" || migration_policy == "upgrade"; }
  [[nodiscard]] bool allows_downgrade() const { return migration_policy == "bidirectional" || migration_policy == "downgrade"; }
  [[nodiscard]] static GroupLimits of(const NodeConfig& config, LegacyBehaviours legacy = {});
};

// What follows when a batch is replicated, or fails to be.
struct EmptyGroupStored {};  // nothing: the group goes on either way
struct AssignmentStored {
  Generation generation;
  std::map<std::string, std::vector<std::byte>> assignments;  // by member
};
struct StaticMemberStored {
  std::string instance;
  std::string old_id;
  std::string new_id;
  std::optional<std::string> old_leader;
  std::int16_t version{};  // of the JoinGroup
  std::vector<JoinGroupRequest::Protocol> old_protocols;
  Duration old_rebalance_timeout;
  Duration old_session_timeout;
};
// What a request to a consumer group has changed, or a timer: then there is no request.
using ConsumerGroupResponse = std::variant<ConsumerGroupHeartbeatResponse, JoinGroupResponse, LeaveGroupResponse>;
struct ConsumerGroupStored {
  std::optional<RequestRef> request;
  ConsumerGroupResponse response;  // as it is if all goes well
};
struct OffsetsStored {
  RequestRef request;
  OffsetCommitResponse response;  // as it is if all goes well
  std::string member_id;
  Generation generation;
  std::vector<std::pair<TopicPartition, OffsetCommitValue>> offsets;
};
struct OffsetsForgotten {  // by OffsetDelete, which is answered, because their topic is gone, or by time
  std::optional<RequestRef> request;
  OffsetDeleteResponse response;  // as it is if all goes well
  std::vector<TopicPartition> offsets;
  bool expired{};
};
struct GroupForgotten {  // by a DeleteGroups, which is answered when all its groups are done
  std::uint64_t deletion{};
  std::size_t result{};  // its place in the answer
  std::vector<TopicPartition> offsets;
};
struct TransactionalOffsetsStored {  // count once the transaction is committed
  RequestRef request;
  TxnOffsetCommitResponse response;  // as it is if all goes well
  ProducerId producer;
  std::vector<std::pair<TopicPartition, OffsetCommitValue>> offsets;
};
using GroupWritten =
    std::variant<EmptyGroupStored, AssignmentStored, StaticMemberStored, ConsumerGroupStored, OffsetsStored, OffsetsForgotten,
                 GroupForgotten, TransactionalOffsetsStored>;

struct GroupWrite {
  RecordBatch batch;
  GroupWritten then;
  std::optional<VerificationGuard> guard{};  // of a transactional batch
};

// What clients are told when a record could not be stored (CoordinatorOperationExceptionHelper): what they may retry,
// and where.
[[nodiscard]] ErrorCode coordinator_error(ErrorCode append_error);

// The topics of the cluster, as the broker's metadata has them: what the target of a consumer group is made from.
struct GroupTopic {
  Uuid id;
  std::int32_t partitions{};
  friend bool operator==(const GroupTopic&, const GroupTopic&) = default;
};
using GroupTopics = std::map<std::string, GroupTopic>;

struct GroupTurn {
  const GroupLimits& limits;
  const GroupTopics& topics;
  Env& env;
  std::vector<GroupWrite>& writes;
  std::int64_t topics_version{0};  // of the metadata with which the topics became what they are
};

}  // namespace kafkasim
