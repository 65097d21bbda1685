#pragma once
// AlterPartitionQueue: changes of the ISR on their way to the controller (kafka.server.AlterPartitionManager; KIP-497).
// One request is in flight at a time, with all that wait in it; one change waits or is in flight per partition. A
// change leaves the queue when the controller has said yes or no to it; until then it is sent again, 50 ms after a
// failure.
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/base/time.hpp"
#include "core/message/alter_partition.hpp"
#include "core/replica/isr.hpp"

namespace kafkasim {

struct IsrProposal {
  ProposalId id{};
  std::string topic;
  LeaderEpoch leader_epoch;
  PartitionEpoch partition_epoch;
  std::vector<AlterPartitionRequest::BrokerState> isr;
};

struct IsrVerdict {
  TopicIdPartition partition;
  IsrProposal proposal;  // to be submitted again, unaltered, if that is the way to go on
  ErrorCode error{};
  // With error none: what the controller has committed.
  LeaderEpoch leader_epoch;
  PartitionEpoch partition_epoch;
  std::vector<NodeId> isr;
};

class AlterPartitionQueue {
 public:
  static constexpr Duration retry_backoff = milliseconds(50);

  // False if a change of that partition waits already: OPERATION_NOT_ATTEMPTED.
  [[nodiscard]] bool submit(const TopicIdPartition& partition, IsrProposal proposal);
  // The request to send now. Absent if one is in flight, none is needed or the backoff is not over.
  [[nodiscard]] std::optional<AlterPartitionRequest> take_request(NodeId self, BrokerEpoch epoch, Instant now);
  // The answer to it; null if there was none, and it is sent again.
  [[nodiscard]] std::vector<IsrVerdict> on_answer(const AlterPartitionResponse* response, Instant now);
  [[nodiscard]] std::optional<Instant> next_deadline() const;
  [[nodiscard]] bool empty() const { return waiting_.empty(); }

 private:
  std::map<TopicIdPartition, IsrProposal> waiting_;
  std::set<TopicIdPartition> in_flight_;
  bool is_in_flight_{false};
  std::optional<Instant> not_before_;
};

}  // namespace kafkasim
