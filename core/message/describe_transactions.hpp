#pragma once
// DescribeTransactions (KIP-664): what a coordinator knows of transactional ids.
#include <optional>
#include <string>
#include <vector>

#include "core/base/time.hpp"
#include "core/message/message.hpp"
#include "core/model/error_code.hpp"
#include "core/model/ids.hpp"

namespace kafkasim {

struct DescribeTransactionsRequest {
  static constexpr ApiKey api = ApiKey::describe_transactions;
  static constexpr MessageKind kind = MessageKind::request;
  std::vector<std::string> transactional_ids{};
  friend bool operator==(const DescribeTransactionsRequest&, const DescribeTransactionsRequest&) = default;
};

struct DescribeTransactionsResponse {
  static constexpr ApiKey api = ApiKey::describe_transactions;
  static constexpr MessageKind kind = MessageKind::response;
  struct Topic {
    std::string topic{};
    std::vector<PartitionIndex> partitions{};
    friend bool operator==(const Topic&, const Topic&) = default;
  };
  struct Transaction {
    ErrorCode error_code{};
    std::string transactional_id{};
    std::string transaction_state{};
    Duration transaction_timeout{};
    Timestamp transaction_start_time{};  // -1: none was begun yet
    ProducerId producer_id{};
    ProducerEpoch producer_epoch{};
    std::vector<Topic> topics{};
    friend bool operator==(const Transaction&, const Transaction&) = default;
  };
  Duration throttle_time{};
  std::vector<Transaction> transaction_states{};
  friend bool operator==(const DescribeTransactionsResponse&, const DescribeTransactionsResponse&) = default;
};

}  // namespace kafkasim
