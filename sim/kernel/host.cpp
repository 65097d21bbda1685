#include "sim/kernel/host.hpp"

#include <algorithm>
#include <utility>

#include "core/base/check.hpp"
#include "sim/kernel/saturating.hpp"

namespace kafkasim::sim {
namespace {

constexpr std::uint32_t most_wakes_at_once = 10'000;

}  // namespace

Host::Host(HostId id, std::shared_ptr<const HostSpec> spec, WallClock clock, const Random& root)
    : id_{id},
      spec_{std::move(spec)},
      disk_{spec_->disk},
      clock_{clock},
      lanes_{spec_->threads},
      random_{root.fork("host").fork(spec_->name)},
      power_random_{root.fork("power").fork(spec_->name)} {}

void Host::set_cpu_permille(std::int64_t permille) {
  KAFKASIM_CHECK(permille >= 0);
  cpu_permille_ = permille;
}

void Host::set_disk_permille(Instant now, std::int64_t permille) {
  disk_queue_.set_pace(now, permille);
  note_moved();
}

Duration Host::disk_time(const DiskCosts& costs) const {
  const Duration usual = cost(disk_.spec(), costs);
  return disk_permille() == 1000 ? usual : Duration{saturating_product(usual.ns, disk_permille()) / 1000};
}

void Host::note_moved() {
  for (const MovedEnd& job : disk_queue_.take_moved()) {
    if (job.user.kind == DiskUser::Kind::thread) {
      lanes_.thread(static_cast<std::uint32_t>(job.user.number)).due = job.due;
    } else {
      flushes_.at(job.user.number).due = job.due;
    }
    moved_.push_back(job);
  }
}

void Host::launch() {
  KAFKASIM_CHECK(phase_ == ProcessPhase::down);
  phase_ = ProcessPhase::launching;
  has_power_ = true;
  stopping_ = false;
  ++incarnation_;
  machine_ = spec_->factory();
  deadline_known_ = false;
}

void Host::starting() { phase_ = ProcessPhase::starting; }
void Host::running() { phase_ = ProcessPhase::running; }

void Host::process_gone() {
  phase_ = ProcessPhase::down;
  paused_since_.reset();
  machine_.reset();
  lanes_.clear();
  disk_queue_.process_gone();
  disk_.process_crash();
  wake_up_.reset();
  woken_waits_ = false;
}

void Host::lose_power(const PowerLossSpec& survives) {
  process_gone();
  has_power_ = false;
  flushes_.clear();
  disk_queue_.clear();
  disk_.power_loss(survives, power_random_);
}

void Host::pause(Instant now) {
  paused_since_ = now;
  disk_queue_.hold_threads(now);
  note_moved();
}

void Host::resume(Instant now) {
  const Duration stopped = now - *paused_since_;
  paused_since_.reset();
  for (std::uint32_t i = 0; i < lanes_.threads().size(); ++i) {
    if (!lanes_.threads()[i].busy) continue;
    LaneThread& thread = lanes_.thread(i);
    if (disk_queue_.is_held(i)) continue;
    thread.due = thread.due + stopped;
    moved_.push_back({{DiskUser::Kind::thread, i}, thread.due});
  }
  disk_queue_.resume_threads(now, stopped);
  note_moved();
}

void Host::step(const Input& in, Env& env) {
  KAFKASIM_CHECK(machine_.has_value());
  machine_->step(in, env);
  deadline_known_ = false;
}

std::optional<Instant> Host::deadline() {
  if (!deadline_known_) {
    deadline_ = machine_->next_deadline();
    deadline_known_ = true;
  }
  return deadline_;
}

const LaneThread& Host::charge(Instant now, std::uint32_t thread, std::uint64_t bytes) {
  const CpuCost& cpu = spec_->cpu;
  const DiskCosts costs = disk_.take_costs();
  if (disk_.spec().zero_copy == Switch::off) bytes += costs.read_bytes;
  const auto size = static_cast<std::int64_t>(std::min<std::uint64_t>(bytes, INT64_MAX));
  std::int64_t ns = saturating_sum(cpu.base.ns, saturating_product(cpu.per_kib.ns, size) / 1024);
  ns = cpu_permille_ == 1000 ? ns : saturating_product(ns, cpu_permille_) / 1000;
  LaneThread& server = lanes_.thread(thread);
  server.due = now + Duration{ns};
  const Duration disk = disk_time(costs);
  if (disk.ns > 0) {
    server.due = disk_queue_.add(now, {DiskUser::Kind::thread, thread}, server.due, disk);
    note_moved();
  }
  return server;
}

std::uint64_t Host::begin_flush(Instant now, Flushing flushing) {
  const std::uint64_t number = ++flushes_made_;
  flushing.due = now;
  if (flushing.point) {
    DiskCosts costs;
    costs.syncs = 1;
    costs.synced_bytes = flushing.point->dirty_bytes;
    const Duration disk = disk_time(costs);
    if (disk.ns > 0) flushing.due = disk_queue_.add(now, {DiskUser::Kind::flush, number}, now, disk);
  }
  flushes_.emplace(number, std::move(flushing));
  note_moved();
  return number;
}

std::optional<Host::Flushing> Host::end_flush(Instant now, std::uint64_t number) {
  const auto known = flushes_.find(number);
  if (known == flushes_.end() || known->second.due != now) return std::nullopt;
  Flushing flushing = std::move(known->second);
  flushes_.erase(known);
  return flushing;
}

std::optional<Host::WakeUp> Host::arm(Instant now) {
  if (!is_running() || is_paused() || woken_waits_) return std::nullopt;
  const std::optional<Instant> deadline = this->deadline();
  if (!deadline) return std::nullopt;
  const Instant at = std::max(*deadline, now);
  if (wake_up_ && wake_up_->at <= at) return std::nullopt;
  wake_up_ = WakeUp{at, ++wake_generation_};
  return wake_up_;
}

bool Host::wake(Instant now, std::uint64_t generation) {
  if (!wake_up_ || wake_up_->generation != generation) return false;
  wake_up_.reset();
  if (!is_running() || is_paused() || woken_waits_) return false;
  const std::optional<Instant> deadline = this->deadline();
  if (!deadline || *deadline > now) return false;
  woken_at_once_ = last_woken_ == now ? woken_at_once_ + 1 : 0;
  last_woken_ = now;
  KAFKASIM_CHECK(woken_at_once_ < most_wakes_at_once, "a machine that is woken leaves a deadline that is due");
  return true;
}

}  // namespace kafkasim::sim
