#pragma once
// What coordinators keep in __transaction_state: making its batches, and reading all of a partition back (TransactionLog,
// TransactionStateManager.loadTransactionMetadata). The later record of an id wins, a tombstone removes it.
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/base/result.hpp"
#include "core/message/transaction_record.hpp"
#include "core/model/topic_name.hpp"
#include "core/record/record_batch.hpp"
#include "core/txn/transaction_metadata.hpp"

namespace kafkasim {


// Absent `value`: a tombstone.
[[nodiscard]] RecordBatch transaction_batch(const std::string& id, const std::optional<TransactionLogValue>& value,
                                            TransactionVersion version, Timestamp now);

struct LoadedTransactions {
  std::map<std::string, TransactionLogValue> transactions;
  std::int64_t passed_over{};  // records that could not be read
  std::optional<Error> first_fault;
};
[[nodiscard]] LoadedTransactions read_transaction_log(const std::vector<RecordBatch>& log);

}  // namespace kafkasim
