#pragma once
// What a disk can do, what was asked of it, and how long that takes. Integers only.
#include <cstdint>

#include "core/base/time.hpp"

namespace kafkasim::sim {

// The defaults are those of a scenario file; `page_cache` is the memory that keeps what was written last.
struct DiskSpec {
  std::uint64_t capacity{std::uint64_t{10} << 30};           // bytes
  std::uint64_t write_per_second{std::uint64_t{200} << 20};  // bytes
  std::uint64_t read_per_second{std::uint64_t{400} << 20};   // bytes
  Duration seek{microseconds(100)};
  Duration sync{milliseconds(5)};
  std::uint64_t page_cache{std::uint64_t{1} << 30};  // bytes
  friend bool operator==(const DiskSpec&, const DiskSpec&) = default;
};

struct DiskCosts {
  std::uint64_t written_bytes{0};  // into the page cache
  std::uint64_t read_bytes{0};     // all that was read
  std::uint64_t platter_bytes{0};  // of these, what the page cache no longer had
  std::uint64_t seeks{0};          // for them
  std::uint64_t syncs{0};          // of files and directories, within the step
  std::uint64_t synced_bytes{0};   // what these found dirty
  DiskCosts& operator+=(const DiskCosts& o);
  friend bool operator==(const DiskCosts&, const DiskCosts&) = default;
};

// The platter's time. Each written byte is charged once, when it is written, as to a writer that is held to the pace of
// the platter; a sync then costs only its barrier. What the page cache still has costs nothing. Rounds up; saturates.
[[nodiscard]] Duration cost(const DiskSpec& spec, const DiskCosts& costs);

}  // namespace kafkasim::sim
