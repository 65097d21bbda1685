#include "sim/logtool/producer_check.hpp"

#include <algorithm>

#include "core/log/log_files.hpp"
#include "core/log/producer_snapshot.hpp"
#include "sim/logtool/files.hpp"

namespace kafkasim::sim::logtool {

namespace {

std::string text_of(const ProducerEntry& entry) {
  const auto value = [](const auto& x) { return x ? std::to_string(x->value) : std::string{"none"}; };
  const std::optional<ProducedBatch> last = entry.last();
  std::string text = "epoch " + value(entry.epoch());
  text += last ? ", last sequence " + std::to_string(last->last_sequence.value) + " at offset "
                     + std::to_string(last->last_offset.value)
               : std::string{", no batch"};
  text += ", coordinator epoch " + std::to_string(entry.coordinator_epoch());
  text += ", transaction since " + value(entry.transaction_start());
  return text + ", timestamp " + std::to_string(entry.last_timestamp().value);
}

// A snapshot has no timestamp of the last batch, only of what came last.
bool same_batch(const std::optional<ProducedBatch>& a, const std::optional<ProducedBatch>& b) {
  if (!a || !b) return a.has_value() == b.has_value();
  return a->last_sequence == b->last_sequence && a->last_offset == b->last_offset && a->offset_delta == b->offset_delta;
}

// Where batches are missing, the log may know an older batch of a producer as its last: but not if that of the snapshot
// would lie where none is missing.
bool may_be_same(const ProducerEntry& made, const ProducerEntry& saved, Offset whole_from) {
  if (made.epoch() != saved.epoch() || !made.last() || !saved.last()) return true;
  const Offset known = made.last()->last_offset;
  const Offset said = saved.last()->last_offset;
  return known == said ? same_batch(made.last(), saved.last()) : known < said && said < whole_from;
}

bool same(const ProducerEntry& a, const ProducerEntry& b, bool complete) {
  if (a.epoch() != b.epoch() || a.last_timestamp() != b.last_timestamp()) return false;
  if (!same_batch(a.last(), b.last()) && (complete || a.last())) return false;
  return !complete
         || (a.coordinator_epoch() == b.coordinator_epoch() && a.transaction_start() == b.transaction_start());
}

}  // namespace

ProducerCheck::ProducerCheck(Disk& disk, std::string directory, Offset first, const VerifyOptions& options,
                             const Report& report)
    : disk_{&disk}, directory_{std::move(directory)}, first_{first}, options_{options}, report_{&report} {
  if (const auto offsets = list_producer_snapshots(disk, directory_)) snapshots_ = *offsets;
  std::ranges::reverse(snapshots_);  // taken from the back
  complete_ = first.value == 0;
  whole_from_ = first;
  state_.set_end_offset(first);
  while (!snapshots_.empty() && snapshots_.back() <= first) {
    const Offset at = snapshots_.back();
    snapshots_.pop_back();
    const std::optional<ProducerState> saved = read(at);
    if (!saved || at != first || at.value == 0) continue;
    state_ = *saved;
    complete_ = true;
  }
}

std::string ProducerCheck::path_of_snapshot(Offset at) const { return segment_path(directory_, at, snapshot_suffix); }

std::optional<ProducerState> ProducerCheck::read(Offset at) const {
  const Result<std::string> bytes = read_small(*disk_, path_of_snapshot(at));
  Result<ProducerState> state = bytes ? decode_producer_snapshot(as_bytes(*bytes), at) : tl::unexpected(bytes.error());
  if (state) return *std::move(state);
  (*report_)({path_of_snapshot(at), 0, state.error().message});
  return std::nullopt;
}

std::optional<AbortedTransaction> ProducerCheck::batch(const RecordBatch& batch) {
  compare_up_to(batch.base_offset());
  const bool whole = batch.header.records_count == std::int64_t{batch.header.last_offset_delta} + 1;
  if (batch.base_offset() > state_.end_offset()) {
    whole_from_ = batch.base_offset();
    compacted_ = true;
  }
  compacted_ = compacted_ || !whole || batch.has_delete_horizon();
  if (options_.now) note_silence(batch);
  const std::optional<CompletedTransaction> completed = state_.update(batch);
  if (!completed) return std::nullopt;
  const Offset last_stable = state_.last_stable_offset(*completed);
  state_.complete(*completed);
  state_.high_watermark_moved(batch.next_offset());
  if (completed->outcome != TransactionOutcome::abort) return std::nullopt;
  return AbortedTransaction{completed->producer, completed->first, completed->last, last_stable};
}

void ProducerCheck::note_silence(const RecordBatch& batch) {
  const auto known = state_.producers().find(ProducerId{batch.header.producer_id});
  if (known == state_.producers().end() || known->second.transaction_start()) return;
  const std::int64_t last = std::max<std::int64_t>(known->second.last_timestamp().value, 0);
  if (std::max<std::int64_t>(batch.header.max_timestamp, 0) - last >= options_.producer_id_expiration_ms)
    came_back_.insert(known->first);
}

void ProducerCheck::compare_up_to(Offset offset) {
  while (!snapshots_.empty() && snapshots_.back() <= offset) {
    const Offset at = snapshots_.back();
    snapshots_.pop_back();
    if (const std::optional<ProducerState> saved = read(at)) compare(at, *saved);
  }
}

bool ProducerCheck::may_have_expired(const ProducerEntry& entry, bool gaps) const {
  if (entry.transaction_start() && !gaps) return false;  // else its marker may be what is missing
  const std::int64_t last = std::max<std::int64_t>(entry.last_timestamp().value, 0);
  return options_.now && options_.now->value - last >= options_.producer_id_expiration_ms;
}

void ProducerCheck::compare(Offset at, const ProducerState& saved) {
  const auto tell = [&](ProducerId id, const std::string& what) {
    (*report_)({path_of_snapshot(at), std::nullopt, "producer " + std::to_string(id.value) + ": " + what});
  };
  // What is missing right below the snapshot is not seen yet.
  const bool gap_below = state_.end_offset() < at;
  const bool gaps = compacted_ || gap_below;
  const Offset whole_from = gap_below ? at : whole_from_;
  for (const auto& [id, made] : state_.producers()) {
    const auto found = saved.producers().find(id);
    if (found == saved.producers().end()) {
      if (!may_have_expired(made, gaps)) tell(id, "is missing; the log says " + text_of(made));
    } else if (gaps ? !may_be_same(made, found->second, whole_from)
                    : !same(made, found->second, complete_ && !came_back_.contains(id))) {
      tell(id, "the snapshot says " + text_of(found->second) + "; the log says " + text_of(made));
    }
  }
  if (!complete_) return;
  for (const auto& [id, entry] : saved.producers()) {
    const bool would_be_there = !gaps || (entry.last() && entry.last()->last_offset >= whole_from);
    if (would_be_there && !state_.producers().contains(id))
      tell(id, "has written nothing; the snapshot says " + text_of(entry));
  }
}

void ProducerCheck::end(Offset end, bool damaged) {
  if (!damaged) compare_up_to(end);
  for (; !snapshots_.empty(); snapshots_.pop_back()) {
    const Offset at = snapshots_.back();
    if (read(at) && !damaged)
      (*report_)({path_of_snapshot(at), std::nullopt,
                  "is of an offset beyond the end of the log at " + std::to_string(end.value)});
  }
}

}  // namespace kafkasim::sim::logtool
