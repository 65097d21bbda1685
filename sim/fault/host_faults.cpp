// Driver: what happens to machines, their disks and their clocks. Several entries of a kind may be in force on a host:
// the slowest counts, a disk is full or failing as long as one of them says so, drifts add up.
#include <algorithm>

#include <fmt/format.h>

#include "sim/fault/driver.hpp"
#include "sim/fault/replica_bytes.hpp"

namespace kafkasim::sim {

namespace {

constexpr std::size_t most_bits_told = 4;

std::string told(const std::vector<StoredBit>& bits) {
  std::string text;
  for (std::size_t i = 0; i < bits.size() && i < most_bits_told; ++i) {
    text += fmt::format("{}byte {} of {}, in the batch of offsets {} to {}", i == 0 ? "flips a bit of " : "; ", bits[i].at,
                        bits[i].path, bits[i].first.value, bits[i].last.value);
  }
  if (bits.size() > most_bits_told) text += fmt::format("; and {} more", bits.size() - most_bits_told);
  return text;
}

}  // namespace

template <class Op>
std::vector<const Op*> Driver::in_force(HostId host) const {
  std::vector<const Op*> found;
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    const Entry& state = entries_[i];
    const Op* op = std::get_if<Op>(&entry(i).operation);
    if (op && state.fired && !state.undone && std::ranges::find(state.hit, host) != state.hit.end())
      found.push_back(op);
  }
  return found;
}

template <class Op>
std::int64_t Driver::times_in_force(HostId host) const {
  std::optional<std::int64_t> slowest;
  for (const Op* op : in_force<Op>(host)) slowest = std::max(slowest.value_or(op->permille), op->permille);
  return slowest.value_or(1000);
}

void Driver::act(std::size_t i, const Wipe& op, Host& host) {
  for (const HostId h : hit(i, op.target, host)) {
    take_down(h, i);
    host.world.wipe(h);
    if (scenario_->cluster.features.kraft_version > 0) format_new_disk(host.world, host.cluster, h);
    if (!entry(i).undo_after) host.world.start(h);
  }
}

void Driver::act(std::size_t i, const SlowDisk& op, Host& host) {
  for (const HostId h : hit(i, op.target, host)) host.world.set_disk_times(h, times_in_force<SlowDisk>(h));
}

void Driver::act(std::size_t i, const SlowCpu& op, Host& host) {
  for (const HostId h : hit(i, op.target, host)) host.world.set_cpu_times(h, times_in_force<SlowCpu>(h));
}

void Driver::act(std::size_t i, const FullDisk& op, Host& host) {
  for (const HostId h : hit(i, op.target, host)) set_disk(h, host);
}

void Driver::act(std::size_t i, const FailDisk& op, Host& host) {
  for (const HostId h : hit(i, op.target, host)) set_disk(h, host);
}

void Driver::set_disk(HostId hit, Host& host) {
  host.world.set_disk_full(hit, in_force<FullDisk>(hit).empty() ? Switch::off : Switch::on);
  host.world.set_disk_failing(hit, in_force<FailDisk>(hit).empty() ? Switch::off : Switch::on);
}

void Driver::act(std::size_t i, const Corrupt& op, Host& host) {
  const Random stream = random_.fork(i).fork("bits");
  for (const HostId h : hit(i, op.target, host)) {
    Random random = stream.fork(static_cast<std::uint64_t>(h.value));
    const std::vector<StoredBit> bits = draw_stored_bits(host.world.disk(h), op.partition, op.bits, random);
    for (const StoredBit& bit : bits) host.world.corrupt(h, bit.path, bit.at, bit.mask);
    const std::string whom = spoken_name(h, host.cluster);
    if (bits.empty()) {
      host.story.tell(host.world.now(), "fault", whom,
                      fmt::format("it has no records of {}: nothing happens", to_string(op.partition)), Tone::warning);
    } else {
      host.story.tell(host.world.now(), "disk", whom, told(bits), Tone::fault);
    }
  }
}

void Driver::act(std::size_t i, const ClockFault& op, Host& host) {
  for (const HostId h : hit(i, op.target, host)) {
    std::int64_t drift = 0;
    for (const ClockFault* one : in_force<ClockFault>(h)) drift += one->drift;
    if (op.jump.ns != 0) host.world.jump_clock(h, op.jump);
    if (op.drift != 0) host.world.set_clock_drift(h, drift);
  }
}

void Driver::undo_host_fault(std::size_t i, HostId hit, Host& host) {
  const Operation& operation = entry(i).operation;
  if (std::holds_alternative<Wipe>(operation)) {
    if (taken_down_by_[hit] == i) host.world.start(hit);
  } else if (std::holds_alternative<SlowDisk>(operation)) {
    host.world.set_disk_times(hit, times_in_force<SlowDisk>(hit));
  } else if (std::holds_alternative<SlowCpu>(operation)) {
    host.world.set_cpu_times(hit, times_in_force<SlowCpu>(hit));
  } else if (std::holds_alternative<FullDisk>(operation) || std::holds_alternative<FailDisk>(operation)) {
    set_disk(hit, host);
    const bool usable = in_force<FullDisk>(hit).empty() && in_force<FailDisk>(hit).empty();
    if (usable && gave_up_.erase(hit) > 0) host.world.start(hit);
  } else if (const auto* clock = std::get_if<ClockFault>(&operation)) {
    constexpr std::int64_t million = 1'000'000;
    const std::int64_t lasted = (host.world.now() - entries_[i].fired_at).ns;
    const Duration gained{lasted / million * clock->drift + lasted % million * clock->drift / million};
    std::int64_t drift = 0;
    for (const ClockFault* one : in_force<ClockFault>(hit)) drift += one->drift;
    if (clock->drift != 0) host.world.set_clock_drift(hit, drift);
    host.world.jump_clock(hit, Duration{-clock->jump.ns - gained.ns});
  }
}

// A broker or controller that cannot go on without its disk is told among the faults, with the reason.
void Driver::on_disk_failure(const Observation& o, Host& host) {
  if (const auto* failed = o.get_if<trace::LogDirectoryFailed>()) {
    faults_.push_back({o.at - origin_, "log directory offline", spoken_name(o.host, host.cluster), failed->reason});
  }
  const auto* exited = o.get_if<ProcessExited>();
  if (exited && !exited->orderly && !(in_force<FullDisk>(o.host).empty() && in_force<FailDisk>(o.host).empty()))
    gave_up_.insert(o.host);
}

}  // namespace kafkasim::sim
