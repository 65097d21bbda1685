#include "sim/run/story.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace kafkasim::sim {

namespace {

std::string id_list(const std::vector<NodeId>& nodes) {
  std::string text;
  for (const NodeId n : nodes) text += (text.empty() ? "" : ",") + std::to_string(n.value);
  return "[" + text + "]";
}

std::string node_or_none(const std::optional<NodeId>& node) {
  return node ? fmt::format("broker {}", node->value) : "nobody";
}

bool is_internal(const std::string& name) {
  return name.starts_with("__consumer_offsets-") || name.starts_with("__transaction_state-");
}

std::string_view status_text(TransactionStatus status) {
  switch (status) {
    case TransactionStatus::prepare_commit: return "commits";
    case TransactionStatus::prepare_abort: return "aborts";
    case TransactionStatus::complete_commit: return "is committed";
    case TransactionStatus::complete_abort: return "is aborted";
    case TransactionStatus::ongoing: return "begins";
    case TransactionStatus::dead: return "is forgotten";
    default: return "is idle";
  }
}

std::string reason_name(trace::DeletionReason reason) {  // the setting to blame
  switch (reason) {
    case trace::DeletionReason::log_start_offset: return "below the log start";
    case trace::DeletionReason::retention_bytes: return "retention.bytes";
    case trace::DeletionReason::retention_ms: return "retention.ms";
  }
  return "";
}

std::int64_t number_or_none(const std::optional<NodeId>& node) { return node ? node->value : -1; }

enum class Joins : std::uint8_t { again, anew };

// " without [1,3]", " with [2] again": how one ISR became the other.
std::string isr_change(const std::vector<NodeId>& before, const std::vector<NodeId>& now, Joins joins) {
  std::vector<NodeId> gone;
  std::vector<NodeId> come;
  for (const NodeId n : before) {
    if (std::ranges::find(now, n) == now.end()) gone.push_back(n);
  }
  for (const NodeId n : now) {
    if (std::ranges::find(before, n) == before.end()) come.push_back(n);
  }
  std::string text;
  if (!gone.empty()) text += " without " + id_list(gone);
  if (!come.empty()) text += " with " + id_list(come) + (joins == Joins::again ? " again" : "");
  return text;
}

std::string eligible(const std::vector<NodeId>& elr) { return elr.empty() ? "" : ", eligible " + id_list(elr); }

}  // namespace

const std::string& Story::host(HostId id) const {
  static const std::string unknown = "?";
  const auto found = hosts_.find(id);
  return found == hosts_.end() ? unknown : found->second;
}

void Story::add(Instant at, std::string kind, std::string subject, std::string text, Tone tone,
                std::vector<std::pair<std::string, std::variant<std::int64_t, std::string>>> fields) {
  if (!origin_) return;
  lines_.push_back(
      {at - *origin_, ++seq_, std::move(kind), std::move(subject), std::move(text), tone, std::move(fields)});
}

void Story::tell(Instant at, std::string kind, std::string subject, std::string text, Tone tone) {
  add(at, std::move(kind), std::move(subject), std::move(text), tone);
}

Story::Internal& Story::internal_at(Instant at) {
  if (internal_ && internal_->at != at) tell_internal();
  if (!internal_) internal_ = Internal{at};
  return *internal_;
}

void Story::tell_internal() {
  const Internal sum = *std::exchange(internal_, std::nullopt);
  std::string text;
  const auto say = [&text](std::int64_t count, std::string_view what) {
    if (count > 0) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, what);
  };
  say(sum.led, "partitions get another leader");
  say(sum.leaderless, "have none");
  say(sum.shrunk, "ISRs shrink");
  say(sum.grown, "ISRs grow");
  say(sum.loaded, "logs are loaded");
  const Tone tone = sum.led + sum.leaderless + sum.shrunk > 0 ? Tone::warning : Tone::plain;
  if (!text.empty()) add(sum.at, "internal", "offsets topic", text, tone);
}

bool Story::is_news(std::int64_t metadata_offset) {
  if (metadata_offset <= last_decision_) return false;  // another controller has told it
  last_decision_ = metadata_offset;
  return true;
}

void Story::on(const Observation& o, const trace::PartitionChanged& e, const History& history) {
  if (!is_news(e.metadata_offset)) return;
  const Decided now{e.leader, e.leader_epoch, e.isr, e.elr, e.replicas, !e.adding.empty() || !e.removing.empty()};
  const auto [known, is_new] = decided_.try_emplace(e.partition, now);
  const Decided before = std::exchange(known->second, now);
  if (is_new || !origin_) return;
  const std::string name = history.name(e.partition);
  if (is_internal(name)) {
    Internal& sum = internal_at(o.at);
    if (before.leader != e.leader) ++(e.leader ? sum.led : sum.leaderless);
    if (e.isr.size() < before.isr.size()) ++sum.shrunk;
    if (e.isr.size() > before.isr.size()) ++sum.grown;
  }
  tell_reassignment(o.at, name, before, e);
  if (before.leader_epoch != e.leader_epoch)
    epochs_.push_back({o.at - *origin_, history.partition(e.partition)->name, e.leader_epoch, e.leader, before.leader_epoch, before.leader});
  if (before.leader != e.leader) {
    const PartitionHistory* partition = history.partition(e.partition);
    elections_.push_back({o.at - *origin_, partition->name, before.leader, e.leader, e.leader_epoch, e.unclean});
    if (is_internal(name)) return;
    add(o.at, "election", name,
        fmt::format("{} leads in epoch {}, after {}{}; ISR {}{}", node_or_none(e.leader), e.leader_epoch.value,
                    node_or_none(before.leader), e.unclean ? ", an UNCLEAN election" : "", id_list(e.isr),
                    eligible(e.elr)),
        e.leader && !e.unclean ? Tone::decision : Tone::warning,
        {{"from", number_or_none(before.leader)},
         {"to", number_or_none(e.leader)},
         {"epoch", std::int64_t{e.leader_epoch.value}},
         {"isr", id_list(e.isr)}});
  } else if (before.isr != e.isr && !is_internal(name)) {
    const std::string change = isr_change(before.isr, e.isr, before.moves ? Joins::anew : Joins::again);
    add(o.at, "isr", name, fmt::format("ISR {}{}{}", id_list(e.isr), change, eligible(e.elr)),
        e.isr.size() < before.isr.size() ? Tone::warning : Tone::good, {{"isr", id_list(e.isr)}});
  } else if (before.elr != e.elr && !is_internal(name)) {
    add(o.at, "isr", name,
        e.elr.empty() ? std::string{"nobody is eligible beside the ISR any more"}
                      : fmt::format("eligible leaders {}", id_list(e.elr)),
        Tone::plain, {{"isr", id_list(e.isr)}, {"elr", id_list(e.elr)}});
  }
}

void Story::tell_reassignment(Instant at, const std::string& name, const Decided& before,
                              const trace::PartitionChanged& e) {
  if (is_internal(name)) return;
  const bool moves = !e.adding.empty() || !e.removing.empty();
  if (before.replicas == e.replicas && before.moves == moves) return;
  std::string text;
  if (moves) {
    text = fmt::format("moves to replicas {}", id_list(e.replicas));
    if (!e.adding.empty()) text += ", adding " + id_list(e.adding);
    if (!e.removing.empty()) text += ", removing " + id_list(e.removing);
  } else if (before.moves) {
    text = fmt::format("the move is over: replicas {}", id_list(e.replicas));
  } else {
    text = fmt::format("replicas {}", id_list(e.replicas));
  }
  add(at, "reassignment", name, std::move(text), moves ? Tone::decision : Tone::good,
      {{"replicas", id_list(e.replicas)}, {"adding", id_list(e.adding)}, {"removing", id_list(e.removing)}});
}

void Story::on(const Observation& o, const trace::LogTruncated& e, const History& history) {
  add(o.at, "truncation", history.name(e.partition),
      fmt::format("{} cuts its log from {} back to {}", host(o.host), e.from.value, e.to.value), Tone::warning,
      {{"from", e.from.value}, {"to", e.to.value}});
}

void Story::on(const Observation& o, const trace::LogCleaned& e, const History& history) {
  const std::string name = history.name(e.partition);
  if (!origin_ || is_internal(name)) return;
  add(o.at, "compaction", name,
      fmt::format("{} compacts offsets {} to {}: {} bytes become {}", host(o.host), e.from.value, e.to.value,
                  e.bytes_before, e.bytes_after),
      Tone::plain,
      {{"from", e.from.value},
       {"to", e.to.value},
       {"bytes_before", static_cast<std::int64_t>(e.bytes_before)},
       {"bytes_after", static_cast<std::int64_t>(e.bytes_after)}});
}

void Story::on(const Observation& o, const trace::SegmentsDeleted& e, const History& history) {
  const std::string name = history.name(e.partition);
  if (is_internal(name)) return;
  const std::string reason = reason_name(e.reason);
  add(o.at, "retention", name,
      fmt::format("{} deletes offsets {} to {} ({})", host(o.host), e.from.value, e.to.value - 1, reason), Tone::plain,
      {{"from", e.from.value}, {"to", e.to.value}, {"bytes", static_cast<std::int64_t>(e.bytes)}, {"reason", reason}});
}

void Story::on(const Observation& o, const trace::LogLoaded& e, const History& history) {
  if (!origin_) return;
  if (is_internal(history.name(e.partition))) {
    ++internal_at(o.at).loaded;
    return;
  }
  const std::string how = e.clean           ? "after a clean stop"
                          : e.bytes_cut > 0 ? fmt::format("recovered, {} bytes of a damaged end cut", e.bytes_cut)
                                            : "recovered";
  add(o.at, "recovery", history.name(e.partition),
      fmt::format("{} loads offsets {} to {}, {}", host(o.host), e.log_start.value, e.log_end.value, how),
      e.bytes_cut > 0 ? Tone::warning : Tone::plain, {{"log_end", e.log_end.value}});
}

void Story::on(const Observation& o, const trace::GroupChanged& e, const History&) {
  auto& known = groups_[e.group];
  if (known == std::pair{e.state, e.generation}) return;
  const bool rebalanced = known.second != e.generation || e.state == "PreparingRebalance";
  known = {e.state, e.generation};
  std::string members;
  for (const auto& member : e.members) {
    if (member.assignment.empty()) continue;
    members += members.empty() ? ": " : "; ";
    members += member.client_id + " reads ";
    for (std::size_t i = 0; i < member.assignment.size(); ++i)
      members += (i ? ", " : "") + to_string(member.assignment[i]);
  }
  add(o.at, "group", e.group,
      fmt::format("{}, {} {}, {} member{}{}{}", e.state, e.type == "consumer" ? "epoch" : "generation",
                  e.generation.value, e.members.size(),
                  e.members.size() == 1 ? "" : "s", e.reason.empty() ? "" : " (" + e.reason + ")",
                  e.state == "Stable" ? members : ""),
      e.state == "Stable" ? Tone::good
      : rebalanced        ? Tone::warning
                          : Tone::plain,
      {{"state", e.state},
       {"generation", std::int64_t{e.generation.value}},
       {"members", static_cast<std::int64_t>(e.members.size())}});
}

void Story::on(const Observation& o, const trace::TransactionChanged& e, const History&) {
  const bool aborts = e.status == TransactionStatus::prepare_abort;  // commits are the rule, and too many to read
  if (!aborts && e.reason.empty()) return;
  const std::string why = e.reason.empty() ? "" : " (" + e.reason + ")";
  add(o.at, "transaction", e.transactional_id,
      fmt::format("{}: producer {}, epoch {}, {} partition(s){}", status_text(e.status), e.producer.value, e.epoch.value,
                  e.partitions.size(), why),
      e.reason.empty() ? Tone::plain : Tone::warning,
      {{"state", std::string{status_text(e.status)}},
       {"producer_id", e.producer.value},
       {"producer_epoch", std::int64_t{e.epoch.value}}});
}

void Story::on(const Observation& o, const trace::ProducerInitialised& e, const History&) {
  add(o.at, "transaction", e.transactional_id,
      fmt::format("has producer id {}, epoch {}: older epochs are fenced", e.producer.value, e.epoch.value), Tone::plain,
      {{"producer_id", e.producer.value}, {"producer_epoch", std::int64_t{e.epoch.value}}});
}

void Story::on(const Observation& o, const trace::TransactionEnded& e, const History&) {
  if (e.error == ErrorCode::none) return;
  const bool aborted = e.fate == trace::TransactionFate::aborted;
  add(o.at, "transaction", e.transactional_id,
      fmt::format("{}: its transaction {} {} ({})", host(o.host), e.number, aborted ? "is aborted" : "has an unknown end",
                  error_name(e.error)),
      Tone::warning);
}

void Story::on_kernel(const Observation& o, const KernelEvent& e) {
  if (const auto* started = std::get_if<ProcessStarted>(&e); started && started->kind == StartKind::restart) {
    add(o.at, "process", host(o.host), "starts again", Tone::plain);
  } else if (std::holds_alternative<ProcessCrashed>(e)) {
    add(o.at, "process", host(o.host), "crashes: connections reset, page cache kept", Tone::fault);
  } else if (std::holds_alternative<PowerLost>(e)) {
    add(o.at, "process", host(o.host), "loses power: silence, unsynced data at risk", Tone::fault);
  } else if (std::holds_alternative<DisksWiped>(e)) {
    add(o.at, "disk", host(o.host), "has empty disks", Tone::fault);
  } else if (const auto* exited = std::get_if<ProcessExited>(&e)) {
    add(o.at, "process", host(o.host), fmt::format("ends: {}", exited->reason),
        exited->orderly ? Tone::plain : Tone::warning);
  } else if (std::holds_alternative<ProcessPaused>(e)) {
    add(o.at, "process", host(o.host), "freezes", Tone::fault);
  } else if (std::holds_alternative<ProcessResumed>(e)) {
    add(o.at, "process", host(o.host), "goes on", Tone::plain);
  }
}

namespace {

// What becomes of the metadata log by its snapshots.
std::optional<std::string> snapshot_news(const trace::Event& event) {
  if (const auto* kept = event.get_if<trace::RaftSnapshotKept>()) {
    return fmt::format("{} a snapshot of the metadata below offset {}, epoch {}, {} bytes",
                       kept->fetched ? "has fetched" : "makes", kept->end, kept->epoch, kept->bytes);
  }
  if (const auto* replaced = event.get_if<trace::RaftLogReplaced>())
    return fmt::format("its metadata log begins anew at offset {}, behind the snapshot", replaced->end);
  if (const auto* moved = event.get_if<trace::RaftLogStartMoved>())
    return fmt::format("its metadata log begins at offset {} now: snapshots have what was before", moved->to);
  return std::nullopt;
}

}  // namespace

// Each set once, by whoever has it first: the leader that wrote it.
void Story::tell_voters(const Observation& o, const trace::RaftVotersChanged& e) {
  if (e.offset <= voters_told_) return;
  const bool begins = voters_told_ < 0;
  voters_told_ = e.offset;
  if (begins || e.offset < 0) return;
  std::string list;
  for (const NodeId id : e.voters) list += (list.empty() ? "" : ",") + std::to_string(id.value);
  add(o.at, "quorum", host(o.host), fmt::format("the voters are to be [{}], from offset {} on", list, e.offset), Tone::decision,
      {{"offset", e.offset}, {"voters", std::ssize(e.voters)}});
}

void Story::observe(const Observation& o, const History& history) {
  if (internal_ && o.at > internal_->at) tell_internal();
  if (const KernelEvent* kernel = o.kernel()) return on_kernel(o, *kernel);
  const trace::Event& event = *o.note();
  event.visit([&](const auto& e) {
    if constexpr (requires { on(o, e, history); }) on(o, e, history);
  });
  if (const std::optional<std::string> news = snapshot_news(event)) {
    add(o.at, "quorum", host(o.host), *news, Tone::plain);
  } else if (const auto* voters = event.get_if<trace::RaftVotersChanged>()) {
    tell_voters(o, *voters);
  } else if (const auto* active = event.get_if<trace::ControllerActivated>()) {
    add(o.at, "controller", host(o.host), fmt::format("is the active controller, epoch {}", active->epoch),
        Tone::decision, {{"epoch", std::int64_t{active->epoch}}});
  } else if (const auto* resigned = event.get_if<trace::ControllerResigned>()) {
    add(o.at, "controller", host(o.host),
        fmt::format("is no longer the active controller of epoch {}", resigned->epoch), Tone::warning);
  } else if (const auto* role = event.get_if<trace::RaftRoleChanged>();
             role && role->role == trace::RaftRole::candidate) {
    add(o.at, "quorum", host(o.host), fmt::format("stands for election in epoch {}", role->epoch), Tone::plain,
        {{"epoch", std::int64_t{role->epoch}}});
  } else if (role && role->role == trace::RaftRole::prospective) {
    add(o.at, "quorum", host(o.host), fmt::format("asks for pre-votes in epoch {}", role->epoch), Tone::plain,
        {{"epoch", std::int64_t{role->epoch}}});
  } else if (const auto* registered = event.get_if<trace::BrokerRegistered>();
             registered && is_news(registered->metadata_offset)) {
    add(o.at, "broker", fmt::format("broker {}", registered->broker.value),
        fmt::format("registers, broker epoch {}", registered->epoch.value), Tone::plain);
  } else if (const auto* fenced = event.get_if<trace::BrokerFenced>();
             fenced && is_news(fenced->metadata_offset)) {
    const bool leaves = fenced->shutting_down;
    add(o.at, "broker", fmt::format("broker {}", fenced->broker.value),
        leaves ? "is in controlled shutdown" : "is fenced", leaves ? Tone::plain : Tone::warning);
  } else if (const auto* unfenced = event.get_if<trace::BrokerUnfenced>();
             unfenced && is_news(unfenced->metadata_offset)) {
    add(o.at, "broker", fmt::format("broker {}", unfenced->broker.value), "is unfenced", Tone::good);
  } else if (const auto* created = event.get_if<trace::TopicCreated>();
             created && is_news(created->metadata_offset)) {
    add(o.at, "topic", created->name, "is created", Tone::plain);
  } else if (const auto* deleted = event.get_if<trace::TopicDeleted>();
             deleted && is_news(deleted->metadata_offset)) {
    add(o.at, "topic", deleted->name, "is deleted", Tone::plain);
  } else if (const auto* failed = event.get_if<trace::LogDirectoryFailed>()) {
    add(o.at, "disk", host(o.host), "takes its log directory offline: " + failed->reason, Tone::warning);
  } else if (const auto* reset = event.get_if<trace::PositionReset>()) {
    add(o.at, "position", to_string(reset->partition),
        fmt::format("{} goes on at offset {}: {}", host(o.host), reset->to.value, reset->reason), Tone::plain);
  } else if (const auto* expired = event.get_if<trace::RecordsFailed>()) {
    add(o.at, "failure", to_string(expired->partition),
        fmt::format("{} gives up {} record(s): {}", host(o.host), expired->count, error_name(expired->error)),
        Tone::warning);
  } else if (const auto* late = event.get_if<trace::PollTimedOut>()) {
    add(o.at, "group", late->group, fmt::format("{} leaves: it has not polled for max.poll.interval.ms", host(o.host)), Tone::warning);
  } else if (const auto* remark = event.get_if<trace::Remark>()) {
    const bool administers = host(o.host) == "admin";
    add(o.at, administers ? "admin" : "remark", host(o.host), remark->text, Tone::plain);
  }
}

}  // namespace kafkasim::sim
