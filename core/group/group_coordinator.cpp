#include "core/group/group_coordinator.hpp"

#include <utility>

#include <fmt/format.h>

#include "core/base/check.hpp"
#include "core/base/java_hash.hpp"
#include "core/group/group_records.hpp"
#include "core/message/offset_fetch.hpp"

namespace kafkasim {
GroupCoordinator::GroupCoordinator(const NodeConfig& config, LegacyBehaviours legacy)
    : limits_{GroupLimits::of(config, legacy)} {}

void GroupCoordinator::set_partition_count(std::int32_t count) {
  KAFKASIM_CHECK(count > 0);
  partition_count_ = count;
}

std::optional<PartitionIndex> GroupCoordinator::partition_for(const std::string& group) const {
  if (!partition_count_) return std::nullopt;
  return PartitionIndex{java_bucket(group, *partition_count_)};
}

const GroupCoordinator::Shard* GroupCoordinator::shard_of(const std::string& group) const {
  const std::optional<PartitionIndex> partition = partition_for(group);
  if (!partition) return nullptr;
  const auto found = shards_.find(*partition);
  return found == shards_.end() ? nullptr : &found->second;
}

GroupCoordinator::Shard* GroupCoordinator::shard_of(const std::string& group) {
  const std::optional<PartitionIndex> partition = partition_for(group);
  const auto found = partition ? shards_.find(*partition) : shards_.end();
  return found == shards_.end() ? nullptr : &found->second;
}

namespace {

struct OfferedBy {  // what a write says of offsets
  using Offered = std::vector<trace::OffsetsOffered::One>;
  static Offered committed(const std::vector<std::pair<TopicPartition, OffsetCommitValue>>& offsets) {
    Offered offered;
    for (const auto& [partition, value] : offsets) offered.push_back({partition, value.offset});
    return offered;
  }
  static Offered removed(const std::vector<TopicPartition>& partitions) {
    Offered offered;
    for (const TopicPartition& partition : partitions) offered.push_back({partition, std::nullopt});
    return offered;
  }
  Offered operator()(const OffsetsStored& then) const { return committed(then.offsets); }
  Offered operator()(const TransactionalOffsetsStored& then) const { return committed(then.offsets); }
  Offered operator()(const OffsetsForgotten& then) const { return removed(then.offsets); }
  Offered operator()(const GroupForgotten& then) const { return removed(then.offsets); }
  Offered operator()(const auto&) const { return {}; }
};

}  // namespace

void GroupCoordinator::take_writes(PartitionIndex partition, const std::string& group, std::vector<GroupWrite> writes, Env& env) {
  for (GroupWrite& write : writes) {
    if (auto offered = std::visit(OfferedBy{}, write.then); !offered.empty()) env.out.note(trace::OffsetsOffered{group, std::move(offered)});
    const std::uint64_t token = next_token_++;
    pending_.emplace(token, Pending{partition, group, std::move(write.then)});
    appends_.push_back({token, partition, std::move(write.batch), write.guard});
  }
}

// ---- leadership -----------------------------------------------------------------------------------

void GroupCoordinator::on_elected(PartitionIndex partition, LeaderEpoch epoch, const std::vector<RecordBatch>& log,
                                  Env& env) {
  if (const auto known = shards_.find(partition); known != shards_.end()) {
    known->second.epoch = epoch;
    return;
  }
  if (!next_expiry_) next_expiry_ = env.now + limits_.retention_check_interval;
  Shard& shard = shards_[partition];
  shard.partition = partition;
  shard.epoch = epoch;
  LoadedGroups loaded = read_group_log(log);
  for (auto& [name, stored] : loaded.groups) {
    if (partition_for(name) != partition) {
      ++loaded.passed_over;
      continue;
    }
    if (!stored.consumer.empty()) {
      load_consumer_group(shard, name, stored, env);
      continue;
    }
    with_group(shard, name, Creation::if_missing, env, [&stored = stored](ClassicGroup& group, GroupTurn& turn) {
      for (auto& [at, value] : stored.offsets) group.offsets().restore(at, std::move(value));
      if (stored.metadata) group.restore(*stored.metadata);
      group.on_loaded(turn);
      note_loaded(group.name(), group.offsets(), turn.env);
    });
  }
  load_open(partition, loaded);
  const std::size_t count = shard.groups.size() + shard.consumer_groups.size();
  env.out.add(Note{trace::GroupsLoaded{partition, static_cast<std::int32_t>(count)}});
  if (loaded.passed_over == 0) return;
  const std::string first = loaded.first_fault ? ": " + loaded.first_fault->message : std::string{};
  env.out.add(Note{trace::Remark{
      fmt::format("__consumer_offsets-{}: {} records passed over{}", partition.value, loaded.passed_over, first)}});
}

void GroupCoordinator::on_resigned(PartitionIndex partition, Env& env) {
  const auto found = shards_.find(partition);
  if (found == shards_.end()) return;
  std::vector<GroupWrite> none;
  GroupTurn turn{limits_, *topics_, env, none};
  for (auto& [name, group] : found->second.groups) {
    group.edit().on_unloaded(turn);
    deadlines_.set(name, std::nullopt);
  }
  for (const auto& [name, group] : found->second.consumer_groups) deadlines_.set(name, std::nullopt);
  shards_.erase(found);
  if (shards_.empty()) next_expiry_.reset();
  open_.erase(partition);
  for (auto pending = pending_.begin(); pending != pending_.end();) {
    if (pending->second.partition != partition) {
      ++pending;
      continue;
    }
    const GroupWritten then = std::move(pending->second.then);
    pending = pending_.erase(pending);
    give_up(then, env);
  }
  std::erase_if(appends_, [partition](const GroupAppend& append) { return append.partition == partition; });
}

// ---- what is stored -------------------------------------------------------------------------------

std::vector<GroupAppend> GroupCoordinator::take_appends() { return std::exchange(appends_, {}); }

void GroupCoordinator::on_appended() {
  for (auto pending = pending_.lower_bound(appended_below_); pending != pending_.end(); ++pending) pending->second.before.reset();
  appended_below_ = next_token_;
}

void GroupCoordinator::on_append_completed(std::uint64_t token, ErrorCode error, Env& env) {
  const auto found = pending_.find(token);
  if (found == pending_.end()) return;  // of a partition that was resigned meanwhile
  const Pending pending = std::move(found->second);
  pending_.erase(found);
  const ErrorCode told = coordinator_error(error);
  if (const auto* assignment = std::get_if<AssignmentStored>(&pending.then)) {
    with_group(shards_.at(pending.partition), pending.group, Creation::never, env,
               [&](ClassicGroup& group, GroupTurn& turn) {
                 group.on_assignment_stored(assignment->generation, assignment->assignments, told, turn);
               });
  } else if (const auto* changed = std::get_if<ConsumerGroupStored>(&pending.then)) {
    finish_consumer_write(pending, *changed, token, error, told, env);
  } else if (const auto* back = std::get_if<StaticMemberStored>(&pending.then)) {
    with_group(shards_.at(pending.partition), pending.group, Creation::never, env,
               [&](ClassicGroup& group, GroupTurn& turn) { group.on_static_member_stored(*back, told, turn); });
  } else if (const auto* offsets = std::get_if<OffsetsStored>(&pending.then)) {
    finish_commit(pending, *offsets, token, told, env);
  } else if (const auto* forgotten = std::get_if<OffsetsForgotten>(&pending.then)) {
    finish_forgetting(pending, *forgotten, token, told, env);
  } else if (const auto* open = std::get_if<TransactionalOffsetsStored>(&pending.then)) {
    finish_transactional(pending, *open, token, told, env);
  } else if (const auto* gone = std::get_if<GroupForgotten>(&pending.then)) {
    finish_deletion(pending, *gone, told, env);
  }
}

void GroupCoordinator::finish_commit(const Pending& pending, const OffsetsStored& stored, std::uint64_t token,
                                     ErrorCode error, Env& env) {
  if (error != ErrorCode::none) return answer(stored.request, with_error(stored.response, error), env);
  if (GroupOffsets* offsets = offsets_in(shards_.at(pending.partition), pending.group)) offsets->apply(stored, token);
  trace::OffsetsCommitted committed{pending.group, stored.member_id, stored.generation, {}};
  for (const auto& [partition, value] : stored.offsets) committed.offsets.push_back({partition, value.offset});
  env.out.add(Note{std::move(committed)});
  answer(stored.request, stored.response, env);
}

// ---- time -----------------------------------------------------------------------------------------

void GroupCoordinator::on_woken(Env& env) {
  if (is_due(next_expiry_, env.now)) expire_offsets(env);
  for (const std::string& name : deadlines_.take_due(env.now)) {
    Shard* shard = shard_of(name);
    KAFKASIM_CHECK(shard != nullptr, name);
    if (shard->consumer_groups.contains(name)) {
      wake_consumer_group(*shard, name, env);
      continue;
    }
    with_group(*shard, name, Creation::never, env, [](ClassicGroup& group, GroupTurn& turn) { group.on_due(turn); });
  }
}

std::optional<Instant> GroupCoordinator::next_deadline() const { return earlier(deadlines_.next(), next_expiry_); }

std::vector<GroupReport> GroupCoordinator::report() const {
  std::vector<GroupReport> reports;
  for (const auto& [partition, shard] : shards_) {
    for (const auto& [name, group] : shard.groups) {
      GroupReport& one = reports.emplace_back();
      one.group = name;
      one.state = group_state_name(group->state());
      one.generation = group->generation();
      for (const auto& [id, member] : group->members())
        one.members.push_back({id, member.client_id, member.instance_id, group->assignment_of(member)});
      for (const auto& [at, committed] : group->offsets().all()) one.offsets.emplace(at, committed.value.offset);
    }
    for (const auto& [name, group] : shard.consumer_groups) {
      GroupReport& one = reports.emplace_back();
      one.group = name;
      one.state = group->state();
      one.generation = Generation{group->epoch()};
      for (const auto& [id, member] : group->members())
        one.members.push_back({id, member.client_id, member.instance_id, group->names_of(member.assigned)});
      for (const auto& [at, committed] : group->offsets().all()) one.offsets.emplace(at, committed.value.offset);
    }
  }
  return reports;
}

}  // namespace kafkasim
