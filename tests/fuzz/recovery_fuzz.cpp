// The files of a partition's directory, of any content: the log comes up with a sound prefix of it, after a clean stop and
// after a crash, can be used, and comes up the same once more.
#include <string>

#include "core/base/check.hpp"
#include "core/log/log_files.hpp"
#include "core/log/unified_log.hpp"
#include "tests/fuzz/sections.hpp"
#include "tests/support/batches.hpp"
#include "tests/support/memory_disk.hpp"

namespace {

using namespace kafkasim;

constexpr Timestamp wall{1'700'000'000'000};
const TopicPartition partition{"orders", PartitionIndex{0}};

LogConfig small_segments() {
  LogConfig config;
  config.segment_bytes = 1 << 16;
  config.segment_index_bytes = 1 << 10;
  config.index_interval_bytes = 64;
  return config;
}

UnifiedLog open_log(test::MemoryDisk& disk, const LogOpenOptions& options) {
  auto opened = UnifiedLog::open(disk, "orders-0", partition, small_segments(), options, wall);
  KAFKASIM_CHECK(opened.has_value(), "whatever stands there a log comes up");
  return std::move(opened->log);
}

void check_sound(const UnifiedLog& log, const test::MemoryDisk& disk) {
  KAFKASIM_CHECK(log.log_start_offset() <= log.log_end_offset());
  const auto batches = log.all_batches(disk);
  KAFKASIM_CHECK(batches.has_value());
  for (std::size_t i = 1; i < batches->size(); ++i)
    KAFKASIM_CHECK((*batches)[i].base_offset() > (*batches)[i - 1].last_offset());
  if (!batches->empty()) KAFKASIM_CHECK(batches->back().next_offset() == log.log_end_offset());
  KAFKASIM_CHECK(log.producer_state().end_offset() == log.log_end_offset());
}

void use(UnifiedLog& log, Offset middle, test::MemoryDisk& disk) {
  (void)log.update_high_watermark(log.log_end_offset());
  KAFKASIM_CHECK(log.read(middle, 1000, log.log_end_offset(), MinOneBatch::yes, disk).has_value());
  KAFKASIM_CHECK(log.read_committed(log.log_start_offset(), 1000, MinOneBatch::yes, disk).has_value());
  KAFKASIM_CHECK(log.offset_for_timestamp(Timestamp{middle.value}, disk).has_value());
  KAFKASIM_CHECK(log.offset_of_max_timestamp(disk).has_value());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Sections in{data, size};
  const std::uint8_t flags = in.byte();
  LogOpenOptions options;
  options.clean = (flags & 1) != 0 ? CleanShutdown::yes : CleanShutdown::no;
  options.recovery_point = Offset{flags >> 3 & 7};
  options.log_start_offset = Offset{flags >> 6};
  const Offset base{(flags & 4) != 0 ? in.number() & INT64_MAX : 0};
  test::MemoryDisk disk;
  for (const std::string_view suffix : {index_suffix, time_index_suffix, transaction_index_suffix, snapshot_suffix}) {
    const ByteSpan content = in.section();
    if (!content.empty()) disk.set_bytes(segment_path("orders-0", base, suffix), to_vector(content));
  }
  const ByteSpan epochs = in.section();
  if (!epochs.empty()) disk.set_bytes(path_of("orders-0", leader_epoch_file), to_vector(epochs));
  const ByteSpan second = in.section();
  if (!second.empty()) disk.set_bytes(segment_path("orders-0", Offset{3}, log_suffix), to_vector(second));
  disk.set_bytes(segment_path("orders-0", base, log_suffix), to_vector(in.rest()));

  UnifiedLog log = open_log(disk, options);
  // After a clean stop, and below the recovery point, Kafka believes the middle of a segment without reading it.
  if (options.clean == CleanShutdown::no && options.recovery_point == Offset{0}) check_sound(log, disk);
  use(log, options.recovery_point, disk);
  const Offset end = log.log_end_offset();
  KAFKASIM_CHECK(log.close_cleanly(disk).has_value());
  UnifiedLog again = open_log(disk, {CleanShutdown::yes, end, log.log_start_offset()});
  KAFKASIM_CHECK(again.log_end_offset() == end);
  (void)again.truncate_to(options.recovery_point, wall, disk);
  return 0;
}
