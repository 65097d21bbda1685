#include "core/log/cleaned_transactions.hpp"

#include "core/record/control_record.hpp"

namespace kafkasim {

void CleanedTransactions::add_aborted(const std::vector<AbortedTransaction>& transactions) {
  for (const AbortedTransaction& transaction : transactions) to_come_.emplace(transaction.first, transaction);
}

void CleanedTransactions::begin_aborted_up_to(Offset offset) {
  const auto end = to_come_.upper_bound(offset);
  for (auto next = to_come_.begin(); next != end; ++next) {
    aborted_.try_emplace(next->second.producer, Aborted{next->second});
  }
  to_come_.erase(to_come_.begin(), end);
}

Result<CleanedTransactions::Marker> CleanedTransactions::on_control_batch(const RecordBatch& batch) {
  begin_aborted_up_to(batch.last_offset());
  RecordReader reader{batch};
  Record record;
  if (!reader.next(record)) {
    if (reader.error()) return tl::unexpected(*reader.error());
    return Marker{.removable = true};  // its record went in an earlier pass
  }
  const ProducerId producer{batch.header.producer_id};
  const std::optional<ControlType> type = control_type(record);
  if (type == ControlType::commit) return Marker{.removable = committed_.erase(producer) == 0};
  if (type != ControlType::abort) return Marker{};
  const auto transaction = aborted_.find(producer);
  if (transaction == aborted_.end()) return Marker{.removable = true};
  Marker marker{.removable = !transaction->second.seen};
  if (transaction->second.seen) marker.aborted = transaction->second.transaction;
  aborted_.erase(transaction);
  return marker;
}

CleanedTransactions::Data CleanedTransactions::on_data_batch(const RecordBatch& batch) {
  begin_aborted_up_to(batch.last_offset());
  if (!batch.is_transactional()) return Data::keep;
  const ProducerId producer{batch.header.producer_id};
  const auto transaction = aborted_.find(producer);
  if (transaction == aborted_.end()) {
    committed_.insert(producer);
    return Data::keep;
  }
  transaction->second.seen = true;
  return Data::aborted;
}

}  // namespace kafkasim
