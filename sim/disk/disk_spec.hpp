#pragma once
// What a disk can do, what was asked of it, and how long that takes. Integers only.
#include <cstdint>

#include "core/base/time.hpp"

namespace kafkasim::sim {

enum class Switch : std::uint8_t { off, on };

// The defaults are those of a scenario file; `page_cache` is the memory that keeps what was written last. The switches
// turn off what makes Kafka's use of disks cheap, so that its worth can be measured:
//   page_cache 0     every read comes from the platter, and every write waits until it is there, as with O_DIRECT|O_DSYNC
//   zero_copy        off: what is read passes through the process, and costs the processor a second time (sendfile)
//   sequential       off: every write goes to another place on the platter, and costs a seek
struct DiskSpec {
  std::uint64_t capacity{std::uint64_t{10} << 30};           // bytes
  std::uint64_t write_per_second{std::uint64_t{200} << 20};  // bytes
  std::uint64_t read_per_second{std::uint64_t{400} << 20};   // bytes
  Duration seek{microseconds(100)};
  Duration sync{milliseconds(5)};
  std::uint64_t page_cache{std::uint64_t{1} << 30};  // bytes
  Switch zero_copy{Switch::on};
  Switch sequential{Switch::on};
  friend bool operator==(const DiskSpec&, const DiskSpec&) = default;
};

struct DiskCosts {
  std::uint64_t written_bytes{0};  // into the page cache
  std::uint64_t writes{0};         // appends and overwrites
  std::uint64_t read_bytes{0};     // all that was read
  std::uint64_t platter_bytes{0};  // of these, what the page cache no longer had
  std::uint64_t seeks{0};          // for them
  std::uint64_t syncs{0};          // of files and directories, within the step
  std::uint64_t synced_bytes{0};   // what these found dirty
  DiskCosts& operator+=(const DiskCosts& o);
  friend bool operator==(const DiskCosts&, const DiskCosts&) = default;
};

// The platter's time. Each written byte is charged once, when it is written, as to a writer that is held to the pace of
// the platter; a sync then costs only its barrier, and so does each write where there is no page cache. What the page
// cache still has costs nothing. Rounds up; saturates.
[[nodiscard]] Duration cost(const DiskSpec& spec, const DiskCosts& costs);

}  // namespace kafkasim::sim
