// Consumer groups at their coordinator: heartbeats, how their records are stored and read, and how a group becomes one of the other
// kind.
#include <iterator>
#include <utility>

#include "core/group/group_coordinator.hpp"
#include "core/group/group_records.hpp"
#include "core/wire/group_record_codec.hpp"

namespace kafkasim {

void GroupCoordinator::consumer_heartbeat(const ConsumerGroupHeartbeatRequest& request, const Received& received,
                                          Env& env) {
  const RequestRef ref = request_ref(received);
  const auto refuse = [&](ErrorCode error) { answer(ref, heartbeat_refused(error), env); };
  if (request.group_id.empty()) return refuse(ErrorCode::invalid_request);
  if (const ErrorCode error = ConsumerGroup::check(request, limits_); error != ErrorCode::none) return refuse(error);
  Shard* shard = shard_of(request.group_id);
  if (shard == nullptr) return refuse(ErrorCode::not_coordinator);
  const std::string& name = request.group_id;
  const Joiner joiner = joiner_of(received);
  GroupRecords becomes;
  std::optional<GroupBefore> before;
  if (const auto found = shard->consumer_groups.find(name); found != shard->consumer_groups.end()) {
    if (found->second->changes_nothing(request, joiner, topics_version_)) {
      with_consumer_group(*shard, name, env,
                          [&](ConsumerGroup& group, GroupTurn& turn) { answer(ref, group.beat(request.member_id, turn), env); });
      return;
    }
    before = found->second;
  } else if (request.member_epoch != joining_epoch) {
    return refuse(ErrorCode::unknown_member_id);
  } else {
    before = become_consumer_group(*shard, name, becomes, env);
    if (!before) return refuse(ErrorCode::group_id_not_found);
  }
  ConsumerGroup& group = shard->consumer_groups.at(name).edit();
  std::vector<GroupWrite> none;
  GroupTurn turn{limits_, *topics_, env, none, topics_version_};
  auto told = group.heartbeat(request, joiner, turn);
  if (told.response.error_code != ErrorCode::none && !becomes.empty()) {  // who was to make it one is not let in
    put_back(*shard, name, *before, env);
    return answer(ref, std::move(told.response), env);
  }
  auto& records = told.change.records;
  records.insert(records.begin(), std::make_move_iterator(becomes.begin()), std::make_move_iterator(becomes.end()));
  const bool is_nothing = group.is_nothing() && group.offsets().all().empty() && records.empty();
  store(*shard, name, std::move(told.change), std::move(*before), {ref, std::move(told.response)}, env);
  if (is_nothing) shard->consumer_groups.erase(name);
}

// What has changed leaves as one batch, and the answer waits until that is there.
void GroupCoordinator::store(Shard& shard, const std::string& name, ConsumerGroupChange change, GroupBefore before,
                             ConsumerGroupStored then, Env& env) {
  std::vector<GroupWrite> writes;
  if (change.downgrade != Downgrade::none) {
    downgrade(shard, name, change, writes, env);
  } else {
    deadlines_.set(name, shard.consumer_groups.at(name)->next_deadline());
  }
  if (change.records.empty()) {
    if (then.request) answer_member(*then.request, std::move(then.response), env);
    return;
  }
  const std::uint64_t token = next_token_++;
  pending_.emplace(token, Pending{shard.partition, name, std::move(then), std::move(before)});
  appends_.push_back({token, shard.partition, group_batch(change.records, env.wall)});
  take_writes(shard.partition, name, std::move(writes), env);
}

// What was not appended has not been: nobody has seen it, for the answer waits for it. What may be there still stays.
void GroupCoordinator::finish_consumer_write(const Pending& pending, const ConsumerGroupStored& stored,
                                             std::uint64_t token, ErrorCode error, ErrorCode told, Env& env) {
  bool is_last = true;
  for (auto later = pending_.upper_bound(token); later != pending_.end(); ++later)
    is_last = is_last && later->second.group != pending.group;
  const bool not_there = error != ErrorCode::none && error != ErrorCode::request_timed_out;
  if (not_there && is_last && pending.before) put_back(shards_.at(pending.partition), pending.group, *pending.before, env);
  if (!stored.request) return;
  answer_member(*stored.request, told == ErrorCode::none ? stored.response : refused(stored.response, told), env);
}

void GroupCoordinator::put_back(Shard& shard, const std::string& name, const GroupBefore& before, Env& env) {
  GroupOffsets* now = offsets_in(shard, name);
  if (!now) return;  // it has been deleted
  GroupOffsets offsets = std::move(*now);
  std::vector<GroupWrite> none;
  GroupTurn turn{limits_, *topics_, env, none};
  const char* why = "what could not be stored has not happened";
  if (const auto classic = shard.groups.find(name); classic != shard.groups.end()) {
    classic->second.edit().on_unloaded(turn);
    shard.groups.erase(classic);
  }
  shard.consumer_groups.erase(name);
  if (const auto* consumer = std::get_if<Cow<ConsumerGroup>>(&before)) {
    Cow<ConsumerGroup>& group = shard.consumer_groups[name] = *consumer;
    group.edit().offsets() = std::move(offsets);
    group->note_change(why, turn);
    deadlines_.set(name, group->next_deadline());
  } else {
    Cow<ClassicGroup>& group = shard.groups[name] = std::get<Cow<ClassicGroup>>(before);
    group.edit().offsets() = std::move(offsets);
    group->note_change(why, turn);
    deadlines_.set(name, group->next_deadline());
  }
}

// ---- members of the classic protocol --------------------------------------------------------------

// `act(group, turn)` answers; what it changes is stored first.
template <class Act>
bool GroupCoordinator::change_consumer_group(Shard& shard, const std::string& name, const RequestRef& ref, Env& env, Act act) {
  const auto found = shard.consumer_groups.find(name);
  if (found == shard.consumer_groups.end() || found->second->empty()) return false;
  GroupBefore before = found->second;
  std::vector<GroupWrite> none;
  GroupTurn turn{limits_, *topics_, env, none, topics_version_};
  auto told = act(found->second.edit(), turn);
  store(shard, name, std::move(told.change), std::move(before), {ref, std::move(told.response)}, env);
  return true;
}

bool GroupCoordinator::join_consumer_group(Shard& shard, const JoinGroupRequest& request, const Joiner& joiner, Env& env) {
  return change_consumer_group(shard, request.group_id, joiner.request, env,
                               [&](ConsumerGroup& group, GroupTurn& turn) { return group.join(request, joiner, turn); });
}

bool GroupCoordinator::leave_consumer_group(Shard& shard, const LeaveGroupRequest& request, const RequestRef& ref, Env& env) {
  return change_consumer_group(shard, request.group_id, ref, env,
                               [&](ConsumerGroup& group, GroupTurn& turn) { return group.leave(request, turn); });
}

// ---- becoming one, and a classic one again --------------------------------------------------------

// What it was before; absent where it may not become one.
std::optional<GroupCoordinator::GroupBefore> GroupCoordinator::become_consumer_group(Shard& shard, const std::string& name,
                                                                                    GroupRecords& records, Env& env) {
  const auto classic = shard.groups.find(name);
  if (classic == shard.groups.end()) return shard.consumer_groups[name] = Cow<ConsumerGroup>{ConsumerGroup{name}};
  ClassicGroup& from = classic->second.edit();
  std::optional<ConsumerGroup> group;
  if (from.state() == GroupState::empty && from.is_deserted()) {
    group.emplace(name);
    group->offsets() = from.offsets();
  } else {
    const bool may = from.uses_consumer_protocol() && limits_.allows_upgrade()
                     && static_cast<std::int64_t>(from.members().size()) <= limits_.most_consumer_members;
    if (!may) return std::nullopt;
    std::vector<GroupWrite> none;
    GroupTurn turn{limits_, *topics_, env, none};
    from.answer_waiting(ErrorCode::rebalance_in_progress, turn);  // they join the group that it becomes
    group = ConsumerGroup::of(from, turn);
    if (!group) return std::nullopt;
  }
  records.emplace_back(GroupMetadataKey{name}, std::nullopt);
  GroupRecords all = group->empty() ? GroupRecords{} : group->all_records();
  records.insert(records.end(), std::make_move_iterator(all.begin()), std::make_move_iterator(all.end()));
  GroupBefore before = classic->second;
  shard.consumer_groups[name] = Cow<ConsumerGroup>{std::move(*group)};
  shard.groups.erase(classic);
  return before;
}

void GroupCoordinator::downgrade(Shard& shard, const std::string& name, ConsumerGroupChange& change,
                                 std::vector<GroupWrite>& writes, Env& env) {
  const auto found = shard.consumer_groups.find(name);
  GroupTurn turn{limits_, *topics_, env, writes};
  GroupRecords gone = found->second->tombstones();
  change.records.insert(change.records.end(), std::make_move_iterator(gone.begin()), std::make_move_iterator(gone.end()));
  ClassicGroup classic = found->second->as_classic(turn);
  change.records.emplace_back(GroupMetadataKey{name}, encode_group_value(classic.as_stored(env.wall)));
  if (change.downgrade == Downgrade::by_leaving) classic.prepare_rebalance("the group is a classic one again", turn);
  deadlines_.set(name, classic.next_deadline());
  shard.consumer_groups.erase(found);
  shard.groups.insert_or_assign(name, Cow<ClassicGroup>{std::move(classic)});
}

void GroupCoordinator::become_classic_group(Shard& shard, const std::string& name, Env& env) {
  const auto found = shard.consumer_groups.find(name);
  const GroupRecords gone = found->second->tombstones();
  ClassicGroup classic{name};
  classic.offsets() = found->second->offsets();
  shard.consumer_groups.erase(found);
  shard.groups.emplace(name, Cow<ClassicGroup>{std::move(classic)});
  deadlines_.set(name, std::nullopt);
  std::vector<GroupWrite> writes;
  GroupWrite& write = writes.emplace_back();
  write.batch = group_batch(gone, env.wall);
  write.then = EmptyGroupStored{};
  take_writes(shard.partition, name, std::move(writes), env);
}

ErrorCode GroupCoordinator::delete_consumer_group(Shard& shard, const std::string& name, GroupForgotten then, Env& env) {
  const auto found = shard.consumer_groups.find(name);
  if (!found->second->empty()) return ErrorCode::non_empty_group;
  then.offsets = offsets_of(name, found->second->offsets());
  const GroupRecords gone = found->second->tombstones();
  std::vector<GroupWrite> writes;
  GroupWrite& group = writes.emplace_back();
  group.batch = group_batch(gone, env.wall);
  group.then = EmptyGroupStored{};
  GroupWrite& offsets = writes.emplace_back();
  offsets.batch = tombstones_batch(name, then.offsets, Forgets::whole_group, env.wall);
  offsets.then = std::move(then);
  take_writes(shard.partition, name, std::move(writes), env);
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
  GroupBefore before = group;
  std::vector<GroupWrite> none;
  GroupTurn turn{limits_, *topics_, env, none, topics_version_};
  ConsumerGroupChange change = group.edit().on_due(turn);
  store(shard, name, std::move(change), std::move(before), {}, env);
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
