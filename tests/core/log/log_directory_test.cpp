#include "core/log/log_directory.hpp"

#include <catch2/catch.hpp>

#include "tests/core/log/log_rig.hpp"

using namespace kafkasim;
using namespace kafkasim::test;

namespace {

constexpr Instant later{seconds(60).ns};

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

void append_to(UnifiedLog& log, Disk& disk, int count) {
  for (int i = 0; i < count; ++i)
    REQUIRE(log.append_as_leader({make_batch()}, LeaderEpoch{1}, now, disk)->error == ErrorCode::none);
}

}  // namespace

TEST_CASE("a clean stop is known at the next start and only once") {
  MemoryDisk disk;
  LogDirectory logs = open_directory(disk).directory;
  UnifiedLog& log = create(logs, disk);
  append_to(log, disk, 5);
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
  append_to(log, disk, 10);
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
  append_to(create(logs, disk), disk, 3);
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
    append_to(create(logs, disk), disk, 3);
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

TEST_CASE("directories that are no partition are left alone and those on their way out are told of") {
  MemoryDisk disk;
  disk.set_text("lost+found/x", "x");
  disk.set_text("orders-x/00000000000000000000.log", "x");
  disk.set_text("orders-1.0123-delete/00000000000000000000.log", "x");
  disk.set_text("__cluster_metadata-0/partition.metadata", "version: 0\ntopic_id: AAAAAAAAAAAAAAAAAAAAAQ\n");
  disk.set_text("meta.properties", "version=1\n");
  disk.set_text("orders-1.0123-stray/00000000000000000000.log", "x");
  LogDirectory::Opened opened = open_directory(disk);
  CHECK(opened.directory.logs().empty());
  REQUIRE(opened.report.leaving == std::vector<std::string>{"orders-1.0123-delete"});
  opened.directory.finish_removal("orders-1.0123-delete", later);
  CHECK(opened.directory.next_removal() == later);
  CHECK(disk.exists("orders-1.0123-delete"));
  REQUIRE(opened.directory.remove_due_files(later, disk));
  CHECK_FALSE(disk.exists("orders-1.0123-delete"));
  CHECK(disk.exists("orders-1.0123-stray"));
  CHECK(disk.exists("orders-x/00000000000000000000.log"));
  CHECK(disk.exists("__cluster_metadata-0"));
}

TEST_CASE("a topic of the same name with another id has to wait until the old log is removed") {
  MemoryDisk disk;
  LogDirectory logs = open_directory(disk).directory;
  append_to(create(logs, disk), disk, 3);
  const TopicIdPartition again{{5, 6}, PartitionIndex{0}};
  const auto refused = logs.create(again, orders_name, {}, now, disk);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().kind == DiskErrorKind::exists);
  REQUIRE(logs.remove(orders, later, disk));
  CHECK_FALSE(disk.exists("orders-0"));
  CHECK(disk.open_handles() == 0);
  CHECK(create(logs, disk, again).log_end_offset() == Offset{0});
}

TEST_CASE("copies of a directory share their logs until one is written") {
  MemoryDisk disk;
  LogDirectory logs = open_directory(disk).directory;
  append_to(create(logs, disk), disk, 3);
  create(logs, disk, {{1, 2}, PartitionIndex{1}}, {"orders", PartitionIndex{1}});
  LogDirectory copy = logs;
  MemoryDisk other = disk;
  append_to(*copy.edit(orders), other, 2);
  CHECK(logs.find(orders)->log_end_offset() == Offset{3});
  CHECK(copy.find(orders)->log_end_offset() == Offset{5});
  const TopicIdPartition untouched{{1, 2}, PartitionIndex{1}};
  CHECK(logs.logs().at(untouched).shares_with(copy.logs().at(untouched)));
}

TEST_CASE("a removed log keeps its files under another name until their time has come") {
  MemoryDisk disk;
  LogDirectory logs = open_directory(disk).directory;
  const std::string out = "orders-0.00000000000000010000000000000002-delete";
  append_to(create(logs, disk), disk, 3);
  REQUIRE(logs.remove(orders, later, disk));
  CHECK(logs.find(orders) == nullptr);
  CHECK(disk.exists(out + "/00000000000000000000.log"));
  // The replica comes back, and leaves again.
  append_to(create(logs, disk), disk, 1);
  REQUIRE(logs.remove(orders, later, disk));
  CHECK(disk.exists("orders-0.00000000000000010000000000000003-delete/00000000000000000000.log"));
  CHECK(logs.next_removal() == later);
  REQUIRE(logs.remove_due_files(later, disk));
  REQUIRE(logs.remove_due_files(later, disk));
  CHECK(disk.paths().empty());
  CHECK_FALSE(logs.next_removal().has_value());
}

TEST_CASE("a topic name of any length leaves a name that a file system takes") {
  MemoryDisk disk;
  LogDirectory logs = open_directory(disk).directory;
  const std::string topic(249, 't');
  create(logs, disk, orders, {topic, PartitionIndex{12}});
  REQUIRE(logs.remove(orders, later, disk));
  const auto names = disk.list("");
  REQUIRE(names);
  REQUIRE(names->size() == 1);
  CHECK(names->front().size() == 255);
  CHECK(names->front().ends_with("-delete"));
}

TEST_CASE("a stray log is set aside and never opened again") {
  MemoryDisk disk;
  LogDirectory logs = open_directory(disk).directory;
  append_to(create(logs, disk), disk, 3);
  REQUIRE(logs.set_aside(orders, disk));
  CHECK(disk.open_handles() == 0);
  CHECK_FALSE(logs.next_removal().has_value());
  const LogDirectory::Opened opened = open_directory(disk);
  CHECK(opened.directory.logs().empty());
  CHECK(opened.report.leaving.empty());
  CHECK(disk.exists("orders-0.00000000000000010000000000000002-stray/00000000000000000000.log"));
}

TEST_CASE("the files of old segments go after the delay of their topic") {
  MemoryDisk disk;
  LogDirectory logs = open_directory(disk).directory;
  UnifiedLog& log = create(logs, disk);
  append_to(log, disk, 3);
  log.update_high_watermark(Offset{3});
  LogConfig config;
  config.retention_bytes = 0;
  config.file_delete_delay_ms = 60'000;
  log.set_config(config);
  const auto result = logs.delete_old_segments(orders, Instant{}, now, 10, disk);
  REQUIRE(result);
  CHECK(result->runs.size() == 1);
  CHECK(logs.next_removal() == later);
  const std::string file = "orders-0/00000000000000000000.log.deleted";
  REQUIRE(logs.remove_due_files(Instant{later.ns - 1}, disk));
  CHECK(disk.exists(file));
  REQUIRE(logs.remove_due_files(later, disk));
  CHECK_FALSE(disk.exists(file));
  REQUIRE(logs.close_cleanly(std::nullopt, disk));
  CHECK(disk.open_handles() == 0);
}

TEST_CASE("a log that is removed takes the deleted files in it along") {
  MemoryDisk disk;
  LogDirectory logs = open_directory(disk).directory;
  UnifiedLog& log = create(logs, disk);
  append_to(log, disk, 3);
  log.update_high_watermark(Offset{3});
  LogConfig config;
  config.retention_bytes = 0;
  log.set_config(config);
  REQUIRE(logs.delete_old_segments(orders, Instant{}, now, 10, disk));
  REQUIRE(logs.remove(orders, Instant{later.ns + 1}, disk));
  CHECK(disk.open_handles() == 0);
  CHECK(logs.next_removal() == Instant{later.ns + 1});
}
