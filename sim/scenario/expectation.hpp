#pragma once
// Metrics that a scenario may ask for, conditions on them, and expectations, as data. The table of all metrics is
// metric_table().
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/base/time.hpp"
#include "core/model/error_code.hpp"
#include "core/model/ids.hpp"

namespace kafkasim::sim {

enum class Metric : std::uint8_t {
  leader,
  leader_epoch,
  isr_size,
  replicas_online,
  log_start,
  log_end,
  high_watermark,
  last_stable_offset,
  log_size,
  log_segments,
  log_cleanings,
  disk_used,
  disk_free,
  records_produced,
  records_acked,
  records_failed,
  records_consumed,
  records_duplicated,
  records_out_of_order,
  records_lost,
  records_expired,
  bytes_in,
  bytes_out,
  lag,
  lag_max,
  group_members,
  group_generation,
  group_state,
  rebalances,
  partitions_revoked,
  partitions_moved,
  elections,
  elections_unclean,
  controller,
  controller_epoch,
  voters,
  unavailable,
  latency_produce_p50,
  latency_produce_p99,
  latency_produce_max,
  latency_end_to_end_p50,
  latency_end_to_end_p99,
  latency_end_to_end_max,
  errors  // errors.NAME: which one stands in MetricQuery::error
};

// What a value is: count is a bare number, duration nanoseconds, size bytes, node the id of a node (-1: none), text a
// word.
enum class MetricUnit : std::uint8_t { count, duration, size, node, text };
// What stands where `of` is left out.
enum class MetricTotal : std::uint8_t { sum, least, most, needs_subject, of_the_cluster };

struct MetricInfo {
  Metric metric{};
  std::string_view name;
  MetricUnit unit{};
  MetricTotal total{};
  std::string_view of;  // the kinds of subject it knows: p(artition) t(opic) g(roup) b(roker) c(lient)
  bool on{};            // whether `on` may name a replica
  std::string_view meaning;
};
[[nodiscard]] std::span<const MetricInfo> metric_table();  // in the order of the enumeration
[[nodiscard]] const MetricInfo& metric_info(Metric metric);

struct TopicName {
  std::string name;
  friend bool operator==(const TopicName&, const TopicName&) = default;
};
struct GroupName {
  std::string name;
  friend bool operator==(const GroupName&, const GroupName&) = default;
};
struct ClientName {  // "shop", "shop/2", "analytics/1"
  std::string name;
  std::optional<std::int32_t> number;
  friend bool operator==(const ClientName&, const ClientName&) = default;
};
// monostate: `of` is left out
using Subject = std::variant<std::monostate, TopicPartition, TopicName, GroupName, NodeId, ClientName>;

struct MetricQuery {
  Metric metric{};
  ErrorCode error{};  // of Metric::errors
  Subject of;
  std::optional<NodeId> on;  // what this replica itself holds or believes
  friend bool operator==(const MetricQuery&, const MetricQuery&) = default;
};

enum class Comparison : std::uint8_t { is, is_not, at_least, at_most };
using MetricValue =
    std::variant<std::int64_t, std::string>;  // a number in the metric's unit, or a word where that is text

struct Condition {  // holds where the metric has a value and that value compares so
  MetricQuery query;
  Comparison comparison{};
  MetricValue value;
  friend bool operator==(const Condition&, const Condition&) = default;
};
// Whether `measured` compares as the condition says. False for a number against a word.
[[nodiscard]] bool compares(const Condition& condition, const MetricValue& measured);
[[nodiscard]] std::string describe(const MetricQuery& query);                   // "isr.size of orders-0 on 2"
[[nodiscard]] std::string describe(const Condition& condition);                 // "isr.size of orders-0 is at least 2"
[[nodiscard]] std::string describe(MetricUnit unit, const MetricValue& value);  // "20MiB", "1500ms", "none"

// ---- when an expectation is looked at: virtual time since the cluster has formed --------------------
struct AtEnd {
  friend bool operator==(const AtEnd&, const AtEnd&) = default;
};
struct AtMoment {
  Duration at;
  friend bool operator==(const AtMoment&, const AtMoment&) = default;
};
struct Always {  // at every event from..to, both included; skipped while the metric has no value
  Duration from{};
  std::optional<Duration> to;  // absent: the end
  friend bool operator==(const Always&, const Always&) = default;
};
struct Within {  // holds at some moment of after..after+within
  Duration after{};
  Duration within{};
  friend bool operator==(const Within&, const Within&) = default;
};
using ExpectTime = std::variant<AtEnd, AtMoment, Always, Within>;

struct ExpectMetric {
  Condition condition;
  ExpectTime time;
};
struct ExpectNo {
  std::optional<std::string> invariant;  // absent: no violation at all
};
struct ExpectViolates {
  std::string invariant;
};
enum class RecordsMatch : std::uint8_t { are, include, exclude };
enum class Isolation : std::uint8_t { read_uncommitted, read_committed };
struct ExpectRecords {  // the values that a reader from the start gets, or those in the log of the replica `on`
  TopicPartition partition;
  RecordsMatch match{};
  std::vector<std::optional<std::string>> values;
  std::optional<NodeId> on;
  Isolation isolation{};
};
struct Expectation {
  std::variant<ExpectMetric, ExpectNo, ExpectViolates, ExpectRecords> what;
  std::string text;     // the scenario's own sentence, else one made from the expectation
  std::string pointer;  // "/expect/0"; "" for the one that stands by default
};

}  // namespace kafkasim::sim
