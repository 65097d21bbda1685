#pragma once
// A few brokers' ReplicaManagers with their disks, for tests. The test is the network, the clock, the controller and
// the clients: messages between brokers wait until carry(), time stands still until run(), metadata come by publish(),
// and the ISR changes only by accept_isr() or refuse_isr().
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

#include "core/message/alter_partition.hpp"
#include "core/message/version.hpp"
#include "core/replica/replica_manager.hpp"
#include "tests/support/batches.hpp"
#include "tests/support/memory_disk.hpp"

namespace kafkasim::test {

inline constexpr Uuid orders_id{7, 7};
inline constexpr TopicIdPartition orders{orders_id, PartitionIndex{0}};

using Values = std::vector<std::string>;

inline Values values(const std::vector<RecordBatch>& batches) {
  Values found;
  for (const RecordBatch& batch : batches) {
    const DecodedRecords records = decode_records(batch).value();
    for (const Record& record : records) found.emplace_back(as_text(*record.value));
  }
  return found;
}

class Cluster {
 public:
  struct Broker {
    std::optional<ReplicaManager> manager;  // absent: not running
    MemoryDisk disk;
    Random random{1};
    std::vector<trace::Event> notes;
    std::vector<AlterPartitionRequest> asked;  // of the controller, not answered yet
    std::vector<InternalCompletion> completions;
    std::vector<LeadershipChange> leaderships;
    std::vector<Effect> others;  // NoAnswer, Close of a client's connection, Exit
    std::uint32_t incarnation{0};
    std::vector<std::pair<FileId, FlushToken>> flushes;
  };
  struct Transit {
    std::int32_t from{};
    std::int32_t to{};
    Input input;
  };

  NodeConfig config;
  LegacyBehaviours legacy;
  MetadataImage image;
  Instant now{seconds(1'000).ns};
  std::map<std::int32_t, Broker> brokers;
  std::set<std::pair<std::int32_t, std::int32_t>> cut;  // what is sent from the first to the second waits
  std::deque<Transit> network;

  explicit Cluster(int size, NodeConfig settings = {}, LegacyBehaviours old = {})
      : config{std::move(settings)}, legacy{old} {
    for (std::int32_t id = 1; id <= size; ++id) boot(id);
  }

  // ---- brokers -----------------------------------------------------------------------------------
  void boot(std::int32_t id) {
    Broker& broker = brokers[id];
    BrokerImage& registration = image.brokers[NodeId{id}];
    registration.id = NodeId{id};
    registration.epoch = BrokerEpoch{++registrations_};
    registration.endpoint = {"b" + std::to_string(id), static_cast<std::uint16_t>(id)};
    registration.fenced = false;
    broker.manager.emplace(NodeId{id}, config, legacy);
    call(id, [&](ReplicaManager& manager, Env& env) {
      manager.start(Started{StartKind::restart, HostId{id}, ++broker.incarnation}, env);
      manager.set_broker_epoch(registration.epoch);
    });
  }
  void kill(std::int32_t id) {
    Broker& broker = brokers.at(id);
    broker.manager.reset();
    broker.asked.clear();
    broker.flushes.clear();
    broker.disk = broker.disk.after_crash();
    std::erase_if(network, [id](const Transit& t) { return t.from == id || t.to == id; });
    for (auto& [connection, peer] : dialled_) {
      if (peer == id)
        network.push_back({id, connection.dialler.value, Disconnected{connection, DisconnectReason::reset}});
    }
  }
  [[nodiscard]] ReplicaManager& at(std::int32_t id) { return *brokers.at(id).manager; }
  [[nodiscard]] ReplicaReport report(std::int32_t id, const TopicIdPartition& tp = orders) {
    return at(id).report(tp).value();
  }
  [[nodiscard]] std::int64_t log_end(std::int32_t id) { return report(id).log_end.value; }
  [[nodiscard]] std::int64_t high_watermark(std::int32_t id) { return report(id).high_watermark.value; }
  [[nodiscard]] std::vector<RecordBatch> batches(std::int32_t id, const TopicIdPartition& tp = orders) {
    return at(id).log(tp)->all_batches(brokers.at(id).disk).value();
  }

  template <class F>
  void call(std::int32_t id, F&& f) {
    Broker& broker = brokers.at(id);
    Effects out;
    Env env{now, Timestamp{now.ns / 1'000'000}, broker.random, broker.disk, out};
    f(*broker.manager, env);
    for (const Message& request : broker.manager->take_controller_requests(env)) {
      broker.asked.push_back(request.as<AlterPartitionRequest>());
    }
    for (const InternalCompletion& done : broker.manager->take_internal_completions())
      broker.completions.push_back(done);
    for (const LeadershipChange& change : broker.manager->take_leadership_changes())
      broker.leaderships.push_back(change);
    for (Effect& effect : out.take()) take(id, std::move(effect));
  }

  // ---- metadata ----------------------------------------------------------------------------------
  PartitionRegistration& add_topic(std::vector<std::int32_t> replicas, std::map<std::string, std::string> configs = {},
                                   const std::string& name = "orders", const Uuid& id = orders_id) {
    TopicImage topic;
    topic.name = name;
    topic.id = id;
    topic.configs = std::move(configs);
    PartitionRegistration& partition = topic.partitions.emplace_back();
    partition.replicas = nodes(replicas);
    partition.isr = nodes(replicas);
    partition.leader = NodeId{replicas.front()};
    image.topics[id] = Cow{std::move(topic)};
    image.topic_ids[name] = id;
    publish({}, {id, PartitionIndex{0}});
    return registration({id, PartitionIndex{0}});
  }
  [[nodiscard]] PartitionRegistration& registration(const TopicIdPartition& tp = orders) {
    return image.topics.at(tp.topic_id).edit().partitions[static_cast<std::size_t>(tp.partition.value)];
  }
  static std::vector<NodeId> nodes(const std::vector<std::int32_t>& ids) {
    std::vector<NodeId> list;
    for (const std::int32_t id : ids) list.push_back(NodeId{id});
    return list;
  }
  // Those brokers, or all that run, apply the image.
  void publish(std::vector<std::int32_t> to = {}, const TopicIdPartition& changed = orders) {
    for (auto& [id, broker] : brokers) {
      if (!broker.manager || (!to.empty() && std::ranges::find(to, id) == to.end())) continue;
      call(id, [&](ReplicaManager& manager, Env& env) { manager.apply_metadata(image, {changed}, env); });
    }
  }
  void elect(std::optional<std::int32_t> leader, std::vector<std::int32_t> isr, std::vector<std::int32_t> to = {}) {
    PartitionRegistration& partition = registration();
    partition.leader = leader ? std::optional{NodeId{*leader}} : std::nullopt;
    partition.leader_epoch = partition.leader_epoch.next();
    partition.partition_epoch = partition.partition_epoch.next();
    partition.isr = nodes(isr);
    publish(std::move(to));
  }
  // The controller says yes to what `id` asks; metadata are not published.
  void accept_isr(std::int32_t id) {
    const AlterPartitionRequest request = take_question(id);
    PartitionRegistration& partition = registration();
    partition.partition_epoch = partition.partition_epoch.next();
    partition.isr.clear();
    for (const auto& member : request.topics.front().partitions.front().new_isr_with_epochs)
      partition.isr.push_back(member.broker_id);
    answer_isr(id, ErrorCode::none);
  }
  void refuse_isr(std::int32_t id, ErrorCode error) {
    (void)take_question(id);
    answer_isr(id, error);
  }
  void controller_is_silent(std::int32_t id) {
    (void)take_question(id);
    call(id, [&](ReplicaManager& manager, Env& env) { manager.on_controller_answer(std::nullopt, env); });
  }

  // ---- clients -----------------------------------------------------------------------------------
  // Each request has a connection of its own; its number names it.
  template <class Request>
  int ask(std::int32_t id, Request request, std::int16_t version = spoken_version(Request::api)) {
    const RequestRef ref{client_connection(++requests_), requests_, version};
    call(id, [&](ReplicaManager& manager, Env& env) { serve(manager, ref, request, env); });
    return requests_;
  }
  template <class Response>
  [[nodiscard]] const Response* answer_to(int request) const {
    const auto found = answers_.find(request);
    return found == answers_.end() ? nullptr : &found->second.template as<Response>();
  }
  int produce(std::int32_t id, const RecordBatch& batch, int acks = -1, Duration timeout = seconds(30),
              const TopicIdPartition& tp = orders) {
    ProduceRequest request;
    request.acks = static_cast<std::int16_t>(acks);
    request.timeout = timeout;
    request.topic_data.push_back({.topic_id = tp.topic_id});
    request.topic_data.back().partition_data.push_back({.index = tp.partition, .records = {{batch}, std::nullopt}});
    return ask(id, request);
  }
  int produce(std::int32_t id, const std::string& value, int acks = -1) {
    return produce(id, make_batch({.value = value}), acks);
  }
  [[nodiscard]] const ProduceResponse::Partition* produced(int request) const {
    const auto* response = answer_to<ProduceResponse>(request);
    return response ? &response->responses.front().partition_responses.front() : nullptr;
  }
  // The error of a Produce that has been answered; absent while it waits.
  [[nodiscard]] std::optional<ErrorCode> outcome(int request) const {
    const auto* partition = produced(request);
    return partition ? std::optional{partition->error_code} : std::nullopt;
  }
  [[nodiscard]] static FetchRequest fetch_request(std::int64_t offset, Duration max_wait = {},
                                                  std::int32_t min_bytes = 1) {
    FetchRequest request;
    request.max_wait = max_wait;
    request.min_bytes = min_bytes;
    request.topics.push_back({.topic_id = orders_id});
    request.topics.back().partitions.push_back(
        {.partition = PartitionIndex{0}, .fetch_offset = Offset{offset}, .partition_max_bytes = 1 << 20});
    return request;
  }
  // As follower `replica` would fetch: answered or waiting at once, without its own manager.
  [[nodiscard]] FetchRequest follower_fetch(std::int32_t replica, std::int64_t offset, Duration max_wait = {}) {
    FetchRequest request = fetch_request(offset, max_wait);
    request.replica_state = {NodeId{replica}, image.brokers.at(NodeId{replica}).epoch};
    request.topics[0].partitions[0].current_leader_epoch = registration().leader_epoch;
    request.topics[0].partitions[0].log_start_offset = Offset{0};
    return request;
  }
  [[nodiscard]] const FetchResponse::Partition* fetched(int request) const {
    const auto* response = answer_to<FetchResponse>(request);
    return response ? &response->responses.front().partitions.front() : nullptr;
  }

  // ---- network and time --------------------------------------------------------------------------
  // Carries what is under way, and what that sets under way, except over links that are cut.
  void carry() {
    for (std::size_t at = 0; at < network.size();) {
      if (cut.contains({network[at].from, network[at].to})) {
        ++at;
        continue;
      }
      Transit transit = std::move(network[at]);
      network.erase(network.begin() + static_cast<std::ptrdiff_t>(at));
      deliver(transit);
      at = 0;
    }
  }
  bool carry_one() {
    for (std::size_t at = 0; at < network.size(); ++at) {
      if (cut.contains({network[at].from, network[at].to})) continue;
      Transit transit = std::move(network[at]);
      network.erase(network.begin() + static_cast<std::ptrdiff_t>(at));
      deliver(transit);
      return true;
    }
    return false;
  }
  void run(Duration time) {
    const Instant end = now + time;
    for (;;) {
      carry();
      std::optional<Instant> next;
      for (const auto& [id, broker] : brokers) {
        if (broker.manager) next = earlier(next, deadline_of(*broker.manager));
      }
      if (!next || *next > end) break;
      now = std::max(now, *next);
      for (auto& [id, broker] : brokers) {
        const auto due = broker.manager ? broker.manager->next_deadline() : std::nullopt;
        if (due && *due <= now) call(id, [&](ReplicaManager& manager, Env& env) { manager.step(Woken{}, env); });
        const auto upkeep = broker.manager ? broker.manager->upkeep_deadline() : std::nullopt;
        if (upkeep && *upkeep <= now) keep_up(id);
      }
    }
    now = end;
  }
  void keep_up(std::int32_t id) {
    call(id, [&](ReplicaManager& manager, Env& env) { manager.run_upkeep(env); });
  }
  [[nodiscard]] static std::optional<Instant> deadline_of(const ReplicaManager& manager) {
    return earlier(manager.next_deadline(), manager.upkeep_deadline());
  }
  void flush(std::int32_t id, bool ok = true) {
    for (const auto& [file, token] : std::exchange(brokers.at(id).flushes, {})) {
      if (ok) REQUIRE(brokers.at(id).disk.sync(file));
      const Flushed flushed{token, ok};
      CHECK(at(id).handles(flushed));
      call(id, [&](ReplicaManager& manager, Env& env) { manager.step(flushed, env); });
    }
  }

  template <class E>
  [[nodiscard]] std::vector<E> notes(std::int32_t id) const {
    std::vector<E> found;
    for (const trace::Event& event : brokers.at(id).notes) {
      if (const auto* note = event.get_if<E>()) found.push_back(*note);
    }
    return found;
  }
  template <class E>
  [[nodiscard]] int count_of(std::int32_t id) const {
    int count = 0;
    for (const Effect& effect : brokers.at(id).others) count += std::holds_alternative<E>(effect) ? 1 : 0;
    return count;
  }

 private:
  static constexpr std::int32_t clients = 1000;
  static ConnectionId client_connection(int request) { return {HostId{clients}, static_cast<std::uint64_t>(request)}; }

  static void serve(ReplicaManager& m, const RequestRef& ref, const ProduceRequest& r, Env& env) {
    m.produce(ref, r, env);
  }
  static void serve(ReplicaManager& m, const RequestRef& ref, const FetchRequest& r, Env& env) { m.fetch(ref, r, env); }
  static void serve(ReplicaManager& m, const RequestRef& ref, const ListOffsetsRequest& r, Env& env) {
    m.list_offsets(ref, r, env);
  }
  static void serve(ReplicaManager& m, const RequestRef& ref, const DeleteRecordsRequest& r, Env& env) {
    m.delete_records(ref, r, env);
  }
  static void serve(const ReplicaManager& m, const RequestRef& ref, const DescribeLogDirsRequest& r, Env& env) {
    m.describe_log_dirs(ref, r, env);
  }
  static void serve(ReplicaManager& m, const RequestRef& ref, const OffsetForLeaderEpochRequest& r, Env& env) {
    m.offset_for_leader_epoch(ref, r, env);
  }

  AlterPartitionRequest take_question(std::int32_t id) {
    std::vector<AlterPartitionRequest>& asked = brokers.at(id).asked;
    REQUIRE_FALSE(asked.empty());
    AlterPartitionRequest request = asked.front();
    asked.erase(asked.begin());
    return request;
  }
  void answer_isr(std::int32_t id, ErrorCode error) {
    const PartitionRegistration& partition = registration();
    AlterPartitionResponse response;
    response.topics.push_back({.topic_id = orders_id});
    response.topics.back().partitions.push_back({.partition_index = PartitionIndex{0},
                                                 .error_code = error,
                                                 .leader_id = partition.leader,
                                                 .leader_epoch = partition.leader_epoch,
                                                 .isr = partition.isr,
                                                 .partition_epoch = partition.partition_epoch});
    call(id, [&](ReplicaManager& manager, Env& env) { manager.on_controller_answer(Message::of(response), env); });
  }
  void take(std::int32_t id, Effect effect) {
    if (auto* note = std::get_if<Note>(&effect)) {
      brokers.at(id).notes.push_back(std::move(note->event));
    } else if (auto* connect = std::get_if<Connect>(&effect)) {
      const std::int32_t peer = connect->to.port;
      dialled_[connect->connection] = peer;
      const bool runs = brokers.at(peer).manager.has_value();
      network.push_back({peer, id,
                         runs ? Input{Connected{connect->connection}}
                              : Input{Disconnected{connect->connection, DisconnectReason::refused}}});
    } else if (auto* send = std::get_if<Send>(&effect)) {
      const std::int32_t dialler = send->connection.dialler.value;
      if (dialler == clients) {
        answers_.emplace(send->envelope.correlation_id, send->envelope.message);
      } else {
        const std::int32_t to = dialler == id ? dialled_.at(send->connection) : dialler;
        network.push_back({id, to, Received{send->connection, std::move(send->envelope)}});
      }
    } else if (auto* wanted = std::get_if<Flush>(&effect)) {
      if (wanted->file) {
        brokers.at(id).flushes.emplace_back(*wanted->file, wanted->token);
      } else {
        network.push_back({id, id, Flushed{wanted->token, true}});  // the disks here take no time
      }
    } else {
      brokers.at(id).others.push_back(std::move(effect));
    }
  }
  void deliver(const Transit& transit) {
    Broker& broker = brokers.at(transit.to);
    if (!broker.manager) return;
    const auto* received = std::get_if<Received>(&transit.input);
    const bool is_request = received != nullptr && received->connection.dialler.value != transit.to;
    if (!is_request) {
      if (!broker.manager->handles(transit.input)) return;
      call(transit.to, [&](ReplicaManager& manager, Env& env) { manager.step(transit.input, env); });
      return;
    }
    const RequestRef ref = request_ref(*received);
    const Message& message = received->envelope.message;
    call(transit.to, [&](ReplicaManager& manager, Env& env) {
      if (const auto* fetch = message.get_if<FetchRequest>()) manager.fetch(ref, *fetch, env);
      if (const auto* offsets = message.get_if<ListOffsetsRequest>()) manager.list_offsets(ref, *offsets, env);
    });
  }

  std::int64_t registrations_{100};
  int requests_{0};
  std::map<int, Message> answers_;
  std::map<ConnectionId, std::int32_t> dialled_;
};

}  // namespace kafkasim::test
