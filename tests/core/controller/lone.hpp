#pragma once
// A controller that the test speaks to as brokers do. Alone it is the only voter and leads from its first step on; of
// three it leads when the test has played the others (elect, follow).
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

#include "core/controller/controller.hpp"
#include "tests/core/raft/solo.hpp"
#include "tests/support/memory_disk.hpp"

namespace kafkasim::test {

inline const NodeId b1{1};
inline const NodeId b2{2};
inline const NodeId b3{3};

class Lone {
 public:
  explicit Lone(NodeConfig config = {}, int voters = 1) : controller{options(std::move(config), voters)} {
    step(Started{StartKind::first, HostId{0}, 1});
  }

  void step(const Input& in) {
    Effects effects;
    Env env{now, Timestamp{1'000}, random_, disk_, effects};
    controller.step(in, env);
    std::vector<ConnectionId> made;
    for (const Effect& effect : effects.list()) {
      if (const auto* connect = std::get_if<Connect>(&effect)) made.push_back(connect->connection);
      if (const auto* send = std::get_if<Send>(&effect)) take(*send);
      if (const auto* close = std::get_if<Close>(&effect)) closed.push_back(close->connection);
      if (const auto* note = std::get_if<Note>(&effect)) notes.push_back(note->event);
      if (const auto* exit = std::get_if<Exit>(&effect)) exits.push_back(*exit);
    }
    for (const ConnectionId& connection : made) step(Connected{connection});
  }
  void wait(Duration time) {  // wakes it when it wants to be woken
    const Instant end = now + time;
    while (controller.next_deadline() && *controller.next_deadline() <= end) {
      now = std::max(now, *controller.next_deadline());
      step(Woken{});
    }
    now = end;
  }

  // ---- a broker's side ---------------------------------------------------------------------------
  template <class Request>
  std::int32_t send(Request request) {
    const std::int32_t id = ++correlation_;
    step(Received{{HostId{9}, 1}, Envelope{id, 1, "test", Message::of(std::move(request))}});
    return id;
  }
  [[nodiscard]] std::optional<Message> answer(std::int32_t id) const {
    const auto found = answers_.find(id);
    return found == answers_.end() ? std::nullopt : std::optional{found->second};
  }
  template <class Request>
  std::optional<Message> ask(Request request) {
    return answer(send(std::move(request)));
  }
  static BrokerRegistrationRequest registration(std::int32_t id, std::uint64_t incarnation = 1) {
    BrokerRegistrationRequest request{.broker_id = NodeId{id},
                                      .cluster_id = "test",
                                      .incarnation_id = Uuid{incarnation, static_cast<std::uint64_t>(id)}};
    request.listeners.push_back({"PLAINTEXT", "broker-" + std::to_string(id), 9092, 0});
    return request;
  }
  BrokerRegistrationResponse register_broker(const BrokerRegistrationRequest& request) {
    return ask(request)->template as<BrokerRegistrationResponse>();
  }
  BrokerEpoch add_broker(std::int32_t id) {
    const BrokerEpoch epoch = register_broker(registration(id)).broker_epoch.value();
    CHECK_FALSE(beat(id, epoch).is_fenced);
    return epoch;
  }
  [[nodiscard]] BrokerHeartbeatRequest heartbeat(std::int32_t id, BrokerEpoch epoch) const {
    return {.broker_id = NodeId{id},
            .broker_epoch = epoch,
            .current_metadata_offset = Offset{controller.committed().end_offset - 1}};
  }
  BrokerHeartbeatResponse beat(const BrokerHeartbeatRequest& request) {
    return ask(request)->template as<BrokerHeartbeatResponse>();
  }
  BrokerHeartbeatResponse beat(std::int32_t id, BrokerEpoch epoch) { return beat(heartbeat(id, epoch)); }

  // ---- topics --------------------------------------------------------------------------------------
  CreateTopicsResponse::Topic create(CreateTopicsRequest::Topic topic) {
    CreateTopicsRequest request;
    request.topics.push_back(std::move(topic));
    return ask(request)->template as<CreateTopicsResponse>().topics.front();
  }
  CreateTopicsResponse::Topic create(const std::string& name, std::int32_t partitions, std::int16_t replicas) {
    return create({.name = name, .num_partitions = partitions, .replication_factor = replicas});
  }
  // A topic of one partition with those replicas, the first the leader.
  Uuid create_on(const std::string& name, std::vector<NodeId> replicas, std::map<std::string, std::string> set = {}) {
    CreateTopicsRequest::Topic topic{.name = name};
    topic.assignments.push_back({PartitionIndex{0}, std::move(replicas)});
    for (const auto& [key, value] : set) topic.configs.push_back({key, value});
    const CreateTopicsResponse::Topic made = create(std::move(topic));
    REQUIRE(made.error_code == ErrorCode::none);
    return made.topic_id;
  }
  [[nodiscard]] const PartitionRegistration& partition(const Uuid& topic) const {
    return *controller.committed().partition({topic, PartitionIndex{0}});
  }
  [[nodiscard]] const BrokerImage& broker(std::int32_t id) const { return *controller.committed().broker(NodeId{id}); }
  template <class Event>
  [[nodiscard]] std::size_t noted() const {
    return static_cast<std::size_t>(
        std::ranges::count_if(notes, [](const trace::Event& e) { return e.is<Event>(); }));
  }

  // ---- the other voters ----------------------------------------------------------------------------
  void elect() {  // by the pre-vote and then the vote of one of the two others
    for (int i = 0; i < 2; ++i) {
      while (votes_asked_.empty()) wait(milliseconds(100));
      const auto [connection, correlation] = votes_asked_.front();
      votes_asked_.clear();
      step(Received{connection, Envelope{correlation, 2, {}, Message::of(raft_test::vote_answer(true, epoch()))}});
    }
    REQUIRE(controller.raft().is_leader());
  }
  // That voter has everything: what there is gets committed.
  void follow(std::int32_t voter) {
    send(raft_test::fetch_of(voter, epoch(), controller.raft().log_end_offset().value, epoch(), std::nullopt));
  }
  [[nodiscard]] std::int32_t epoch() const { return controller.raft().leader_and_epoch().epoch; }

  Instant now{1};
  Controller controller;
  std::vector<ConnectionId> closed;
  std::vector<trace::Event> notes;
  std::vector<Exit> exits;

 private:
  static ControllerOptions options(NodeConfig config, int voters) {
    ControllerOptions made{NodeId{3000}, "a-cluster", {}, std::move(config)};
    if (voters == 1) made.cluster_id = "test";
    for (int i = 0; i < voters; ++i)
      made.voters[NodeId{3000 + i}] = Endpoint{"controller-" + std::to_string(3000 + i), 9093};
    return made;
  }
  void take(const Send& send) {
    const Message& message = send.envelope.message;
    if (message.kind() == MessageKind::response) {
      REQUIRE(answers_.emplace(send.envelope.correlation_id, message).second);  // one answer a request
    } else if (message.get_if<VoteRequest>()) {
      votes_asked_.emplace_back(send.connection, send.envelope.correlation_id);
    }
  }

  MemoryDisk disk_;
  Random random_{4};
  std::map<std::int32_t, Message> answers_;
  std::vector<std::pair<ConnectionId, std::int32_t>> votes_asked_;
  std::int32_t correlation_{0};
};

}  // namespace kafkasim::test
