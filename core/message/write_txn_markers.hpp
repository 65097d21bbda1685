#pragma once
// WriteTxnMarkers (KIP-98): a transaction coordinator has the leaders of partitions write how transactions ended.
#include <optional>
#include <string>
#include <vector>

#include "core/base/time.hpp"
#include "core/message/message.hpp"
#include "core/model/error_code.hpp"
#include "core/model/ids.hpp"

namespace kafkasim {

struct WriteTxnMarkersRequest {
  static constexpr ApiKey api = ApiKey::write_txn_markers;
  static constexpr MessageKind kind = MessageKind::request;
  struct Topic {
    std::string name{};
    std::vector<PartitionIndex> partition_indexes{};
    friend bool operator==(const Topic&, const Topic&) = default;
  };
  struct Marker {
    ProducerId producer_id{};
    ProducerEpoch producer_epoch{};
    bool transaction_result{};  // committed
    std::vector<Topic> topics{};
    std::int32_t coordinator_epoch{};
    friend bool operator==(const Marker&, const Marker&) = default;
  };
  std::vector<Marker> markers{};
  friend bool operator==(const WriteTxnMarkersRequest&, const WriteTxnMarkersRequest&) = default;
};

struct WriteTxnMarkersResponse {
  static constexpr ApiKey api = ApiKey::write_txn_markers;
  static constexpr MessageKind kind = MessageKind::response;
  struct Partition {
    PartitionIndex partition_index{};
    ErrorCode error_code{};
    friend bool operator==(const Partition&, const Partition&) = default;
  };
  struct Topic {
    std::string name{};
    std::vector<Partition> partitions{};
    friend bool operator==(const Topic&, const Topic&) = default;
  };
  struct Marker {
    ProducerId producer_id{};
    std::vector<Topic> topics{};
    friend bool operator==(const Marker&, const Marker&) = default;
  };
  std::vector<Marker> markers{};
  friend bool operator==(const WriteTxnMarkersResponse&, const WriteTxnMarkersResponse&) = default;
};

}  // namespace kafkasim
