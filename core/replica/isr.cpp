#include "core/replica/isr.hpp"

#include <algorithm>

#include "core/base/check.hpp"

namespace kafkasim {

namespace {
bool holds(const std::vector<NodeId>& nodes, NodeId node) { return std::ranges::find(nodes, node) != nodes.end(); }
}  // namespace

std::vector<NodeId> IsrState::maximal() const {
  std::vector<NodeId> isr = committed_;
  if (const auto* expand = std::get_if<PendingExpandIsr>(&change_)) isr.push_back(expand->joining);
  return isr;
}

std::size_t IsrState::maximal_size() const {
  return committed_.size() + (std::holds_alternative<PendingExpandIsr>(change_) ? 1 : 0);
}

bool IsrState::in_maximal(NodeId replica) const {
  const auto* expand = std::get_if<PendingExpandIsr>(&change_);
  return in_committed(replica) || (expand != nullptr && expand->joining == replica);
}

bool IsrState::in_committed(NodeId replica) const { return holds(committed_, replica); }

bool IsrState::is_pending(ProposalId proposal) const {
  if (const auto* expand = std::get_if<PendingExpandIsr>(&change_)) return expand->proposal == proposal;
  if (const auto* shrink = std::get_if<PendingShrinkIsr>(&change_)) return shrink->proposal == proposal;
  return false;
}

std::vector<NodeId> IsrState::proposed() const {
  std::vector<NodeId> isr = maximal();
  if (const auto* shrink = std::get_if<PendingShrinkIsr>(&change_)) {
    std::erase_if(isr, [shrink](NodeId replica) { return holds(shrink->leaving, replica); });
  }
  return isr;
}

void IsrState::expand(NodeId joining, ProposalId proposal) {
  KAFKASIM_CHECK(!is_pending() && !in_committed(joining));
  change_ = PendingExpandIsr{proposal, joining};
}

void IsrState::shrink(std::vector<NodeId> leaving, ProposalId proposal) {
  KAFKASIM_CHECK(!is_pending() && !leaving.empty());
  change_ = PendingShrinkIsr{proposal, std::move(leaving)};
}

void IsrState::commit(std::vector<NodeId> isr) {
  committed_ = std::move(isr);
  change_ = CommittedIsr{};
}

AfterRefusal after_refusal(ErrorCode error) {
  if (error == ErrorCode::operation_not_attempted || error == ErrorCode::ineligible_replica)
    return AfterRefusal::revert;
  const bool metadata_will_tell = error == ErrorCode::unknown_topic_or_partition || error == ErrorCode::unknown_topic_id
                                  || error == ErrorCode::fenced_leader_epoch
                                  || error == ErrorCode::invalid_update_version || error == ErrorCode::invalid_request
                                  || error == ErrorCode::new_leader_elected;
  return metadata_will_tell ? AfterRefusal::await_metadata : AfterRefusal::ask_again;
}

}  // namespace kafkasim
