#pragma once
// How the leader of a classic group shares partitions out: the assignors that Kafka's clients bring along
// (RangeAssignor, RoundRobinAssignor, StickyAssignor, CooperativeStickyAssignor; KIP-54, KIP-429, KIP-792, KIP-881).
//
//   range               topic by topic, runs of partitions to the members in order; partitions whose replicas stand in
//                       a member's rack to that member first, where racks differ at all
//   roundrobin          all partitions in turn to the members in order, passing over who does not want the topic
//   sticky              balanced within one, and as much as possible stays where it was; what was where stands in the
//                       user data of each subscription
//   cooperative-sticky  the same, by what members say they own; a partition that changes its owner is given to nobody
//                       first, and to its new owner in the rebalance that follows its revocation
//
// Members are in order by instance id if they have one, those without behind, by member id. Where Kafka's result
// depends on the order of a hash table, here it is that order. Of the sticky ones racks are not looked at.
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"
#include "core/message/consumer_protocol.hpp"
#include "core/model/ids.hpp"

namespace kafkasim {

enum class Assignor : std::uint8_t { range, round_robin, sticky, cooperative_sticky };
[[nodiscard]] std::string_view assignor_name(Assignor assignor);  // "cooperative-sticky"
[[nodiscard]] std::optional<Assignor> assignor_named(std::string_view name);

// partition.assignment.strategy: names, or the classes of Kafka's clients, by commas. The member's preference first.
[[nodiscard]] std::vector<Assignor> assignors_of(std::string_view strategy);

// What all of them can do (KIP-429): with `cooperative` a member keeps what it owns while the group rebalances.
enum class RebalanceProtocol : std::uint8_t { eager, cooperative };
[[nodiscard]] RebalanceProtocol rebalance_protocol(const std::vector<Assignor>& assignors);

struct AssignorMember {
  std::string member_id;
  std::optional<std::string> instance_id;
  std::vector<std::string> topics;
  std::vector<TopicPartition> owned{};     // as it says itself
  std::optional<Generation> generation{};  // in which it got them
  std::optional<std::string> rack;
};

struct AssignorTopic {
  std::int32_t partitions{};
  std::vector<std::set<std::string>> racks;  // of each partition's replicas; empty: not known
};
using AssignorTopics = std::map<std::string, AssignorTopic>;
// By member id; a member that gets nothing is there with an empty list.
using MemberAssignments = std::map<std::string, std::vector<TopicPartition>>;

// Topics without partitions are left out.
[[nodiscard]] MemberAssignments assign(Assignor assignor, const std::vector<AssignorMember>& members,
                                       const AssignorTopics& topics);

// What a member sends along for an assignor: nothing, for `sticky` what it was given last and when (version 1 of its
// user data), for `cooperative-sticky` the generation.
struct LastAssignment {
  std::vector<TopicPartition> partitions;
  std::optional<Generation> generation;
};
[[nodiscard]] std::optional<std::vector<std::byte>> user_data(Assignor assignor, const LastAssignment& last);
// A member as its subscription tells of it. Of user data that cannot be read nothing is believed.
[[nodiscard]] AssignorMember assignor_member(Assignor assignor, std::string member_id,
                                             std::optional<std::string> instance_id,
                                             const ConsumerProtocolSubscription& subscription);

}  // namespace kafkasim
