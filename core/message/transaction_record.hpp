#pragma once
// What a transaction coordinator stores in __transaction_state: one key a transactional id, and as its value the state
// of that id's transaction (transaction-coordinator/src/main/resources/common/message). A key without a value is a
// tombstone: the id has expired.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/time.hpp"
#include "core/model/ids.hpp"

namespace kafkasim {

// org.apache.kafka.coordinator.transaction.TransactionState, by its numbers in the log.
enum class TransactionStatus : std::int8_t {
  empty = 0,
  ongoing = 1,
  prepare_commit = 2,
  prepare_abort = 3,
  complete_commit = 4,
  complete_abort = 5,
  dead = 6,
  prepare_epoch_fence = 7,
};

struct TransactionLogKey {
  std::string transactional_id{};
  friend bool operator==(const TransactionLogKey&, const TransactionLogKey&) = default;
};

struct TransactionLogValue {
  struct Partitions {
    std::string topic{};
    std::vector<PartitionIndex> partition_ids{};
    friend bool operator==(const Partitions&, const Partitions&) = default;
  };
  ProducerId producer_id{};
  std::optional<ProducerId> previous_producer_id{};  // of the last committed transaction; from version 1 on
  std::optional<ProducerId> next_producer_id{};      // sent to the producer, not yet in use; from version 1 on
  ProducerEpoch producer_epoch{};
  Duration transaction_timeout{};
  TransactionStatus transaction_status{};
  std::optional<std::vector<Partitions>> transaction_partitions{};  // absent while the transaction is empty
  Timestamp last_update_timestamp{};
  Timestamp start_timestamp{};
  std::int16_t client_transaction_version{};  // from version 1 on
  friend bool operator==(const TransactionLogValue&, const TransactionLogValue&) = default;
};

}  // namespace kafkasim
