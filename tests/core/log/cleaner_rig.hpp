#pragma once
// A compacted log on a disk in memory, whose keys and values are short texts, and the cleaner at work on it.
#include <map>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "core/log/cleaning_pass.hpp"
#include "core/log/log_files.hpp"
#include "tests/support/batches.hpp"
#include "tests/support/memory_disk.hpp"

namespace kafkasim::test {

inline const TopicIdPartition cleaned{Uuid{1, 2}, PartitionIndex{0}};

struct KeyValue {
  std::optional<std::string> key;
  std::optional<std::string> value;
};

inline RecordBatch keyed_batch(const std::vector<KeyValue>& records, std::int64_t timestamp = 1'000'000,
                               std::optional<ProducerFields> producer = std::nullopt,
                               Transactional transactional = Transactional::no, Codec codec = Codec::none) {
  BatchBuilder builder{TimestampType::create, Compression{codec}};
  for (const KeyValue& record : records) {
    builder.append(Timestamp{timestamp}, record.key ? std::optional{as_bytes(*record.key)} : std::nullopt,
                   record.value ? std::optional{as_bytes(*record.value)} : std::nullopt);
  }
  return builder.build({}, producer, transactional);
}

class CleanerRig {
 public:
  static constexpr std::int64_t retention = 50'000;
  static LogConfig small() {
    LogConfig config;
    config.segment_bytes = 4096;
    config.index_interval_bytes = 100;
    config.compaction = Compaction::on;
    config.delete_retention_ms = retention;
    config.require_verification = RequireVerification::no;
    return config;
  }
  explicit CleanerRig(const LogConfig& config = small()) : config_{config}, log_{open({})} {}

  Timestamp now{2'000'000};
  CleanerLimits limits{24 * 1000, 1'000'000, 1 << 20};
  MemoryDisk disk{};

  UnifiedLog& log() { return log_; }
  Offset append(RecordBatch batch, AppendOrigin origin = AppendOrigin::coordinator) {
    const auto result = log_.append_as_leader({std::move(batch)}, LeaderEpoch{1}, now, disk, origin);
    REQUIRE(result);
    REQUIRE(result->error == ErrorCode::none);
    (void)log_.update_high_watermark(log_.log_end_offset());
    return result->first;
  }
  void put(const std::string& key, const std::string& value) { append(keyed_batch({{key, value}})); }
  void put_all(const std::vector<std::string>& keys) {
    for (const std::string& key : keys) put(key, "v");
  }
  void remove(const std::string& key) { append(keyed_batch({{key, std::nullopt}})); }
  void transactional(std::int64_t producer_id, const std::vector<std::string>& keys) {
    append(with_producer_of(producer_id, keys, Transactional::yes));
  }
  void idempotent(std::int64_t producer_id, const std::vector<std::string>& keys) {
    append(with_producer_of(producer_id, keys, Transactional::no));
  }
  void end(std::int64_t producer_id, TransactionOutcome outcome) { append(marker(producer_id, 0, outcome)); }
  // A new segment begins, and all before it is durable.
  void roll() {
    const std::size_t before = log_.segment_count();
    LogConfig one = config_;
    one.segment_bytes = 1;
    log_.set_config(one);
    REQUIRE(log_.append_as_follower({stored(keyed_batch({{"roll", "v"}}), log_.log_end_offset().value, 1)},
                                    LeaderEpoch{1}, now, disk));
    log_.set_config(config_);
    REQUIRE(log_.segment_count() == before + 1);
    (void)log_.update_high_watermark(log_.log_end_offset());
    REQUIRE(log_.flush(disk));
  }
  // The whole pass; what it says at its end.
  CleaningPass::Progress clean() {
    CleaningPass pass{log_, dirty, log_.segments().back().base_offset(), now, limits};
    CleaningPass::Slice slice;
    while (slice.progress == CleaningPass::Progress::working) {
      auto next = pass.step(log_, disk);
      REQUIRE(next);
      slice = *next;
    }
    if (slice.progress == CleaningPass::Progress::done) dirty = pass.end();
    stats = pass.stats();
    problem = pass.problem();
    return slice.progress;
  }
  // So often that markers and tombstones get their delete horizon, and that it passes.
  void clean_until_settled() {
    clean();
    now = now.plus(retention + 1);
    dirty = Offset{0};
    clean();
  }
  void restart() {
    disk = disk.after_crash();
    log_ = open({.recovery_point = log_.recovery_point()});
    (void)log_.update_high_watermark(log_.log_end_offset());
  }
  UnifiedLog open(const LogOpenOptions& options) {
    auto opened = UnifiedLog::open(disk, "t-0", {"t", PartitionIndex{0}}, config_, options, now);
    REQUIRE(opened);
    return std::move(opened->log);
  }

  // ---- what the log holds below its active segment ------------------------------------------------
  [[nodiscard]] std::vector<RecordBatch> batches() const {
    std::vector<RecordBatch> found;
    const auto all = log_.all_batches(disk);
    REQUIRE(all);
    for (const RecordBatch& batch : *all) {
      if (batch.base_offset() < log_.segments().back().base_offset()) found.push_back(batch);
    }
    return found;
  }
  [[nodiscard]] std::vector<std::int64_t> offsets() const {  // of records, markers too
    std::vector<std::int64_t> found;
    for (const RecordBatch& batch : batches()) {
      CHECK(crc_matches(batch));
      const auto records = decode_records(batch);
      REQUIRE(records);
      for (const Record& record : *records) found.push_back(record.offset.value);
    }
    return found;
  }
  [[nodiscard]] std::vector<std::int64_t> last_offsets() const {  // of batches
    std::vector<std::int64_t> found;
    for (const RecordBatch& batch : batches()) found.push_back(batch.last_offset().value);
    return found;
  }
  [[nodiscard]] std::vector<std::string> keys() const {
    std::vector<std::string> found;
    for (const RecordBatch& batch : batches()) {
      if (batch.is_control()) continue;
      const auto records = decode_records(batch);
      REQUIRE(records);
      for (const Record& record : *records) found.emplace_back(record.key ? as_text(*record.key) : "-");
    }
    return found;
  }
  [[nodiscard]] std::size_t aborted() const {
    const auto found = log_.aborted_transactions(Offset{0}, log_.log_end_offset(), disk);
    REQUIRE(found);
    return found->transactions.size();
  }
  [[nodiscard]] std::vector<std::string> files(std::string_view suffix) const {
    std::vector<std::string> found;
    const auto names = disk.list("t-0");
    REQUIRE(names);
    for (const std::string& name : *names) {
      if (name.ends_with(suffix)) found.push_back(name);
    }
    return found;
  }

  Offset dirty{0};
  CleaningPass::Stats stats;
  std::string problem;

 private:
  RecordBatch with_producer_of(std::int64_t id, const std::vector<std::string>& keys, Transactional transactional) {
    std::vector<KeyValue> records;
    for (const std::string& key : keys) records.push_back({key, "v"});
    std::int32_t& next = sequences_[id];
    const std::int32_t first = next;
    next += static_cast<std::int32_t>(keys.size());
    return keyed_batch(records, 1'000'000, producer(id, 0, first), transactional);
  }
  LogConfig config_;
  UnifiedLog log_;
  std::map<std::int64_t, std::int32_t> sequences_;
};

using Offsets = std::vector<std::int64_t>;
using Keys = std::vector<std::string>;

}  // namespace kafkasim::test
