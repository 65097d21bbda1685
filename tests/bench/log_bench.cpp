// The log on real files, in the page cache, against the bare system calls that move the same bytes: appending batches,
// recovering a segment, reading a megabyte; and what an idle partition takes of memory.
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <fcntl.h>
#include <malloc.h>
#include <unistd.h>

#include "core/base/crc32c.hpp"
#include "core/base/random.hpp"
#include "core/log/cleaning_pass.hpp"
#include "core/log/unified_log.hpp"
#include "core/record/record.hpp"
#include "sim/serve/posix_disk.hpp"
#include "tests/bench/paired.hpp"
#include "tests/support/temporary_directory.hpp"

namespace kafkasim::bench {
namespace {

using sim::PosixDisk;

constexpr Timestamp wall{1'700'000'000'000};
constexpr std::size_t batch_size = 16 * 1024;
constexpr std::size_t batch_count = 1024;

// A place of its own for what ours and theirs write; nothing in it outlives the program.
struct Place {
  test::TemporaryDirectory directory;
  PosixDisk disk{*PosixDisk::open(directory.path() + "/ours")};
  [[nodiscard]] std::string theirs() const { return directory.path() + "/theirs"; }
};

void need(bool ok, benchmark::State& state) {
  if (!ok) state.SkipWithError("the disk or the log failed");
}

// As a client sends it: about 16 KiB in records of 1000 bytes.
RecordBatch batch_from(Random& random) {
  BatchBuilder builder;
  std::vector<std::byte> value(1000);
  for (std::size_t bytes = 0; bytes + value.size() < batch_size; bytes += value.size() + 12) {
    for (std::byte& b : value) b = static_cast<std::byte>(random.next() >> 56);
    builder.append(wall, std::nullopt, value);
  }
  return builder.build();
}

std::vector<RecordBatch> some_batches() {
  Random random{7};
  std::vector<RecordBatch> batches;
  for (std::size_t i = 0; i < batch_count; ++i) batches.push_back(batch_from(random));
  return batches;
}

std::vector<std::byte> flat(const RecordBatch& batch) {
  ByteWriter out;
  write_batch_header(batch.header, out);
  out.bytes(batch.body.span());
  return out.take();
}

UnifiedLog open_log(PosixDisk& disk, const std::string& name, const LogOpenOptions& options = {}) {
  return UnifiedLog::open(disk, name, {"orders", PartitionIndex{0}}, LogConfig{}, options, wall)->log;
}

bool append_all(UnifiedLog& log, const std::vector<RecordBatch>& batches, PosixDisk& disk) {
  for (const RecordBatch& batch : batches) {
    const auto result = log.append_as_leader({batch}, LeaderEpoch{1}, wall, disk);
    if (!result || result->error != ErrorCode::none) return false;
  }
  return true;
}

double bytes_of(const std::vector<RecordBatch>& batches) {
  double bytes = 0;
  for (const RecordBatch& batch : batches) bytes += static_cast<double>(batch.size_bytes());
  return bytes;
}

// CRC, offsets, header, both indexes, two slices against one write(2) of the same bytes a batch.
void append(benchmark::State& state) {
  Place place;
  const std::vector<RecordBatch> batches = some_batches();
  std::vector<std::vector<std::byte>> raw;
  for (const RecordBatch& batch : batches) raw.push_back(flat(batch));
  std::optional<UnifiedLog> log;
  int file = -1;
  bool ok = true;
  paired(
      state, bytes_of(batches), [&] { ok = append_all(*log, batches, place.disk) && ok; },
      [&] {
        for (const std::vector<std::byte>& bytes : raw)
          ok = ::write(file, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()) && ok;
      },
      [&] {
        if (log) {
          log->close(place.disk);
          (void)place.disk.remove("orders-0");
          ::close(file);
          ::unlink(place.theirs().c_str());
        }
        log = open_log(place.disk, "orders-0");
        (void)log->assign_epoch_start(LeaderEpoch{1}, Offset{0}, place.disk);  // which syncs
        file = ::open(place.theirs().c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
      });
  ::close(file);
  need(ok, state);
}
BENCHMARK(append)->Iterations(15)->Unit(benchmark::kMillisecond);

struct WithLog : Place {
  std::vector<RecordBatch> batches = some_batches();
  std::uint64_t bytes = 0;
  bool ok = true;
  explicit WithLog(std::int64_t times = 1) {  // that all batches are appended, to one segment
    UnifiedLog log = open_log(disk, "orders-0");
    for (std::int64_t i = 0; i < times; ++i) ok = append_all(log, batches, disk) && ok;
    bytes = log.size_bytes();
    log.close(disk);
  }
  [[nodiscard]] std::string folder() const { return directory.path() + "/ours/orders-0"; }
  [[nodiscard]] std::string log_path() const { return folder() + "/00000000000000000000.log"; }
  // As a machine finds its files when it comes up: the kernel still has them, and writes none of them at that moment.
  void settle() const {
    for (const auto& entry : std::filesystem::directory_iterator{folder()}) {
      const int file = ::open(entry.path().c_str(), O_RDONLY | O_CLOEXEC);
      (void)::fsync(file);
      ::close(file);
    }
  }
};

// After a crash, nothing flushed: every batch, its CRC, both indexes made anew, producers; against reading the file once
// with a CRC over all of it. The argument: how often 16 MiB, for a file has to be opened, emptied and removed whatever is
// in it, and a segment of Kafka is a GiB.
void recovery(benchmark::State& state) {
  WithLog it{state.range(0)};
  std::vector<std::byte> buffer(std::size_t{1} << 20);
  std::uint32_t sum = 0;
  paired(
      state, static_cast<double>(it.bytes),
      [&] {
        UnifiedLog log = open_log(it.disk, "orders-0");
        it.ok = it.ok && log.size_bytes() == it.bytes;
        log.close(it.disk);
      },
      [&] {
        const int file = ::open(it.log_path().c_str(), O_RDONLY | O_CLOEXEC);
        for (ssize_t count = 0; (count = ::read(file, buffer.data(), buffer.size())) > 0;)
          sum = crc32c(ByteSpan{buffer}.first(static_cast<std::size_t>(count)), sum);
        ::close(file);
      },
      [&] { it.settle(); });
  benchmark::DoNotOptimize(sum);
  need(it.ok, state);
}
BENCHMARK(recovery)->Arg(1)->Arg(16)->Iterations(15)->Unit(benchmark::kMillisecond);

// What a Fetch asks: batches of up to a megabyte from an offset, found by the index; against one pread.
void read_a_megabyte(benchmark::State& state) {
  constexpr std::uint64_t megabyte = std::uint64_t{1} << 20;
  constexpr int reads = 20;
  WithLog it;
  UnifiedLog log = open_log(it.disk, "orders-0");
  const int file = ::open(it.log_path().c_str(), O_RDONLY | O_CLOEXEC);
  const auto end = static_cast<std::uint64_t>(log.log_end_offset().value);
  std::vector<std::byte> buffer(megabyte);
  Random ours{1};
  Random theirs{1};
  paired(
      state, static_cast<double>(reads * megabyte),
      [&] {
        for (int i = 0; i < reads; ++i) {
          const Offset from{static_cast<std::int64_t>(ours.below(end - end / 8))};
          const auto read = log.read(from, megabyte, log.log_end_offset(), MinOneBatch::yes, it.disk);
          it.ok = it.ok && read && read->batches.size() > 60;
        }
      },
      [&] {
        for (int i = 0; i < reads; ++i) {
          const auto at = static_cast<off_t>(theirs.below(it.bytes - it.bytes / 8));
          it.ok = ::pread(file, buffer.data(), buffer.size(), at) == static_cast<ssize_t>(megabyte) && it.ok;
          benchmark::DoNotOptimize(buffer.data());
        }
      });
  ::close(file);
  need(it.ok, state);
}
BENCHMARK(read_a_megabyte)->Iterations(15)->Unit(benchmark::kMillisecond);

// A pass of the cleaner over 16 MiB in records of 1000 bytes under 4000 keys, a quarter of which are the newest of their
// key: both reads, the map, what stays written and put in place with its syncs. Millions of bytes read once a second.
void compaction(benchmark::State& state) {
  constexpr std::uint64_t keys = 4000;
  Random random{7};
  std::vector<RecordBatch> batches;
  std::vector<std::byte> value(1000);
  for (std::byte& b : value) b = static_cast<std::byte>(random.next() >> 56);
  for (std::size_t i = 0; i < batch_count; ++i) {
    BatchBuilder builder;
    for (int j = 0; j < 16; ++j) {
      const std::string key = "customer " + std::to_string(random.below(keys));
      builder.append(wall, as_bytes(key), value);
    }
    batches.push_back(builder.build());
  }
  LogConfig config;
  config.segment_bytes = 1 << 20;
  config.compaction = Compaction::on;
  std::vector<double> speeds;
  std::uint64_t kept = 0;
  bool ok = true;
  for (auto _ : state) {
    Place place;
    auto opened = UnifiedLog::open(place.disk, "orders-0", {"orders", PartitionIndex{0}}, config, {}, wall);
    UnifiedLog& log = opened->log;
    ok = append_all(log, batches, place.disk) && log.flush(place.disk).has_value() && ok;
    (void)log.update_high_watermark(log.log_end_offset());
    CleaningPass pass{log, Offset{0}, log.segments().back().base_offset(), wall, {}};
    const double seconds = seconds_of([&] {
      for (auto progress = CleaningPass::Progress::working; ok && progress == CleaningPass::Progress::working;) {
        const auto slice = pass.step(log, place.disk);
        ok = slice.has_value();
        if (ok) progress = slice->progress;
      }
    });
    kept = pass.stats().records_kept;
    speeds.push_back(static_cast<double>(pass.stats().bytes_before) / seconds / 1e6);
    log.close(place.disk);
  }
  state.counters["MB/s"] = median(speeds);
  state.counters["records_kept"] = static_cast<double>(kept);
  need(ok && kept > 0, state);
}
BENCHMARK(compaction)->Iterations(9)->Unit(benchmark::kMillisecond);

// The heap, with what the objects themselves take in a vector, of 10,000 logs that each hold one batch; and apart from
// that what the disk remembers of their files.
void idle_partition(benchmark::State& state) {
  constexpr int partitions = 10'000;  // each of them syncs three times when it is made
  const auto heap = [] {
    const struct mallinfo2 info = ::mallinfo2();
    return info.uordblks + info.hblkhd;
  };
  for (auto _ : state) {
    Place place;
    BatchBuilder builder;
    builder.append(wall, std::nullopt, as_bytes("one record"));
    const std::vector<RecordBatch> one{builder.build()};
    bool ok = true;
    const std::size_t before = heap();
    std::size_t both = 0;
    {
      std::vector<UnifiedLog> logs;
      logs.reserve(partitions);
      for (int i = 0; i < partitions; ++i) {
        logs.push_back(open_log(place.disk, "orders-" + std::to_string(i)));
        ok = append_all(logs.back(), one, place.disk) && ok;
      }
      both = heap();
    }
    const std::size_t disk = heap() - before;
    state.counters["log_bytes"] = static_cast<double>(both - before - disk) / partitions;
    state.counters["disk_bytes"] = static_cast<double>(disk) / partitions;
    state.counters["sizeof_log"] = static_cast<double>(sizeof(UnifiedLog));
    state.counters["sizeof_segment"] = static_cast<double>(sizeof(LogSegment));
    need(ok, state);
  }
}
BENCHMARK(idle_partition)->Iterations(1)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace kafkasim::bench
