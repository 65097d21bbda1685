#include "sim/report/investigation.hpp"

#include <algorithm>
#include <deque>

#include <fmt/format.h>

#include "sim/check/causality.hpp"
#include "sim/report/record_events.hpp"

namespace kafkasim::sim {

namespace {

constexpr std::size_t most_rows = 32;   // printed
constexpr std::size_t most_candidates = 4096;  // while it is not known yet which of them are causes
constexpr std::size_t most_batches = 6;  // of a log's strip

struct InvestigationRow {
  Instant at;
  HostId host;
  Causality::Node node{};
  std::string text;
  bool fault{false};
  bool worst{false};  // the record is cut off, or deleted
};

std::optional<TopicPartition> partition_of(const Simulation& run, const Finding& finding) {
  for (const auto& [id, partition] : run.checks().history().partitions()) {
    if (to_string(partition->name) == finding.subject) return partition->name;
  }
  return std::nullopt;
}

std::optional<std::string> kernel_text(const Observation& o) {
  if (o.get_if<ProcessCrashed>()) return "crashes";
  if (o.get_if<PowerLost>()) return "loses power";
  if (o.get_if<ProcessPaused>()) return "freezes";
  if (o.get_if<ProcessResumed>()) return "goes on";
  if (const auto* started = o.get_if<ProcessStarted>(); started && started->kind == StartKind::restart) return "starts again";
  if (const auto* exited = o.get_if<ProcessExited>()) return "ends: " + exited->reason;
  return std::nullopt;
}

std::optional<std::string> quorum_text(const Observation& o) {
  if (const auto* active = o.get_if<trace::ControllerActivated>())
    return fmt::format("is the active controller of epoch {}", active->epoch);
  if (const auto* resigned = o.get_if<trace::ControllerResigned>())
    return fmt::format("is no longer the active controller of epoch {}", resigned->epoch);
  if (const auto* fenced = o.get_if<trace::BrokerFenced>()) return fmt::format("fences broker {}", fenced->broker.value);
  if (const auto* failed = o.get_if<trace::LogDirectoryFailed>()) return "takes its log directory offline: " + failed->reason;
  return std::nullopt;
}

class Investigator {
 public:
  Investigator(const Simulation& run, const Finding& finding) : run_{run}, finding_{finding} {
    if (const auto name = partition_of(run, finding)) {
      record_.partition = *name;
      record_.offset = finding.offset;
    }
  }
  void look() {
    for (const Observation& o : run_.world().observations()) {
      const Causality::Node node = past_.observe(o);
      if (o.at <= finding_.at) found_at_ = node;
      if (o.get_if<StepBegan>() || o.get_if<StepCharged>() || o.get_if<MessageLeft>()) continue;
      if (auto text = kernel_text(o)) {
        keep({o.at, o.host, node, std::move(*text), true, false});
      } else if (auto event = record_event(o, run_.checks().history(), record_)) {
        const bool known_already = event->text == last_decision_;  // each controller tells a decision
        if (o.get_if<trace::PartitionChanged>()) last_decision_ = event->text;
        if (!known_already) keep({o.at, o.host, node, std::move(event->text), false, event->stage == Stage::gone});
      } else if (auto text_of_quorum = quorum_text(o)) {
        if (*text_of_quorum == last_decision_) continue;
        last_decision_ = *text_of_quorum;
        keep({o.at, o.host, node, std::move(*text_of_quorum), false, false});
      }
    }
  }
  [[nodiscard]] std::vector<InvestigationRow> rows() const {
    std::vector<InvestigationRow> causes;
    if (past_.size() == 0) return causes;
    const std::vector<bool> past = past_.past_of(found_at_);
    for (const InvestigationRow& row : rows_) {
      if (row.at <= finding_.at && (past[row.node] || row.fault)) causes.push_back(row);
    }
    if (causes.size() > most_rows)
      causes.erase(causes.begin(), causes.end() - static_cast<std::ptrdiff_t>(most_rows));
    return causes;
  }

 private:
  void keep(InvestigationRow row) {
    rows_.push_back(std::move(row));
    if (rows_.size() > most_candidates) rows_.pop_front();
  }

  const Simulation& run_;
  const Finding& finding_;
  WatchedRecord record_;
  Causality past_;
  Causality::Node found_at_{0};
  std::deque<InvestigationRow> rows_;
  std::string last_decision_;
};

// One column a node, and one for all clients: who did it.
std::string lanes(const Simulation& run, HostId host) {
  std::string text;
  const auto lane = [&text, host](HostId one) { text += one == host ? " *" : " ."; };
  for (const auto& [id, broker] : run.cluster().brokers) lane(broker);
  text += " |";
  for (const auto& [id, controller] : run.cluster().controllers) {
    if (!run.cluster().brokers.contains(id)) lane(controller);  // a combined node has its column
  }
  const bool node = text.find('*') != std::string::npos;
  return text + (node ? " | ." : " | *");
}

std::string strip(const PartitionHistory& partition, NodeId id, const ReplicaHistory& replica, Offset around) {
  std::size_t first = replica.log.index_at(around);
  first = first > most_batches / 2 ? first - most_batches / 2 : 0;
  std::string text = fmt::format("    broker {}{} {}..{}, high watermark {}: ", id.value, partition.leader == id ? "*" : " ",
                                 replica.log_start.value, replica.log_end.value, replica.high_watermark.value);
  if (first > 0) text += "... ";
  const std::size_t last = std::min(replica.log.size(), first + most_batches);
  for (std::size_t i = first; i < last; ++i) {
    const StoredBatch& batch = replica.log[i];
    const bool differs = std::ranges::any_of(partition.replicas, [&](const auto& other) {
      const std::size_t k = other.second->log.index_at(batch.base);
      return k < other.second->log.size() && other.second->log[k].base <= batch.base && !other.second->log[k].same_as(batch);
    });
    std::string without;  // whose logs end before it
    for (const auto& [other, its] : partition.replicas) {
      if (its->log_end <= batch.base) without += fmt::format("{}{}", without.empty() ? " -" : ",", other.value);
    }
    text += fmt::format("[{}-{} e{}{}{}] ", batch.base.value, batch.last.value, batch.epoch.value, differs ? " !" : "", without);
  }
  return text + (last < replica.log.size() ? "..." : "");
}

void add_strips(const Simulation& run, const Finding& finding, std::vector<std::string>& lines) {
  const auto name = partition_of(run, finding);
  const PartitionHistory* partition = name ? run.checks().history().partition(*name) : nullptr;
  if (!partition) return;
  lines.push_back("  the logs then (* the leader, [first-last eEPOCH] a batch, ! differs at another replica, -N broker N lacks it):");
  const Offset around = finding.offset.value_or(partition->true_high_watermark);
  for (const auto& [id, replica] : partition->replicas) lines.push_back(strip(*partition, id, *replica, around));
}

std::string in_shell_quotes(const std::string& text) {
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? std::string{"'\\''"} : std::string{c};
  return quoted + "'";
}

}  // namespace

std::vector<std::string> investigate(const Simulation& done, const std::shared_ptr<const Scenario>& scenario, WireMode mode,
                                     const Finding& finding, const RunFacts& facts) {
  Simulation run{scenario, mode};
  std::vector<std::string> lines;
  if (!run.form()) return lines;
  run.observe_details();
  Investigator investigator{run, finding};
  while (run.now() <= done.now() && run.origin() + run.now() <= finding.at && run.step()) investigator.look();
  lines.push_back(fmt::format("{} of {} at {} s: how it came about", finding.invariant, finding.subject,
                              seconds_text(finding.at - run.origin())));
  std::string header = "  time       ";
  for (const auto& [id, host] : run.cluster().brokers) header += fmt::format("{:>2}", id.value % 100);
  header += " |";
  for (const auto& [id, host] : run.cluster().controllers) {
    if (!run.cluster().brokers.contains(id)) header += fmt::format("{:>2}", id.value % 100);
  }
  lines.push_back(header + " | c  (brokers, controllers, clients)");
  for (const InvestigationRow& row : investigator.rows()) {
    lines.push_back(fmt::format("{} {:>9} s {}  {}: {}", row.worst ? ">" : row.fault ? "!" : " ", seconds_text(row.at - run.origin()),
                                lanes(run, row.host), run.story().host(row.host), row.text));
  }
  add_strips(run, finding, lines);
  const std::string seed = fmt::format(" --seed {}", scenario->seed);
  const std::int64_t until_ms = (finding.at - run.origin()).whole_ms() + 1;
  std::string legacy;
  for (const std::string& name : scenario->cluster.legacy) legacy += " --legacy " + name;
  std::string patches;
  for (const Patch& patch : facts.patches) patches += " --set " + in_shell_quotes(patch.pointer + "=" + patch.value);
  lines.push_back(fmt::format("  again: kafkasim run {}{}{}{} --until {}ms", facts.file, seed, legacy, patches, until_ms));
  return lines;
}

}  // namespace kafkasim::sim
