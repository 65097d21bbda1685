#include "sim/frame/space_time.hpp"

#include <algorithm>
#include <deque>
#include <map>
#include <tuple>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>

#include "sim/check/causality.hpp"
#include "sim/frame/traffic.hpp"

namespace kafkasim::sim {

namespace {

// A message that leaves before the window or arrives behind it is looked for this far.
constexpr Duration look_around = milliseconds(500);
// Answers to a follower up to this size carry no records: a batch alone is 61 bytes and more, beside its partition and topic.
constexpr std::uint64_t most_of_an_empty_fetch = 128;

struct HashOfRef {
  std::size_t operator()(const MessageRef& m) const {
    std::uint64_t x = m.connection.number * 0x9e3779b97f4a7c15ULL;
    x ^= static_cast<std::uint64_t>(m.connection.dialler.value) + (static_cast<std::uint64_t>(m.correlation_id) << 20);
    x = (x ^ static_cast<std::uint64_t>(m.kind)) * 0xff51afd7ed558ccdULL;
    return static_cast<std::size_t>(x ^ (x >> 32));
  }
};

using ObservationList = std::deque<Observation>;

struct Leg {  // of a message, as far as the observations tell
  std::size_t left{};  // index of its MessageLeft
  HostId from;
  std::uint64_t bytes{};
  std::optional<std::size_t> arrived{};
  std::optional<HostId> to{};
};

// Which observations have a part in the causal past of one, by their index.
class PastOf {
 public:
  PastOf(const ObservationList& seen, const MessageRef& message) {
    const std::optional<std::size_t> last = end_of(seen, message);
    if (!last) return;
    Causality all;
    nodes_.reserve(*last + 1);
    for (std::size_t i = 0; i <= *last; ++i) nodes_.push_back(all.observe(seen[i]));
    past_ = all.past_of(nodes_.back());
  }
  [[nodiscard]] bool holds(std::size_t i) const { return i < nodes_.size() && past_[nodes_[i]]; }
  [[nodiscard]] bool ends_with(std::size_t i) const { return i + 1 == nodes_.size(); }

 private:
  // Where it arrived; if it has not, where it left.
  [[nodiscard]] static std::optional<std::size_t> end_of(const ObservationList& seen, const MessageRef& message) {
    std::optional<std::size_t> left;
    for (std::size_t i = 0; i < seen.size(); ++i) {
      if (const auto* step = seen[i].get_if<StepBegan>(); step && step->message == message) return i;
      if (const auto* sent = seen[i].get_if<MessageLeft>(); sent && sent->message == message) left = i;
    }
    return left;
  }

  std::vector<Causality::Node> nodes_;
  std::vector<bool> past_;
};

class Drawing {
 public:
  Drawing(const Simulation& run, const ObservationList& seen, Instant from, Instant to, const PastOf* past)
      : run_{run}, seen_{seen}, from_{from}, to_{to}, past_{past}, kinds_{kinds_of_hosts(run)} {}

  void flights(Heartbeats heartbeats, std::vector<Flight>& out) {
    follow_messages();
    for (const auto& [message, leg] : legs_) add_flight(message, leg, heartbeats, out);
    std::ranges::sort(out, [](const Flight& a, const Flight& b) { return std::tie(a.left, a.message) < std::tie(b.left, b.message); });
  }
  void marks(std::vector<LaneMark>& out) {
    for (std::size_t i = index_of(from_); i < seen_.size() && seen_[i].at <= to_; ++i) mark(i, out);
  }
  void spans(std::vector<LaneSpan>& out) const;

 private:
  [[nodiscard]] std::size_t index_of(Instant at) const {  // the first observation that is not before
    const auto found = std::ranges::partition_point(seen_, [at](const Observation& o) { return o.at < at; });
    return static_cast<std::size_t>(found - seen_.begin());
  }
  [[nodiscard]] Duration since_origin(Instant at) const { return at - run_.origin(); }
  [[nodiscard]] NodeKind kind(HostId host) const { return kinds_[static_cast<std::size_t>(host.value)]; }
  void follow_messages();
  void add_flight(const MessageRef& message, const Leg& leg, Heartbeats heartbeats, std::vector<Flight>& out) const;
  [[nodiscard]] std::optional<HostId> receiver(const MessageRef& message, const Leg& leg) const;
  [[nodiscard]] bool is_heartbeat(const MessageRef& message, const Leg& leg, Traffic2 traffic) const;
  void mark(std::size_t i, std::vector<LaneMark>& out);
  void mark_process(std::size_t i, const KernelEvent& e, std::vector<LaneMark>& out) const;
  void mark_note(std::size_t i, const trace::Event& e, std::vector<LaneMark>& out);
  void mark_leader(std::size_t i, const trace::BecameLeader& e, std::vector<LaneMark>& out);
  void add_mark(std::size_t i, std::string text, Tone tone, std::vector<LaneMark>& out) const {
    out.push_back({seen_[i].host, since_origin(seen_[i].at), std::move(text), tone, past_ && past_->holds(i)});
  }
  [[nodiscard]] std::string name(const TopicIdPartition& id) const { return run_.checks().history().name(id); }

  const Simulation& run_;
  const ObservationList& seen_;
  Instant from_;
  Instant to_;
  const PastOf* past_;
  std::vector<NodeKind> kinds_;
  std::unordered_map<MessageRef, Leg, HashOfRef> legs_;
  std::map<ConnectionId, HostId> accepters_;
  struct Led {  // partitions of the offsets topic that one broker takes over at one moment: dozens, told as one
    std::size_t mark{};
    Instant at{};
    std::size_t count{0};
  };
  std::map<HostId, Led> internal_;
  std::map<std::string, std::string> groups_;  // what was last told of each
};

void Drawing::follow_messages() {
  const std::size_t begin = index_of(from_ - look_around);
  const Instant end = to_ + look_around;
  legs_.reserve(4096);
  for (std::size_t i = begin; i < seen_.size() && seen_[i].at <= end; ++i) {
    const KernelEvent* kernel = seen_[i].kernel();
    if (!kernel) continue;
    if (const auto* left = std::get_if<MessageLeft>(kernel)) {
      legs_.try_emplace(left->message, Leg{i, seen_[i].host, left->bytes});
      if (left->message.connection.dialler != seen_[i].host) accepters_.try_emplace(left->message.connection, seen_[i].host);
    } else if (const auto* step = std::get_if<StepBegan>(kernel); step && step->message) {
      const HostId host = seen_[i].host;
      if (step->message->connection.dialler != host) accepters_.try_emplace(step->message->connection, host);
      const auto leg = legs_.find(*step->message);
      if (leg == legs_.end() || leg->second.arrived) continue;
      leg->second.arrived = i;
      leg->second.to = host;
    }
  }
}

std::optional<HostId> Drawing::receiver(const MessageRef& message, const Leg& leg) const {
  if (leg.to) return leg.to;
  if (message.connection.dialler != leg.from) return message.connection.dialler;
  const auto known = accepters_.find(message.connection);
  if (known != accepters_.end()) return known->second;
  const Connection* connection = run_.world().network().find(message.connection);
  return connection ? std::optional{connection->host(Side::accepter)} : std::nullopt;
}

bool Drawing::is_heartbeat(const MessageRef& message, const Leg& leg, Traffic2 traffic) const {
  if (message.api == ApiKey::broker_heartbeat || message.api == ApiKey::heartbeat
      || message.api == ApiKey::consumer_group_heartbeat)
    return true;
  if (message.api != ApiKey::fetch) return false;
  if (traffic == Traffic2::quorum) return true;
  if (traffic != Traffic2::replication) return false;
  if (message.kind == MessageKind::response) return leg.bytes <= most_of_an_empty_fetch;
  MessageRef answer = message;  // a request goes with its answer
  answer.kind = MessageKind::response;
  const auto answered = legs_.find(answer);
  return answered == legs_.end() || answered->second.bytes <= most_of_an_empty_fetch;
}

void Drawing::add_flight(const MessageRef& message, const Leg& leg, Heartbeats heartbeats, std::vector<Flight>& out) const {
  const Instant left = seen_[leg.left].at;
  if (left > to_ || (leg.arrived && seen_[*leg.arrived].at < from_)) return;
  const std::optional<HostId> to = receiver(message, leg);
  if (!to) return;
  const bool arrived = leg.arrived.has_value();
  if (!arrived && left < from_ && !run_.world().network().find(message.connection)) return;  // lost with its connection, before
  const Traffic2 traffic = traffic_of(message.api, kind(leg.from), kind(*to));
  if (heartbeats == Heartbeats::left_out && is_heartbeat(message, leg, traffic)) return;
  const std::optional<Duration> at = arrived ? std::optional{since_origin(seen_[*leg.arrived].at)} : std::nullopt;
  // One that has not arrived told nobody anything: it is in the cone only if the cone is its own.
  const bool in_cone = past_ && (arrived ? past_->holds(*leg.arrived) : past_->ends_with(leg.left));
  out.push_back({message, leg.from, *to, since_origin(left), at, traffic, leg.bytes, in_cone});
}

void Drawing::mark(std::size_t i, std::vector<LaneMark>& out) {
  const Observation& o = seen_[i];
  if (const KernelEvent* kernel = o.kernel()) return mark_process(i, *kernel, out);
  mark_note(i, *o.note(), out);
}

void Drawing::mark_process(std::size_t i, const KernelEvent& e, std::vector<LaneMark>& out) const {
  if (const auto* exited = std::get_if<ProcessExited>(&e)) {
    return add_mark(i, "ends: " + exited->reason, exited->orderly ? Tone::plain : Tone::warning, out);
  }
  struct Befell {
    std::string_view text;
    Tone tone{};
  };
  const auto befell = [&e]() -> std::optional<Befell> {
    if (std::holds_alternative<ProcessStarted>(e)) return Befell{"starts", Tone::plain};
    if (std::holds_alternative<ProcessReady>(e)) return Befell{"is ready", Tone::good};
    if (std::holds_alternative<ProcessCrashed>(e)) return Befell{"crashes", Tone::fault};
    if (std::holds_alternative<PowerLost>(e)) return Befell{"loses power", Tone::fault};
    if (std::holds_alternative<ProcessPaused>(e)) return Befell{"freezes", Tone::fault};
    if (std::holds_alternative<ProcessResumed>(e)) return Befell{"goes on", Tone::plain};
    return std::nullopt;
  }();
  if (befell) add_mark(i, std::string{befell->text}, befell->tone, out);
}

void Drawing::mark_leader(std::size_t i, const trace::BecameLeader& e, std::vector<LaneMark>& out) {
  const std::string partition = name(e.partition);
  if (!partition.starts_with("__consumer_offsets-")) {
    return add_mark(i, fmt::format("leads {} epoch {}", partition, e.leader_epoch.value), Tone::decision, out);
  }
  Led& led = internal_[seen_[i].host];
  if (led.count == 0 || led.at != seen_[i].at) {
    led = {out.size(), seen_[i].at, 0};
    add_mark(i, {}, Tone::plain, out);
  }
  ++led.count;
  out[led.mark].text = led.count == 1 ? fmt::format("leads {} epoch {}", partition, e.leader_epoch.value)
                                      : fmt::format("leads {} partitions of __consumer_offsets", led.count);
}

void Drawing::mark_note(std::size_t i, const trace::Event& e, std::vector<LaneMark>& out) {
  if (const auto* leads = e.get_if<trace::BecameLeader>()) {
    mark_leader(i, *leads, out);
  } else if (const auto* cut = e.get_if<trace::LogTruncated>()) {
    add_mark(i, fmt::format("cut {} back to {}", name(cut->partition), cut->to.value), Tone::warning, out);
  } else if (const auto* active = e.get_if<trace::ControllerActivated>()) {
    add_mark(i, fmt::format("active, epoch {}", active->epoch), Tone::decision, out);
  } else if (const auto* resigned = e.get_if<trace::ControllerResigned>()) {
    add_mark(i, fmt::format("resigned, epoch {}", resigned->epoch), Tone::warning, out);
  } else if (const auto* role = e.get_if<trace::RaftRoleChanged>()) {
    if (role->role == trace::RaftRole::candidate) add_mark(i, fmt::format("stands in epoch {}", role->epoch), Tone::plain, out);
  } else if (const auto* isr = e.get_if<trace::IsrChangeRequested>()) {
    const auto list = [](const std::vector<NodeId>& nodes) {
      std::string text;
      for (const NodeId n : nodes) text += (text.empty() ? "" : ",") + std::to_string(n.value);
      return text;
    };
    add_mark(i, fmt::format("wants ISR [{}] of {}", list(isr->to), name(isr->partition)),
             isr->to.size() < isr->from.size() ? Tone::warning : Tone::good, out);
  } else if (const auto* group = e.get_if<trace::GroupChanged>()) {
    std::string text = fmt::format("{}: {}, generation {}", group->group, group->state, group->generation.value);
    if (std::exchange(groups_[group->group], text) == text) return;  // another member was heard: nothing that one sees
    add_mark(i, std::move(text), group->state == "Stable" ? Tone::good : Tone::plain, out);
  } else if (const auto* deleted = e.get_if<trace::SegmentsDeleted>()) {
    add_mark(i, fmt::format("deleted {} up to {}", name(deleted->partition), deleted->to.value - 1), Tone::plain, out);
  } else if (const auto* failed = e.get_if<trace::LogDirectoryFailed>()) {
    add_mark(i, "log directory offline: " + failed->reason, Tone::warning, out);
  }
}

void Drawing::spans(std::vector<LaneSpan>& out) const {
  enum class Known : std::uint8_t { nothing, up, down };
  struct Lane {
    Known known{};
    Instant since;  // up
  };
  std::vector<Lane> lanes(run_.world().host_count(), Lane{Known::nothing, from_});
  const auto end_span = [&](std::size_t host, Instant at) {
    const Instant since = std::max(lanes[host].since, from_);
    const Instant until = std::min(at, to_);
    if (since <= until) out.push_back({HostId{static_cast<std::int32_t>(host)}, since_origin(since), since_origin(until)});
  };
  for (std::size_t i = index_of(from_); i < seen_.size(); ++i) {
    const KernelEvent* e = seen_[i].kernel();
    if (!e) continue;
    const bool ends = std::holds_alternative<ProcessCrashed>(*e) || std::holds_alternative<PowerLost>(*e) || std::holds_alternative<ProcessExited>(*e);
    if (!ends && !std::holds_alternative<ProcessStarted>(*e)) continue;
    const auto host = static_cast<std::size_t>(seen_[i].host.value);
    Lane& lane = lanes[host];
    if (ends && lane.known != Known::down) end_span(host, seen_[i].at);
    lane = {ends ? Known::down : Known::up, seen_[i].at};
  }
  for (std::size_t host = 0; host < lanes.size(); ++host) {
    const bool up = lanes[host].known == Known::nothing ? run_.world().is_up(HostId{static_cast<std::int32_t>(host)}) : lanes[host].known == Known::up;
    if (up) end_span(host, to_);
  }
  std::ranges::sort(out, [](const LaneSpan& a, const LaneSpan& b) { return std::tie(a.host, a.from) < std::tie(b.host, b.from); });
}

}  // namespace

SpaceTime space_time(const Simulation& run, const Recorder& recent, Duration from, Duration to, Heartbeats heartbeats,
                     const std::optional<Cone>& cone) {
  SpaceTime all{from, to, {}, {}, {}};
  const std::optional<PastOf> past = cone ? std::optional<PastOf>{std::in_place, recent.observations(), cone->message} : std::nullopt;
  Drawing drawing{run, recent.observations(), run.origin() + from, run.origin() + to, past ? &*past : nullptr};
  drawing.flights(heartbeats, all.flights);
  drawing.marks(all.marks);
  drawing.spans(all.spans);
  return all;
}

}  // namespace kafkasim::sim
