#pragma once
// Which of the batches that a fetch brought belong to transactions that were aborted, for isolation.level=read_committed
// (CompletedFetch.consumeAbortedTransactionsUpTo). A Fetch answer names each such transaction by its producer and first
// offset; it ends at that producer's next abort marker.
#include <algorithm>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "core/message/fetch.hpp"
#include "core/record/control_record.hpp"

namespace kafkasim {

class AbortedTransactions {
 public:
  AbortedTransactions() = default;
  explicit AbortedTransactions(const std::optional<std::vector<FetchResponse::AbortedTransaction>>& told) {
    if (told) waiting_ = *told;
    std::ranges::stable_sort(waiting_, {}, &FetchResponse::AbortedTransaction::first_offset);
  }

  // To be asked of every batch, in order of the log; more than once does no harm.
  [[nodiscard]] bool hides(const RecordBatch& batch) {
    if (!batch.has_producer() || (waiting_.empty() && open_.empty())) return false;
    while (!waiting_.empty() && waiting_.front().first_offset <= batch.last_offset()) {
      open_.insert(waiting_.front().producer_id);
      waiting_.erase(waiting_.begin());
    }
    const ProducerId producer{batch.header.producer_id};
    if (batch.is_control()) {
      if (is_abort_marker(batch)) open_.erase(producer);
      return false;
    }
    return batch.is_transactional() && open_.contains(producer);
  }

 private:
  [[nodiscard]] static bool is_abort_marker(const RecordBatch& batch) {
    const auto records = decode_records(batch);
    if (!records || records->empty()) return false;
    return control_type(records->front()) == ControlType::abort;
  }

  std::vector<FetchResponse::AbortedTransaction> waiting_;  // in order of their first offsets
  std::set<ProducerId> open_;
};

}  // namespace kafkasim
