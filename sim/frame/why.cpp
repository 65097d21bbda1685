#include "sim/frame/why.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "sim/check/ends.hpp"
#include "sim/fault/targets.hpp"

namespace kafkasim::sim {

namespace {

constexpr std::size_t most_reasons = 8;
constexpr std::size_t most_faults_told = 2;     // of those that can have to do with it
constexpr Duration always_before = seconds(-1);  // time 0 counts

std::string node_list(const std::vector<NodeId>& nodes) {
  std::string text;
  for (const NodeId n : nodes) text += (text.empty() ? "" : ",") + std::to_string(n.value);
  return "[" + text + "]";
}

std::string broker_name(NodeId id) { return fmt::format("broker {}", id.value); }
std::string broker_or_nobody(const std::optional<NodeId>& id) { return id ? broker_name(*id) : "nobody"; }

// "350 ms", "9 s", "10.4 s"
std::string rough_duration(Duration d) {
  const std::int64_t ms = d.whole_ms();
  if (ms < 1000) return fmt::format("{} ms", ms);
  return ms / 100 % 10 == 0 ? fmt::format("{} s", ms / 1000) : fmt::format("{}.{} s", ms / 1000, ms / 100 % 10);
}

// Whether a line's subject, "broker 1, shop", names that host.
bool names_host(std::string_view subject, std::string_view name) {
  if (subject == "everyone") return true;
  for (std::size_t at = 0; at <= subject.size();) {
    const std::size_t end = std::min(subject.find(", ", at), subject.size());
    if (subject.substr(at, end - at) == name) return true;
    at = end + 2;
  }
  return false;
}

const std::string* isr_of(const StoryLine& line) {
  for (const auto& [key, value] : line.fields) {
    if (key == "isr") return std::get_if<std::string>(&value);
  }
  return nullptr;
}
bool list_holds(std::string_view list, NodeId node) {  // "[1,2]"
  const std::string number = std::to_string(node.value);
  for (std::size_t at = 1; at < list.size();) {
    const std::size_t end = std::min(list.find(',', at), list.size() - 1);
    if (list.substr(at, end - at) == number) return true;
    at = end + 1;
  }
  return false;
}

struct Window {  // after `from`, up to and including `to`
  Duration from;
  Duration to;
  [[nodiscard]] bool holds(Duration at) const { return at > from && at <= to; }
};

class Inquiry {
 public:
  explicit Inquiry(const Simulation& run) : run_{run} {}

  void look_into(const WhyNotInSync& question);
  void look_into(const WhyLeader& question);
  void look_into(const WhyDown& question);
  void look_into(const WhyLag& question);
  [[nodiscard]] std::vector<Reason> take();

 private:
  [[nodiscard]] const History& history() const { return run_.checks().history(); }
  [[nodiscard]] const Chunked<StoryLine>& lines() const { return run_.story().lines(); }
  [[nodiscard]] std::string name_of(HostId host) const { return spoken_name(host, run_.cluster()); }
  void tell(Duration at, std::string text) { reasons_.push_back({at, std::move(text)}); }
  void tell_now(std::string text) { tell(run_.now(), std::move(text)); }
  template <class Fits>
  [[nodiscard]] const StoryLine* last(const Window& when, const Fits& fits) const {
    for (std::size_t i = lines().size(); i-- > 0 && lines()[i].at > when.from;) {
      if (when.holds(lines()[i].at) && fits(lines()[i])) return &lines()[i];
    }
    return nullptr;
  }
  [[nodiscard]] const StoryLine* last_of(std::string_view kind, std::string_view subject, const Window& when) const {
    return last(when, [&](const StoryLine& line) { return line.kind == kind && line.subject == subject; });
  }

  std::size_t tell_faults(const std::vector<std::string>& hosts, const Window& when);
  const StoryLine* tell_process(const std::string& host, const Window& when);
  const StoryLine* tell_fencing(NodeId broker, const Window& when);
  [[nodiscard]] std::string active_controller(Duration at) const;
  [[nodiscard]] std::optional<NodeId> leader_at(const PartitionHistory& partition, Duration at) const;

  // not in sync
  struct Left {  // of an ISR
    Duration at;
    Duration joined;  // before
    std::string before;
    std::string after;
  };
  [[nodiscard]] std::optional<Left> leaving_of(const PartitionHistory& partition, NodeId broker) const;
  void tell_way_back(const PartitionHistory& partition, NodeId broker, Duration left);
  void tell_state_now(const PartitionHistory& partition, NodeId broker);

  // leader
  void tell_election(const PartitionHistory& partition, const Election& election);
  void tell_leader_now(const PartitionHistory& partition);

  // lag
  struct Behind {
    std::vector<const PartitionHistory*> partitions;
    std::int64_t all{0};
    std::int64_t unread{0};  // of these: the others were read, and it has not committed that
    std::int64_t most{0};
    const PartitionHistory* where{nullptr};
  };
  [[nodiscard]] std::optional<Offset> position(const GroupState& state, const TopicPartition& partition) const;  // of who owns it
  [[nodiscard]] Behind behind(const std::string& group, const GroupState& state) const;
  [[nodiscard]] std::vector<const ClientHost*> members_of(const std::string& group) const;
  void tell_rebalances(const std::string& group, const GroupState& state);
  void tell_members(const std::string& group);
  void tell_unavailable(const Behind& behind);
  void tell_rates(const std::string& group, const Behind& behind);

  const Simulation& run_;
  std::vector<Reason> reasons_;
};

std::vector<Reason> Inquiry::take() {
  std::ranges::stable_sort(reasons_, {}, &Reason::at);
  const auto same = [](const Reason& a, const Reason& b) { return a.at == b.at && a.text == b.text; };
  reasons_.erase(std::unique(reasons_.begin(), reasons_.end(), same), reasons_.end());
  // What began it and how it stands matter most: what is too much goes from in between.
  if (reasons_.size() > most_reasons) reasons_.erase(reasons_.begin() + 2, reasons_.end() - (most_reasons - 2));
  return std::move(reasons_);
}

// ---- what befell hosts ---------------------------------------------------------------------------------------------------
// The last faults that hit one of them in that time, and those that still do.
std::size_t Inquiry::tell_faults(const std::vector<std::string>& hosts, const Window& when) {
  std::set<Duration> in_force;
  for (const Driver::InForce& fault : run_.driver().faults_in_force()) in_force.insert(fault.since - run_.origin());
  std::size_t told = 0;
  for (std::size_t i = lines().size(); i-- > 0 && told < most_faults_told;) {
    const StoryLine& line = lines()[i];
    if (line.kind != "fault" || line.tone != Tone::fault || line.at > when.to || !(when.holds(line.at) || in_force.contains(line.at))) continue;
    if (std::ranges::none_of(hosts, [&](const std::string& host) { return names_host(line.subject, host); })) continue;
    tell(line.at, fmt::format("{} hits {}", line.text, line.subject));
    ++told;
  }
  return told;
}

const StoryLine* Inquiry::tell_process(const std::string& host, const Window& when) {
  const StoryLine* line = last_of("process", host, when);
  if (line) tell(line->at, fmt::format("{} {}", host, line->text));
  return line;
}

std::string Inquiry::active_controller(Duration at) const {
  const StoryLine* line = last({always_before, at}, [](const StoryLine& l) { return l.kind == "controller" && l.text.starts_with("is the active"); });
  if (line) return line->subject;
  const auto controller = run_.measures().controller();
  return controller ? fmt::format("controller {}", controller->first.value) : "the controller";
}

const StoryLine* Inquiry::tell_fencing(NodeId broker, const Window& when) {
  const std::string name = broker_name(broker);
  const StoryLine* line = last(when, [&](const StoryLine& l) { return l.kind == "broker" && l.subject == name && l.text != "is unfenced"; });
  if (!line) return nullptr;
  if (line->text != "is fenced") {
    tell(line->at, fmt::format("{} is in controlled shutdown: {} takes its leaderships away", name, active_controller(line->at)));
    return line;
  }
  const StoryLine* ended = last({when.from, line->at}, [&](const StoryLine& l) {
    return l.kind == "process" && l.subject == name && (l.tone == Tone::fault || l.text.starts_with("ends"));
  });
  const bool heard_it_go = ended && ended->text == "ends: controlled shutdown";
  const std::string silence = heard_it_go ? ""
                              : ended     ? fmt::format(": it heard nothing of it for {}", rough_duration(line->at - ended->at))
                                          : ": no heartbeat came in time";
  tell(line->at, fmt::format("{} fences {}{}", active_controller(line->at), name, silence));
  return line;
}

std::optional<NodeId> Inquiry::leader_at(const PartitionHistory& partition, Duration at) const {
  const auto& elections = run_.story().elections();
  std::optional<NodeId> leader = partition.leader;
  for (std::size_t i = elections.size(); i-- > 0;) {  // backwards: who led before each
    if (elections[i].partition != partition.name) continue;
    if (elections[i].at <= at) return elections[i].to;
    leader = elections[i].from;
  }
  return leader;
}

// ---- why is a broker not in the ISR ----------------------------------------------------------------------------------
std::optional<Inquiry::Left> Inquiry::leaving_of(const PartitionHistory& partition, NodeId broker) const {
  const std::string name = to_string(partition.name);
  const StoryLine* without = nullptr;  // the first line, from the end, since when it is out
  Left left{{}, always_before, node_list(partition.assigned), {}};
  enum class Seen : std::uint8_t { out, in } seen = Seen::out;
  Duration joined{};  // of the lines with it the earliest
  for (std::size_t i = lines().size(); i-- > 0;) {
    const StoryLine& line = lines()[i];
    const std::string* isr = line.subject == name ? isr_of(line) : nullptr;
    if (!isr) continue;
    const bool holds = list_holds(*isr, broker);
    if (seen == Seen::out && !holds) without = &line;
    if (seen == Seen::in && !holds) {
      left.joined = joined;
      break;
    }
    if (!holds) continue;
    if (seen == Seen::out) left.before = *isr;
    seen = Seen::in;
    joined = line.at;
  }
  if (!without) return std::nullopt;
  left.at = without->at;
  left.after = *isr_of(*without);
  return left;
}

void Inquiry::tell_way_back(const PartitionHistory& partition, NodeId broker, Duration left) {
  const Window since{left, run_.now()};
  const std::string name = broker_name(broker);
  const std::string subject = to_string(partition.name);
  const StoryLine* began = last(since, [&](const StoryLine& l) { return l.kind == "process" && l.subject == name && l.text == "starts again"; });
  if (began) tell(began->at, name + " starts again");
  for (const std::string_view kind : {"recovery", "truncation"}) {
    const StoryLine* line = last(since, [&](const StoryLine& l) { return l.kind == kind && l.subject == subject && l.text.starts_with(name + " "); });
    if (line) tell(line->at, fmt::format("{} of {}", line->text, subject));
  }
  const StoryLine* unfenced = last(since, [&](const StoryLine& l) { return l.kind == "broker" && l.subject == name && l.text == "is unfenced"; });
  if (unfenced) tell(unfenced->at, name + " is unfenced");
}

void Inquiry::tell_state_now(const PartitionHistory& partition, NodeId broker) {
  const std::string name = broker_name(broker);
  const std::optional<HostId> host = run_.cluster().node(broker);
  const BrokerHistory* known = history().broker(broker);
  if (!host || !run_.world().is_up(*host)) return tell_now(name + " is down");
  if (run_.world().is_paused(*host)) return tell_now(name + " is frozen");
  if (known && known->fenced) return tell_now(fmt::format("{} is up but fenced: the controller does not count on it", name));
  const ReplicaHistory* replica = partition.replica(broker);
  const ReplicaHistory* leader = partition.acting_leader();
  if (!leader) return tell_now(fmt::format("{} has nobody to fetch {} from: it has no leader", name, to_string(partition.name)));
  if (!replica || !replica->running) return tell_now(fmt::format("{} has not loaded its log of {}", name, to_string(partition.name)));
  if (replica->log_end < leader->log_end) {
    return tell_now(fmt::format("{} is fetching, {} of {}", name, replica->log_end.value, leader->log_end.value));
  }
  tell_now(fmt::format("{} has caught up to {}: the leader has to ask the controller to take it back", name, leader->log_end.value));
}

void Inquiry::look_into(const WhyNotInSync& question) {
  const PartitionHistory* partition = history().partition(question.partition);
  const std::string name = broker_name(question.broker);
  const std::string subject = to_string(question.partition);
  if (!partition) return tell_now("there is no " + subject);
  if (std::ranges::find(partition->assigned, question.broker) == partition->assigned.end()) {
    return tell_now(fmt::format("{} is no replica of {}: those are {}", name, subject, node_list(partition->assigned)));
  }
  if (partition->in_isr(question.broker)) {
    return tell_now(fmt::format("{} is in the ISR of {}: {}", name, subject, node_list(partition->isr)));
  }
  const std::optional<Left> left = leaving_of(*partition, question.broker);
  if (!left) {
    tell(Duration{}, fmt::format("{} was not in the ISR of {} when the cluster had formed", name, subject));
    return tell_state_now(*partition, question.broker);
  }
  const Window cause{left->joined, left->at};
  const std::optional<NodeId> leader = leader_at(*partition, left->at);
  const std::size_t faults = tell_faults({name}, cause);
  const StoryLine* process = tell_process(name, cause);
  if (faults == 0 && !process) tell_faults({broker_or_nobody(leader), active_controller(left->at)}, cause);  // it may be cut off at the other end
  const StoryLine* fenced = tell_fencing(question.broker, cause);
  if (!fenced) {
    tell(left->at, fmt::format("{}, which leads, has not seen {} caught up for replica.lag.time.max.ms", broker_or_nobody(leader), name));
  }
  tell(left->at, fmt::format("{}: ISR {} -> {}", subject, left->before, left->after));
  tell_way_back(*partition, question.broker, left->at);
  tell_state_now(*partition, question.broker);
}

// ---- who leads, and why ------------------------------------------------------------------------------------------------
void Inquiry::tell_election(const PartitionHistory& partition, const Election& e) {
  const std::string subject = to_string(partition.name);
  const StoryLine* line = last_of("election", subject, {e.at - nanoseconds(1), e.at});
  const std::string isr = line && isr_of(*line) ? *isr_of(*line) : node_list(partition.isr);
  if (!e.to) return tell(e.at, fmt::format("nobody leads {} from here on: of its ISR {} nobody is alive", subject, isr));
  const std::string leads = fmt::format("{} leads {} in epoch {}, after {}", broker_name(*e.to), subject, e.epoch.value, broker_or_nobody(e.from));
  const std::string assigned = node_list(partition.assigned);
  if (e.unclean) return tell(e.at, fmt::format("{}: unclean, for nobody of the ISR was alive", leads));
  const bool preferred = !partition.assigned.empty() && partition.assigned.front() == *e.to;
  if (preferred && e.from && list_holds(isr, *e.from)) {
    return tell(e.at, fmt::format("{}: it is the preferred leader, the first of {}, and in sync again", leads, assigned));
  }
  tell(e.at, fmt::format("{}: of its replicas {} the first that is alive and in the ISR {}", leads, assigned, isr));
}

void Inquiry::tell_leader_now(const PartitionHistory& partition) {
  if (partition.assigned.empty() || partition.leader == partition.assigned.front()) return;
  const NodeId preferred = partition.assigned.front();
  if (partition.leader && partition.in_isr(preferred)) {
    tell_now(fmt::format("{}, the preferred leader, is in the ISR: it gets the lead when leaders are next balanced", broker_name(preferred)));
  } else if (partition.leader) {
    tell_now(fmt::format("{}, the preferred leader, is not in the ISR", broker_name(preferred)));
  } else {
    std::string members;
    const bool by_elr = partition.isr.empty();  // eligible leader replicas (KIP-966)
    for (const NodeId member : by_elr ? partition.elr : partition.isr) {
      const std::optional<HostId> host = run_.cluster().node(member);
      const bool up = host && run_.world().is_up(*host);
      members += fmt::format("{}{} is {}", members.empty() ? "" : ", ", broker_name(member), up ? "up but not counted on" : "down");
    }
    tell_now(fmt::format("only {} may lead: {}", by_elr ? "an eligible replica" : "a member of the ISR", members.empty() ? "there is none" : members));
  }
}

void Inquiry::look_into(const WhyLeader& question) {
  const PartitionHistory* partition = history().partition(question.partition);
  const std::string subject = to_string(question.partition);
  if (!partition) return tell_now("there is no " + subject);
  const auto& elections = run_.story().elections();
  const Election* latest = nullptr;
  const Election* before = nullptr;
  for (std::size_t i = elections.size(); i-- > 0 && !before;) {
    if (elections[i].partition == question.partition) (latest ? before : latest) = &elections[i];
  }
  if (!latest) {
    return tell(Duration{}, fmt::format("{} leads {} since the cluster formed; its replicas are {}", broker_or_nobody(partition->leader), subject,
                                        node_list(partition->assigned)));
  }
  const Window cause{before ? before->at : always_before, latest->at};
  if (latest->from) {
    const std::string name = broker_name(*latest->from);
    tell_faults({name}, cause);
    tell_process(name, cause);
    tell_fencing(*latest->from, cause);
  } else if (latest->to) {  // it was without a leader: what ended that
    if (before) tell_election(*partition, *before);
    tell_process(broker_name(*latest->to), cause);
  }
  tell_election(*partition, *latest);
  tell_leader_now(*partition);
}

// ---- why is a host down --------------------------------------------------------------------------------------------------
void Inquiry::look_into(const WhyDown& question) {
  const std::string name = name_of(question.host);
  const bool up = run_.world().is_up(question.host);
  const bool frozen = up && run_.world().is_paused(question.host);
  const StoryLine* process = last_of("process", name, {always_before, run_.now()});
  if (up && !frozen) {
    const std::string since = process ? "; it " + process->text : "";
    return tell(process ? process->at : Duration{}, fmt::format("{} is up{}", name, since));
  }
  if (!process) {
    const bool ran = run_.world().incarnation(question.host) > 0;
    return tell_now(fmt::format("{} {}", name, ran ? "ended before the cluster had formed" : "has not been started"));
  }
  // What led to it comes after it last began to work.
  const StoryLine* began = last({always_before, process->at}, [&](const StoryLine& l) {
    return l.kind == "process" && l.subject == name && (l.text == "starts again" || l.text == "goes on");
  });
  const Window cause{began ? began->at : always_before, process->at};
  tell_faults({name}, cause);
  if (const StoryLine* disk = last_of("disk", name, cause)) tell(disk->at, fmt::format("{} {}", name, disk->text));
  if (const std::optional<NodeId> node = history().node(question.host)) tell_fencing(*node, cause);
  tell(process->at, fmt::format("{} {}", name, process->text));
  tell_now(fmt::format("{} is {}, for {} now", name, frozen ? "frozen" : "down", rough_duration(run_.now() - process->at)));
}

// ---- why does a group lag ------------------------------------------------------------------------------------------------
Inquiry::Behind Inquiry::behind(const std::string& group, const GroupState& state) const {
  Behind sum;
  const std::vector<std::string> topics = topics_of_group(run_.scenario(), group);
  for (const auto& [id, partition] : history().partitions()) {
    const std::optional<Offset> committed = history().vitals().committed(group, partition->name);
    if (std::ranges::find(topics, partition->name.topic) == topics.end() && !committed) continue;
    sum.partitions.push_back(&*partition);
    const auto [start, end] = ends_of(*partition);
    const Offset from = committed.value_or(start);
    const std::int64_t lag = std::max<std::int64_t>(0, end - from);
    sum.all += lag;
    sum.unread += std::min(lag, std::max<std::int64_t>(0, end - position(state, partition->name).value_or(from)));
    if (lag > sum.most) sum.most = lag, sum.where = &*partition;
  }
  return sum;
}

std::optional<Offset> Inquiry::position(const GroupState& state, const TopicPartition& partition) const {
  for (const auto& member : state.members) {
    if (std::ranges::find(member.assignment, partition) == member.assignment.end()) continue;
    const ClientHost* client = run_.cluster().client(member.client_id);
    return client ? history().vitals().position(client->host, partition) : std::nullopt;
  }
  return std::nullopt;
}

std::vector<const ClientHost*> Inquiry::members_of(const std::string& group) const {
  std::vector<const ClientHost*> members;
  for (const ClientHost& client : run_.cluster().clients) {
    if (client.group == group && run_.world().incarnation(client.host) > 0) members.push_back(&client);
  }
  return members;
}

void Inquiry::tell_rebalances(const std::string& group, const GroupState& state) {
  std::size_t told = 0;
  for (std::size_t i = lines().size(); i-- > 0 && told < 2;) {
    const StoryLine& line = lines()[i];
    if (line.kind != "group" || line.subject != group || !line.text.starts_with("PreparingRebalance")) continue;
    tell(line.at, fmt::format("{} rebalances: nobody reads meanwhile; {}", group, line.text));
    ++told;
  }
  if (state.state != "Stable") tell_now(fmt::format("{} is {}, so nobody reads", group, state.state));
}

void Inquiry::tell_members(const std::string& group) {
  std::vector<std::string> names;
  std::size_t down = 0;
  for (const ClientHost* member : members_of(group)) {
    names.push_back(member->name);
    const bool works = run_.world().is_up(member->host) && !run_.world().is_paused(member->host);
    if (works) continue;
    ++down;
    if (down <= 2) tell_process(member->name, {always_before, run_.now()});
  }
  const std::optional<NodeId> coordinator = coordinator_of(group, {run_.world(), run_.cluster(), history(), run_.measures()});
  if (coordinator) names.push_back(broker_name(*coordinator));
  tell_faults(names, {std::max(always_before, run_.now() - seconds(30)), run_.now()});
  if (down > 0) tell_now(fmt::format("{} of the {} members of {} do not run", down, names.size() - (coordinator ? 1 : 0), group));
}

void Inquiry::tell_unavailable(const Behind& behind) {
  for (const PartitionHistory* partition : behind.partitions) {
    if (partition->leader) continue;
    const std::string name = to_string(partition->name);
    const StoryLine* line = last_of("election", name, {always_before, run_.now()});
    return tell(line ? line->at : run_.now(), fmt::format("{} has no leader: nobody can read it", name));
  }
}

void Inquiry::tell_rates(const std::string& group, const Behind& behind) {
  std::set<std::string> topics;
  for (const PartitionHistory* partition : behind.partitions) topics.insert(partition->name.topic);
  std::int64_t acked = 0;
  std::int64_t consumed = 0;
  for (const std::string& topic : topics) {
    acked += run_.measures().counts(std::nullopt, topic, std::nullopt).acked;
    for (const ClientHost* member : members_of(group)) consumed += run_.measures().counts(member->name, topic, std::nullopt).consumed;
  }
  const std::int64_t ms = std::max<std::int64_t>(1, run_.now().whole_ms());
  tell_now(fmt::format("so far {} records were written, {} a second, and {} read, {} a second", acked, acked * 1000 / ms, consumed, consumed * 1000 / ms));
}

void Inquiry::look_into(const WhyLag& question) {
  const auto& groups = run_.measures().groups();
  const auto known = groups.find(question.group);
  const GroupState state = known == groups.end() ? GroupState{} : known->second;
  const Behind sum = behind(question.group, state);
  if (sum.partitions.empty()) return tell_now(fmt::format("{} reads nothing", question.group));
  if (sum.all == 0) return tell_now(fmt::format("{} has no lag: it has read and committed all", question.group));
  tell_unavailable(sum);
  tell_members(question.group);
  tell_rebalances(question.group, state);
  tell_rates(question.group, sum);
  const std::string read = sum.unread == sum.all ? "" : fmt::format(" ({} of them are read but not committed)", sum.all - sum.unread);
  tell_now(fmt::format("{} is {} records behind, most of all in {}: {}{}", question.group, sum.all, to_string(sum.where->name), sum.most, read));
}

}  // namespace

std::string question_text(const Question& question) {
  struct Ask {
    std::string operator()(const WhyLeader& q) const { return fmt::format("Who leads {}, and why?", to_string(q.partition)); }
    std::string operator()(const WhyNotInSync& q) const {
      return fmt::format("Why is {} not in the ISR of {}?", broker_name(q.broker), to_string(q.partition));
    }
    std::string operator()(const WhyDown& /*its name is the run's*/) const { return "Why is it down?"; }
    std::string operator()(const WhyLag& q) const { return fmt::format("Why does {} lag?", q.group); }
  };
  return std::visit(Ask{}, question);
}

std::vector<Reason> why(const Simulation& run, const Question& question) {
  Inquiry inquiry{run};
  std::visit([&inquiry](const auto& q) { inquiry.look_into(q); }, question);
  return inquiry.take();
}

}  // namespace kafkasim::sim
