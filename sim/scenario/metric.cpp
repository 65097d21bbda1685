#include <algorithm>
#include <array>

#include "core/base/check.hpp"
#include "sim/scenario/expectation.hpp"
#include "sim/scenario/units.hpp"

namespace kafkasim::sim {

namespace {

using enum MetricUnit;
using enum MetricTotal;

constexpr std::array metrics{
    MetricInfo{Metric::leader, "leader", node, needs_subject, "p", true,
               "the broker that leads the partition, -1 for none"},
    MetricInfo{Metric::leader_epoch, "leader.epoch", count, needs_subject, "p", true, "the partition's leader epoch"},
    MetricInfo{Metric::isr_size, "isr.size", count, least, "pt", true, "in-sync replicas of the partition"},
    MetricInfo{Metric::replicas_online, "replicas.online", count, least, "pt", false,
               "its replicas on registered, unfenced brokers"},
    MetricInfo{Metric::log_start, "log.start", count, needs_subject, "p", true, "log start offset"},
    MetricInfo{Metric::log_end, "log.end", count, needs_subject, "p", true, "log end offset"},
    MetricInfo{Metric::high_watermark, "high.watermark", count, needs_subject, "p", true, "high watermark"},
    MetricInfo{Metric::last_stable_offset, "last.stable.offset", count, needs_subject, "p", true, "last stable offset"},
    MetricInfo{Metric::log_size, "log.size", size, sum, "pt", true, "bytes of the log"},
    MetricInfo{Metric::log_segments, "log.segments", count, sum, "pt", true, "segments of the log"},
    MetricInfo{Metric::log_cleanings, "log.cleanings", count, sum, "pt", false,
               "passes of the log cleaners of its replicas that came to their end"},
    MetricInfo{Metric::disk_used, "disk.used", size, sum, "b", false, "bytes in use on the node's disk"},
    MetricInfo{Metric::disk_free, "disk.free", size, least, "b", false, "bytes free on the node's disk"},
    MetricInfo{Metric::records_produced, "records.produced", count, sum, "ptc", false, "records handed to producers"},
    MetricInfo{Metric::records_acked, "records.acked", count, sum, "ptc", false,
               "records whose produce was acknowledged"},
    MetricInfo{Metric::records_failed, "records.failed", count, sum, "ptc", false, "records whose producer gave up"},
    MetricInfo{Metric::records_consumed, "records.consumed", count, sum, "ptgc", false, "records returned by polls"},
    MetricInfo{Metric::records_duplicated, "records.duplicated", count, sum, "ptlgc", false,
               "records that stand twice in the log; of a pipeline: made again of one that it had made a record of"},
    MetricInfo{Metric::records_out_of_order, "records.out_of_order", count, sum, "ptg", false,
               "records that a group got after a later one of their partition, and did not go back to; messages of a queue done after a later "
               "one of their key"},
    MetricInfo{Metric::records_lost, "records.lost", count, sum, "ptl", false,
               "records acknowledged, then gone for every reader; of a pipeline: read, committed, and nothing made of them"},
    MetricInfo{Metric::records_expired, "records.expired", count, sum, "ptg", false,
               "records deleted by retention before any read"},
    MetricInfo{Metric::bytes_in, "bytes.in", size, sum, "ptbc", false, "bytes produced"},
    MetricInfo{Metric::bytes_out, "bytes.out", size, sum, "ptbc", false, "bytes fetched"},
    MetricInfo{Metric::lag, "lag", count, sum, "gptc", false, "high watermark less committed offset"},
    MetricInfo{Metric::lag_max, "lag.max", count, most, "gptc", false, "the largest lag of a partition"},
    MetricInfo{Metric::group_members, "group.members", count, sum, "g", false, "members of the group"},
    MetricInfo{Metric::group_generation, "group.generation", count, needs_subject, "g", false,
               "generation of the group"},
    MetricInfo{Metric::group_state, "group.state", text, needs_subject, "g", false,
               "state of the group: Stable, Empty and so on"},
    MetricInfo{Metric::rebalances, "rebalances", count, sum, "g", false, "completed rebalances"},
    MetricInfo{Metric::partitions_revoked, "partitions.revoked", count, sum, "g", false,
               "partitions taken from members by rebalances, leaves and losses"},
    MetricInfo{Metric::partitions_moved, "partitions.moved", count, sum, "g", false,
               "partitions given to another member than the one before"},
    MetricInfo{Metric::elections, "elections", count, sum, "pt", false, "changes of leader after time 0"},
    MetricInfo{Metric::elections_unclean, "elections.unclean", count, sum, "pt", false,
               "those that took a leader from outside the ISR"},
    MetricInfo{Metric::controller, "controller", node, of_the_cluster, "", false, "the active controller, -1 for none"},
    MetricInfo{Metric::controller_epoch, "controller.epoch", count, of_the_cluster, "", false, "its epoch"},
    MetricInfo{Metric::voters, "voters", count, of_the_cluster, "", false,
               "how many vote in the metadata quorum, as the log of the active controller has it"},
    MetricInfo{Metric::unavailable, "unavailable.ms", duration, needs_subject, "pt", false,
               "time with no leader that takes writes"},
    MetricInfo{Metric::latency_produce_p50, "latency.produce.p50", duration, most, "cpt", false,
               "from send to answer, median"},
    MetricInfo{Metric::latency_produce_p99, "latency.produce.p99", duration, most, "cpt", false,
               "from send to answer, 99th percentile"},
    MetricInfo{Metric::latency_produce_max, "latency.produce.max", duration, most, "cpt", false,
               "from send to answer, longest"},
    MetricInfo{Metric::latency_end_to_end_p50, "latency.end_to_end.p50", duration, most, "gcpt", false,
               "from send to poll, median"},
    MetricInfo{Metric::latency_end_to_end_p99, "latency.end_to_end.p99", duration, most, "gcpt", false,
               "from send to poll, 99th percentile"},
    MetricInfo{Metric::latency_end_to_end_max, "latency.end_to_end.max", duration, most, "gcpt", false,
               "from send to poll, longest"},
    MetricInfo{Metric::errors, "errors.NAME", count, sum, "cg", false, "how often clients saw that Kafka error code"},
};

std::string subject_text(const Subject& subject) {
  if (const auto* partition = std::get_if<TopicPartition>(&subject)) return to_string(*partition);
  if (const auto* topic = std::get_if<TopicName>(&subject)) return topic->name;
  if (const auto* group = std::get_if<GroupName>(&subject)) return group->name;
  if (const auto* id = std::get_if<NodeId>(&subject)) return std::to_string(id->value);
  if (const auto* client = std::get_if<ClientName>(&subject)) {
    return client->number ? client->name + "/" + std::to_string(*client->number) : client->name;
  }
  return "";
}

}  // namespace

std::span<const MetricInfo> metric_table() { return metrics; }

const MetricInfo& metric_info(Metric metric) {
  const MetricInfo& info = metrics.at(static_cast<std::size_t>(metric));
  KAFKASIM_CHECK(info.metric == metric);
  return info;
}

bool compares(const Condition& condition, const MetricValue& measured) {
  if (measured.index() != condition.value.index()) return false;
  switch (condition.comparison) {
    case Comparison::is: return measured == condition.value;
    case Comparison::is_not: return measured != condition.value;
    case Comparison::at_least: return measured >= condition.value;
    case Comparison::at_most: return measured <= condition.value;
  }
  return false;
}

std::string describe(const MetricQuery& query) {
  std::string out = query.metric == Metric::errors ? "errors." + std::string{error_name(query.error)}
                                                   : std::string{metric_info(query.metric).name};
  if (!std::holds_alternative<std::monostate>(query.of)) out += " of " + subject_text(query.of);
  if (query.on) out += " on " + std::to_string(query.on->value);
  return out;
}

std::string describe(MetricUnit unit, const MetricValue& value) {
  if (const auto* word = std::get_if<std::string>(&value)) return *word;
  const std::int64_t number = std::get<std::int64_t>(value);
  switch (unit) {
    case count:
    case text: return std::to_string(number);
    case duration: return format_duration(Duration{number});
    case size: return format_size(number);
    case node: return number < 0 ? "none" : std::to_string(number);
  }
  return std::to_string(number);
}

std::string describe(const Condition& condition) {
  constexpr std::array<std::string_view, 4> words{" is ", " is not ", " is at least ", " is at most "};
  return describe(condition.query) + std::string{words.at(static_cast<std::size_t>(condition.comparison))}
         + describe(metric_info(condition.query.metric).unit, condition.value);
}

}  // namespace kafkasim::sim
