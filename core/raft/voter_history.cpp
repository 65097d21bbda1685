#include "core/raft/voter_history.hpp"

#include <iterator>
#include <utility>

#include "core/raft/metadata_log.hpp"
#include "core/record/control_record.hpp"
#include "core/record/record.hpp"
#include "core/wire/control_record_codec.hpp"

namespace kafkasim::raft {
namespace {

template <class T>
void cut_before(std::map<std::int64_t, T>& entries, std::int64_t start) {
  const auto behind = entries.upper_bound(start);
  if (behind != entries.begin()) entries.erase(entries.begin(), std::prev(behind));
}

template <class T>
std::optional<T> in_force(const std::map<std::int64_t, T>& entries, std::int64_t offset) {
  const auto behind = entries.upper_bound(offset);
  return behind == entries.begin() ? std::nullopt : std::optional{std::prev(behind)->second};
}

}  // namespace

Result<void> VoterHistory::catch_up(const MetadataLog& log, Disk& disk) {
  const std::optional<SnapshotId> snapshot = log.snapshots().latest();
  if (snapshot && (!next_ || *next_ < log.start())) {
    sets_.clear();
    versions_.clear();
    const Result<SnapshotContent> content = log.snapshots().content(*snapshot, disk);
    if (!content) return tl::unexpected<Error>{content.error()};
    const std::int64_t last = snapshot->end_offset.value - 1;
    if (content->voters) {
      versions_[last] = content->voters->version;
      sets_[last] = content->voters->voters;
    }
    next_ = snapshot->end_offset;
  }
  if (!next_) next_ = Offset{0};
  while (*next_ < log.end()) {
    const Result<std::vector<RecordBatch>> batches = log.read(*next_, log.end(), disk);
    if (!batches) return tl::unexpected<Error>{batches.error()};
    if (batches->empty()) return fail("the metadata log ends before its end", std::to_string(next_->value));
    for (const RecordBatch& batch : *batches) {
      if (const Result<void> taken = take(batch); !taken) return taken;
      next_ = batch.next_offset();
    }
  }
  return {};
}

Result<void> VoterHistory::take(const RecordBatch& batch) {
  if (!batch.is_control()) return {};
  RecordReader reader{batch};
  for (Record record; reader.next(record);) {
    const std::optional<ControlType> type = control_type(record);
    const std::int64_t offset = record.offset.value;
    const ByteSpan value = record.value.value_or(ByteSpan{});
    if (type == ControlType::kraft_version) {
      const Result<KRaftVersionRecord> told = decode_kraft_version(value);
      if (!told) return tl::unexpected<Error>{told.error()};
      versions_[offset] = told->kraft_version;
    } else if (type == ControlType::kraft_voters) {
      const Result<VotersRecord> told = decode_voters(value);
      if (!told) return tl::unexpected<Error>{told.error()};
      if (const Result<void> added = add(offset, VoterSet::of(*told)); !added) return added;
    }
  }
  if (reader.error()) return tl::unexpected<Error>{*reader.error()};
  return {};
}

Result<void> VoterHistory::add(std::int64_t offset, VoterSet voters) {
  if (!sets_.empty() && !sets_.rbegin()->second.overlaps(voters))
    return fail("two voter sets that follow one another differ in more than one voter", std::to_string(offset));
  sets_[offset] = std::move(voters);
  return {};
}

void VoterHistory::truncate(Offset end) {
  sets_.erase(sets_.lower_bound(end.value), sets_.end());
  versions_.erase(versions_.lower_bound(end.value), versions_.end());
  if (next_ && *next_ > end) next_ = end;
}

void VoterHistory::forget_before(Offset start) {
  cut_before(sets_, start.value);
  cut_before(versions_, start.value);
}

std::optional<VoterHistory::Entry> VoterHistory::last_entry() const {
  if (sets_.empty()) return std::nullopt;
  return Entry{sets_.rbegin()->first, sets_.rbegin()->second};
}

std::optional<SnapshotVoters> VoterHistory::at(std::int64_t offset) const {
  const std::optional<std::int16_t> version = in_force(versions_, offset);
  std::optional<VoterSet> voters = in_force(sets_, offset);
  if (!version || *version < reconfigurable_version || !voters) return std::nullopt;
  return SnapshotVoters{*version, *std::move(voters)};
}

}  // namespace kafkasim::raft
