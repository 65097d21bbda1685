#pragma once
// ListTransactions (KIP-664, KIP-994): the transactional ids that a coordinator keeps.
#include <optional>
#include <string>
#include <vector>

#include "core/base/time.hpp"
#include "core/message/message.hpp"
#include "core/model/error_code.hpp"
#include "core/model/ids.hpp"

namespace kafkasim {

struct ListTransactionsRequest {
  static constexpr ApiKey api = ApiKey::list_transactions;
  static constexpr MessageKind kind = MessageKind::request;
  std::vector<std::string> state_filters{};
  std::vector<ProducerId> producer_id_filters{};
  std::optional<Duration> duration_filter{};  // open for longer than that
  friend bool operator==(const ListTransactionsRequest&, const ListTransactionsRequest&) = default;
};

struct ListTransactionsResponse {
  static constexpr ApiKey api = ApiKey::list_transactions;
  static constexpr MessageKind kind = MessageKind::response;
  struct Transaction {
    std::string transactional_id{};
    ProducerId producer_id{};
    std::string transaction_state{};
    friend bool operator==(const Transaction&, const Transaction&) = default;
  };
  Duration throttle_time{};
  ErrorCode error_code{};
  std::vector<std::string> unknown_state_filters{};
  std::vector<Transaction> transaction_states{};
  friend bool operator==(const ListTransactionsResponse&, const ListTransactionsResponse&) = default;
};

}  // namespace kafkasim
