#pragma once
// CleanedTransactions: which transactions the log cleaner is in the middle of, as it walks the batches of a log in order
// (CleanedTransactionMetadata). Records of aborted transactions can go at once; a marker must stay as long as a batch of
// its transaction stands in front of it, or readers would take the records for those of an open transaction.
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "core/base/result.hpp"
#include "core/log/transaction_index.hpp"
#include "core/record/record_batch.hpp"

namespace kafkasim {

class CleanedTransactions {
 public:
  // What the transaction indexes say of the part that comes next; telling one twice does no harm.
  void add_aborted(const std::vector<AbortedTransaction>& transactions);

  struct Marker {
    bool removable{false};                        // no batch of its transaction was seen, or it is no marker any more
    std::optional<AbortedTransaction> aborted{};  // belongs into the transaction index of the cleaned segment
  };
  // A control batch. Fails if its record cannot be read.
  [[nodiscard]] Result<Marker> on_control_batch(const RecordBatch& batch);
  enum class Data : std::uint8_t { keep, aborted };
  Data on_data_batch(const RecordBatch& batch);

 private:
  struct Aborted {
    AbortedTransaction transaction;
    bool seen{false};  // a batch of it
  };
  void begin_aborted_up_to(Offset offset);

  std::multimap<Offset, AbortedTransaction> to_come_;  // by first offset
  std::map<ProducerId, Aborted> aborted_;              // that have begun
  std::set<ProducerId> committed_;                     // that have begun
};

}  // namespace kafkasim
