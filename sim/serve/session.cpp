#include "sim/serve/session.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace kafkasim::sim {

Session::Session(RecordingHead head, std::shared_ptr<const Scenario> scenario)
    : head_{std::move(head)}, run_{std::move(scenario), WireMode::fast} {}

Result<std::unique_ptr<Session>> Session::begin(RecordingHead head, const std::optional<std::string>& record) {
  Result<Scenario> scenario = scenario_of(head);
  if (!scenario) return tl::unexpected<Error>{scenario.error()};
  std::unique_ptr<Session> session{new Session{std::move(head), std::make_shared<const Scenario>(std::move(*scenario))}};
  if (record) {
    Result<RecordingWriter> writer = RecordingWriter::create(*record, session->head_);
    if (!writer) return tl::unexpected<Error>{writer.error()};
    session->recorder_.emplace(std::move(*writer));
  }
  if (const Result<void> formed = session->run_.form(); !formed) return tl::unexpected<Error>{formed.error()};
  if (session->head_.wall_clock) session->run_.set_right_time(*session->head_.wall_clock);
  if (!session->head_.advertised.empty()) session->run_.serve_on();
  return session;
}

template <class What>
void Session::record(What what) {
  if (recorder_) recorder_->add({run_.events(), run_.world().now(), std::move(what)});
}

bool Session::step_to(Instant moment, std::size_t most) {
  for (std::size_t i = 0; i < most; ++i) {
    const std::optional<Instant> next = run_.next_event_at();
    if (!next || *next > moment) {
      run_.advance(moment);
      return true;
    }
    if (!run_.step()) return true;
  }
  return false;
}

GuestId Session::dial(NodeId broker) {
  const GuestId guest = run_.guests().next();
  record(RecordedDial{guest, broker});
  return run_.dial(broker);
}

Result<void> Session::receive(GuestId guest, const SharedBytes& frame) {
  record(RecordedFrame{guest, frame});
  return run_.receive(guest, frame);
}

void Session::hang_up(GuestId guest) {
  record(RecordedHangUp{guest});
  run_.hang_up(guest);
}

std::vector<Diagnostic> Session::add_entries(const std::string& json) {
  ParsedEntries parsed = parse_entries(head_.source, added_, json, run_.now());
  if (parsed.entries.empty()) return parsed.diagnostics;
  record(RecordedEntries{json});
  added_.push_back(json);
  run_.extend_timeline(std::move(parsed.entries));
  return parsed.diagnostics;
}

void Session::end() {
  run_.end_here();
  record(RecordedEnd{run_.world().trace_hash()});
  flush();
  run_.finish();
}

// ---- replaying --------------------------------------------------------------------------------------------------------

namespace {

std::string moment_of(const RecordedOperation& operation, const Simulation& run) {
  return fmt::format("after {} events, {} ms of virtual time", operation.events, (operation.at - run.origin()).whole_ms());
}

// Brings the run to the place of the operation. False: it never gets there.
bool reach(Session& session, const RecordedOperation& operation, const std::function<void(const Simulation&)>& onlooker) {
  Simulation& run = session.run();
  while (run.events() < operation.events) {
    if (!run.step()) return false;
    (void)run.take_news();
    onlooker(run);
  }
  const std::optional<Instant> next = run.next_event_at();
  if (run.events() != operation.events || run.world().now() > operation.at || (next && *next <= operation.at && run.world().now() != operation.at))
    return false;
  run.advance(operation.at);
  return true;
}

std::optional<std::string> repeat(Session& session, const RecordedOperation& operation) {
  const std::string when = moment_of(operation, session.run());
  if (const auto* dial = std::get_if<RecordedDial>(&operation.what)) {
    const auto& brokers = session.run().cluster().brokers;
    if (!brokers.contains(dial->broker)) return "a client connects to a broker that the scenario has not";
    if (session.dial(dial->broker) != dial->guest) return "clients come in another order " + when;
  } else if (const auto* frame = std::get_if<RecordedFrame>(&operation.what)) {
    (void)session.receive(frame->guest, frame->frame);  // a frame that was refused then is refused now, and hung up on
  } else if (const auto* hang_up = std::get_if<RecordedHangUp>(&operation.what)) {
    session.hang_up(hang_up->guest);
  } else if (const auto* entries = std::get_if<RecordedEntries>(&operation.what)) {
    for (const Diagnostic& d : session.add_entries(entries->json)) {
      if (d.severity == Severity::error) return "an entry of the timeline is not understood: " + d.message;
    }
  } else if (const auto* end = std::get_if<RecordedEnd>(&operation.what)) {
    const std::uint64_t hash = session.run().world().trace_hash();
    if (hash != end->hash) return fmt::format("the trace hash is {:016x}, recorded was {:016x}", hash, end->hash);
  }
  return std::nullopt;
}

}  // namespace

Result<Replayed> replay(const Recording& recording, const std::function<void(const Simulation&)>& onlooker) {
  Result<std::unique_ptr<Session>> begun = Session::begin(recording.head, std::nullopt);
  if (!begun) return tl::unexpected<Error>{begun.error()};
  Replayed replayed{std::move(*begun), std::nullopt};
  Session& session = *replayed.session;
  onlooker(session.run());
  for (const RecordedOperation& operation : recording.operations) {
    if (!reach(session, operation, onlooker)) {
      replayed.difference = "the run never comes to where something was recorded: " + moment_of(operation, session.run());
      break;
    }
    replayed.difference = repeat(session, operation);
    if (replayed.difference) break;
  }
  // A run without clients that lost its end: all of it follows from its scenario.
  const bool runs_out = !replayed.difference && !recording.end() && recording.head.advertised.empty();
  while (runs_out && session.run().step()) onlooker(session.run());
  session.end();
  onlooker(session.run());
  return replayed;
}

}  // namespace kafkasim::sim
