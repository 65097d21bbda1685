#pragma once
// A transaction coordinator with what it needs around it: a log of __transaction_state that takes or refuses what it is given, producer
// ids, metadata with two brokers, answers by request. Broker 2 leads the partitions that transactions write to; the test plays it.
#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

#include "core/message/version.hpp"
#include "core/message/write_txn_markers.hpp"
#include "core/txn/transaction_coordinator.hpp"
#include "tests/support/memory_disk.hpp"

namespace kafkasim::test {

inline const std::string billing = "billing";
inline const TopicPartition orders0{"orders", PartitionIndex{0}};
inline const TopicPartition orders1{"orders", PartitionIndex{1}};

inline MetadataImage image_with_orders() {
  MetadataImage image;
  for (const std::int32_t id : {1, 2}) {
    BrokerImage& broker = image.brokers[NodeId{id}];
    broker.id = NodeId{id};
    broker.endpoint = {"b" + std::to_string(id), 9092};
    broker.fenced = false;
  }
  const auto add = [&image](const std::string& name, std::uint64_t number, std::size_t partitions) {
    TopicImage topic;
    topic.name = name;
    topic.id = Uuid{9, number};
    PartitionRegistration led;
    led.leader = NodeId{2};
    topic.partitions.resize(partitions, led);
    image.topic_ids[name] = topic.id;
    image.topics[topic.id] = Cow<TopicImage>{topic};
  };
  add("orders", 1, 2);
  add("__consumer_offsets", 2, 50);
  add("__transaction_state", 3, 50);
  image.end_offset = 1;
  return image;
}

struct KnownProducer {
  ProducerId id;
  ProducerEpoch epoch;
};

class TransactionHarness {
 public:
  explicit TransactionHarness(TransactionVersion version = TransactionVersion::v2, NodeConfig config = {}, LegacyBehaviours legacy = {})
      : coordinator{NodeId{1}, config, version, legacy} {
    ids.on_answer(&block);
    coordinator.set_partition_count(50);
    step([](Env&) {});
    coordinator.start(Started{StartKind::first, HostId{1}, 1});
    elect();
  }

  [[nodiscard]] PartitionIndex partition() const { return *coordinator.partition_for(billing); }
  void elect(std::int32_t epoch = 3) {
    step([&](Env& env) { coordinator.on_elected(partition(), LeaderEpoch{epoch}, log, env); });
  }
  void resign() {
    step([&](Env& env) { coordinator.on_resigned(partition(), env); });
  }

  template <class Request>
  int send(Request request, std::optional<std::int16_t> version = {}) {
    const int id = ++last_request_;
    const Received received{ConnectionId{HostId{9}, static_cast<std::uint64_t>(id)},
                            {id, version.value_or(spoken_version(Request::api)), "app", Message::of(std::move(request))}};
    step([&](Env& env) { coordinator.on_request(received, {ids, image, env}); });
    return id;
  }
  [[nodiscard]] bool answered(int request) const { return answers.contains(request); }
  template <class Response>
  [[nodiscard]] const Response& answer(int request) const {
    const auto found = answers.find(request);
    REQUIRE(found != answers.end());
    return found->second.as<Response>();
  }

  // ---- whole requests ----
  InitProducerIdResponse init(std::optional<KnownProducer> known = {}) {
    InitProducerIdRequest request{.transactional_id = billing, .transaction_timeout = seconds(60)};
    if (known) {
      request.producer_id = known->id;
      request.producer_epoch = known->epoch;
    }
    return answer<InitProducerIdResponse>(send(std::move(request)));
  }
  int send_add(const InitProducerIdResponse& who, const TopicPartition& partition, std::int16_t version = 5, bool verify = false) {
    AddPartitionsToTxnRequest request;
    request.transactions.push_back(
        {billing, *who.producer_id, *who.producer_epoch, verify, {{partition.topic, {partition.partition}}}});
    return send(std::move(request), version);
  }
  ErrorCode told_of(int request) const {
    return answer<AddPartitionsToTxnResponse>(request)
        .results_by_transaction.at(0)
        .topic_results.at(0)
        .results_by_partition.at(0)
        .partition_error_code;
  }
  ErrorCode add(const InitProducerIdResponse& who, const TopicPartition& partition, std::int16_t version = 5, bool verify = false) {
    return told_of(send_add(who, partition, version, verify));
  }
  EndTxnResponse end(const InitProducerIdResponse& who, bool commits, std::int16_t version = 5) {
    return answer<EndTxnResponse>(send(EndTxnRequest{billing, *who.producer_id, *who.producer_epoch, commits}, version));
  }
  [[nodiscard]] TransactionReport report() const {
    REQUIRE(coordinator.report().size() == 1);
    return coordinator.report().front();
  }

  // ---- what the coordinator asks other brokers: the markers ----
  // The oldest request for markers, taken out.
  std::optional<Send> take_markers() {
    for (auto sent = sent_.begin(); sent != sent_.end(); ++sent) {
      if (!sent->envelope.message.get_if<WriteTxnMarkersRequest>()) continue;
      Send one = *sent;
      sent_.erase(sent);
      return one;
    }
    return std::nullopt;
  }
  void reply_markers(const Send& to, ErrorCode error) {
    WriteTxnMarkersResponse response;
    for (const auto& marker : to.envelope.message.as<WriteTxnMarkersRequest>().markers) {
      auto& told = response.markers.emplace_back();
      told.producer_id = marker.producer_id;
      for (const auto& topic : marker.topics) {
        auto& results = told.topics.emplace_back();
        results.name = topic.name;
        for (const PartitionIndex index : topic.partition_indexes) results.partitions.push_back({index, error});
      }
    }
    input(Received{to.connection, {to.envelope.correlation_id, to.envelope.version, {}, Message::of(std::move(response))}});
  }
  void write_markers() {
    while (const std::optional<Send> markers = take_markers()) reply_markers(*markers, ErrorCode::none);
  }
  void input(const Input& in) {
    step([&](Env& env) { coordinator.step(in, {ids, image, env}); });
  }
  void pass(Duration time) {
    const Instant until = now + time;
    while (coordinator.next_deadline() && *coordinator.next_deadline() <= until) {
      const Instant next = std::max(now, *coordinator.next_deadline());
      wall = wall.plus((next - now).whole_ms());
      now = next;
      input(Woken{});
    }
    wall = wall.plus((until - now).whole_ms());
    now = until;
  }

  Instant now{seconds(100).ns};
  Timestamp wall{1'700'000'000'000};
  AllocateProducerIdsResponse block{.producer_id_start = ProducerId{1000}, .producer_id_len = 1000};
  ProducerIds ids;
  MetadataImage image = image_with_orders();
  TransactionCoordinator coordinator;
  std::vector<RecordBatch> log;
  ErrorCode appends{ErrorCode::none};  // what becomes of records
  bool hold{false};                    // they wait
  std::vector<TransactionAppend> held;
  std::map<int, Message> answers;
  std::vector<trace::Event> notes;

  void complete_held(ErrorCode error) {
    for (const TransactionAppend& append : std::exchange(held, {})) complete(append, error);
  }

 private:
  template <class Call>
  void step(const Call& call) {
    Effects out;
    Env env{now, wall, random_, disk_, out};
    call(env);
    coordinator.send_markers(image, env);
    for (const Effect& effect : out.take()) carry_out(effect);
    for (const TransactionAppend& append : coordinator.take_appends()) {
      if (hold) {
        held.push_back(append);
      } else {
        complete(append, appends);
      }
    }
  }
  void complete(const TransactionAppend& append, ErrorCode error) {
    if (error == ErrorCode::none) log.push_back(append.batch);
    step([&](Env& env) { coordinator.on_append_completed(append.token, error, env); });
  }
  void carry_out(const Effect& effect) {
    if (const auto* connect = std::get_if<Connect>(&effect)) {
      dialled_.push_back(connect->connection);
      input(Connected{connect->connection});
    } else if (const auto* sent = std::get_if<Send>(&effect)) {
      if (std::ranges::find(dialled_, sent->connection) != dialled_.end()) {
        sent_.push_back(*sent);
      } else {
        REQUIRE(answers.emplace(sent->envelope.correlation_id, sent->envelope.message).second);
      }
    } else if (const auto* note = std::get_if<Note>(&effect)) {
      notes.push_back(note->event);
    }
  }

  Random random_{7};
  MemoryDisk disk_;
  std::vector<ConnectionId> dialled_;
  std::vector<Send> sent_;
  int last_request_{0};
};

}  // namespace kafkasim::test
