#pragma once
// The steps from the JSON tree to a Scenario. Each reports what is wrong and goes on, so that one pass finds all
// faults; what could not be read is left unknown in Names, so that one fault does not breed others.
#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "core/model/config.hpp"
#include "sim/scenario/faults.hpp"
#include "sim/scenario/operation.hpp"
#include "sim/scenario/parse.hpp"
#include "sim/scenario/scenario.hpp"

namespace kafkasim::sim {

struct Names {  // what the file has named so far; a number is absent where it could not be read
  std::map<std::string, std::optional<std::int32_t>, std::less<>> topics;     // partitions
  std::map<std::string, std::optional<std::int32_t>, std::less<>> producers;  // how many of them
  std::map<std::string, std::optional<std::int32_t>, std::less<>> assigned;   // consumers without a group
  std::set<std::string, std::less<>> pipelines;
  std::set<std::string, std::less<>> queues;
  std::set<std::string, std::less<>> stores;
  std::set<std::string, std::less<>> deleted_topics;                          // by an entry
  std::map<std::string, std::string> folded_topics;  // with '_' for '.': Kafka lets no two topics differ in that alone
  std::set<std::string, std::less<>> groups;
  std::set<std::string, std::less<>> racks;
  std::set<NodeId> brokers;  // empty: could not be read, so anything goes
  std::set<NodeId> controllers;
  std::map<std::string, Undoable, std::less<>> entries;  // of the timeline
  std::set<std::string, std::less<>> intercepts;         // those of them that are one
};

struct Binder {
  Faults& faults;
  Scenario& out;
  std::string folder{};  // what the scenario names files by
  Clients clients{};
  Names names{};
  std::map<std::string, TopicSpec, std::less<>> created{};  // by `create_topic` entries, by the entry's pointer
};

void bind_scenario(Binder& b, const JsonValue& root);
void bind_cluster(Binder& b, const JsonValue& value);
void bind_network(Binder& b, const JsonValue& value);  // after the clients: links may name them
void bind_topics(Binder& b, const JsonValue& value);
void bind_queues(Binder& b, const JsonValue& value);
void bind_stores(Binder& b, const JsonValue& value);
// The name of a queue or store that there is; else absent, and reported.
[[nodiscard]] std::optional<std::string> read_queue_name(Binder& b, const JsonValue& value);
[[nodiscard]] std::optional<std::string> read_store_name(Binder& b, const JsonValue& value);
void bind_producers(Binder& b, const JsonValue& value);
void bind_consumers(Binder& b, const JsonValue& value);
void bind_pipelines(Binder& b, const JsonValue& value);  // after the other clients, whose names they must not have
void bind_timeline(Binder& b, const JsonValue& value);
// Topics that the timeline creates: clients may name them before the timeline is read.
void collect_created_topics(Binder& b, const JsonValue& timeline);
// The entries of admin_operations.hpp.
[[nodiscard]] std::optional<Operation> read_admin_operation(Binder& b, std::string_view key, const JsonValue& value);
// The settings of an object as requests carry them; what is none has been reported.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> settings_as_text(const JsonValue& object);
[[nodiscard]] std::optional<TopicSpec> find_created_topic(const Binder& b, const JsonValue& value);
void bind_chaos(Binder& b, const JsonValue& value);  // after everything that a target may name
void read_rate(Binder& b, const JsonValue& value, ProducerSpec& producer);  // whose `from` has been read
void bind_expectations(Binder& b, const JsonValue& value);
void bind_lesson(Binder& b, const JsonValue& value);
void bind_variants(Binder& b, const JsonValue& value);

// ---- faults of the network (bind_network_faults.cpp) --------------------------------------------------
[[nodiscard]] bool is_network_fault(std::string_view key);
[[nodiscard]] std::optional<Operation> read_network_fault(Binder& b, std::string_view key, const JsonValue& value,
                                                          const JsonValue& entry);
[[nodiscard]] std::optional<std::string> read_intercept_name(Binder& b, const JsonValue& value);  // reports

// ---- settings ---------------------------------------------------------------------------------------
[[nodiscard]] std::optional<SettingValue> read_setting(Faults& faults, const JsonValue& value);
// What a failed set() says, at the key if that is unknown, else at the value.
void report_setting(Faults& faults, const JsonValue& object, std::size_t member, bool known_name, const Error& error);
void warn_without_effect(Faults& faults, const JsonValue& object, std::size_t member);
[[nodiscard]] constexpr SettingsOf settings_of(const TopicConfig*) { return SettingsOf::topic; }
[[nodiscard]] constexpr SettingsOf settings_of(const NodeConfig*) { return SettingsOf::node; }
[[nodiscard]] constexpr SettingsOf settings_of(const ProducerConfig*) { return SettingsOf::producer; }
[[nodiscard]] constexpr SettingsOf settings_of(const ConsumerConfig*) { return SettingsOf::consumer; }
template <class Config>
void apply_settings(Faults& faults, Config& config, const JsonValue& object,
                    const std::vector<std::string_view>& known) {
  if (!expect_kind(faults, object, JsonKind::object)) return;
  for (std::size_t i = 0; i < object.keys.size(); ++i) {
    const std::optional<SettingValue> value = read_setting(faults, object.items[i]);
    if (!value) continue;
    const Result<void> result = set(config, object.keys[i].name, *value);
    if (result && is_unsimulated(settings_of(&config), object.keys[i].name)) warn_without_effect(faults, object, i);
    if (result) continue;
    const bool known_name = std::ranges::find(known, std::string_view{object.keys[i].name}) != known.end();
    report_setting(faults, object, i, known_name, result.error());
  }
}
void apply_fast_profile(NodeConfig& config);
void apply_fast_profile(ProducerConfig& config);
void apply_fast_profile(ConsumerConfig& config);
// Kafka's own rules across settings (ProducerConfig, ConsumerConfig, KafkaProducer, Heartbeat). `config` is null where
// it is left out.
void finish_producer_config(Faults& faults, ProducerConfig& config, const JsonValue* object);
enum class Grouped : std::uint8_t { no, yes };
void finish_consumer_config(Faults& faults, ConsumerConfig& config, const JsonValue* object, Grouped grouped,
                            const NodeConfig& broker);

// ---- names --------------------------------------------------------------------------------------------
[[nodiscard]] std::vector<std::string_view> topic_names(const Names& names);
[[nodiscard]] bool is_made_by_cluster(std::string_view topic);  // an internal topic
[[nodiscard]] bool topic_may_come(const Binder& b, std::string_view name);  // by a real client
[[nodiscard]] bool known_topic(Binder& b, const JsonValue& at, std::string_view name);  // reports
[[nodiscard]] std::optional<TopicPartition> resolve_partition(Binder& b, const JsonValue& at, std::string_view text);
[[nodiscard]] std::optional<TopicPartition> read_partition(Binder& b, const JsonValue& value);
[[nodiscard]] std::optional<PartitionIndex> read_partition_of(Binder& b, const JsonValue& value,
                                                              std::string_view topic);
[[nodiscard]] std::optional<NodeId> read_broker(Binder& b, const JsonValue& value);  // a number, or that as a string
[[nodiscard]] std::vector<NodeId> read_replicas(Binder& b, const JsonValue& value);  // not empty, each once
[[nodiscard]] std::optional<Target> read_target(Binder& b, const JsonValue& value);
template <class Op>  // an operation that says nothing but whom it befalls
[[nodiscard]] std::optional<Operation> of_target(Binder& b, const JsonValue& value) {
  std::optional<Target> target = read_target(b, value);
  if (!target) return std::nullopt;
  return Operation{Op{std::move(*target)}};
}
// A client by its id, "shop/2"; absent, and nothing reported, if there is none of that name.
[[nodiscard]] std::optional<ClientTarget> find_client(const Names& names, std::string_view text);
// The name that a client may bear: not empty, not a target's, no '/'.
[[nodiscard]] bool good_client_name(Binder& b, const JsonValue& at, std::string_view name);

// ---- entries of the timeline and families of chaos -----------------------------------------------------
struct EntryOperation {
  const OperationInfo* info{};         // null: none that is known
  std::optional<Operation> operation;  // absent: it could not be read, which has been reported
};
[[nodiscard]] EntryOperation read_entry_operation(Binder& b, const JsonValue& entry, const ObjectReader& object);
// ---- the timeline ---------------------------------------------------------------------------------------
// 10, or 0.5, in thousandths.
[[nodiscard]] std::optional<std::int64_t> read_factor(Binder& b, const JsonValue& value);
[[nodiscard]] bool is_host_fault(std::string_view key);  // "slow_disk" and the like: bind_host_faults.cpp
[[nodiscard]] std::optional<Operation> read_host_fault(Binder& b, std::string_view key, const JsonValue& value);

// ---- metrics ------------------------------------------------------------------------------------------
[[nodiscard]] std::optional<Condition> read_condition(Binder& b,
                                                      const JsonValue& object);  // its keys have been checked
// `timed`: whether the expectation may say when; in a timeline entry it may not.
enum class Timed : std::uint8_t { no, yes, proof };  // proof: of a lesson; it may also say of which variant
[[nodiscard]] std::optional<Expectation> read_expectation(Binder& b, const JsonValue& value, Timed timed);
// "rack" of a client, which may stand in one of its own, with no broker in it.
void read_rack(Binder& b, const ObjectReader& object, std::optional<std::string>& out);
void warn_if_late(Binder& b, const JsonValue& at, Duration moment);  // beyond the scenario's duration

}  // namespace kafkasim::sim
