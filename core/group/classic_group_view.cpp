// A group as ListGroups and DescribeGroups tell it, and what DeleteGroups and OffsetDelete may do to it.
#include <algorithm>
#include <utility>

#include "core/group/classic_group.hpp"
#include "core/wire/consumer_protocol_codec.hpp"

namespace kafkasim {

bool ClassicGroup::uses_consumer_protocol() const { return protocol_type_ == consumer_protocol_type; }

ListGroupsResponse::Group ClassicGroup::listed() const {
  return {name_, protocol_type_.value_or(std::string{}), std::string{group_state_name(state_)}, "classic"};
}

// Metadata and assignments belong to a generation: only a stable group tells them.
DescribeGroupsResponse::Group ClassicGroup::described() const {
  DescribeGroupsResponse::Group told;
  told.group_id = name_;
  told.group_state = group_state_name(state_);
  told.protocol_type = protocol_type_.value_or(std::string{});
  const bool stable = state_ == GroupState::stable && protocol_;
  if (stable) told.protocol_data = *protocol_;
  for (const auto& [id, member] : members_) {
    DescribeGroupsResponse::Member& one = told.members.emplace_back();
    one.member_id = id;
    one.group_instance_id = member.instance_id;
    one.client_id = member.client_id;
    one.client_host = member.client_host;
    if (!stable) continue;
    one.member_metadata = to_vector(subscription_of(member));
    one.member_assignment = member.assignment;
  }
  return told;
}

ErrorCode ClassicGroup::check_delete() const {
  if (state_ == GroupState::dead) return ErrorCode::group_id_not_found;
  return state_ == GroupState::empty ? ErrorCode::none : ErrorCode::non_empty_group;
}

ErrorCode ClassicGroup::check_offset_delete() const {
  return uses_consumer_protocol() && state_ != GroupState::dead ? ErrorCode::none : check_delete();
}

// A group of consumers whose subscriptions cannot be told may read anything.
bool ClassicGroup::is_subscribed_to(const std::string& topic) const {
  if (!uses_consumer_protocol()) return false;
  if (members_.empty()) return false;
  if (!protocol_) return true;
  bool found = false;
  for (const auto& [id, member] : members_) {
    const Result<ConsumerProtocolSubscription> subscription = decode_subscription(subscription_of(member));
    if (!subscription) return true;
    found = found || std::ranges::find(subscription->topics, topic) != subscription->topics.end();
  }
  return found;
}

std::optional<Timestamp> ClassicGroup::useless_since(const TopicPartition& partition, Timestamp committed) const {
  if (!protocol_type_) return committed;  // it is committed to by hand
  if (state_ == GroupState::empty) return std::max(state_since_, committed);
  if (state_ != GroupState::stable || !uses_consumer_protocol() || is_subscribed_to(partition.topic)) return std::nullopt;
  return committed;
}

void ClassicGroup::on_deleted(GroupTurn& turn) { transition(GroupState::dead, "deleted", turn); }

}  // namespace kafkasim
