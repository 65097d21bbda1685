#pragma once
// One member of a quorum, and a test that plays all the others by hand.
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

#include "core/base/bytes.hpp"
#include "core/raft/raft_messages.hpp"
#include "core/raft/raft_node.hpp"
#include "core/record/record.hpp"
#include "sim/disk/sim_disk.hpp"

namespace kafkasim::raft_test {

inline RaftOptions solo_options(int voters, NodeId self) {
  RaftOptions options;
  options.self = self;
  for (int i = 1; i <= voters; ++i) options.voters[NodeId{i}] = Endpoint{"node" + std::to_string(i), 9093};
  options.member = self.value <= voters ? QuorumMember::voter : QuorumMember::observer;
  options.cluster_id = "a-cluster";
  options.channel_tag = 3;
  return options;
}

struct Asked {  // a request that the node sent
  NodeId to;
  ConnectionId connection;
  std::int32_t correlation_id{};
  Message message;
};

class Solo {
 public:
  Solo(RaftOptions options, sim::SimDisk formatted) : disk{std::move(formatted)}, raft{std::move(options)} { start(); }
  explicit Solo(int voters, int self = 1) : raft{solo_options(voters, NodeId{self})} { start(); }

  void start() {
    ++incarnation;
    asked.clear();
    dialled_.clear();
    act([this](Env& env) { raft.start(Started{StartKind::restart, HostId{1}, incarnation}, env); });
  }
  void restart_after_power_loss() {
    disk.process_crash();
    disk.power_loss({}, random);
    raft = RaftNode{solo_options(static_cast<int>(raft.voters().size()), raft.self())};
    start();
  }

  void step(const Input& in) {
    act([this, &in](Env& env) { raft.step(in, env); });
  }
  void wait(Duration time) {  // wakes it when it wants to be woken
    const Instant end = now + time;
    while (raft.next_deadline() && *raft.next_deadline() <= end) {
      now = std::max(now, *raft.next_deadline());
      step(Woken{});
    }
    now = end;
  }
  std::optional<Offset> append(const std::string& text) {
    std::optional<Offset> last;
    act([&](Env& env) { last = raft.append({to_vector(as_bytes(text))}, env); });
    return last;
  }
  std::vector<CommittedBatch> take() {
    std::vector<CommittedBatch> taken;
    act([&](Env& env) { taken = raft.take_committed(env); });
    return taken;
  }
  void create_snapshot(const raft::SnapshotId& id, const raft::SnapshotContent& content) {
    act([&](Env& env) { raft.create_snapshot(id, content, env); });
  }
  void resign() {
    act([this](Env& env) { raft.resign(env); });
  }
  void campaign() {
    act([this](Env& env) { raft.campaign(env); });
  }

  // Sends it a request; the number finds the answer.
  template <class Request>
  std::int32_t request(Request message) {
    const std::int32_t number = ++requests_;
    step(Received{ConnectionId{HostId{9}, 1}, Envelope{number, 1, "test", Message::of(std::move(message))}});
    return number;
  }
  template <class Response>
  [[nodiscard]] std::optional<Response> answer_to(std::int32_t number) const {
    for (const Send& sent : answers) {
      if (sent.envelope.correlation_id == number) return sent.envelope.message.as<Response>();
    }
    return std::nullopt;
  }
  // Answers the last request of that kind to `from`.
  template <class Request, class Response>
  void reply(NodeId from, Response response) {
    for (auto one = asked.rbegin(); one != asked.rend(); ++one) {
      if (one->to != from || !one->message.get_if<Request>()) continue;
      const Asked to = *one;
      asked.erase(std::next(one).base());
      return step(Received{to.connection, Envelope{to.correlation_id, 1, "", Message::of(std::move(response))}});
    }
    FAIL("no such request was sent");
  }
  template <class Request, class Response>
  void reply_to_any(Response response) {
    for (auto one = asked.rbegin(); one != asked.rend(); ++one) {
      if (one->message.get_if<Request>()) return reply<Request>(one->to, std::move(response));
    }
    FAIL("no such request was sent");
  }
  template <class Request>
  [[nodiscard]] const Request* last_asked(NodeId to) const {
    for (auto one = asked.rbegin(); one != asked.rend(); ++one) {
      if (one->to == to && one->message.get_if<Request>()) return one->message.get_if<Request>();
    }
    return nullptr;
  }
  template <class Role>
  [[nodiscard]] const Role* role() const {
    return std::get_if<Role>(&raft.role());
  }
  [[nodiscard]] std::int32_t epoch() const { return raft.leader_and_epoch().epoch; }

  // In a quorum of three: until it asks for pre-votes; until node 2 gave it one; election by the vote of node 2.
  void sound_out();
  void stand();
  void win();

  sim::SimDisk disk;
  Random random{7};
  Instant now{seconds(1).ns};
  RaftNode raft;
  std::uint32_t incarnation{0};
  std::vector<Asked> asked;
  std::vector<Send> answers;
  std::vector<trace::Event> notes;
  std::vector<std::string> exits;
  bool answers_searches{true};  // a voter that looks for a leader is told nothing at once, and `asked` has no such fetch

 private:
  template <class Act>
  void act(Act act) {
    Effects out;
    Env env{now, Timestamp{1'700'000'000'000}, random, disk, out};
    act(env);
    std::vector<ConnectionId> made;
    std::vector<Asked> searches;
    for (const Effect& effect : out.take()) {
      if (const auto* dialled = std::get_if<Connect>(&effect)) {
        for (int id = 1; id <= 9; ++id) {
          if (dialled->to.host == "node" + std::to_string(id)) dialled_.emplace_back(dialled->connection, NodeId{id});
        }
        made.push_back(dialled->connection);
      } else if (const auto* sent = std::get_if<Send>(&effect)) {
        const auto to = peer(sent->connection);
        if (to) {
          auto& list = is_search(sent->envelope.message) ? searches : asked;
          list.push_back({*to, sent->connection, sent->envelope.correlation_id, sent->envelope.message});
        }
        if (!to) answers.push_back(*sent);
      } else if (const auto* note = std::get_if<Note>(&effect)) {
        notes.push_back(note->event);
      } else if (const auto* exit = std::get_if<Exit>(&effect)) {
        exits.push_back(exit->reason);
      }
    }
    for (const ConnectionId& connection : made) step(Connected{connection});
    for (const Asked& one : searches)
      step(Received{one.connection, Envelope{one.correlation_id, 1, "", Message::of(FetchResponse{})}});
  }
  [[nodiscard]] bool is_search(const Message& message) const {
    const bool is_voter = raft.voters().contains(raft.self());
    return answers_searches && is_voter && role<raft::Unattached>() && message.get_if<FetchRequest>();
  }
  [[nodiscard]] std::optional<NodeId> peer(const ConnectionId& connection) const {
    for (const auto& [dialled, id] : dialled_) {
      if (dialled == connection) return id;
    }
    return std::nullopt;
  }

  std::int32_t requests_{0};
  std::vector<std::pair<ConnectionId, NodeId>> dialled_;
};

// ---- what the others say ------------------------------------------------------------------------------
inline VoteRequest vote_of(int candidate, int epoch, int last_epoch = 0, std::int64_t end = 0) {
  VoteRequest::Partition partition;
  partition.replica_id = NodeId{candidate};
  partition.replica_epoch = LeaderEpoch{epoch};
  partition.last_offset_epoch = LeaderEpoch{last_epoch};
  partition.last_offset = Offset{end};
  VoteRequest request;
  request.cluster_id = "a-cluster";
  request.topics = raft::sole_topic<VoteRequest>(partition);
  return request;
}

inline VoteRequest pre_vote_of(int prospective, int epoch, int last_epoch = 0, std::int64_t end = 0) {
  VoteRequest request = vote_of(prospective, epoch, last_epoch, end);
  request.topics[0].partitions[0].pre_vote = true;
  return request;
}

template <class Response>
Response quorum_answer(ErrorCode error, std::optional<NodeId> leader, int epoch) {
  typename Response::Partition partition;
  partition.error_code = error;
  partition.leader_id = leader;
  partition.leader_epoch = LeaderEpoch{epoch};
  Response response;
  response.topics = raft::sole_topic<Response>(partition);
  return response;
}

inline VoteResponse vote_answer(bool granted, int epoch) {
  VoteResponse response = quorum_answer<VoteResponse>(ErrorCode::none, std::nullopt, epoch);
  response.topics[0].partitions[0].vote_granted = granted;
  return response;
}

template <class Request>  // BeginQuorumEpoch, EndQuorumEpoch
Request leader_says(int leader, int epoch) {
  typename Request::Partition partition;
  partition.leader_id = NodeId{leader};
  partition.leader_epoch = LeaderEpoch{epoch};
  Request request;
  request.cluster_id = "a-cluster";
  request.topics = raft::sole_topic<Request>(partition);
  return request;
}

inline FetchRequest fetch_of(int replica, int epoch, std::int64_t from, int last_epoch,
                             std::optional<Offset> high_watermark = Offset{INT64_MAX},
                             Duration max_wait = milliseconds(500)) {
  FetchRequest::Partition partition;
  partition.current_leader_epoch = LeaderEpoch{epoch};
  partition.fetch_offset = Offset{from};
  partition.last_fetched_epoch = LeaderEpoch{last_epoch};
  partition.high_watermark = high_watermark;
  FetchRequest request;
  request.cluster_id = "a-cluster";
  request.replica_state.replica_id = NodeId{replica};
  request.max_wait = max_wait;
  request.topics = raft::sole_topic_of(partition);
  return request;
}

inline FetchResponse fetch_answer(ErrorCode error, int leader, int epoch, std::optional<Offset> high_watermark = {},
                                  std::vector<RecordBatch> batches = {}) {
  FetchResponse::Partition partition;
  partition.error_code = error;
  partition.current_leader = LeaderIdAndEpoch{NodeId{leader}, LeaderEpoch{epoch}};
  partition.high_watermark = high_watermark;
  partition.records.batches = std::move(batches);
  FetchResponse response;
  response.responses = raft::sole_topic_of(std::move(partition));
  return response;
}

inline RecordBatch stored_batch(std::int64_t base, int epoch, const std::string& text) {
  BatchBuilder builder;
  builder.append(Timestamp{1'700'000'000'000}, std::nullopt, as_bytes(text));
  RecordBatch batch = builder.build();
  batch.header.base_offset = base;
  batch.header.partition_leader_epoch = epoch;
  return batch;
}

inline void Solo::sound_out() {
  while (!role<raft::Prospective>()) {
    REQUIRE(raft.next_deadline());
    now = std::max(now, *raft.next_deadline());
    step(Woken{});
  }
}

inline void Solo::stand() {
  sound_out();
  const std::int32_t before = epoch();
  reply<VoteRequest>(NodeId{2}, vote_answer(true, before));
  REQUIRE(role<raft::Candidate>());
  reply<VoteRequest>(NodeId{3}, vote_answer(true, before));  // too late to count
}

inline void Solo::win() {
  stand();
  reply<VoteRequest>(NodeId{2}, vote_answer(true, epoch()));
  REQUIRE(raft.is_leader());
  reply<VoteRequest>(NodeId{3}, vote_answer(true, epoch()));  // too late to count
}

}  // namespace kafkasim::raft_test
