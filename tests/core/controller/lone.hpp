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
  explicit Lone(NodeConfig config = {}, int voters = 1, std::map<std::string, std::int16_t> features = {})
      : controller{options(std::move(config), voters, std::move(features))} {
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
  static ControllerOptions options(NodeConfig config, int voters, std::map<std::string, std::int16_t> features) {
    ControllerOptions made{NodeId{3000}, "a-cluster", {}, std::move(config)};
    made.features = std::move(features);
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

// Three brokers, of which the test may silence some, and a partition that the first leads.
struct Led : Lone {
  std::map<std::int32_t, BrokerEpoch> epochs;
  Uuid topic;
  using Settings = std::map<std::string, std::string>;
  using Features = std::map<std::string, std::int16_t>;
  explicit Led(Settings config = {}, Features features = {}, NodeConfig node = {}, std::int32_t more = 0)
      : Lone{std::move(node), 1, std::move(features)} {
    for (std::int32_t id = 4; id < 4 + more; ++id) epochs[id] = add_broker(id);
    for (const std::int32_t id : {1, 2, 3}) epochs[id] = add_broker(id);
    topic = create_on("orders", {b1, b2, b3}, std::move(config));
  }
  void only(const std::vector<std::int32_t>& alive, int for_seconds = 20) {  // the sessions of the others end
    for (int i = 0; i < for_seconds; ++i) {
      for (const std::int32_t id : alive) (void)beat(id, epochs.at(id));
      wait(milliseconds(1'000));
    }
  }
  enum class After : std::uint8_t { a_crash, a_clean_stop };
  void register_again(std::int32_t id, After how) {
    BrokerRegistrationRequest request = registration(id, ++incarnations_);
    if (how == After::a_clean_stop) request.previous_broker_epoch = epochs.at(id);
    epochs[id] = register_broker(request).broker_epoch.value();
  }
  void back(std::int32_t id, After how = After::a_crash) {
    register_again(id, how);
    (void)beat(id, epochs.at(id));
  }
  ErrorCode set(const std::string& name, const std::string& setting, std::optional<std::string> value,
                ConfigResourceType type = ConfigResourceType::topic) {
    IncrementalAlterConfigsRequest::Resource resource{static_cast<std::int8_t>(type), name, {}};
    resource.configs.push_back({setting, value ? config_operation::set : config_operation::remove, value});
    return ask(IncrementalAlterConfigsRequest{.resources = {resource}})
        ->as<IncrementalAlterConfigsResponse>()
        .responses.at(0)
        .error_code;
  }
  ErrorCode shrink(std::int32_t leader, const std::vector<std::int32_t>& isr) {
    AlterPartitionRequest::Partition asked{.leader_epoch = partition(topic).leader_epoch,
                                           .partition_epoch = partition(topic).partition_epoch};
    for (const std::int32_t id : isr) asked.new_isr_with_epochs.push_back({NodeId{id}, epochs.at(id)});
    AlterPartitionRequest request{.broker_id = NodeId{leader}, .broker_epoch = epochs.at(leader)};
    request.topics.push_back({.topic_name = {}, .topic_id = topic, .partitions = {asked}});
    return ask(request)->as<AlterPartitionResponse>().topics.front().partitions.front().error_code;
  }
  ErrorCode elect(std::int8_t type = preferred_election, const std::string& name = "orders",
                  PartitionIndex index = PartitionIndex{0}) {
    ElectLeadersRequest request{.election_type = type};
    request.topic_partitions = {{name, {index}}};
    const auto told = ask(request)->as<ElectLeadersResponse>();
    CHECK(told.error_code == ErrorCode::none);
    const auto& result = told.replica_election_results.at(0).partition_result.at(0);
    CHECK(result.error_message.has_value() == (result.error_code != ErrorCode::none));
    return result.error_code;
  }
  AlterPartitionReassignmentsResponse::Partition order(std::optional<std::vector<NodeId>> replicas,
                                                       const std::string& name = "orders") {
    AlterPartitionReassignmentsRequest request;
    request.topics.push_back({name, {{PartitionIndex{0}, std::move(replicas)}}});
    return ask(request)->as<AlterPartitionReassignmentsResponse>().responses.at(0).partitions.at(0);
  }

 private:
  std::uint64_t incarnations_{1};
};

inline const std::map<std::string, std::int16_t> with_elr{{std::string{eligible_leader_replicas_feature}, 1}};

}  // namespace kafkasim::test
