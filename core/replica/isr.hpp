#pragma once
// IsrState: the in-sync replicas of a partition as its leader sees them, with at most one change under way
// (kafka.cluster.PartitionState; KIP-497).
//
//   state          event                                                  next
//   Committed      a follower may join                                    PendingExpand
//   Committed      followers have fallen behind                           PendingShrink
//   Pending*       the controller accepted, or newer metadata             Committed (its ISR)
//   Pending*       OPERATION_NOT_ATTEMPTED, INELIGIBLE_REPLICA            Committed (as before: surely not applied)
//   Pending*       UNKNOWN_TOPIC_*, FENCED_LEADER_EPOCH, INVALID_UPDATE_VERSION, INVALID_REQUEST, NEW_LEADER_ELECTED
//                                                                         the same: newer metadata will come
//   Pending*       any other error                                        the same, asked again
//
// The maximal ISR holds whoever the controller may count as in sync now: a joining replica at once, a leaving one until
// it has surely left. The high watermark waits for all of it, so that no outcome of the change loses a record.
#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "core/model/error_code.hpp"
#include "core/model/ids.hpp"

namespace kafkasim {

using ProposalId = std::uint64_t;  // of one request for a change: an answer to an older one is not taken for it

struct CommittedIsr {};
struct PendingExpandIsr {
  ProposalId proposal{};
  NodeId joining;
};
struct PendingShrinkIsr {
  ProposalId proposal{};
  std::vector<NodeId> leaving;
};

class IsrState {
 public:
  IsrState() = default;
  explicit IsrState(std::vector<NodeId> committed) : committed_{std::move(committed)} {}

  [[nodiscard]] const std::vector<NodeId>& committed() const { return committed_; }
  [[nodiscard]] std::vector<NodeId> maximal() const;
  [[nodiscard]] std::size_t maximal_size() const;
  [[nodiscard]] bool in_maximal(NodeId replica) const;
  [[nodiscard]] bool in_committed(NodeId replica) const;
  [[nodiscard]] bool is_pending() const { return !std::holds_alternative<CommittedIsr>(change_); }
  [[nodiscard]] bool is_pending(ProposalId proposal) const;
  [[nodiscard]] std::vector<NodeId> proposed() const;  // what is asked for; the committed ISR if nothing is

  void expand(NodeId joining, ProposalId proposal);               // only from Committed
  void shrink(std::vector<NodeId> leaving, ProposalId proposal);  // only from Committed
  void commit(std::vector<NodeId> isr);
  void revert() { change_ = CommittedIsr{}; }

 private:
  std::vector<NodeId> committed_;
  std::variant<CommittedIsr, PendingExpandIsr, PendingShrinkIsr> change_;
};

// What the leader does about an error of the controller (Partition.handleAlterPartitionError).
enum class AfterRefusal : std::uint8_t { revert, await_metadata, ask_again };
[[nodiscard]] AfterRefusal after_refusal(ErrorCode error);

}  // namespace kafkasim
