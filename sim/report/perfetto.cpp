#include "sim/report/perfetto.hpp"

#include <algorithm>
#include <ostream>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "sim/kernel/lane.hpp"

namespace kafkasim::sim {

namespace {

std::string quoted(const std::string& text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string_view kind_name(InputKind kind) {
  switch (kind) {
    case InputKind::started: return "start";
    case InputKind::connected: return "connected";
    case InputKind::disconnected: return "disconnected";
    case InputKind::message: return "message";
    case InputKind::woken: return "deadline";
    case InputKind::flushed: return "flushed";
    case InputKind::stop: return "stop";
    case InputKind::command: return "command";
  }
  return "";
}

std::string step_name(const StepBegan& step) {
  if (!step.message) return std::string{kind_name(step.input)};
  return fmt::format("{} {}", api_name(step.message->api), step.message->kind == MessageKind::request ? "request" : "response");
}

std::string span_id(const MessageRef& message) {
  return fmt::format("{}.{}.{}", message.connection.dialler.value, message.connection.number, message.correlation_id);
}

}  // namespace

PerfettoTrace::PerfettoTrace(std::ostream& out) : out_{out} { out_ << "{\"displayTimeUnit\": \"ms\", \"traceEvents\": [\n"; }

std::string PerfettoTrace::microseconds_of(Duration d) {
  const std::int64_t ns = d.ns < 0 ? 0 : d.ns;
  return fmt::format("{}.{:03}", ns / 1000, ns % 1000);
}

void PerfettoTrace::event(const std::string& json) {
  out_ << (first_ ? "" : ",\n") << json;
  first_ = false;
}

void PerfettoTrace::name_host(const Simulation& run, HostId host) {
  if (!named_.insert(host).second) return;
  event(fmt::format(R"({{"ph": "M", "pid": {}, "name": "process_name", "args": {{"name": {}}}}})", host.value + 1,
                    quoted(run.story().host(host))));
}

void PerfettoTrace::observe(const Simulation& run, const Observation& o) {
  const Duration at = o.at - run.origin();
  if (const auto* step = o.get_if<StepBegan>()) {
    name_host(run, o.host);
    if (threads_.insert({o.host, step->thread}).second) {
      const Lane lane = run.world().host(o.host).lanes().threads()[step->thread].lane;
      event(fmt::format(R"({{"ph": "M", "pid": {}, "tid": {}, "name": "thread_name", "args": {{"name": "{} {}"}}}})", o.host.value + 1,
                        step->thread + 1, lane_name(lane), step->thread + 1));
    }
    const Thread thread{o.host, step->thread};
    if (const auto last = steps_.find(thread); last != steps_.end()) {
      last->second.lasts = std::min(last->second.lasts, at - last->second.began);
      write(thread, last->second);
    }
    steps_[thread] = {at, {}, step_name(*step)};
    if (step->message && step->message->kind == MessageKind::response) {
      MessageRef asked = *step->message;
      asked.kind = MessageKind::request;
      if (asked_.erase(asked) > 0) {
        event(fmt::format(R"({{"ph": "e", "cat": "request", "pid": {}, "tid": 0, "ts": {}, "id": "{}", "name": "{}"}})", o.host.value + 1,
                          microseconds_of(at), span_id(asked), api_name(asked.api)));
      }
    }
  } else if (const auto* charged = o.get_if<StepCharged>()) {
    const auto begun = steps_.find({o.host, charged->thread});
    if (begun != steps_.end()) begun->second.lasts = charged->service;
  } else if (const auto* left = o.get_if<MessageLeft>(); left && left->message.kind == MessageKind::request) {
    name_host(run, o.host);
    asked_.insert(left->message);
    event(fmt::format(R"({{"ph": "b", "cat": "request", "pid": {}, "tid": 0, "ts": {}, "id": "{}", "name": "{}", "args": {{"bytes": {}}}}})",
                      o.host.value + 1, microseconds_of(at), span_id(left->message), api_name(left->message.api), left->bytes));
  }
}

void PerfettoTrace::write(const Thread& thread, const Slice& slice) {
  event(fmt::format(R"({{"ph": "X", "pid": {}, "tid": {}, "ts": {}, "dur": {}, "name": "{}"}})", thread.first.value + 1, thread.second + 1,
                    microseconds_of(slice.began), microseconds_of(slice.lasts), slice.name));
}

void PerfettoTrace::look(const Simulation& run) {
  for (const Observation& o : run.world().observations()) observe(run, o);
  for (; told_ < run.story().lines().size(); ++told_) {
    const StoryLine& line = run.story().lines()[told_];
    event(fmt::format(R"({{"ph": "i", "s": "g", "pid": 0, "tid": 0, "ts": {}, "name": {}}})", microseconds_of(line.at),
                      quoted(line.kind + " " + line.subject + ": " + line.text)));
  }
}

void PerfettoTrace::end(const Simulation&) {
  for (const auto& [thread, slice] : std::exchange(steps_, {})) write(thread, slice);
  out_ << "\n]}\n";
}

}  // namespace kafkasim::sim
