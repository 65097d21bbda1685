#include <algorithm>
#include <array>

#include <nlohmann/json.hpp>

#include "core/broker/broker.hpp"
#include "sim/report/report.hpp"
#include "sim/report/weak_points.hpp"
#include "sim/scenario/keys.hpp"

namespace kafkasim::sim {

namespace {

using Json = nlohmann::ordered_json;

std::int64_t number(const std::optional<NodeId>& node) { return node ? node->value : -1; }

Json node_list(const std::vector<NodeId>& nodes) {
  Json list = Json::array();
  for (const NodeId n : nodes) list.push_back(n.value);
  return list;
}

Json metric_json(MetricUnit unit, const MetricValue& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  const std::int64_t n = std::get<std::int64_t>(value);
  return unit == MetricUnit::duration ? nanoseconds(n).whole_ms() : n;
}

Json finding_json(const Finding& finding, Instant origin) {
  Json out{{"invariant", finding.invariant}};
  if (finding.excuse) out["reason"] = excuse_name(*finding.excuse);
  out["at_ms"] = (finding.at - origin).whole_ms();
  out["subject"] = finding.subject;
  out["detail"] = finding.detail;
  out["evidence"] = finding.evidence;
  if (finding.in_epilogue) out["phase"] = "epilogue";
  return out;
}

Json metrics_json(const Simulation& run) {
  Json out = Json::object();
  for (const MetricInfo& info : metric_table()) {
    if (info.metric == Metric::errors || info.total == MetricTotal::needs_subject) continue;
    if (const auto value = run.measure({info.metric, {}, {}, {}}))
      out[std::string{info.name}] = metric_json(info.unit, *value);
  }
  for (const ErrorCode code : run.measures().errors_seen()) {
    out["errors." + std::string{error_name(code)}] = run.measures().errors(code, std::nullopt);
  }
  return out;
}

Json partitions_json(const Simulation& run) {
  std::vector<const PartitionHistory*> partitions;
  for (const auto& [id, partition] : run.checks().history().partitions()) partitions.push_back(&*partition);
  std::ranges::sort(partitions, {}, [](const PartitionHistory* p) { return p->name; });
  Json out = Json::array();
  for (const PartitionHistory* p : partitions) {
    const ReplicaHistory* leader = p->leader ? p->replica(*p->leader) : nullptr;
    const auto size = run.measure({Metric::log_size, {}, p->name, {}});
    out.push_back({{"topic", p->name.topic},
                   {"partition", p->name.partition.value},
                   {"leader", number(p->leader)},
                   {"leader_epoch", p->leader_epoch.value},
                   {"replicas", node_list(p->assigned)},
                   {"isr", node_list(p->isr)},
                   {"eligible_leader_replicas", node_list(p->elr)},
                   {"adding_replicas", node_list(p->adding)},
                   {"removing_replicas", node_list(p->removing)},
                   {"log_start_offset", leader ? leader->log_start.value : 0},
                   {"high_watermark", leader ? leader->high_watermark.value : p->true_high_watermark.value},
                   {"log_end_offset", leader ? leader->log_end.value : p->true_high_watermark.value},
                   {"size_bytes", size ? std::get<std::int64_t>(*size) : 0}});
  }
  return out;
}

Json weak_points_json(const WeakPoints& points) {
  const auto names = [](const std::vector<TopicPartition>& partitions) {
    Json list = Json::array();
    for (const TopicPartition& partition : partitions) list.push_back(to_string(partition));
    return list;
  };
  const auto one = [&names](const WeakPoint& point) {
    Json told{{"brokers", node_list(point.brokers)},
              {"unavailable", names(point.unavailable)},
              {"lost", names(point.lost)}};
    if (!point.rack.empty()) told["rack"] = point.rack;
    return told;
  };
  Json sets = Json::array();
  Json racks = Json::array();
  for (const WeakPoint& point : points.sets) sets.push_back(one(point));
  for (const WeakPoint& point : points.racks) racks.push_back(one(point));
  return {{"unavailable_now", names(points.unavailable_now)},
          {"sets", std::move(sets)},
          {"sets_left_out", points.sets_left_out},
          {"racks", std::move(racks)}};
}

Json groups_json(const Simulation& run) {
  Json out = Json::array();
  for (const auto& [name, group] : run.measures().groups()) {
    Json members = Json::array();
    for (const auto& member : group.members) {
      Json assignment = Json::array();
      for (const TopicPartition& tp : member.assignment) assignment.push_back(to_string(tp));
      members.push_back({{"id", member.id}, {"client", member.client_id}, {"assignment", assignment}});
    }
    Json offsets = Json::array();
    const History& history = run.checks().history();
    for (const auto& [tp, offset] : history.vitals().committed(name)) {
      const PartitionHistory* partition = history.partition(tp);
      const ReplicaHistory* leader = partition && partition->leader ? partition->replica(*partition->leader) : nullptr;
      const std::int64_t end = leader ? leader->high_watermark.value : offset.value;
      offsets.push_back({{"topic", tp.topic},
                         {"partition", tp.partition.value},
                         {"committed", offset.value},
                         {"lag", std::max<std::int64_t>(0, end - offset.value)}});
    }
    out.push_back({{"group", name},
                   {"state", group.state},
                   {"generation", group.generation.value},
                   {"members", members},
                   {"offsets", offsets}});
  }
  return out;
}

// What each broker's disk took, and how much retention it has room for at that pace.
Json disks_json(const Simulation& run) {
  const auto ms = [](const std::optional<Duration>& d) { return d ? Json(d->whole_ms()) : Json(nullptr); };
  const std::optional<Duration> asked = longest_retention(run.scenario());
  Json out = Json::array();
  for (const auto& [broker, use] : run.disk_uses().disks()) {
    const Duration measured = use.failed_at.value_or(run.now());
    Json one{{"broker", broker.value},
             {"capacity_bytes", use.capacity},
             {"free_at_start_bytes", use.free_at_start},
             {"written_bytes", use.inflow.bytes()}};
    one["retention_that_fits_ms"] = ms(lasts(use.free_at_start, use.inflow.bytes(), measured));
    one["retention_that_fits_in_the_busiest_time_ms"] =
        ms(lasts(use.free_at_start, use.inflow.busiest(), use.inflow.stretch()));
    one["retention_asked_for_ms"] = ms(asked);
    if (use.failed_at) {
      one["failed_at_ms"] = use.failed_at->whole_ms();
      one["reason"] = use.reason;
    }
    out.push_back(std::move(one));
  }
  return out;
}

Json liveness_json(const Liveness& liveness) {
  Json unmet = Json::array();
  for (const Unmet& one : liveness.unmet) unmet.push_back({{"subject", one.subject}, {"what", one.what}});
  return {{"core", liveness.core},
          {"budget_ms", liveness.budget.whole_ms()},
          {"converged_ms", liveness.after ? Json(liveness.after->whole_ms()) : Json{nullptr}},
          {"recoverable", liveness.unrecoverable.empty()},
          {"unrecoverable", liveness.unrecoverable},
          {"unmet", unmet}};
}

std::string hex16(std::uint64_t x) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text(16, '0');
  for (std::size_t i = 16; i-- > 0; x >>= 4) text[i] = digits[x & 15];
  return text;
}

// What only a client can tell, a real one does not.
std::vector<std::string_view> not_checked(const Simulation& run) {
  constexpr std::array<std::string_view, 8> known_to_clients{"offset-inconsistent", "record-duplicated", "order-broken", "poll-skipped",
                                                             "poll-went-back",      "aborted-read",      "group-double-owner", "operation-unanswered"};
  const auto& table = invariant_table();
  std::vector<std::string_view> ids;
  for (const std::string_view id : invariant_ids()) {
    const bool exists = std::ranges::find(table, id, &InvariantInfo::id) != table.end();
    const bool needs_clients = std::ranges::find(known_to_clients, id) != known_to_clients.end();
    if (!exists || (run.guests().host() && needs_clients)) ids.push_back(id);
  }
  return ids;
}

}  // namespace

std::string report_json(const Simulation& run, const RunFacts& facts) {
  Json out{{"version", KAFKASIM_VERSION},
           {"scenario", run.scenario().name},
           {"file", facts.file},
           {"seed", run.scenario().seed},
           {"outcome", outcome_name(facts.outcome)}};
  if (!facts.variant.empty()) out["variant"] = facts.variant;
  out["trace_hash"] = hex16(run.world().trace_hash());
  out["virtual_ms"] = run.now().whole_ms();
  out["events"] = run.events();
  out["wall_ms"] = facts.wall_us / 1000;
  out["violations"] = Json::array();
  out["excused"] = Json::array();
  for (const Finding& finding : run.findings().kept())
    out[finding.excuse ? "excused" : "violations"].push_back(finding_json(finding, run.origin()));
  out["violations_total"] = run.findings().violations();
  out["excused_total"] = run.findings().excused();
  out["expectations"] = Json::array();
  for (const ExpectationResult& result : run.expectations()) {
    Json one{{"text", result.text}, {"held", result.checked ? Json(result.held) : Json(nullptr)}};
    if (!result.checked) one["checked"] = false;
    one["measured"] =
        result.measured ? metric_json(result.unit.value_or(MetricUnit::count), *result.measured) : Json(nullptr);
    out["expectations"].push_back(std::move(one));
  }
  out["metrics"] = metrics_json(run);
  out["partitions"] = partitions_json(run);
  out["weak_points"] = weak_points_json(weak_points(run));
  out["groups"] = groups_json(run);
  out["elections"] = Json::array();
  const auto& elections = run.story().elections();
  for (std::size_t i = 0; i < elections.size(); ++i) {
    const Election& e = elections[i];
    out["elections"].push_back({{"at_ms", e.at.whole_ms()},
                                {"subject", to_string(e.partition)},
                                {"from", number(e.from)},
                                {"to", number(e.to)},
                                {"epoch", e.epoch.value},
                                {"unclean", e.unclean}});
  }
  out["faults"] = Json::array();
  for (const FaultRecord& fault : run.driver().faults()) {
    Json one{{"at_ms", fault.at.whole_ms()}, {"fault", fault.fault}, {"target", fault.target}};
    if (!fault.reason.empty()) one["reason"] = fault.reason;
    out["faults"].push_back(std::move(one));
  }
  out["disks"] = disks_json(run);
  if (run.liveness()) out["liveness"] = liveness_json(*run.liveness());
  out["evaluations"] = Json::object();
  for (const auto& [id, count] : run.checks().evaluations()) out["evaluations"][std::string{id}] = count;
  out["not_checked"] = Json::array();
  for (const std::string_view id : not_checked(run)) out["not_checked"].push_back(id);
  return out.dump(2, ' ', false, Json::error_handler_t::replace);
}

std::string run_name(const std::string& scenario, const std::string& variant) {
  return variant.empty() ? scenario : scenario + " (" + variant + ")";
}

std::string reports_json(const std::vector<std::string>& reports, Several runs) {
  if (runs == Several::no) return reports.front() + "\n";
  std::string out = "{\"runs\": [\n";
  for (std::size_t i = 0; i < reports.size(); ++i) out += reports[i] + (i + 1 < reports.size() ? ",\n" : "\n");
  return out + "]}\n";
}

std::string timeline_ndjson(const Story& story, std::size_t from, const std::string& of_run) {
  std::string out;
  for (std::size_t i = from; i < story.lines().size(); ++i) {
    const StoryLine& line = story.lines()[i];
    Json one{{"at_us", line.at.whole_us()},
             {"seq", line.seq},
             {"kind", line.kind},
             {"subject", line.subject},
             {"text", line.text}};
    if (!of_run.empty()) one["run"] = of_run;
    for (const auto& [name, value] : line.fields) {
      std::visit([&one, &name = name](const auto& v) { one[name] = v; }, value);
    }
    out += one.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
  }
  return out;
}

}  // namespace kafkasim::sim
