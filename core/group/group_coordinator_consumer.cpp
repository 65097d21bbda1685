// Consumer groups at their coordinator: heartbeats, how their records are stored and read, and how a group without members
// becomes one of the other kind.
#include <utility>

#include <fmt/format.h>

#include "core/group/group_coordinator.hpp"
#include "core/group/group_records.hpp"

namespace kafkasim {

namespace {

ConsumerGroupHeartbeatResponse heartbeat_refused(ErrorCode error) {
  ConsumerGroupHeartbeatResponse response;
  response.error_code = error;
  return response;
}

}  // namespace

void GroupCoordinator::consumer_heartbeat(const ConsumerGroupHeartbeatRequest& request, const Received& received,
                                          Env& env) {
  const RequestRef ref = request_ref(received);
  const auto refuse = [&](ErrorCode error) { answer(ref, heartbeat_refused(error), env); };
  if (request.group_id.empty()) return refuse(ErrorCode::invalid_request);
  if (const ErrorCode error = ConsumerGroup::check(request, limits_); error != ErrorCode::none) return refuse(error);
  Shard* shard = shard_of(request.group_id);
  if (shard == nullptr) return refuse(ErrorCode::not_coordinator);
  std::vector<GroupWrite> writes;
  auto found = shard->consumer_groups.find(request.group_id);
  if (found == shard->consumer_groups.end()) {
    if (request.member_epoch != joining_epoch) return refuse(ErrorCode::unknown_member_id);
    if (!become_consumer_group(*shard, request.group_id, writes, env)) return refuse(ErrorCode::group_id_not_found);
    found = shard->consumer_groups.find(request.group_id);
  }
  Cow<ConsumerGroup> before = found->second;
  ConsumerGroup& group = found->second.edit();
  GroupTurn turn{limits_, *topics_, env, writes, topics_version_};
  const ConsumerGroupJoiner joiner{received.envelope.client_id,
                                   fmt::format("/host-{}", received.connection.dialler.value)};
  ConsumerGroupAnswer told = group.heartbeat(request, joiner, turn);
  deadlines_.set(request.group_id, group.next_deadline());
  if (told.records.empty()) {
    if (group.is_nothing() && group.offsets().all().empty()) shard->consumer_groups.erase(found);
    answer(ref, std::move(told.response), env);
  } else {
    GroupWrite& write = writes.emplace_back();
    write.batch = consumer_group_batch(told.records, env.wall);
    write.then = ConsumerGroupStored{ref, std::move(told.response)};
  }
  put_consumer_group(*shard, request.group_id, std::move(before), std::move(writes));
}

void GroupCoordinator::put_consumer_group(Shard& shard, const std::string& name, Cow<ConsumerGroup> before,
                                          std::vector<GroupWrite> writes) {
  for (GroupWrite& write : writes) {
    const std::uint64_t token = next_token_++;
    Pending pending{shard.partition, name, std::move(write.then), {}};
    if (std::holds_alternative<ConsumerGroupStored>(pending.then)) pending.before = before;
    pending_.emplace(token, std::move(pending));
    appends_.push_back({token, shard.partition, std::move(write.batch)});
  }
}

// What was not appended has not been: nobody has seen it, for the answer waits for it. What may be there still stays.
void GroupCoordinator::finish_consumer_write(const Pending& pending, const ConsumerGroupStored& stored,
                                             std::uint64_t token, ErrorCode error, ErrorCode told, Env& env) {
  Shard& shard = shards_.at(pending.partition);
  const auto group = shard.consumer_groups.find(pending.group);
  bool is_last = true;
  for (auto later = pending_.upper_bound(token); later != pending_.end(); ++later)
    is_last = is_last && later->second.group != pending.group;
  const bool not_there = error != ErrorCode::none && error != ErrorCode::request_timed_out;
  if (not_there && is_last && pending.before && group != shard.consumer_groups.end()) {
    GroupOffsets offsets = group->second->offsets();
    group->second = *pending.before;
    group->second.edit().offsets() = std::move(offsets);
    deadlines_.set(pending.group, group->second->next_deadline());
  }
  if (!stored.request) return;
  answer(*stored.request, told == ErrorCode::none ? stored.response : heartbeat_refused(told), env);
}

// ---- becoming one, and a classic one again --------------------------------------------------------

bool GroupCoordinator::become_consumer_group(Shard& shard, const std::string& name, std::vector<GroupWrite>& writes,
                                             Env& env) {
  const auto classic = shard.groups.find(name);
  Cow<ConsumerGroup>& group = shard.consumer_groups[name];
  group = Cow<ConsumerGroup>{ConsumerGroup{name}};
  if (classic == shard.groups.end()) return true;
  if (classic->second->state() != GroupState::empty || !classic->second->is_deserted()) {
    shard.consumer_groups.erase(name);
    return false;
  }
  group.edit().offsets() = classic->second->offsets();
  GroupWrite& write = writes.emplace_back();
  write.batch = tombstones_batch(name, {}, Forgets::whole_group, env.wall);
  write.then = EmptyGroupStored{};
  shard.groups.erase(classic);
  deadlines_.set(name, std::nullopt);
  return true;
}

void GroupCoordinator::become_classic_group(Shard& shard, const std::string& name, Env& env) {
  const auto found = shard.consumer_groups.find(name);
  ConsumerGroupAnswer gone;
  for (ConsumerGroupKey& key : found->second->all_keys()) gone.records.emplace_back(std::move(key), std::nullopt);
  ClassicGroup classic{name};
  classic.offsets() = found->second->offsets();
  shard.consumer_groups.erase(found);
  shard.groups.emplace(name, Cow<ClassicGroup>{std::move(classic)});
  deadlines_.set(name, std::nullopt);
  std::vector<GroupWrite> writes;
  GroupWrite& write = writes.emplace_back();
  write.batch = consumer_group_batch(gone.records, env.wall);
  write.then = EmptyGroupStored{};
  take_writes(shard.partition, name, std::move(writes));
}

ErrorCode GroupCoordinator::delete_consumer_group(Shard& shard, const std::string& name, GroupForgotten then, Env& env) {
  const auto found = shard.consumer_groups.find(name);
  if (!found->second->empty()) return ErrorCode::non_empty_group;
  then.offsets = offsets_of(name, found->second->offsets());
  ConsumerGroupAnswer gone;
  for (ConsumerGroupKey& key : found->second->all_keys()) gone.records.emplace_back(std::move(key), std::nullopt);
  std::vector<GroupWrite> writes;
  GroupWrite& group = writes.emplace_back();
  group.batch = consumer_group_batch(gone.records, env.wall);
  group.then = EmptyGroupStored{};
  GroupWrite& offsets = writes.emplace_back();
  offsets.batch = tombstones_batch(name, then.offsets, Forgets::whole_group, env.wall);
  offsets.then = std::move(then);
  take_writes(shard.partition, name, std::move(writes));
  deadlines_.set(name, std::nullopt);
  shard.consumer_groups.erase(found);
  return ErrorCode::none;
}

// ---- loading and time -----------------------------------------------------------------------------

void GroupCoordinator::load_consumer_group(Shard& shard, const std::string& name, LoadedGroup& stored, Env& env) {
  ConsumerGroup group{name};
  for (const auto& [key, value] : stored.consumer)
    group.replay(key, value ? std::optional{ByteSpan{*value}} : std::nullopt);
  for (auto& [at, value] : stored.offsets) group.offsets().restore(at, std::move(value));
  if (group.is_nothing()) {  // it was one, and has been deleted or become a classic one
    if (group.offsets().all().empty() && !stored.metadata) return;
    with_group(shard, name, Creation::if_missing, env, [&](ClassicGroup& classic, GroupTurn& turn) {
      classic.offsets() = group.offsets();
      if (stored.metadata) classic.restore(*stored.metadata);
      classic.on_loaded(turn);
      note_loaded(name, classic.offsets(), turn.env);
    });
    return;
  }
  std::vector<GroupWrite> none;
  GroupTurn turn{limits_, *topics_, env, none};
  group.on_loaded(turn);
  note_loaded(name, group.offsets(), env);
  deadlines_.set(name, group.next_deadline());
  shard.consumer_groups.insert_or_assign(name, Cow<ConsumerGroup>{std::move(group)});
}

void GroupCoordinator::note_loaded(const std::string& name, const GroupOffsets& offsets, Env& env) {
  trace::OffsetsLoaded found{name, {}};
  for (const auto& [at, committed] : offsets.all()) found.offsets.push_back({at, committed.value.offset});
  env.out.add(Note{std::move(found)});
}

void GroupCoordinator::wake_consumer_group(Shard& shard, const std::string& name, Env& env) {
  Cow<ConsumerGroup>& group = shard.consumer_groups.at(name);
  Cow<ConsumerGroup> before = group;
  std::vector<GroupWrite> writes;
  GroupTurn turn{limits_, *topics_, env, writes};
  group.edit().on_due(turn);
  deadlines_.set(name, group->next_deadline());
  put_consumer_group(shard, name, std::move(before), std::move(writes));
}

GroupOffsets* GroupCoordinator::offsets_in(Shard& shard, const std::string& group) {
  if (const auto consumer = shard.consumer_groups.find(group); consumer != shard.consumer_groups.end())
    return &consumer->second.edit().offsets();
  const auto classic = shard.groups.find(group);
  return classic == shard.groups.end() ? nullptr : &classic->second.edit().offsets();
}

// ---- describing -----------------------------------------------------------------------------------

void GroupCoordinator::describe_consumers(const ConsumerGroupDescribeRequest& request, const RequestRef& ref, Env& env) {
  ConsumerGroupDescribeResponse response;
  for (const std::string& name : request.group_ids) response.groups.push_back(describe_consumer(name));
  answer(ref, std::move(response), env);
}

ConsumerGroupDescribeResponse::Group GroupCoordinator::describe_consumer(const std::string& name) const {
  ConsumerGroupDescribeResponse::Group told;
  told.group_id = name;
  const Shard* shard = shard_of(name);
  if (name.empty()) {
    told.error_code = ErrorCode::invalid_group_id;
  } else if (shard == nullptr) {
    told.error_code = ErrorCode::not_coordinator;
  } else if (const auto found = shard->consumer_groups.find(name); found != shard->consumer_groups.end()) {
    return found->second->described();
  } else {
    told.error_code = ErrorCode::group_id_not_found;
    told.error_message = "Group " + name + (shard->groups.contains(name) ? " is not a consumer group." : " not found.");
  }
  return told;
}

}  // namespace kafkasim
