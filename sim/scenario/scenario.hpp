#pragma once
// A scenario, as plain data: what parse_scenario() makes of a file. All defaults are filled in, all names are checked,
// every setting has been accepted by core/model/config. Times are virtual, counted from when the cluster has formed.
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/base/time.hpp"
#include "core/model/config.hpp"
#include "core/model/ids.hpp"
#include "sim/disk/disk_spec.hpp"
#include "sim/scenario/expectation.hpp"
#include "sim/scenario/lesson.hpp"
#include "sim/scenario/operation.hpp"
#include "sim/scenario/range.hpp"
#include "sim/scenario/target.hpp"
#include "sim/scenario/topic_spec.hpp"

namespace kafkasim::sim {

struct NodeSpec {
  NodeId id;
  std::optional<std::string> rack;
  DiskSpec disk;
  std::optional<Endpoint> advertised;  // where clients find the broker; absent: at a name that only the World knows
  NodeConfig config;  // profile, then cluster.config, then the override of this broker
};

enum class Profile : std::uint8_t { kafka_defaults, fast };

struct Features {
  bool eligible_leader_replicas{true};
  std::int16_t transaction_version{2};
  std::int16_t kraft_version{0};  // 1: who votes stands in the metadata log, and may change (KIP-853)
};

struct ClusterSpec {
  std::vector<NodeSpec> brokers;      // ascending ids
  std::vector<NodeSpec> controllers;  // ids from 3000; 1, 3 or 5 of them; no racks. Or combined nodes: they stand in both lists
  std::size_t spare_controllers{0};   // the last ones: they run, but the quorum begins without them
  Profile profile{};
  Features features;
  std::vector<std::string> legacy;
};

[[nodiscard]] bool is_combined(const ClusterSpec& cluster, NodeId node);      // broker and controller in one process
[[nodiscard]] std::string nodes_text(const ClusterSpec& cluster);             // "3 brokers, 3 controllers"

enum class LinkEndKind : std::uint8_t { rack, node, client, all_brokers, all_controllers };
struct LinkEnd {
  LinkEndKind kind{};
  std::string name;  // of the rack or client ("shop", "shop/2")
  NodeId node;
};
struct LinkSpec {  // what is absent is as in the rest of the network; a later link overrides an earlier one
  LinkEnd a;
  LinkEnd b;
  std::optional<Range<Duration>> latency;
  std::optional<std::int64_t> bytes_per_s;
};
struct NetworkSpec {
  Range<Duration> latency{microseconds(200), milliseconds(1)};
  std::int64_t bytes_per_s{1LL << 30};
  std::vector<LinkSpec> links;
};

struct RateStep {
  Duration from;
  RecordRate rate;
  friend bool operator==(const RateStep&, const RateStep&) = default;
};

enum class KeyDistribution : std::uint8_t { uniform, zipf };
struct KeySpec {
  KeyDistribution distribution{};
  std::int64_t cardinality{1000};
};
struct ProducerSpec {
  std::string id;
  std::string topic;  // empty: it only produces by hand, or to a queue
  std::optional<std::string> queue;        // instead of a topic
  std::optional<std::string> claim_check;  // the store that its values go to first
  std::int32_t count{1};
  std::optional<RecordRate> rate;  // of each, at first; absent: it only produces by hand (see default_rate)
  std::vector<RateStep> changes;   // of the rate, later than `from`, ascending
  Duration from{};
  Duration to{};                        // filled in: the scenario's duration
  std::optional<std::int64_t> records;  // of each; absent: no limit
  std::optional<KeySpec> keys;          // absent: null keys
  Range<std::int64_t> value_bytes{100, 100};
  std::optional<PartitionIndex> partition;  // absent: the partitioner chooses
  std::optional<std::int64_t> transaction_size;  // records; absent: no transactions, or by hand
  std::int64_t aborts_per_million{0};            // of the transactions
  std::optional<std::string> rack;
  ProducerConfig config;  // after Kafka's own rules: idempotence may have been turned off by acks=1
};
// Where `records` is given and `rate` is not.
inline constexpr RecordRate default_rate{1'000'000};
// "shop" where count is 1, else "shop/1", "shop/2" and so on; number counts from 1.
[[nodiscard]] std::string producer_client_id(const ProducerSpec& producer, std::int32_t number);

// When an application commits what a poll gave it. `by_itself`: enable.auto.commit says.
enum class CommitMoment : std::uint8_t { by_itself, before_processing, after_processing };
// A record that it cannot process, and what it does then: passes over it, tries it again for ever without polling, or ends.
enum class PoisonCure : std::uint8_t { skip, retry, die };
struct PoisonSpec {
  TopicPartition partition;
  Offset offset;
  PoisonCure then{};
  friend bool operator==(const PoisonSpec&, const PoisonSpec&) = default;
};
struct ConsumerSpec {
  std::string id;                    // its group's name, or for one that reads by assignment "id" or "consumer-N"
  std::optional<std::string> group;  // exactly one of group, assign and queue
  std::vector<TopicPartition> assign;
  std::vector<std::string> topics;   // of a group's member
  std::optional<std::string> regex;  // by which it subscribes (KIP-848); `topics` are then those of the scenario that match
  std::optional<std::string> queue;
  std::optional<std::string> claim_check;  // the store that it gets the values from
  std::int32_t count{1};
  Duration process_time{};  // for each record
  CommitMoment commit{};
  std::optional<PoisonSpec> poison;
  std::optional<std::string> instance_id;  // of a static member; with count, -1, -2 and so on behind it
  Duration from{};
  std::optional<std::string> rack;
  ConsumerConfig config;
};

// What a pipeline promises of each record that it reads: written exactly once, at least once, or at most once.
enum class Guarantee : std::uint8_t { exactly_once, at_least_once, at_most_once };
// Reads a topic as members of a group, makes a record of each and writes it to another topic. Its two halves stand as a consumer and a
// producer have them (`from`, `process_time` and `rack` with the consumer); nothing else of them counts.
struct PipelineSpec {
  std::string id;
  std::string to;
  std::int32_t count{1};
  Guarantee guarantee{};
  ConsumerSpec consumer;
  ProducerSpec producer;
  [[nodiscard]] const std::string& group() const { return *consumer.group; }
  [[nodiscard]] const std::string& from() const { return consumer.topics.front(); }
};

// Faults drawn from the seed (chaos.hpp). A family is one kind of fault that comes again and again, if it is on at all.
struct ChaosFamily {
  Operation operation;
  Duration every{};
  std::optional<Range<Duration>> lasts;  // `for`; absent: it is not undone
  std::string pointer;                   // "/chaos/faults/0"
};
struct ChaosSpec {
  Duration from{};
  Duration to{};              // filled in: the scenario's duration
  std::int32_t most_down{1};  // brokers that are down or cut off at once
  std::vector<ChaosFamily> faults;
};

enum class Epilogue : std::uint8_t { run, leave_out };

// What lessons compare Kafka with (sim/workload): a classic message queue, and a store for large values.
enum class QueueMode : std::uint8_t { push, poll };
struct QueueSpec {
  std::string name;
  QueueMode mode{};
  std::int32_t prefetch{10};               // push: unacknowledged messages a worker; poll: messages an answer
  Duration visibility_timeout{seconds(30)};  // poll
};
struct StoreSpec {
  std::string name;
};

struct Scenario;
struct Variant {  // the same scenario with changes, as by --set
  std::string name;
  std::vector<std::pair<std::string, std::string>> set;  // JSON pointer, value as JSON
  std::shared_ptr<const Scenario> scenario{};            // what comes of it; it has no variants itself
};

struct Scenario {
  std::string name;
  std::string title;
  std::string question;  // that it answers; where the file says none, the title
  std::string description;
  std::uint64_t seed{1};
  Duration duration{};
  ClusterSpec cluster;
  NetworkSpec network;
  std::vector<TopicSpec> topics;
  std::vector<ProducerSpec> producers;
  std::vector<ConsumerSpec> consumers;
  std::vector<PipelineSpec> pipelines;
  std::vector<QueueSpec> queues;
  std::vector<StoreSpec> stores;
  std::vector<TimelineEntry> timeline;  // in the order of the file
  std::optional<ChaosSpec> chaos;       // absent: none, or drawn into the timeline already
  std::vector<Expectation> expect;      // {"no": "violations"} is added where neither a `no` nor a `violates` stands
  Epilogue epilogue{};
  std::optional<Lesson> lesson;
  std::vector<Variant> variants;  // instead of the scenario as it stands, these are run, side by side
};

[[nodiscard]] const TopicSpec* find_topic(const Scenario& scenario, std::string_view name);
// With those of pipelines.
[[nodiscard]] std::vector<const ConsumerSpec*> all_consumers(const Scenario& scenario);
[[nodiscard]] std::vector<const ProducerSpec*> all_producers(const Scenario& scenario);
[[nodiscard]] const PipelineSpec* find_pipeline(const Scenario& scenario, std::string_view id);
[[nodiscard]] const PipelineSpec* pipeline_of_group(const Scenario& scenario, std::string_view group);
[[nodiscard]] const QueueSpec* find_queue(const Scenario& scenario, std::string_view name);
[[nodiscard]] const Variant* find_variant(const Scenario& scenario, std::string_view name);

}  // namespace kafkasim::sim
