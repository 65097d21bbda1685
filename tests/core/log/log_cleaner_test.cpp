#include "core/log/log_cleaner.hpp"

#include "tests/core/log/cleaner_rig.hpp"

using namespace kafkasim;
using namespace kafkasim::test;

namespace {

constexpr Timestamp wall{2'000'000};

struct LogCleanerRig {
  NodeConfig config{};
  MemoryDisk disk{};
  LogDirectory directory{};
  LogCleaner cleaner;
  Instant now{};
  std::vector<LogCleaner::Event> events{};

  explicit LogCleanerRig(const NodeConfig& settings = {}) : config{settings}, cleaner{settings} {
    REQUIRE(cleaner.start(now, disk));
    REQUIRE(directory.create(cleaned, {"t", PartitionIndex{0}}, CleanerRig::small(), wall, disk));
  }
  UnifiedLog& log() { return *directory.edit(cleaned); }
  void fill() {
    for (int i = 0; i < 200; ++i) {
      REQUIRE(log().append_as_leader({keyed_batch({{"k" + std::to_string(i % 5), "value"}})}, LeaderEpoch{1}, wall,
                                     disk, AppendOrigin::coordinator));
    }
    (void)log().update_high_watermark(log().log_end_offset());
    REQUIRE(log().flush(disk));
    cleaner.rolled(log(), now);
  }
  void step() {
    REQUIRE(cleaner.next_deadline());
    now = std::max(now, *cleaner.next_deadline());
    const auto event = cleaner.step(directory, now, wall, disk);
    REQUIRE(event);
    if (*event) events.push_back(**event);
  }
  void clean() {
    for (int i = 0; i < 1000 && (events.empty() || !std::holds_alternative<LogCleaner::Finished>(events.back())); ++i)
      step();
  }
};

}  // namespace

TEST_CASE("the cleaner looks for work every log.cleaner.backoff.ms once a compacted log has two segments") {
  LogCleanerRig f;
  CHECK_FALSE(f.cleaner.next_deadline());
  f.now = Instant{} + seconds(20);
  f.fill();
  CHECK(f.cleaner.next_deadline() == Instant{} + seconds(30));
  f.clean();
  REQUIRE(f.events.size() == 2);
  CHECK(std::get<LogCleaner::Began>(f.events[0]).to == f.log().segments().back().base_offset());
  const auto& finished = std::get<LogCleaner::Finished>(f.events[1]);
  CHECK(finished.from == Offset{0});
  CHECK(finished.to == f.log().segments().back().base_offset());
  CHECK(finished.stats.bytes_after < finished.stats.bytes_before);
  CHECK(f.cleaner.manager().checkpoint({"t", PartitionIndex{0}}) == finished.to);
  f.step();  // nothing more to do
  CHECK(f.cleaner.next_deadline() == Instant{} + seconds(45));
}

TEST_CASE("the cleaner reads and writes no faster than it may") {
  NodeConfig slow;
  slow.log_cleaner_io_max_bytes_per_second = 1000;
  LogCleanerRig f{slow};
  f.fill();
  const std::uint64_t bytes = f.log().size_bytes();
  f.step();
  const Instant begun = f.now;
  f.clean();
  CHECK(f.now - begun >= seconds(static_cast<std::int64_t>(bytes / 1000)));  // read at least once
}

TEST_CASE("without log.cleaner.enable nothing is cleaned") {
  NodeConfig off;
  off.log_cleaner_enable = false;
  LogCleanerRig f{off};
  f.fill();
  CHECK_FALSE(f.cleaner.next_deadline());
}

TEST_CASE("a pass over a log that goes away is given up") {
  NodeConfig small;
  small.log_cleaner_io_buffer_size = 1024;
  LogCleanerRig f{small};
  f.fill();
  while (f.events.empty()) f.step();
  f.step();
  CHECK(f.cleaner.cleaning() == cleaned);
  REQUIRE(f.disk.exists("t-0/00000000000000000000.log.cleaned"));
  REQUIRE(f.cleaner.give_up(cleaned, f.log(), f.now, f.disk));
  CHECK_FALSE(f.cleaner.cleaning());
  CHECK_FALSE(f.disk.exists("t-0/00000000000000000000.log.cleaned"));
  CHECK(f.cleaner.next_deadline());
}

TEST_CASE("a map too small for even one batch is followed by a rest") {
  NodeConfig tiny;
  tiny.log_cleaner_io_buffer_load_factor = Ratio{0};
  LogCleanerRig f{tiny};
  f.fill();
  f.clean();
  REQUIRE(f.events.size() == 1);
  CHECK(f.cleaner.next_deadline() > f.now + seconds(10));
  CHECK(f.cleaner.manager().checkpoint({"t", PartitionIndex{0}}) == Offset{0});
}
