// The log on real files: after the same operations they hold what the simulated disk holds, byte for byte.
#include <map>
#include <optional>
#include <string>

#include <catch2/catch.hpp>

#include "core/log/log_directory.hpp"
#include "sim/disk/sim_disk.hpp"
#include "sim/serve/posix_disk.hpp"
#include "tests/support/batches.hpp"
#include "tests/support/temporary_directory.hpp"

namespace kafkasim::sim {
namespace {

using test::make_batch;
using test::producer;

constexpr Timestamp now{1'000'000};
const TopicIdPartition orders{{1, 2}, PartitionIndex{0}};
const TopicPartition orders_name{"orders", PartitionIndex{0}};
const LogConfig small{.segment_bytes = 2000, .index_interval_bytes = 300};

using Content = std::map<std::string, std::string>;  // by path; a directory ends in '/'

void collect(Disk& disk, const std::string& directory, Content& content) {
  const auto names = disk.list(directory);
  REQUIRE(names);
  for (const std::string& name : *names) {
    const std::string path = directory.empty() ? name : directory + "/" + name;
    if (disk.list(path)) {
      content[path + "/"];
      collect(disk, path, content);
      continue;
    }
    const auto bytes = read_file(disk, path);
    REQUIRE(bytes);
    content[path] = as_text(*bytes);
  }
}

Content content_of(Disk& disk) {
  Content content;
  collect(disk, "", content);
  return content;
}

struct OnSimDisk {
  SimDisk own;
  Disk& disk() { return own; }
  void crash() { own.process_crash(); }
};
struct OnFiles {
  test::TemporaryDirectory directory;
  std::optional<PosixDisk> own{*PosixDisk::open(directory.path(), {.most_open = 4})};
  Disk& disk() { return *own; }
  void crash() {
    own.reset();
    own.emplace(*PosixDisk::open(directory.path(), {.most_open = 4}));
  }
};

// One log directory on one kind of disk.
template <class Where>
struct Play {
  Where where;
  LogDirectory logs;
  LogDirectory::OpenReport report;

  Play() { open(); }
  void open() {
    auto opened = LogDirectory::open(
        where.disk(), [](const TopicPartition&) { return small; }, now);
    REQUIRE(opened);
    logs = std::move(opened->directory);
    report = std::move(opened->report);
  }
  UnifiedLog& log(const TopicIdPartition& id = orders, const TopicPartition& name = orders_name) {
    const auto found = logs.create(id, name, small, now, where.disk());
    REQUIRE(found);
    return **found;
  }
  void append(int from, int to, int epoch = 1) {
    for (int i = from; i < to; ++i) {
      const auto batch = make_batch({.records = 1 + i % 3,
                                     .timestamp = 1'000'000 + 7 * i,
                                     .value = std::string(static_cast<std::size_t>(20 + i % 50), 'v'),
                                     .producer = i % 4 == 0 ? std::optional{producer(i, 0, 0)} : std::nullopt});
      const auto result = log().append_as_leader({batch}, LeaderEpoch{epoch}, now, where.disk());
      REQUIRE(result);
      REQUIRE(result->error == ErrorCode::none);
    }
  }
  [[nodiscard]] std::vector<RecordBatch> batches() {
    const auto all = log().all_batches(where.disk());
    REQUIRE(all);
    return *all;
  }
};

struct Both {
  Play<OnSimDisk> simulated;
  Play<OnFiles> real;

  template <class Do>
  void each(Do act) {
    act(simulated);
    act(real);
    CHECK(content_of(real.where.disk()) == content_of(simulated.where.disk()));
  }
};

TEST_CASE(
    "A log that rolls leaves the same segments and indexes and snapshots on real files as on the simulated disk") {
  Both both;
  both.each([](auto& play) {
    play.append(0, 80);
    CHECK(play.log().segment_count() > 3);
  });
  const Content content = content_of(both.real.where.disk());
  CHECK(content.contains("orders-0/partition.metadata"));
  CHECK(content.contains("orders-0/leader-epoch-checkpoint"));
  CHECK(content.at("orders-0/00000000000000000000.log").size() > 1500);
  CHECK(content.at("orders-0/00000000000000000000.index").size() >= 8);
  CHECK(content.at("orders-0/00000000000000000000.timeindex").size() >= 12);
  CHECK(both.real.batches() == both.simulated.batches());
}

TEST_CASE("A log that is truncated within a segment and across segments is cut alike on real files") {
  Both both;
  both.each([](auto& play) { play.append(0, 80); });
  const Offset end = both.real.log().log_end_offset();
  for (const std::int64_t back : {3, 60, 100}) {
    both.each([&](auto& play) { REQUIRE(play.log().truncate_to(end.plus(-back), now, play.where.disk())); });
    both.each([&](auto& play) { play.append(80, 90, 2); });
  }
  CHECK(both.real.batches() == both.simulated.batches());
  both.each([](auto& play) { REQUIRE(play.log().truncate_fully_and_start_at(Offset{500}, now, play.where.disk())); });
  CHECK(both.real.log().log_end_offset() == Offset{500});
}

TEST_CASE("After a clean stop the log comes up from real files without a scan") {
  Both both;
  both.each([](auto& play) {
    play.append(0, 50);
    play.log().update_high_watermark(Offset{40});
  });
  const std::vector<RecordBatch> before = both.real.batches();
  both.each([](auto& play) { REQUIRE(play.logs.close_cleanly(BrokerEpoch{3}, play.where.disk())); });
  both.each([&](auto& play) {
    play.where.crash();
    play.open();
    CHECK(play.report.clean == CleanShutdown::yes);
    REQUIRE(play.report.logs.size() == 1);
    CHECK(play.report.logs[0].report.segments_scanned == 0);
    CHECK(play.report.logs[0].high_watermark == Offset{40});
    CHECK(play.batches() == before);
    play.append(50, 60);
  });
}

TEST_CASE("After a crash the log is recovered from real files and a torn end is cut off") {
  Both both;
  both.each([](auto& play) { play.append(0, 50); });
  const std::vector<RecordBatch> before = both.real.batches();
  std::string last;
  for (const auto& [path, bytes] : content_of(both.real.where.disk())) {
    if (path.ends_with(".log")) last = path;
  }
  both.each([&](auto& play) {
    play.where.crash();
    const auto file = play.where.disk().open(last, OpenMode::existing);
    REQUIRE(file);
    const SharedBytes torn = SharedBytes::of(std::string(100, 'x'));
    REQUIRE(play.where.disk().append(*file, {&torn, 1}));
    play.where.disk().close(*file);
    play.open();
    CHECK(play.report.clean == CleanShutdown::no);
    REQUIRE(play.report.logs.size() == 1);
    CHECK(play.report.logs[0].report.bytes_cut == 100);
    CHECK(play.report.logs[0].report.segments_scanned > 3);
    CHECK(play.batches() == before);
    play.append(50, 60);
  });
}

TEST_CASE("A partition that is removed leaves nothing of real files and its name is free") {
  Both both;
  const TopicIdPartition later{{7, 8}, PartitionIndex{0}};
  both.each([&](auto& play) {
    play.append(0, 30);
    REQUIRE(play.logs.remove(orders, Instant{}, play.where.disk()));
    REQUIRE(play.logs.remove_due_files(Instant{}, play.where.disk()));
    CHECK_FALSE(play.where.disk().exists("orders-0"));
    CHECK(play.log(later).log_end_offset() == Offset{0});
  });
}

TEST_CASE("Reads by offset and by timestamp find the same on real files") {
  Both both;
  both.each([](auto& play) { play.append(0, 80); });
  UnifiedLog& real = both.real.log();
  UnifiedLog& simulated = both.simulated.log();
  Disk& files = both.real.where.disk();
  Disk& other = both.simulated.where.disk();
  for (std::int64_t offset = 0; offset <= real.log_end_offset().value; ++offset) {
    const auto a = real.read(Offset{offset}, 700, real.log_end_offset(), MinOneBatch::yes, files);
    const auto b = simulated.read(Offset{offset}, 700, simulated.log_end_offset(), MinOneBatch::yes, other);
    REQUIRE(a);
    REQUIRE(b);
    REQUIRE(a->batches == b->batches);
    const Timestamp timestamp{1'000'000 + 4 * offset};
    REQUIRE(*real.offset_for_timestamp(timestamp, files) == *simulated.offset_for_timestamp(timestamp, other));
  }
}

}  // namespace
}  // namespace kafkasim::sim
