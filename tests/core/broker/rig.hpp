#pragma once
// One broker, and a test that plays all the others by hand: the metadata quorum with its log, the active controller,
// other brokers, clients. The quorum answers fetches by itself; the controller answers only by reply(), or by itself
// while `obliging` (it admits the broker, unfences it, hands out producer ids and lets it go).
#include <algorithm>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

#include "core/broker/broker.hpp"
#include "core/machine/deadlines.hpp"
#include "core/message/version.hpp"
#include "core/raft/raft_messages.hpp"
#include "core/wire/metadata_record_codec.hpp"
#include "tests/support/batches.hpp"
#include "tests/support/memory_disk.hpp"

namespace kafkasim::test {

inline const NodeId b1{1};
inline const NodeId b2{2};
inline constexpr Uuid orders_id{7, 7};

struct Asked {  // a request that the broker has sent
  NodeId to;
  ConnectionId connection;
  std::int32_t correlation_id{};
  Message message;
};

class Rig {
 public:
  static constexpr std::int32_t self = 1;

  explicit Rig(NodeConfig config = {}) : broker{options(std::move(config))} {
    log.push_back(
        stored(raft::leader_change_batch(NodeId{3000}, {NodeId{3000}, NodeId{3001}}, {NodeId{3000}}, wall), 0, epoch));
  }

  // ---- the process ---------------------------------------------------------------------------------
  void start() {
    ++incarnation;
    broker_epoch.reset();
    unfenced_ = false;
    asked.clear();
    dialled_.clear();
    waiting_fetch_.reset();
    step(Started{StartKind::restart, HostId{self}, incarnation});
  }
  void crash_and_start() {
    disk = disk.after_crash();
    start();
  }
  // Starts, and goes on until the controller has unfenced it.
  void run() {
    obliging = true;
    start();
    wait(seconds(3));
    REQUIRE(broker.state() == BrokerState::running);
  }
  void step(const Input& in) {
    inputs_.push_back(in);
    if (inputs_.size() > 1) return;  // it is being stepped
    while (!inputs_.empty()) {
      step_once(inputs_.front());
      inputs_.pop_front();
    }
  }
  void wait(Duration time) {  // wakes it when it wants to be woken
    const Instant end = now + time;
    for (int wakes = 0;; ++wakes) {
      REQUIRE(wakes < 20'000);
      std::optional<Instant> poll;
      if (waiting_fetch_ && quorum_answers) poll = waiting_fetch_->until;
      const std::optional<Instant> next = earlier(broker.next_deadline(), poll);
      if (!next || *next > end) break;
      now = std::max(now, *next);
      if (poll && *poll <= now) answer_waiting_fetch();
      step(Woken{});
    }
    now = end;
  }

  // ---- the metadata log ------------------------------------------------------------------------------
  [[nodiscard]] std::int64_t log_end() const { return log.back().next_offset().value; }
  std::int64_t append(const std::vector<MetadataRecord>& records) {  // gives the offset of the first
    BatchBuilder builder;
    for (const MetadataRecord& record : records) {
      const std::vector<std::byte> value = encode_metadata_record(record);
      builder.append(wall, std::nullopt, ByteSpan{value});
    }
    const std::int64_t base = log_end();
    log.push_back(stored(builder.build(), base, epoch));
    if (quorum_answers) answer_waiting_fetch();
    return base;
  }
  void let_quorum_answer() {
    quorum_answers = true;
    answer_waiting_fetch();
  }
  void add_other_broker(std::int32_t id) {
    RegisterBrokerRecord record{.broker_id = NodeId{id}, .incarnation_id = Uuid{9, 9}, .fenced = false};
    record.broker_epoch = BrokerEpoch{log_end()};
    record.end_points.push_back({"PLAINTEXT", "b" + std::to_string(id), static_cast<std::uint16_t>(9000 + id), 0});
    append({record});
  }
  // A topic with one partition for each list of replicas: the first leads, all are in sync.
  void add_topic(const std::string& name, const Uuid& id, const std::vector<std::vector<NodeId>>& partitions) {
    std::vector<MetadataRecord> records{TopicRecord{name, id}};
    for (std::size_t i = 0; i < partitions.size(); ++i) {
      PartitionRecord record{.partition_id = PartitionIndex{static_cast<std::int32_t>(i)}, .topic_id = id};
      record.replicas = partitions[i];
      record.isr = partitions[i];
      record.leader = partitions[i].front();
      records.emplace_back(std::move(record));
    }
    append(records);
  }

  // ---- the controller --------------------------------------------------------------------------------
  template <class Request>
  [[nodiscard]] std::size_t count() const {
    return static_cast<std::size_t>(
        std::ranges::count_if(asked, [](const Asked& one) { return one.message.get_if<Request>() != nullptr; }));
  }
  template <class Request>
  [[nodiscard]] Asked take() {  // the oldest of that kind
    const auto found =
        std::ranges::find_if(asked, [](const Asked& one) { return one.message.get_if<Request>() != nullptr; });
    REQUIRE(found != asked.end());
    Asked one = *found;
    asked.erase(found);
    return one;
  }
  template <class Response>
  void reply(const Asked& to, Response response) {
    step(Received{to.connection, Envelope{to.correlation_id, 1, {}, Message::of(std::move(response))}});
  }
  // Writes the registration down and answers it.
  void admit(const Asked& one) {
    const auto& request = one.message.as<BrokerRegistrationRequest>();
    RegisterBrokerRecord record{.broker_id = request.broker_id, .incarnation_id = request.incarnation_id};
    broker_epoch = BrokerEpoch{log_end()};
    record.broker_epoch = *broker_epoch;
    for (const auto& l : request.listeners) record.end_points.push_back({l.name, l.host, l.port, 0});
    append({record});
    reply(one, BrokerRegistrationResponse{.broker_epoch = broker_epoch});
  }
  void set_fenced(FencingChange change) {
    append({BrokerRegistrationChangeRecord{
        .broker_id = NodeId{self}, .broker_epoch = broker_epoch.value(), .fenced = change}});
  }

  // ---- clients -----------------------------------------------------------------------------------------
  template <class Request>
  std::int32_t send(Request request, std::optional<std::int16_t> version = {}) {
    const std::int32_t id = ++requests_;
    step(Received{client(id), Envelope{id, version.value_or(spoken_version(Request::api)), "app",
                                       Message::of(std::move(request))}});
    return id;
  }
  static ConnectionId client(std::int32_t request) { return {HostId{90}, static_cast<std::uint64_t>(request)}; }
  [[nodiscard]] bool answered(std::int32_t id) const { return answers.contains(id); }
  template <class Response>
  [[nodiscard]] Response answer(std::int32_t id) const {
    const auto found = answers.find(id);
    REQUIRE(found != answers.end());
    return found->second.message.as<Response>();
  }
  template <class Response, class Request>
  Response ask(Request request) {
    return answer<Response>(send(std::move(request)));
  }
  [[nodiscard]] bool closed(std::int32_t id) const { return closes.contains(client(id)); }

  template <class Event>
  [[nodiscard]] std::vector<Event> noted() const {
    std::vector<Event> found;
    for (const trace::Event& note : notes) {
      if (const auto* event = note.get_if<Event>()) found.push_back(*event);
    }
    return found;
  }

  Instant now{seconds(1'000).ns};
  Timestamp wall{1'700'000'000'000};
  MemoryDisk disk;
  Random random{7};
  Broker broker;
  std::uint32_t incarnation{0};

  NodeId leader{3000};  // of the metadata quorum
  std::int32_t epoch{1};
  std::vector<RecordBatch> log;
  bool quorum_answers{true};
  bool obliging{false};
  std::set<NodeId> unreachable;
  std::optional<BrokerEpoch> broker_epoch;

  std::vector<Asked> asked;
  std::map<std::int32_t, Envelope> answers;
  std::vector<std::int32_t> no_answers;
  std::set<ConnectionId> closes;
  std::vector<trace::Event> notes;
  std::vector<Exit> exits;

 private:
  struct WaitingFetch {
    Asked from;
    Instant until;
  };

  static BrokerOptions options(NodeConfig config) {
    return {NodeId{self},
            Endpoint{"b1", 9001},
            std::nullopt,
            "a-cluster",
            {{NodeId{3000}, Endpoint{"c3000", 9093}}, {NodeId{3001}, Endpoint{"c3001", 9093}}},
            std::move(config)};
  }
  static NodeId node_at(const Endpoint& endpoint) { return NodeId{std::stoi(endpoint.host.substr(1))}; }

  void step_once(const Input& in) {
    Effects out;
    Env env{now, wall, random, disk, out};
    broker.step(in, env);
    for (const Effect& effect : out.take()) carry_out(effect);
  }
  void carry_out(const Effect& effect) {
    if (const auto* connect = std::get_if<Connect>(&effect)) {
      const NodeId to = node_at(connect->to);
      dialled_[connect->connection] = to;
      if (unreachable.contains(to)) {
        inputs_.emplace_back(Disconnected{connect->connection, DisconnectReason::refused});
      } else {
        inputs_.emplace_back(Connected{connect->connection});
      }
    } else if (const auto* sent = std::get_if<Send>(&effect)) {
      take_sent(*sent);
    } else if (const auto* none = std::get_if<NoAnswer>(&effect)) {
      no_answers.push_back(none->correlation_id);
    } else if (const auto* close = std::get_if<Close>(&effect)) {
      closes.insert(close->connection);
    } else if (const auto* flush = std::get_if<Flush>(&effect)) {
      inputs_.emplace_back(Flushed{flush->token, true});
    } else if (const auto* note = std::get_if<Note>(&effect)) {
      notes.push_back(note->event);
    } else if (const auto* exit = std::get_if<Exit>(&effect)) {
      exits.push_back(*exit);
    }
  }
  void take_sent(const Send& sent) {
    const auto peer = dialled_.find(sent.connection);
    if (peer == dialled_.end()) {  // one answer a request
      REQUIRE(answers.emplace(sent.envelope.correlation_id, sent.envelope).second);
      return;
    }
    const Asked one{peer->second, sent.connection, sent.envelope.correlation_id, sent.envelope.message};
    if (const auto* fetch = one.message.get_if<FetchRequest>(); fetch && raft::sole_partition(*fetch)) {
      serve_fetch(one, *fetch);
    } else if (!obliging || !oblige(one)) {
      asked.push_back(one);
    }
  }

  void serve_fetch(const Asked& one, const FetchRequest& fetch) {
    const FetchRequest::Partition& from = *raft::sole_partition(fetch);
    const bool knows_all = from.fetch_offset.value >= log_end() && from.high_watermark == Offset{log_end()};
    const bool nothing_new = one.to == leader && knows_all && from.current_leader_epoch == LeaderEpoch{epoch};
    if (nothing_new || !quorum_answers) {
      waiting_fetch_ = WaitingFetch{one, now + fetch.max_wait};
    } else {
      answer_fetch(one);
    }
  }
  void answer_waiting_fetch() {
    if (waiting_fetch_) answer_fetch(std::exchange(waiting_fetch_, std::nullopt)->from);
  }
  void answer_fetch(const Asked& one) {
    const Offset from = raft::sole_partition(one.message.as<FetchRequest>())->fetch_offset;
    FetchResponse::Partition told;
    told.current_leader = LeaderIdAndEpoch{leader, LeaderEpoch{epoch}};
    if (one.to != leader) {
      told.error_code = ErrorCode::not_leader_or_follower;
    } else {
      told.high_watermark = Offset{log_end()};
      for (const RecordBatch& batch : log) {
        if (batch.header.base_offset >= from.value) told.records.batches.push_back(batch);
      }
    }
    FetchResponse response;
    response.responses = raft::sole_topic_of(std::move(told));
    reply(one, std::move(response));
  }

  // What an obliging controller does; false if it has no opinion.
  bool oblige(const Asked& one) {
    if (one.to != leader) return false;
    if (one.message.get_if<BrokerRegistrationRequest>()) {
      unfenced_ = false;
      admit(one);
    } else if (const auto* beat = one.message.get_if<BrokerHeartbeatRequest>()) {
      const bool caught_up =
          beat->current_metadata_offset && beat->current_metadata_offset->value >= broker_epoch->value;
      if (caught_up && !beat->want_fence && !beat->want_shut_down && !unfenced_) {
        unfenced_ = true;
        set_fenced(FencingChange::unfence);
      }
      reply(one, BrokerHeartbeatResponse{
                     .is_caught_up = caught_up, .is_fenced = !unfenced_, .should_shut_down = beat->want_shut_down});
    } else if (one.message.get_if<AllocateProducerIdsRequest>()) {
      reply(one,
            AllocateProducerIdsResponse{.producer_id_start = ProducerId{next_producer_id_}, .producer_id_len = 1000});
      next_producer_id_ += 1000;
    } else {
      return false;
    }
    return true;
  }

  std::deque<Input> inputs_;
  std::map<ConnectionId, NodeId> dialled_;
  std::optional<WaitingFetch> waiting_fetch_;
  std::int32_t requests_{0};
  bool unfenced_{false};
  std::int64_t next_producer_id_{5000};
};

}  // namespace kafkasim::test
