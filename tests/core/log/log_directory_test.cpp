#include "core/log/log_directory.hpp"

#include <catch2/catch.hpp>

#include "tests/support/batches.hpp"
#include "tests/support/memory_disk.hpp"

using namespace kafkasim;
using namespace kafkasim::test;

namespace {

constexpr Timestamp now{1'000'000};
const TopicIdPartition orders{{1, 2}, PartitionIndex{0}};
const TopicPartition orders_name{"orders", PartitionIndex{0}};

LogDirectory::Opened open_directory(Disk& disk) {
  auto opened = LogDirectory::open(
      disk, [](const TopicPartition&) { return LogConfig{}; }, now);
  REQUIRE(opened);
  return std::move(*opened);
}

UnifiedLog& create(LogDirectory& logs, Disk& disk, const TopicIdPartition& id = orders,
                   const TopicPartition& name = orders_name) {
  auto log = logs.create(id, name, {}, now, disk);
  REQUIRE(log);
  return **log;
}

void append(UnifiedLog& log, Disk& disk, int count) {
  for (int i = 0; i < count; ++i)
    REQUIRE(log.append_as_leader({make_batch()}, LeaderEpoch{1}, now, disk)->error == ErrorCode::none);
}

}  // namespace

TEST_CASE("a clean stop is known at the next start and only once") {
  MemoryDisk disk;
  LogDirectory logs = open_directory(disk).directory;
  UnifiedLog& log = create(logs, disk);
  append(log, disk, 5);
  log.update_high_watermark(Offset{4});
  REQUIRE(logs.close_cleanly(BrokerEpoch{17}, disk));
  CHECK(disk.open_handles() == 0);
  disk = disk.after_power_loss();
  LogDirectory::Opened opened = open_directory(disk);
  CHECK(opened.report.clean == CleanShutdown::yes);
  CHECK(opened.report.previous_broker_epoch == BrokerEpoch{17});
  REQUIRE(opened.report.logs.size() == 1);
  CHECK(opened.report.logs[0].high_watermark == Offset{4});
  CHECK(opened.report.logs[0].report.segments_scanned == 0);
  REQUIRE(opened.directory.find(orders) != nullptr);
  CHECK(opened.directory.find(orders)->log_end_offset() == Offset{5});
  disk = disk.after_power_loss();
  opened = open_directory(disk);
  CHECK(opened.report.clean == CleanShutdown::no);
  CHECK_FALSE(opened.report.previous_broker_epoch.has_value());
}

TEST_CASE("after a power loss the checkpoints give recovery point and high watermark and log start") {
  MemoryDisk disk;
  LogDirectory logs = open_directory(disk).directory;
  UnifiedLog& log = create(logs, disk);
  append(log, disk, 10);
  REQUIRE(log.flush(disk));
  log.update_high_watermark(Offset{9});
  REQUIRE(log.maybe_increment_log_start_offset(Offset{3}, disk));
  REQUIRE(logs.write_recovery_points(disk));
  REQUIRE(logs.write_high_watermarks(disk));
  REQUIRE(logs.write_log_start_offsets(disk));
  CHECK(disk.text_of("recovery-point-offset-checkpoint") == "0\n1\norders 0 10\n");
  CHECK(disk.text_of("log-start-offset-checkpoint") == "0\n1\norders 0 3\n");
  disk = disk.after_power_loss();
  const LogDirectory::Opened opened = open_directory(disk);
  const UnifiedLog* back = opened.directory.find(orders);
  REQUIRE(back != nullptr);
  CHECK(back->log_end_offset() == Offset{10});
  CHECK(back->high_watermark() == Offset{9});
  CHECK(back->log_start_offset() == Offset{3});
  CHECK(back->recovery_point() == Offset{10});
}

TEST_CASE("damaged checkpoints are told of and passed over") {
  MemoryDisk disk;
  LogDirectory logs = open_directory(disk).directory;
  append(create(logs, disk), disk, 3);
  disk = disk.after_crash();
  disk.set_text("recovery-point-offset-checkpoint", "0\n1\norders zero 10\n");
  disk.set_text("replication-offset-checkpoint", "\xff\xff");
  disk.set_text(".kafka_cleanshutdown", "{");
  const LogDirectory::Opened opened = open_directory(disk);
  CHECK(opened.report.problems.size() == 3);
  CHECK(opened.report.clean == CleanShutdown::no);
  CHECK(opened.directory.find(orders)->log_end_offset() == Offset{3});
}

TEST_CASE("a directory without readable metadata is set aside and taken up again by its partition") {
  for (const bool missing : {true, false}) {
    MemoryDisk disk;
    LogDirectory logs = open_directory(disk).directory;
    append(create(logs, disk), disk, 3);
    disk = disk.after_crash();
    if (missing) {
      REQUIRE(disk.remove("orders-0/partition.metadata"));
    } else {
      disk.set_text("orders-0/partition.metadata", "version: 0\ntopic_id: ????\n");
    }
    LogDirectory::Opened opened = open_directory(disk);
    CHECK(opened.directory.logs().empty());
    REQUIRE(opened.report.problems.size() == 1);
    CHECK(create(opened.directory, disk).log_end_offset() == Offset{3});
  }
}

TEST_CASE("directories that are no partition are left alone and those on their way out removed") {
  MemoryDisk disk;
  disk.set_text("lost+found/x", "x");
  disk.set_text("orders-x/00000000000000000000.log", "x");
  disk.set_text("orders-1.0123-delete/00000000000000000000.log", "x");
  disk.set_text("__cluster_metadata-0/partition.metadata", "version: 0\ntopic_id: AAAAAAAAAAAAAAAAAAAAAQ\n");
  disk.set_text("meta.properties", "version=1\n");
  const LogDirectory::Opened opened = open_directory(disk);
  CHECK(opened.directory.logs().empty());
  CHECK_FALSE(disk.exists("orders-1.0123-delete"));
  CHECK(disk.exists("orders-x/00000000000000000000.log"));
  CHECK(disk.exists("__cluster_metadata-0"));
}

TEST_CASE("a topic of the same name with another id has to wait until the old log is removed") {
  MemoryDisk disk;
  LogDirectory logs = open_directory(disk).directory;
  append(create(logs, disk), disk, 3);
  const TopicIdPartition again{{5, 6}, PartitionIndex{0}};
  const auto refused = logs.create(again, orders_name, {}, now, disk);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().kind == DiskErrorKind::exists);
  REQUIRE(logs.remove(orders, disk));
  CHECK_FALSE(disk.exists("orders-0"));
  CHECK(disk.open_handles() == 0);
  CHECK(create(logs, disk, again).log_end_offset() == Offset{0});
}

TEST_CASE("copies of a directory share their logs until one is written") {
  MemoryDisk disk;
  LogDirectory logs = open_directory(disk).directory;
  append(create(logs, disk), disk, 3);
  create(logs, disk, {{1, 2}, PartitionIndex{1}}, {"orders", PartitionIndex{1}});
  LogDirectory copy = logs;
  MemoryDisk other = disk;
  append(*copy.edit(orders), other, 2);
  CHECK(logs.find(orders)->log_end_offset() == Offset{3});
  CHECK(copy.find(orders)->log_end_offset() == Offset{5});
  const TopicIdPartition untouched{{1, 2}, PartitionIndex{1}};
  CHECK(logs.logs().at(untouched).shares_with(copy.logs().at(untouched)));
}
