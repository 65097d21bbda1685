#include "sim/kernel/world.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include "core/base/check.hpp"

namespace kafkasim::sim {

World::World(std::uint64_t seed, WireMode mode, LinkQuality everywhere)
    : root_{seed}, mode_{mode}, network_{root_, everywhere} {}

// ---- hosts ----------------------------------------------------------------------------------------------------------

HostId World::add_host(HostSpec spec) {
  KAFKASIM_CHECK(!find_host(spec.name), spec.name);
  const HostId id{static_cast<std::int32_t>(hosts_.size())};
  network_.add_host(id, spec.name, spec.rack, spec.endpoint);
  if (spec.second_endpoint) network_.add_second_listener(id, *spec.second_endpoint);
  WallClock clock{right_clock_};
  hosts_.emplace_back(Host{id, std::make_shared<const HostSpec>(std::move(spec)), clock, root_});
  operation("add_host", id);
  return id;
}

std::optional<HostId> World::find_host(std::string_view name) const {
  const auto found = std::ranges::find_if(hosts_, [name](const Cow<Host>& host) { return host->spec().name == name; });
  return found == hosts_.end() ? std::nullopt : std::optional{(*found)->id()};
}

const Host& World::host(HostId id) const {
  KAFKASIM_CHECK(id.value >= 0 && id.value < std::ssize(hosts_), "no such host");
  return *hosts_[static_cast<std::size_t>(id.value)];
}

Host& World::edit(HostId id) {
  KAFKASIM_CHECK(id.value >= 0 && id.value < std::ssize(hosts_), "no such host");
  return hosts_[static_cast<std::size_t>(id.value)].edit();
}

void World::operation(std::string_view name, HostId id) {
  hash_.add(name);
  hash_.add(now_.ns);
  hash_.add(static_cast<std::uint64_t>(id.value));
}

void World::observe(HostId id, std::variant<KernelEvent, trace::Event> what) {
  observations_.push_back(Observation{now_, observed_++, id, std::move(what)});
}

// ---- what happens to hosts
// --------------------------------------------------------------------------------------------

void World::start(HostId id) {
  if (host(id).is_up() || !spec(id).factory) return;
  operation("start", id);
  Host& host = edit(id);
  host.launch();
  network_.set_machine(id, MachineState::not_listening);
  observe(id, ProcessStarted{host.incarnation(), host.incarnation() == 1 ? StartKind::first : StartKind::restart});
  queue_.push(now_, Launch{id, host.incarnation()});
}

void World::end_process(HostId id, ProcessEnd how) {
  NetOut out;
  network_.set_machine(id, how == ProcessEnd::power_loss ? MachineState::dead : MachineState::not_listening);
  network_.process_ended(now_, id, how, out);
  drain(out);
}

void World::crash(HostId id) {
  if (!host(id).is_up()) return;
  operation("crash", id);
  edit(id).process_gone();
  observe(id, ProcessCrashed{});
  end_process(id, ProcessEnd::crash);
}

void World::power_off(HostId id, const PowerLossSpec& survives) {
  if (!host(id).has_power()) return;
  operation("power_off", id);
  edit(id).lose_power(survives);
  observe(id, PowerLost{});
  end_process(id, ProcessEnd::power_loss);
}

void World::wipe(HostId id) {
  power_off(id, PowerLossSpec{.keep = Keep::none});
  operation("wipe", id);
  edit(id).wipe();
  observe(id, DisksWiped{});
}

void World::pause(HostId id) {
  if (!host(id).is_up() || host(id).is_paused()) return;
  operation("pause", id);
  Host& host = edit(id);
  host.pause(now_);
  push_moved(host);
  observe(id, ProcessPaused{});
}

void World::resume(HostId id) {
  if (!host(id).is_paused()) return;
  operation("resume", id);
  Host& host = edit(id);
  host.resume(now_);
  observe(id, ProcessResumed{});
  const std::uint32_t incarnation = host.incarnation();
  if (host.phase() == ProcessPhase::launching) queue_.push(now_, Launch{id, incarnation});
  push_moved(host);
  queue_.push(now_, Dispatch{id, incarnation});
}

// The events for the moments that were said before count no more.
void World::push_moved(Host& host) {
  for (const MovedEnd& moved : host.take_moved()) {
    if (moved.user.kind == DiskUser::Kind::flush) {
      queue_.push(moved.due, FlushDone{host.id(), moved.user.number});
    } else {
      queue_.push(moved.due, Release{host.id(), host.incarnation(), static_cast<std::uint32_t>(moved.user.number)});
    }
  }
}

void World::request_stop(HostId id) {
  if (!host(id).is_up()) return;
  operation("request_stop", id);
  Host& host = edit(id);
  host.ask_to_stop();
  host.lanes().put(id, Waiting{StopRequested{}, 0});
  queue_.push(now_, Dispatch{id, host.incarnation()});
}

void World::command(HostId id, Command command) {
  if (!host(id).is_up()) return;
  operation("command", id);
  Host& host = edit(id);
  host.lanes().put(id, Waiting{std::move(command), 0});
  queue_.push(now_, Dispatch{id, host.incarnation()});
}

void World::jump_clock(HostId id, Duration by) {
  operation("jump_clock", id);
  hash_.add(by.ns);
  edit(id).clock().jump(by);
}

void World::set_right_time(Timestamp now) {
  const Duration by = milliseconds(now - right_clock_.at(now_));
  hash_.add("set_right_time");
  hash_.add(now_.ns);
  hash_.add(by.ns);
  right_clock_.jump(by);
  for (Cow<Host>& host : hosts_) host.edit().clock().jump(by);
}

void World::set_clock_drift(HostId id, std::int64_t per_million) {
  operation("set_clock_drift", id);
  hash_.add(per_million);
  edit(id).clock().set_drift(now_, per_million);
}

void World::set_cpu_times(HostId id, std::int64_t permille) {
  operation("set_cpu_times", id);
  hash_.add(permille);
  edit(id).set_cpu_permille(permille);
}

void World::set_disk_times(HostId id, std::int64_t permille) {
  operation("set_disk_times", id);
  hash_.add(permille);
  Host& host = edit(id);
  if (host.disk_permille() == permille) return;
  host.set_disk_permille(now_, permille);
  push_moved(host);
}

void World::set_disk_full(HostId id, Switch to) {
  operation(to == Switch::on ? "disk full" : "disk has room", id);
  edit(id).disk().set_full(to);
}

void World::set_disk_failing(HostId id, Switch to) {
  operation(to == Switch::on ? "disk fails" : "disk works", id);
  edit(id).disk().set_failing(to);
}

void World::corrupt(HostId id, const std::string& path, std::uint64_t at, std::byte mask) {
  operation("corrupt", id);
  hash_.add(std::string_view{path});
  hash_.add(at);
  hash_.add(std::to_integer<std::uint64_t>(mask));
  if (edit(id).disk().corrupt(path, at, mask)) observe(id, DataCorrupted{path, at, mask});
}

// ---- what happens to the network
// --------------------------------------------------------------------------------------

CutId World::cut(std::vector<HostId> a, std::vector<HostId> b, OneWay one_way) {
  for (const HostId id : a) operation("cut", id);
  for (const HostId id : b) operation(one_way == OneWay::yes ? "cut to" : "cut and to", id);
  return network_.edit_topology().cut(std::move(a), std::move(b), one_way);
}

void World::heal(CutId id) {
  hash_.add("heal");
  hash_.add(id.value);
  network_.edit_topology().heal(id);
}

void World::heal_among(std::vector<HostId> hosts) {
  for (const HostId id : hosts) operation("heal_among", id);
  for (const std::uint64_t parcel : intercepts_.spare(hosts)) queue_.push(now_, ParcelDue{parcel});
  network_.edit_topology().heal_among(std::move(hosts));
}

void World::spare_too(HostId id) {
  operation("spare_too", id);
  intercepts_.spare_too(id);
}

void World::set_link(const Place& a, const Place& b, const LinkQuality& quality) {
  hash_.add("set_link");
  hash_.add(quality.least.ns);
  hash_.add(quality.most.ns);
  network_.edit_topology().set_link(a, b, quality);
}

void World::remove_link(const Place& a, const Place& b) {
  hash_.add("remove_link");
  network_.edit_topology().remove_link(a, b);
}

void World::reset_connections(const std::vector<HostId>& a, const std::vector<HostId>& b) {
  hash_.add("reset_connections");
  NetOut out;
  network_.reset_between(now_, a, b, out);
  drain(out);
}

ImpairmentId World::impair(std::vector<HostId> a, std::vector<HostId> b, const Impairment& how) {
  for (const HostId id : a) operation("impair", id);
  for (const HostId id : b) operation("impair to", id);
  hash_.add(how.latency ? how.latency->most.ns : std::int64_t{-1});
  hash_.add(how.bytes_per_second.value_or(0));
  hash_.add(static_cast<std::uint64_t>(how.loss_per_million.value_or(0)));
  return network_.edit_topology().impair(std::move(a), std::move(b), how);
}

void World::mend(ImpairmentId id) {
  hash_.add("mend");
  hash_.add(id.value);
  network_.edit_topology().mend(id);
}

// ---- time
// -------------------------------------------------------------------------------------------------------------

std::uint64_t World::schedule(Instant at, std::uint64_t appointment) {
  KAFKASIM_CHECK(at >= now_, "an appointment in the past");
  return queue_.push(at, Appointment{appointment});
}

std::optional<StepResult> World::step() {
  observations_.clear();
  interceptions_.clear();
  return execute_next();
}

std::optional<StepResult> World::run_until(Instant until) {
  observations_.clear();
  interceptions_.clear();
  for (std::optional<Instant> next = queue_.next_at(); next && *next <= until; next = queue_.next_at()) {
    const std::optional<StepResult> done = execute_next();
    if (done->appointment) return done;
  }
  now_ = std::max(now_, until);
  return std::nullopt;
}

}  // namespace kafkasim::sim
