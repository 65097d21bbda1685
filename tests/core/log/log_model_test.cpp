// A compacted log against a list of batches, by RapidCheck: any sequence of appends, reads, truncations, deletions up to an
// offset, compactions and crashes leaves the records that the list has. A sequence that does not is shrunk to a short one.
#include <array>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include <rapidcheck.h>

#include "core/log/cleaning_pass.hpp"
#include "core/log/unified_log.hpp"
#include "tests/core/log/log_rig.hpp"
#include "tests/support/sanitized.hpp"

using namespace kafkasim;
using namespace kafkasim::test;

namespace {

enum class Act : std::uint8_t { append, read, truncate, retain, compact, crash };
struct LogCommand {
  Act act{};
  int a{};  // how many records, or where in the log, in thousandths
  int b{};  // which keys, or how many bytes
};
[[maybe_unused]] std::ostream& operator<<(std::ostream& out, const LogCommand& command) {
  constexpr std::array names{"append", "read", "truncate", "retain", "compact", "crash"};
  return out << names[static_cast<std::size_t>(command.act)] << ' ' << command.a << ' ' << command.b;
}

rc::Gen<LogCommand> any_command() {
  const auto act = rc::gen::weightedElement<Act>(
      {{12, Act::append}, {4, Act::read}, {2, Act::truncate}, {1, Act::retain}, {2, Act::compact}, {1, Act::crash}});
  return rc::gen::build<LogCommand>(rc::gen::set(&LogCommand::act, act), rc::gen::set(&LogCommand::a, rc::gen::inRange(0, 1000)),
                                 rc::gen::set(&LogCommand::b, rc::gen::inRange(0, 1000)));
}

struct ModelRecord {
  std::int64_t offset{};
  std::string key;
  std::string value;  // "" of a tombstone
  friend bool operator==(const ModelRecord&, const ModelRecord&) = default;
};
[[maybe_unused]] std::ostream& operator<<(std::ostream& out, const ModelRecord& record) {
  return out << record.offset << ' ' << record.key << " = \"" << record.value << '"';
}
struct ModelBatch {
  std::int64_t last{};
  std::vector<ModelRecord> records;
};

LogConfig compacted() {
  LogConfig config;
  config.segment_bytes = 500;
  config.index_interval_bytes = 100;
  config.compaction = Compaction::on;
  return config;
}

class CompactedPlay {
 public:
  CompactedPlay() : log_{open({})} {}

  void run(const LogCommand& command) {
    switch (command.act) {
      case Act::append: append(command); break;
      case Act::read: read(command); break;
      case Act::truncate: truncate(command); break;
      case Act::retain: retain(command); break;
      case Act::compact: compact(); break;
      case Act::crash: crash(); break;
    }
  }
  void check() const {
    const auto batches = log_.all_batches(disk_);
    RC_ASSERT(batches.has_value());
    RC_ASSERT(records_of(*batches) == expected(log_.log_start_offset().value));
  }

 private:
  UnifiedLog open(const LogOpenOptions& options) {
    auto opened = UnifiedLog::open(disk_, "t-0", {"t", PartitionIndex{0}}, compacted(), options, now);
    RC_ASSERT(opened.has_value());
    return std::move(opened->log);
  }
  // Somewhere from the log start to just behind the log end.
  [[nodiscard]] Offset place(int thousandths) const {
    const Offset start = log_.log_start_offset();
    return start.plus((log_.log_end_offset() - start + 1) * thousandths / 1000);
  }
  [[nodiscard]] std::vector<ModelRecord> expected(std::int64_t from) const {
    std::vector<ModelRecord> all;
    for (const ModelBatch& batch : batches_) {
      for (const ModelRecord& record : batch.records) {
        if (record.offset >= from) all.push_back(record);
      }
    }
    return all;
  }
  [[nodiscard]] std::vector<ModelRecord> records_of(const std::vector<RecordBatch>& batches,
                                                    std::int64_t from = -1) const {
    std::vector<ModelRecord> all;
    for (const RecordBatch& batch : batches) {
      RC_ASSERT(crc_matches(batch));
      const auto records = decode_records(batch);
      RC_ASSERT(records.has_value());
      for (const Record& record : *records) {
        if (record.offset.value < std::max(from, log_.log_start_offset().value)) continue;
        all.push_back({record.offset.value, std::string{as_text(*record.key)},
                       record.value ? std::string{as_text(*record.value)} : std::string{}});
      }
    }
    return all;
  }

  void append(const LogCommand& command) {
    BatchBuilder builder;
    ModelBatch model;
    for (int i = 0; i <= command.a % 4; ++i) {
      ModelRecord record{log_.log_end_offset().value + i, "key " + std::to_string((command.b + i) % 5),
                         command.b % 6 == 0 ? std::string{} : "value " + std::to_string(written_++)};
      const auto value = record.value.empty() ? std::nullopt : std::optional{as_bytes(record.value)};
      builder.append(now, as_bytes(record.key), value);
      model.last = record.offset;
      model.records.push_back(std::move(record));
    }
    const auto result =
        log_.append_as_leader({builder.build()}, LeaderEpoch{1}, now, disk_, AppendOrigin::coordinator);
    RC_ASSERT((result.has_value() && result->error == ErrorCode::none));
    RC_ASSERT(result->last.value == model.last);
    batches_.push_back(std::move(model));
  }
  void read(const LogCommand& command) const {
    const Offset from = std::min(place(command.a), log_.log_end_offset());
    const auto result = log_.read(from, static_cast<std::uint64_t>(command.b), log_.log_end_offset(), MinOneBatch::yes, disk_);
    RC_ASSERT((result.has_value() && result->error == ErrorCode::none));
    const std::vector<ModelRecord> found = records_of(result->batches, from.value);
    const std::vector<ModelRecord> all = expected(from.value);
    RC_ASSERT(found.size() <= all.size());
    RC_ASSERT(std::equal(found.begin(), found.end(), all.begin()));
  }
  void truncate(const LogCommand& command) {
    const Offset to = place(command.a);
    const Offset before = log_.log_end_offset();
    RC_ASSERT(log_.truncate_to(to, now, disk_).has_value());
    RC_ASSERT(log_.log_end_offset() <= std::min(to, before));
    while (!batches_.empty() && batches_.back().last >= to.value) batches_.pop_back();
  }
  void retain(const LogCommand& command) {
    const Offset to = std::min(place(command.a), log_.log_end_offset());
    (void)log_.update_high_watermark(log_.log_end_offset());
    RC_ASSERT(log_.maybe_increment_log_start_offset(to, disk_).has_value());
    const auto result = log_.delete_old_segments(now, 1000, disk_);
    RC_ASSERT(result.has_value());
    RC_ASSERT(log_.log_start_offset() == to);
    RC_ASSERT((log_.segment_count() == 1 || log_.segments()[1].base_offset() > to));
  }
  // Below the active segment each key keeps its last record. Tombstones stay: their time does not come.
  void compact() {
    (void)log_.update_high_watermark(log_.log_end_offset());
    RC_ASSERT(log_.flush(disk_).has_value());
    const Offset active = log_.segments().back().base_offset();
    const Offset dirty = log_.log_start_offset();
    if (dirty >= active) return;
    CleaningPass pass{log_, dirty, active, now, {24 * 1000, 1'000'000, 1 << 20}};
    for (auto progress = CleaningPass::Progress::working; progress == CleaningPass::Progress::working;) {
      const auto slice = pass.step(log_, disk_);
      RC_ASSERT(slice.has_value());
      progress = slice->progress;
    }
    std::map<std::string, std::int64_t> last;
    for (const ModelRecord& record : expected(dirty.value)) {
      if (record.offset < active.value) last[record.key] = record.offset;
    }
    for (ModelBatch& batch : batches_) {
      std::erase_if(batch.records, [&](const ModelRecord& record) {
        return record.offset >= dirty.value && record.offset < active.value && last.at(record.key) != record.offset;
      });
    }
  }
  void crash() {
    const LogOpenOptions options{.recovery_point = log_.recovery_point(), .log_start_offset = log_.log_start_offset()};
    const Offset end = log_.log_end_offset();
    disk_ = disk_.after_crash();
    log_ = open(options);
    // Offsets behind the last record, whose records compaction took, are not remembered (nor by Kafka).
    const std::vector<ModelRecord> records = expected(0);
    RC_ASSERT(log_.log_end_offset() <= end);
    RC_ASSERT((records.empty() || log_.log_end_offset().value > records.back().offset));
  }

  MemoryDisk disk_;
  UnifiedLog log_;
  std::vector<ModelBatch> batches_;
  int written_{0};
};

}  // namespace

TEST_CASE("a compacted log has the records that a list would have after any sequence of operations") {
  rc::detail::TestParams params;
  params.seed = 20241125;  // the same sequences in each run
  params.maxSuccess = sanitized ? 30 : 300;
  const auto result = rc::detail::checkTestable(
      [] {
        const auto commands = *rc::gen::container<std::vector<LogCommand>>(any_command());
        CompactedPlay play;
        for (const LogCommand& command : commands) {
          play.run(command);
          play.check();
        }
      },
      rc::detail::TestMetadata{}, params);
  std::ostringstream text;
  rc::detail::printResultMessage(result, text);
  INFO(text.str());
  CHECK(result.is<rc::detail::SuccessResult>());
}
