#pragma once
// What happens to machines, their disks and their clocks, as data: entries of a timeline (operation.hpp).
#include <cstdint>
#include <optional>

#include "core/base/time.hpp"
#include "core/model/ids.hpp"
#include "sim/scenario/target.hpp"

namespace kafkasim::sim {

struct Wipe {  // the machine dies and comes back with empty disks: after `for`, or at once
  Target target;
};
struct SlowDisk {
  Target target;
  std::int64_t permille{1000};  // of the ordinary time of every disk operation
};
struct SlowCpu {
  Target target;
  std::int64_t permille{1000};  // of the ordinary cost of every step
};
struct FullDisk {  // writes get no space
  Target target;
};
struct FailDisk {  // every operation is an I/O error
  Target target;
};
struct Corrupt {  // flips bits of a replica's records at rest
  Target target;
  TopicPartition partition;
  std::int64_t bits{1};
};
struct ClockFault {  // of the wall clock; undone, it is right again
  Target target;
  Duration jump{};
  std::int64_t drift{0};  // what it gains, per million
};

}  // namespace kafkasim::sim
