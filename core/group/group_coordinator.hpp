#pragma once
// GroupCoordinator: the classic and consumer groups whose partition of __consumer_offsets this broker leads
// (GroupCoordinatorService, GroupMetadataManager, OffsetMetadataManager and the CoordinatorRuntime under them). A part
// of the broker, and a copyable value.
//
// What a group must remember leaves by take_appends() as a batch for its partition. The broker says by
// on_append_completed() when it is replicated, or that it was not within offsets.commit.timeout.ms. Answers that
// promise durability wait for that.
//
// A partition is loaded in the call that elects this broker, so no request ever meets one that is being loaded:
// COORDINATOR_LOAD_IN_PROGRESS is never answered. NOT_COORDINATOR is, whatever the reason for not leading.
//
// A group is of the one kind or the other. One without members becomes the other kind when somebody comes who speaks that
// protocol, and keeps its offsets. A consumer group takes members of either protocol; a classic group in use becomes one with
// the first who comes with the new protocol, and a classic one again when the last of those goes, as far as
// group.consumer.migration.policy allows; else it refuses (GROUP_ID_NOT_FOUND). Offsets that are of no use expire after
// offsets.retention.minutes (KIP-211).
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "core/base/cow.hpp"
#include "core/base/time.hpp"
#include "core/group/classic_group.hpp"
#include "core/group/consumer_group.hpp"
#include "core/group/group_records.hpp"
#include "core/group/group_turn.hpp"
#include "core/machine/deadlines.hpp"
#include "core/machine/seam.hpp"
#include "core/message/delete_groups.hpp"
#include "core/message/message.hpp"
#include "core/message/txn_offset_commit.hpp"
#include "core/model/config.hpp"
#include "core/model/error_code.hpp"
#include "core/model/ids.hpp"
#include "core/record/control_record.hpp"
#include "core/record/record_batch.hpp"

namespace kafkasim {

struct LoadedGroup;  // group_records.hpp

struct GroupAppend {
  std::uint64_t token{};
  PartitionIndex partition;  // of __consumer_offsets
  RecordBatch batch;
  std::optional<VerificationGuard> guard{};  // of a transactional batch
};

struct GroupReport {
  struct Member {
    std::string member_id;
    std::string client_id;
    std::optional<std::string> instance_id;
    std::vector<TopicPartition> assignment;
  };
  std::string group;
  std::string state;  // "Stable", as Kafka prints it
  Generation generation;
  std::vector<Member> members;
  std::map<TopicPartition, Offset> offsets;
};

class GroupCoordinator {
 public:
  explicit GroupCoordinator(const NodeConfig& config, LegacyBehaviours legacy = {});

  void set_partition_count(std::int32_t count);  // of __consumer_offsets, once it exists
  // Whenever they may have changed; `version` is that of the metadata.
  void set_topics(GroupTopics topics, std::int64_t version = 0) {
    if (topics == *topics_) return;
    topics_ = Cow<GroupTopics>{std::move(topics)};
    topics_version_ = version;
  }
  // Of groups that have settings of their own: members hear of them with their next heartbeats.
  void set_group_configs(std::map<std::string, GroupConfig> configs) { limits_.consumer_of = std::move(configs); }
  // Which partition a group belongs to: abs(Java's hash of its name) modulo the count. Absent until the topic exists.
  [[nodiscard]] std::optional<PartitionIndex> partition_for(const std::string& group) const;

  // This broker leads the partition now. `log` is all that it holds. Elected again without having resigned, it keeps
  // what it has.
  void on_elected(PartitionIndex partition, LeaderEpoch epoch, const std::vector<RecordBatch>& log, Env& env);
  // Requests that wait are answered NOT_COORDINATOR, the groups are forgotten.
  void on_resigned(PartitionIndex partition, Env& env);

  [[nodiscard]] static bool handles(ApiKey api);
  void on_request(const Received& request, Env& env);  // of an API that it handles; answers now or later

  // `refused`: what the broker has refused already, to be told with the rest.
  void commit(const OffsetCommitRequest& request, OffsetCommitResponse refused, const RequestRef& ref, Env& env);
  // OffsetDelete of partitions that exist; `response` already says what is wrong with the others.
  void delete_offsets(const OffsetDeleteRequest& request, OffsetDeleteResponse response, const RequestRef& ref,
                      Env& env);
  // Their topics were deleted: what groups have committed there is forgotten.
  void on_partitions_deleted(const std::vector<TopicPartition>& partitions, Env& env);

  // ---- transactions (group_transactions.cpp) ----
  // Offsets that count once the producer's transaction is committed. `guard`: under which the transaction's coordinator has said
  // that the group's partition is a part of it.
  void commit_transactional(const TxnOffsetCommitRequest& request, TxnOffsetCommitResponse refused, const RequestRef& ref,
                            std::optional<VerificationGuard> guard, Env& env);
  // The marker of that producer's transaction is replicated in this partition.
  void on_transaction_ended(PartitionIndex partition, ProducerId producer, TransactionOutcome outcome, Env& env);

  [[nodiscard]] std::vector<GroupAppend> take_appends();  // after each call
  void on_append_completed(std::uint64_t token, ErrorCode error, Env& env);
  // All that was taken, and has not failed by now, stands in the log: what groups were before is not needed any more.
  void on_appended();

  void on_woken(Env& env);
  [[nodiscard]] std::optional<Instant> next_deadline() const;
  [[nodiscard]] std::vector<GroupReport> report() const;

 private:
  struct Shard {  // a partition of __consumer_offsets
    PartitionIndex partition;
    LeaderEpoch epoch;
    std::map<std::string, Cow<ClassicGroup>> groups;
    std::map<std::string, Cow<ConsumerGroup>> consumer_groups;
  };
  using GroupBefore = std::variant<Cow<ConsumerGroup>, Cow<ClassicGroup>>;
  struct Pending {  // a batch on its way
    PartitionIndex partition;
    std::string group;
    GroupWritten then;
    std::optional<GroupBefore> before{};  // what a consumer group was, until this is appended
  };
  struct Deletion {  // a DeleteGroups
    RequestRef request;
    DeleteGroupsResponse response;
    std::size_t waits_for{};  // groups whose tombstones are on their way
  };
  enum class Creation : std::uint8_t { never, if_missing };

  [[nodiscard]] Shard* shard_of(const std::string& group);
  [[nodiscard]] const Shard* shard_of(const std::string& group) const;
  [[nodiscard]] ErrorCode check_join(const JoinGroupRequest& request) const;
  void join(const JoinGroupRequest& request, const Received& received, Env& env);
  void sync(const SyncGroupRequest& request, const RequestRef& ref, Env& env);
  void heartbeat(const HeartbeatRequest& request, const RequestRef& ref, Env& env);
  void leave(const LeaveGroupRequest& request, const RequestRef& ref, Env& env);
  void fetch(const OffsetFetchRequest& request, const RequestRef& ref, Env& env);
  [[nodiscard]] OffsetFetchResponse::Group fetch_one(const OffsetFetchRequest::Group& asked,
                                                     const RequestRef& ref) const;

  // consumer groups (group_coordinator_consumer.cpp)
  void consumer_heartbeat(const ConsumerGroupHeartbeatRequest& request, const Received& received, Env& env);
  void describe_consumers(const ConsumerGroupDescribeRequest& request, const RequestRef& ref, Env& env);
  [[nodiscard]] ConsumerGroupDescribeResponse::Group describe_consumer(const std::string& name) const;
  void store(Shard& shard, const std::string& name, ConsumerGroupChange change, GroupBefore before, ConsumerGroupStored then,
             Env& env);
  void put_back(Shard& shard, const std::string& name, const GroupBefore& before, Env& env);
  void finish_consumer_write(const Pending& pending, const ConsumerGroupStored& stored, std::uint64_t token,
                             ErrorCode error, ErrorCode told, Env& env);
  [[nodiscard]] std::optional<GroupBefore> become_consumer_group(Shard& shard, const std::string& name, GroupRecords& records,
                                                                 Env& env);
  void become_classic_group(Shard& shard, const std::string& name, Env& env);
  void downgrade(Shard& shard, const std::string& name, ConsumerGroupChange& change, std::vector<GroupWrite>& writes, Env& env);
  // Requests of the classic protocol; false where the group is none, or none with members.
  [[nodiscard]] bool join_consumer_group(Shard& shard, const JoinGroupRequest& request, const Joiner& joiner, Env& env);
  [[nodiscard]] bool leave_consumer_group(Shard& shard, const LeaveGroupRequest& request, const RequestRef& ref, Env& env);
  template <class Act>
  bool change_consumer_group(Shard& shard, const std::string& name, const RequestRef& ref, Env& env, Act act);
  void answer_member(const RequestRef& ref, ConsumerGroupResponse response, Env& env);
  void load_consumer_group(Shard& shard, const std::string& name, LoadedGroup& stored, Env& env);
  void wake_consumer_group(Shard& shard, const std::string& name, Env& env);
  static void note_loaded(const std::string& name, const GroupOffsets& offsets, Env& env);
  [[nodiscard]] GroupOffsets* offsets_in(Shard& shard, const std::string& group);

  // expiry (group_expiry.cpp)
  void expire_offsets(Env& env);
  void expire_in(Shard& shard, const std::string& name, Env& env);

  // administration (group_admin.cpp)
  void list(const ListGroupsRequest& request, const RequestRef& ref, Env& env);
  void describe(const DescribeGroupsRequest& request, const RequestRef& ref, Env& env);
  [[nodiscard]] DescribeGroupsResponse::Group describe_one(const std::string& name, const RequestRef& ref) const;
  void delete_groups(const DeleteGroupsRequest& request, const RequestRef& ref, Env& env);
  [[nodiscard]] ErrorCode delete_one(const std::string& name, GroupForgotten then, Env& env);
  [[nodiscard]] std::vector<TopicPartition> offsets_of(const std::string& name, const GroupOffsets& offsets) const;
  [[nodiscard]] ErrorCode delete_consumer_group(Shard& shard, const std::string& name, GroupForgotten then, Env& env);
  void finish_deletion(const Pending& pending, const GroupForgotten& forgotten, ErrorCode error, Env& env);
  void finish_forgetting(const Pending& pending, const OffsetsForgotten& forgotten, std::uint64_t token,
                         ErrorCode error, Env& env);
  void give_up(const GroupWritten& then, Env& env);  // of a partition that was resigned

  // transactions (group_transactions.cpp)
  struct OpenOffset {
    OffsetCommitValue value;
    std::uint64_t order{};  // the token of its append; 0 if it was loaded
  };
  using OpenOffsets = std::map<ProducerId, std::map<std::string, std::map<TopicPartition, OpenOffset>>>;
  void load_open(PartitionIndex partition, LoadedGroups& loaded);
  void finish_transactional(const Pending& pending, const TransactionalOffsetsStored& stored, std::uint64_t token, ErrorCode error,
                            Env& env);
  void tell_unstable(OffsetFetchResponse::Group& told) const;

  // Runs `action(group, turn)` on a group of the shard, takes what it wants stored and notes its next deadline. False
  // if there is no such group.
  template <class Action>
  bool with_group(Shard& shard, const std::string& name, Creation creation, Env& env, Action action);
  template <class Action>
  bool with_consumer_group(Shard& shard, const std::string& name, Env& env, Action action);
  void take_writes(PartitionIndex partition, const std::string& group, std::vector<GroupWrite> writes, Env& env);
  void finish_commit(const Pending& pending, const OffsetsStored& stored, std::uint64_t token, ErrorCode error,
                     Env& env);

  GroupLimits limits_;
  std::optional<std::int32_t> partition_count_;
  Cow<GroupTopics> topics_;
  std::int64_t topics_version_{0};
  std::optional<Instant> next_expiry_;
  std::map<PartitionIndex, Shard> shards_;
  std::map<PartitionIndex, OpenOffsets> open_;  // of transactions without a marker
  DeadlineIndex<std::string> deadlines_;      // by group: of its timers
  std::map<std::uint64_t, Pending> pending_;  // by token: in the order of their handing over
  std::map<std::uint64_t, Deletion> deletions_;
  std::uint64_t next_deletion_{1};
  std::vector<GroupAppend> appends_;
  std::uint64_t next_token_{1};
  std::uint64_t appended_below_{1};  // the token: what has an earlier one stands in the log, or has failed
};

template <class Action>
bool GroupCoordinator::with_group(Shard& shard, const std::string& name, Creation creation, Env& env, Action action) {
  auto found = shard.groups.find(name);
  if (found == shard.groups.end()) {
    if (creation == Creation::never) return false;
    found = shard.groups.emplace(name, Cow<ClassicGroup>{ClassicGroup{name}}).first;
  }
  std::vector<GroupWrite> writes;
  GroupTurn turn{limits_, *topics_, env, writes};
  ClassicGroup& group = found->second.edit();
  action(group, turn);
  deadlines_.set(name, group.next_deadline());
  take_writes(shard.partition, name, std::move(writes), env);
  return true;
}

// For what changes no record.
template <class Action>
bool GroupCoordinator::with_consumer_group(Shard& shard, const std::string& name, Env& env, Action action) {
  const auto found = shard.consumer_groups.find(name);
  if (found == shard.consumer_groups.end()) return false;
  std::vector<GroupWrite> none;
  GroupTurn turn{limits_, *topics_, env, none, topics_version_};
  ConsumerGroup& group = found->second.edit();
  action(group, turn);
  deadlines_.set(name, group.next_deadline());
  return true;
}

}  // namespace kafkasim
