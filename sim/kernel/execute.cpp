// The part of World that executes events: README.md tells the way of one.
#include <utility>

#include "core/base/check.hpp"
#include "sim/kernel/trace_hash.hpp"
#include "sim/kernel/world.hpp"

namespace kafkasim::sim {

std::optional<StepResult> World::execute_next() {
  if (queue_.empty()) return std::nullopt;
  const auto event = queue_.pop();
  now_ = event.at;
  ++events_;
  hash_.add(event.at.ns);
  hash_.add(static_cast<std::uint64_t>(event.body.index()));
  StepResult result{event.at, event.seq, std::nullopt};
  if (const auto* appointment = std::get_if<Appointment>(&event.body)) {
    result.appointment = appointment->id;
  } else if (const auto* net = std::get_if<NetEvent>(&event.body)) {
    hash_net_event(hash_, *net);
    NetOut out;
    network_.execute(now_, *net, out);
    drain(out);
  } else {
    execute(event.body);
  }
  return result;
}

void World::execute(const Event& event) {
  if (const auto* launch = std::get_if<Launch>(&event)) {
    execute(*launch);
  } else if (const auto* dispatched = std::get_if<Dispatch>(&event)) {
    if (host(dispatched->host).incarnation() == dispatched->incarnation) dispatch(dispatched->host);
  } else if (const auto* release = std::get_if<Release>(&event)) {
    execute(*release);
  } else if (const auto* wake = std::get_if<Wake>(&event)) {
    execute(*wake);
  } else if (const auto* done = std::get_if<FlushDone>(&event)) {
    execute(*done);
  } else if (const auto* parcel = std::get_if<ParcelDue>(&event)) {
    execute(*parcel);
  }
}

void World::execute(const Launch& launch) {
  Host& host = edit(launch.host);
  if (host.incarnation() != launch.incarnation || host.phase() != ProcessPhase::launching || host.is_paused()) return;
  host.starting();
  const StartKind kind = launch.incarnation == 1 ? StartKind::first : StartKind::restart;
  const std::uint32_t thread = host.lanes().first_thread(Lane::control);
  host.lanes().thread(thread).busy = true;
  serve(launch.host, thread, Waiting{Started{kind, launch.host, launch.incarnation}, 0});
  dispatch(launch.host);
}

void World::execute(const Release& due) {
  const Host& host = this->host(due.host);
  if (!host.is_up() || host.incarnation() != due.incarnation || host.is_paused()) return;
  const LaneThread& thread = host.lanes().threads()[due.thread];
  if (!thread.busy || thread.due != now_) return;  // a pause has put it off
  release(due.host, due.thread);
  dispatch(due.host);
}

void World::execute(const Wake& wake) {
  Host& host = edit(wake.host);
  if (host.wake(now_, wake.generation)) {
    host.woken_queued();
    hand(wake.host, Waiting{Woken{}, 0});
  } else {
    arm(wake.host);
  }
}

void World::execute(const FlushDone& done) {
  Host& host = edit(done.host);
  const std::optional<Host::Flushing> flushing = host.end_flush(now_, done.number);
  if (!flushing) return;  // the power went off meanwhile, or the disk has got another pace
  const bool ok = flushing->point ? host.disk().complete_flush(*flushing->point) : !host.disk().is_failing();
  if (!host.is_up() || host.incarnation() != flushing->incarnation) return;
  hand(done.host, Waiting{Flushed{flushing->token, ok}, 0});
}

// ---- from an input to its effects
// --------------------------------------------------------------------------------------

void World::hand(HostId id, Waiting input) {
  Host& host = edit(id);
  if (!host.is_up()) return;
  host.lanes().put(id, std::move(input));
  dispatch(id);
}

void World::dispatch(HostId id) {
  for (;;) {
    Host& host = edit(id);
    if (!host.is_running() || host.is_paused()) return;
    std::optional<Lanes::Ready> ready = host.lanes().take();
    if (!ready) break;
    if (std::holds_alternative<Woken>(ready->waiting.input)) host.woken_served();
    serve(id, ready->thread, ready->waiting);
  }
  arm(id);
}

void World::serve(HostId id, std::uint32_t thread, const Waiting& input) {
  hash_.add(static_cast<std::uint64_t>(id.value));
  hash_.add(static_cast<std::uint64_t>(thread));
  hash_input(hash_, input.input);
  Host& host = edit(id);
  if (details_ == Details::yes) observe(id, step_began(thread, input.input));
  Effects effects;
  Env env{now_, host.clock().at(now_), host.random(), host.disk(), effects};
  host.step(input.input, env);

  std::uint64_t bytes = input.bytes;
  std::vector<Leaving> leaving;
  std::vector<Effect> made = effects.take();
  leaving.reserve(made.size());
  for (Effect& effect : made) {
    if (auto* note = std::get_if<Note>(&effect)) {
      observe(id, std::move(note->event));
      continue;
    }
    Leaving& added = leaving.emplace_back(Leaving{std::move(effect), 0});
    if (auto* send = std::get_if<Send>(&added.effect)) {
      Wired wired = through_wire(std::move(send->envelope), mode_);
      send->envelope = std::move(wired.envelope);
      added.bytes = wired.bytes;
      bytes += wired.bytes;
    }
  }
  host.lanes().thread(thread).leaving = std::move(leaving);
  const Instant due = host.charge(now_, thread, bytes).due;
  if (details_ == Details::yes) observe(id, StepCharged{thread, due - now_});
  if (due > now_) queue_.push(due, Release{id, host.incarnation(), thread});
  push_moved(host);
  if (due <= now_) release(id, thread);
}

void World::release(HostId id, std::uint32_t thread) {
  Host& host = edit(id);
  LaneThread& server = host.lanes().thread(thread);
  server.busy = false;
  std::vector<Leaving> leaving = std::exchange(server.leaving, {});
  if (host.phase() == ProcessPhase::starting) {
    host.running();
    network_.set_machine(id, MachineState::listening);
    observe(id, ProcessReady{host.incarnation()});
  }
  for (Leaving& effect : leaving) {
    carry_out(id, effect);
    if (!edit(id).is_up()) return;
  }
}

void World::carry_out(HostId id, Leaving& leaving) {
  hash_.add(static_cast<std::uint64_t>(id.value));
  hash_effect(hash_, leaving);
  NetOut out;
  if (auto* sent = std::get_if<Send>(&leaving.effect)) {
    send(id, *sent, leaving.bytes, out);
  } else if (const auto* done = std::get_if<NoAnswer>(&leaving.effect)) {
    edit(id).lanes().answered(id, done->connection, done->correlation_id);
  } else if (const auto* dialled = std::get_if<Connect>(&leaving.effect)) {
    KAFKASIM_CHECK(dialled->connection.dialler == id, "a connection in another's name");
    network_.connect(now_, dialled->connection, dialled->to, out);
  } else if (const auto* closed = std::get_if<Close>(&leaving.effect)) {
    edit(id).lanes().forget(closed->connection);
    network_.close(now_, id, closed->connection, out);
  } else if (const auto* flushed = std::get_if<Flush>(&leaving.effect)) {
    flush(id, *flushed);
  } else if (const auto* exit = std::get_if<Exit>(&leaving.effect)) {
    edit(id).process_gone();
    observe(id, ProcessExited{exit->orderly, exit->reason});
    end_process(id, exit->orderly ? ProcessEnd::orderly : ProcessEnd::crash);
  }
  drain(out);
}

void World::send(HostId id, Send& sent, std::uint64_t bytes, NetOut& out) {
  const ConnectionId connection = sent.connection;
  if (details_ == Details::yes) observe(id, MessageLeft{reference(connection, sent.envelope), bytes});
  const std::int32_t correlation_id = sent.envelope.correlation_id;
  const bool answers = sent.envelope.message.kind() == MessageKind::response;
  network_.send(now_, id, connection, std::move(sent.envelope), bytes, out);
  if (answers) edit(id).lanes().answered(id, connection, correlation_id);
}

void World::flush(HostId id, const Flush& flush) {
  Host& host = edit(id);
  const std::optional<FlushPoint> point = flush.file ? host.disk().begin_flush(*flush.file) : std::nullopt;
  const std::uint64_t number = host.begin_flush(now_, {host.incarnation(), flush.token, point});
  queue_.push(host.flushes().at(number).due, FlushDone{id, number});
  push_moved(host);
}

void World::arm(HostId id) {
  if (const std::optional<Host::WakeUp> wake = edit(id).arm(now_)) queue_.push(wake->at, Wake{id, wake->generation});
}

void World::drain(NetOut& out) {
  if (!intercepts_.empty()) intercept_deliveries(out);
  for (auto& [at, event] : out.events) queue_.push(at, event);
  out.events.clear();
  for (Delivery& delivery : out.deliveries) {
    if (const auto* made = std::get_if<Connected>(&delivery.input)) {
      observe(delivery.host, ConnectionOpened{made->connection});
    } else if (const auto* lost = std::get_if<Disconnected>(&delivery.input)) {
      observe(delivery.host, ConnectionLost{lost->connection, lost->reason});
    }
    if (!spec(delivery.host).factory) {
      come_outside(std::move(delivery));
    } else {
      hand(delivery.host, Waiting{std::move(delivery.input), delivery.bytes});
    }
  }
}

}  // namespace kafkasim::sim
