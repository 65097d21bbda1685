#pragma once
// AddPartitionsToTxn (KIP-98, KIP-890): up to version 3 a producer adds partitions to its own transaction; from version 4 on
// a broker asks for many producers at once, to add or only to verify.
#include <optional>
#include <string>
#include <vector>

#include "core/base/time.hpp"
#include "core/message/message.hpp"
#include "core/model/error_code.hpp"
#include "core/model/ids.hpp"

namespace kafkasim {

struct AddPartitionsToTxnRequest {
  static constexpr ApiKey api = ApiKey::add_partitions_to_txn;
  static constexpr MessageKind kind = MessageKind::request;
  struct Topic {
    std::string name{};
    std::vector<PartitionIndex> partitions{};
    friend bool operator==(const Topic&, const Topic&) = default;
  };
  struct Transaction {
    std::string transactional_id{};
    ProducerId producer_id{};
    ProducerEpoch producer_epoch{};
    bool verify_only{};  // nothing is added, it is only told what is in
    std::vector<Topic> topics{};
    friend bool operator==(const Transaction&, const Transaction&) = default;
  };
  std::vector<Transaction> transactions{};  // up to version 3: one
  friend bool operator==(const AddPartitionsToTxnRequest&, const AddPartitionsToTxnRequest&) = default;
};

struct AddPartitionsToTxnResponse {
  static constexpr ApiKey api = ApiKey::add_partitions_to_txn;
  static constexpr MessageKind kind = MessageKind::response;
  struct Partition {
    PartitionIndex partition_index{};
    ErrorCode partition_error_code{};
    friend bool operator==(const Partition&, const Partition&) = default;
  };
  struct Topic {
    std::string name{};
    std::vector<Partition> results_by_partition{};
    friend bool operator==(const Topic&, const Topic&) = default;
  };
  struct Transaction {
    std::string transactional_id{};
    std::vector<Topic> topic_results{};
    friend bool operator==(const Transaction&, const Transaction&) = default;
  };
  Duration throttle_time{};
  ErrorCode error_code{};
  std::vector<Transaction> results_by_transaction{};
  friend bool operator==(const AddPartitionsToTxnResponse&, const AddPartitionsToTxnResponse&) = default;
};

}  // namespace kafkasim
