#include "sim/report/divergence.hpp"

#include <fmt/format.h>

#include "sim/report/report.hpp"

namespace kafkasim::sim {

namespace {

std::string message_text(const MessageRef& message) {
  return fmt::format("{} {} (connection {}/{}, correlation id {})", api_name(message.api),
                     message.kind == MessageKind::request ? "request" : "response", message.connection.dialler.value,
                     message.connection.number, message.correlation_id);
}

std::string input_text(const StepBegan& step) {
  if (step.message) return message_text(*step.message);
  switch (step.input) {
    case InputKind::started: return "the start of its process";
    case InputKind::connected: return "a connection made";
    case InputKind::disconnected: return "a connection lost";
    case InputKind::message: return "a message";
    case InputKind::woken: return "a deadline";
    case InputKind::flushed: return "a flush completed";
    case InputKind::stop: return "a request to stop";
    case InputKind::command: return "a command of its user";
  }
  return "";
}

std::vector<std::string> last_event(const Simulation& run) {
  std::vector<std::string> lines;
  for (const Observation& o : run.world().observations()) {
    const std::string& who = run.story().host(o.host);
    if (const auto* step = o.get_if<StepBegan>()) {
      lines.push_back(fmt::format("{}, thread {}, is given {}", who, step->thread, input_text(*step)));
    } else if (const auto* charged = o.get_if<StepCharged>()) {
      lines.push_back(fmt::format("{} is charged {} ns for it", who, charged->service.ns));
    } else if (const auto* left = o.get_if<MessageLeft>()) {
      lines.push_back(fmt::format("{} sends {}, {} bytes", who, message_text(left->message), left->bytes));
    } else if (o.note()) {
      lines.push_back(fmt::format("{} makes a note", who));
    } else {
      lines.push_back(fmt::format("{}: something befell its process or a connection", who));
    }
  }
  if (lines.empty()) lines.push_back("nothing that can be seen: the network moved a segment, or a wake-up came too early");
  return lines;
}

std::vector<std::string> event_of(Simulation run, std::uint64_t event) {
  run.observe_details();
  if (!run.form()) return {};
  while (run.events() < event && run.step()) {}
  return last_event(run);
}

}  // namespace

std::optional<Divergence> first_divergence(const MakeRun& one, const MakeRun& other, std::uint64_t& hash) {
  Simulation a = one();
  Simulation b = other();
  if (a.form().has_value() != b.form().has_value())
    return Divergence{"forming the cluster: one run did, the other did not", {}, {}};
  while (a.world().trace_hash() == b.world().trace_hash()) {
    const bool more = a.step();
    if (more != b.step()) return Divergence{fmt::format("event {}: one of the runs ends there", a.events()), {}, {}};
    if (more) continue;
    hash = a.world().trace_hash();
    if (timeline_ndjson(a.story()) == timeline_ndjson(b.story())) return std::nullopt;
    return Divergence{"the timelines, although all events agree", {}, {}};
  }
  const std::uint64_t events = a.events();
  return Divergence{fmt::format("event {}, at {} us", events, a.now().whole_us()), event_of(one(), events), event_of(other(), events)};
}

}  // namespace kafkasim::sim
