#pragma once
// A coordinator with everything around it that a test needs: a log per partition that accepts, holds or refuses what
// it is given, time that passes through every deadline, answers by request, notes.
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

#include "core/group/group_coordinator.hpp"
#include "core/message/consumer_protocol.hpp"
#include "core/message/heartbeat.hpp"
#include "core/message/join_group.hpp"
#include "core/message/leave_group.hpp"
#include "core/message/offset_commit.hpp"
#include "core/message/offset_fetch.hpp"
#include "core/message/sync_group.hpp"
#include "core/message/version.hpp"
#include "core/wire/consumer_protocol_codec.hpp"
#include "tests/support/memory_disk.hpp"

namespace kafkasim::test {

inline const std::string group_name = "readers";

enum class Appends : std::uint8_t { replicate, hold };

inline std::vector<std::byte> bytes_of(std::string_view text) { return to_vector(as_bytes(text)); }

inline std::vector<std::byte> assignment_of(const std::string& topic, std::vector<PartitionIndex> partitions) {
  return encode_consumer_protocol(ConsumerProtocolAssignment{{{topic, std::move(partitions)}}, std::nullopt});
}

class Harness {
 public:
  explicit Harness(const NodeConfig& config = {}) : coordinator{config} { coordinator.set_partition_count(50); }

  void elect(const std::string& group = group_name) {
    step([&](Env& env) { coordinator.on_elected(partition(group), LeaderEpoch{0}, log[partition(group)], env); });
  }
  void resign(const std::string& group = group_name) {
    step([&](Env& env) { coordinator.on_resigned(partition(group), env); });
  }
  [[nodiscard]] PartitionIndex partition(const std::string& group) const { return *coordinator.partition_for(group); }

  template <class Request>
  int send(Request request, std::optional<std::int16_t> version = {}, std::string client = "app") {
    const int id = ++last_request_;
    const ConnectionId connection{HostId{9}, static_cast<std::uint64_t>(id)};
    const Received received{
        connection,
        {id, version.value_or(spoken_version(Request::api)), std::move(client), Message::of(std::move(request))}};
    step([&](Env& env) { coordinator.on_request(received, env); });
    return id;
  }
  template <class Response>
  [[nodiscard]] const Response& answer(int request) const {
    const auto found = answers.find(request);
    REQUIRE(found != answers.end());
    return found->second.message.as<Response>();
  }
  [[nodiscard]] bool answered(int request) const { return answers.contains(request); }

  void pass(Duration time) {
    const Instant until = now + time;
    while (coordinator.next_deadline() && *coordinator.next_deadline() <= until) {
      now = std::max(now, *coordinator.next_deadline());
      step([&](Env& env) { coordinator.on_woken(env); });
    }
    now = until;
  }
  void complete_held(ErrorCode error) {
    for (const GroupAppend& append : std::exchange(held, {})) complete(append, error);
  }
  void complete(const GroupAppend& append, ErrorCode error) {
    if (error == ErrorCode::none) log[append.partition].push_back(append.batch);
    step([&](Env& env) { coordinator.on_append_completed(append.token, error, env); });
  }

  // ---- whole requests ----
  int join(const std::string& member,
           std::vector<std::pair<std::string, std::string>> protocols = {{"range", "topics"}},
           Duration session = seconds(10), Duration rebalance = seconds(60), std::optional<std::int16_t> version = {}) {
    JoinGroupRequest request;
    request.group_id = group_name;
    request.session_timeout = session;
    request.rebalance_timeout = rebalance;
    request.member_id = member;
    request.protocol_type = "consumer";
    for (auto& [name, metadata] : protocols) request.protocols.push_back({name, bytes_of(metadata)});
    return send(request, version);
  }
  std::string obtain_id() { return answer<JoinGroupResponse>(join({})).member_id; }
  [[nodiscard]] const JoinGroupResponse& joined(int request) const { return answer<JoinGroupResponse>(request); }

  int sync(const std::string& member, Generation generation,
           std::vector<SyncGroupRequest::Assignment> assignments = {}) {
    SyncGroupRequest request;
    request.group_id = group_name;
    request.generation_id = generation;
    request.member_id = member;
    request.assignments = std::move(assignments);
    return send(request);
  }
  ErrorCode heartbeat(const std::string& member, Generation generation) {
    return answer<HeartbeatResponse>(send(HeartbeatRequest{group_name, generation, member, {}})).error_code;
  }
  int leave(std::vector<std::string> members, std::optional<std::int16_t> version = {}) {
    LeaveGroupRequest request;
    request.group_id = group_name;
    for (auto& member : members) request.members.push_back({std::move(member), {}, {}});
    return send(request, version);
  }
  int commit(const std::string& member, std::optional<Generation> generation, std::int64_t offset,
             const std::string& metadata = {}, std::optional<std::int16_t> version = {}) {
    OffsetCommitRequest request;
    request.group_id = group_name;
    request.member_id = member;
    request.generation_id_or_member_epoch = generation;
    request.topics.push_back({"orders", {{PartitionIndex{0}, Offset{offset}, LeaderEpoch{3}, metadata}}});
    return send(request, version);
  }
  [[nodiscard]] ErrorCode committed(int request) const {
    return answer<OffsetCommitResponse>(request).topics.at(0).partitions.at(0).error_code;
  }
  std::optional<Offset> fetch(const std::string& group = group_name) {
    OffsetFetchRequest request;
    request.groups.push_back({group, {}, {}, std::vector<OffsetFetchRequest::Topic>{{"orders", {PartitionIndex{0}}}}});
    return answer<OffsetFetchResponse>(send(request)).groups.at(0).topics.at(0).partitions.at(0).committed_offset;
  }

  // ---- whole groups ----
  // Members of the names they were given, the leader first; the group waits for the leader's assignment.
  std::vector<std::string> completing(int count) {
    std::vector<std::string> members;
    for (int i = 0; i < count; ++i) members.push_back(obtain_id());
    for (const std::string& member : members) join(member);
    pass(seconds(9));
    REQUIRE(state() == "CompletingRebalance");
    return members;
  }
  // The same, each with the partition of orders that is its place in the list.
  std::vector<std::string> stable(int count) {
    const std::vector<std::string> members = completing(count);
    std::vector<SyncGroupRequest::Assignment> assignments;
    for (int i = 0; i < count; ++i) {
      assignments.push_back({members[static_cast<std::size_t>(i)], assignment_of("orders", {PartitionIndex{i}})});
    }
    for (std::size_t i = 1; i < members.size(); ++i) sync(members[i], generation());
    sync(members[0], generation(), assignments);
    REQUIRE(state() == "Stable");
    return members;
  }

  [[nodiscard]] std::optional<GroupReport> report(const std::string& group = group_name) const {
    for (const GroupReport& one : coordinator.report()) {
      if (one.group == group) return one;
    }
    return std::nullopt;
  }
  [[nodiscard]] std::string state() const { return report() ? report()->state : "absent"; }
  [[nodiscard]] Generation generation() const { return report()->generation; }
  [[nodiscard]] std::size_t member_count() const { return report()->members.size(); }
  template <class Event>
  [[nodiscard]] std::vector<Event> noted() const {
    std::vector<Event> found;
    for (const trace::Event& note : notes) {
      if (const auto* event = note.get_if<Event>()) found.push_back(*event);
    }
    return found;
  }

  template <class Action>
  void step(Action action) {
    Effects out;
    Env env{now, wall, random, disk, out};
    action(env);
    for (const Effect& effect : out.list()) {
      if (const auto* sent = std::get_if<Send>(&effect)) {
        REQUIRE(answers.emplace(sent->envelope.correlation_id, sent->envelope).second);  // one answer a request
      } else if (const auto* note = std::get_if<Note>(&effect)) {
        notes.push_back(note->event);
      }
    }
    for (GroupAppend& append : coordinator.take_appends()) {
      if (appends == Appends::hold) {
        held.push_back(std::move(append));
      } else {
        complete(append, ErrorCode::none);
      }
    }
  }

  GroupCoordinator coordinator;
  Appends appends{Appends::replicate};
  std::map<PartitionIndex, std::vector<RecordBatch>> log;
  std::vector<GroupAppend> held;
  std::map<int, Envelope> answers;
  std::vector<trace::Event> notes;
  Instant now{seconds(1000).ns};
  Timestamp wall{1'700'000'000'000};
  Random random{7};
  MemoryDisk disk;

 private:
  int last_request_{0};
};

}  // namespace kafkasim::test
