#pragma once
// DiskQueue: what a host's disk has to do, and when each piece of it will be done. A copyable value.
//
// Jobs take turns: each is served for at most one `turn` (10 ms at the disk's ordinary pace), then the next has its own,
// as with the slices of a disk scheduler (BFQ), so that what asks for little is not held up by what asks for much.
// Jobs within a turn are done in the order in which they came. A job that comes may make others wait that were there
// before: take_moved() tells whose end is another.
#include <cstdint>
#include <optional>
#include <vector>

#include "core/base/time.hpp"

namespace kafkasim::sim {

struct DiskUser {
  enum class Kind : std::uint8_t { nobody, thread, flush };  // nobody: its process is gone, the disk does it all the same
  Kind kind{};
  std::uint64_t number{};  // of the thread of the lanes, of the flush
  friend bool operator==(const DiskUser&, const DiskUser&) = default;
};

struct MovedEnd {
  DiskUser user;
  Instant due;
};

class DiskQueue {
 public:
  // The end of it, as things are. `work` is positive; it cannot begin before `ready`.
  Instant add(Instant now, DiskUser user, Instant ready, Duration work);
  // All that is left takes that much longer or shorter, in thousandths. 0: no time at all.
  void set_pace(Instant now, std::int64_t permille);
  // The process stops: its threads ask for nothing more until it goes on.
  void hold_threads(Instant now);
  void resume_threads(Instant now, Duration stopped);
  void process_gone();
  void clear() { *this = DiskQueue{pace_}; }

  [[nodiscard]] bool is_held(std::uint32_t thread) const;
  [[nodiscard]] Instant busy_until() const;  // not later than now: it is idle
  [[nodiscard]] std::int64_t pace() const { return pace_; }
  // Since the last call: the jobs whose end has moved.
  [[nodiscard]] std::vector<MovedEnd> take_moved();

  DiskQueue() = default;

 private:
  struct Job {
    DiskUser user;
    Instant ready;
    Duration left;
    Instant due;
  };
  explicit DiskQueue(std::int64_t pace) : pace_{pace} {}
  void advance(Instant now);
  void forecast();  // the ends of all
  [[nodiscard]] Duration turn() const;
  [[nodiscard]] bool takes_turns() const;  // a job will not be done in one
  [[nodiscard]] Duration scaled(Duration time, std::int64_t permille) const;

  std::vector<Job> jobs_;  // in the order of their turns
  std::vector<Job> held_;
  Instant at_{};     // what is before this is done
  Duration used_{};  // of the first one's turn
  std::int64_t pace_{1000};
  std::vector<MovedEnd> moved_;
};

}  // namespace kafkasim::sim
