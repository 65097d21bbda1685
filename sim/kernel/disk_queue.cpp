#include "sim/kernel/disk_queue.hpp"

#include <algorithm>
#include <utility>

#include "core/base/check.hpp"
#include "sim/kernel/saturating.hpp"

namespace kafkasim::sim {

namespace {

constexpr Duration ordinary_turn = milliseconds(10);

}  // namespace

Duration DiskQueue::scaled(Duration time, std::int64_t permille) const {
  return Duration{saturating_product(time.ns, permille) / pace_};
}

Duration DiskQueue::turn() const {
  return Duration{std::max<std::int64_t>(saturating_product(ordinary_turn.ns, pace_) / 1000, 1)};
}

bool DiskQueue::takes_turns() const {
  const Duration whole = turn();
  for (std::size_t i = 0; i < jobs_.size(); ++i) {
    if (jobs_[i].left > (i == 0 ? whole - used_ : whole)) return true;
  }
  return false;
}

Instant DiskQueue::busy_until() const {
  Instant last = at_;
  for (const Job& job : jobs_) last = std::max(last, job.due);
  return last;
}

Instant DiskQueue::add(Instant now, DiskUser user, Instant ready, Duration work) {
  KAFKASIM_CHECK(work.ns > 0, "a job takes time");
  advance(now);
  const bool in_order = jobs_.empty() || !takes_turns();  // then it is the last to be done, whatever its length
  const Instant begins = std::max(ready, busy_until());
  jobs_.push_back({user, ready, work, begins + work});
  if (!in_order) {
    forecast();
    std::erase_if(moved_, [&user](const MovedEnd& moved) { return moved.user == user; });  // its own is the answer
  }
  return jobs_.back().due;
}

void DiskQueue::advance(Instant now) {
  while (!jobs_.empty()) {
    Job& first = jobs_.front();
    const Instant begins = std::max(at_, first.ready);
    if (begins >= now) break;
    const Duration piece = std::min(first.left, turn() - used_);
    if (begins + piece > now) {
      first.left = first.left - (now - begins);
      used_ += now - begins;
      break;
    }
    first.left = first.left - piece;
    at_ = begins + piece;
    used_ = {};
    if (first.left.ns == 0) {
      jobs_.erase(jobs_.begin());
    } else {
      std::rotate(jobs_.begin(), jobs_.begin() + 1, jobs_.end());
    }
  }
  at_ = std::max(at_, now);
}

void DiskQueue::forecast() {
  struct Share {
    std::size_t job{};
    Duration left;
  };
  std::vector<Share> order;
  for (std::size_t i = 0; i < jobs_.size(); ++i) order.push_back({i, jobs_[i].left});
  const Duration whole = turn();
  Instant at = at_;
  Duration used = used_;
  while (!order.empty()) {
    // Rounds in which nobody gets done, all at once.
    const bool even = used.ns == 0 && std::ranges::all_of(order, [&](const Share& w) { return jobs_[w.job].ready <= at; });
    const std::int64_t rounds = even ? (std::ranges::min(order, {}, &Share::left).left.ns - 1) / whole.ns : 0;
    for (Share& waiting : order) {
      waiting.left = waiting.left - whole * rounds;
      at = at + whole * rounds;
    }
    Share first = order.front();
    order.erase(order.begin());
    const Duration piece = std::min(first.left, whole - used);
    at = std::max(at, jobs_[first.job].ready) + piece;
    used = {};
    first.left = first.left - piece;
    if (first.left.ns > 0) {
      order.push_back(first);
      continue;
    }
    Job& done = jobs_[first.job];
    if (done.due != at) moved_.push_back({done.user, at});
    done.due = at;
  }
}

void DiskQueue::set_pace(Instant now, std::int64_t permille) {
  KAFKASIM_CHECK(permille >= 0);
  if (permille == pace_) return;
  advance(now);
  if (pace_ != 0) {  // else nothing is left
    used_ = scaled(used_, permille);
    for (std::vector<Job>* jobs : {&jobs_, &held_}) {
      for (Job& job : *jobs) job.left = scaled(job.left, permille);
    }
  }
  pace_ = permille;
  for (const Job& job : jobs_) {
    const Instant end = std::max(now, job.ready);
    if (job.left.ns == 0 && job.due != end) moved_.push_back({job.user, end});
  }
  std::erase_if(jobs_, [](const Job& job) { return job.left.ns == 0; });
  if (jobs_.empty()) used_ = {};
  forecast();
}

void DiskQueue::hold_threads(Instant now) {
  advance(now);
  const auto of_thread = [](const Job& job) { return job.user.kind == DiskUser::Kind::thread; };
  if (!jobs_.empty() && of_thread(jobs_.front())) used_ = {};
  std::ranges::copy_if(jobs_, std::back_inserter(held_), of_thread);
  std::erase_if(jobs_, of_thread);
  forecast();
}

void DiskQueue::resume_threads(Instant now, Duration stopped) {
  for (const Job& job : std::exchange(held_, {})) {
    const Instant ready = job.ready + stopped;
    if (job.left.ns == 0) {
      moved_.push_back({job.user, std::max(now, ready)});
    } else {
      moved_.push_back({job.user, add(now, job.user, ready, job.left)});
    }
  }
}

void DiskQueue::process_gone() {
  held_.clear();
  for (Job& job : jobs_) {
    if (job.user.kind == DiskUser::Kind::thread) job.user = {};
  }
}

bool DiskQueue::is_held(std::uint32_t thread) const {
  return std::ranges::any_of(held_, [thread](const Job& job) { return job.user == DiskUser{DiskUser::Kind::thread, thread}; });
}

std::vector<MovedEnd> DiskQueue::take_moved() {
  std::erase_if(moved_, [](const MovedEnd& moved) { return moved.user.kind == DiskUser::Kind::nobody; });
  return std::exchange(moved_, {});
}

}  // namespace kafkasim::sim
