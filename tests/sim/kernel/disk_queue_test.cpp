#include "sim/kernel/disk_queue.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <map>

#include "core/base/random.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;

namespace {

constexpr Instant zero{};
constexpr DiskUser thread(std::uint64_t number) { return {DiskUser::Kind::thread, number}; }
constexpr DiskUser flush(std::uint64_t number) { return {DiskUser::Kind::flush, number}; }

std::optional<Instant> moved_end(const std::vector<MovedEnd>& moved, DiskUser user) {
  std::optional<Instant> last;
  for (const MovedEnd& each : moved) {
    if (each.user == user) last = each.due;
  }
  return last;
}

}  // namespace

TEST_CASE("short jobs of a disk are done in the order in which they came") {
  DiskQueue queue;
  CHECK(queue.add(zero, thread(0), zero + microseconds(10), milliseconds(5)) == zero + microseconds(5'010));
  CHECK(queue.add(zero, thread(1), zero, milliseconds(10)) == zero + microseconds(15'010));
  CHECK(queue.add(zero + milliseconds(1), flush(1), zero + milliseconds(1), milliseconds(5)) == zero + microseconds(20'010));
  CHECK(queue.take_moved().empty());
  CHECK(queue.busy_until() == zero + microseconds(20'010));
  CHECK(queue.add(zero + seconds(1), thread(0), zero + seconds(1), milliseconds(5)) == zero + milliseconds(1'005));
}

TEST_CASE("a short job waits for no more than a turn of a long one which ends that much later") {
  DiskQueue queue;
  REQUIRE(queue.add(zero, thread(0), zero, milliseconds(1'400)) == zero + milliseconds(1'400));
  CHECK(queue.add(zero + milliseconds(3), thread(1), zero + milliseconds(3), milliseconds(5)) == zero + milliseconds(15));
  CHECK(moved_end(queue.take_moved(), thread(0)) == zero + milliseconds(1'405));
  CHECK(queue.add(zero + milliseconds(700), thread(1), zero + milliseconds(700), milliseconds(5)) == zero + milliseconds(710));
  CHECK(moved_end(queue.take_moved(), thread(0)) == zero + milliseconds(1'410));
  CHECK(queue.busy_until() == zero + milliseconds(1'410));
}

TEST_CASE("long jobs share the disk") {
  DiskQueue queue;
  REQUIRE(queue.add(zero, thread(0), zero, milliseconds(1'000)) == zero + milliseconds(1'000));
  CHECK(queue.add(zero, thread(1), zero, milliseconds(100)) == zero + milliseconds(200));
  CHECK(moved_end(queue.take_moved(), thread(0)) == zero + milliseconds(1'100));
  CHECK(queue.add(zero + milliseconds(50), thread(2), zero + milliseconds(50), milliseconds(30)) == zero + milliseconds(140));
  const std::vector<MovedEnd> moved = queue.take_moved();
  CHECK(moved_end(moved, thread(1)) == zero + milliseconds(230));
  CHECK(moved_end(moved, thread(0)) == zero + milliseconds(1'130));
}

TEST_CASE("the ends that a disk's queue foretells are those that come") {
  Random random{7};
  for (int round = 0; round < 200; ++round) {
    DiskQueue queue;
    std::map<std::uint64_t, Instant> ends;
    Duration work{};
    Instant now{};
    for (std::uint64_t number = 0; number < 12; ++number) {
      now = now + Duration{static_cast<std::int64_t>(random.below(30'000'000))};
      const Duration each{1 + static_cast<std::int64_t>(random.below(random.below(2) == 0 ? 8'000'000 : 90'000'000))};
      const Instant before = std::max(queue.busy_until(), now);
      ends[number] = queue.add(now, flush(number), now, each);
      for (const MovedEnd& moved : queue.take_moved()) {
        CHECK(ends[moved.user.number] > now);  // what was done stays done
        ends[moved.user.number] = moved.due;
      }
      CHECK(queue.busy_until() == before + each);  // no time is lost, whoever has it
      work += each;
    }
    CHECK(std::ranges::max_element(ends, {}, [](const auto& end) { return end.second; })->second == queue.busy_until());
    CHECK(queue.busy_until() >= zero + work);
  }
}

TEST_CASE("a job that takes for ever makes no other wait so long") {
  DiskQueue queue;
  const Duration for_ever{INT64_MAX};
  CHECK(queue.add(zero, thread(0), zero, for_ever).ns == INT64_MAX);
  CHECK(queue.add(zero, thread(1), zero, for_ever).ns == INT64_MAX);
  CHECK(queue.add(zero + seconds(5), thread(2), zero + seconds(5), milliseconds(5)) <= zero + seconds(5) + milliseconds(25));
}

TEST_CASE("threads of a stopped process leave the disk to flushes and those of a dead one are served to the end") {
  DiskQueue queue;
  REQUIRE(queue.add(zero, thread(3), zero, milliseconds(8)) == zero + milliseconds(8));
  REQUIRE(queue.add(zero, flush(1), zero, milliseconds(5)) == zero + milliseconds(13));
  SECTION("stopped") {
    queue.hold_threads(zero + milliseconds(2));
    CHECK(queue.is_held(3));
    CHECK(moved_end(queue.take_moved(), flush(1)) == zero + milliseconds(7));
    queue.resume_threads(zero + seconds(1), milliseconds(998));
    CHECK_FALSE(queue.is_held(3));
    CHECK(moved_end(queue.take_moved(), thread(3)) == zero + milliseconds(1'006));
  }
  SECTION("dead") {
    queue.process_gone();
    CHECK(queue.busy_until() == zero + milliseconds(13));
    queue.set_pace(zero + milliseconds(4), 2'000);
    const std::vector<MovedEnd> moved = queue.take_moved();
    REQUIRE(moved.size() == 1);  // nobody waits for the other
    CHECK(moved_end(moved, flush(1)) == zero + milliseconds(22));
  }
  SECTION("without power") {
    queue.clear();
    CHECK(queue.busy_until() == zero);
  }
}
