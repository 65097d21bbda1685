#pragma once
// A coordinator that knows the topic orders, and members that speak the consumer protocol.
#include "core/message/consumer_group_describe.hpp"
#include "core/message/consumer_group_heartbeat.hpp"
#include "tests/core/group/harness.hpp"

namespace kafkasim::test {

inline constexpr Uuid orders_id{7, 7};

class ConsumerHarness : public Harness {
 public:
  explicit ConsumerHarness(std::int32_t partitions = 4, const NodeConfig& config = {}) : Harness{config} {
    set_partitions(partitions);
    elect();
  }
  void set_partitions(std::int32_t partitions) { coordinator.set_topics({{"orders", {orders_id, partitions}}}, ++metadata_version_); }

  using Owned = std::vector<std::int32_t>;
  static std::vector<ConsumerGroupTopicPartitions> told(const Owned& owned) {
    std::vector<ConsumerGroupTopicPartitions> topics;
    if (owned.empty()) return topics;
    topics.push_back({orders_id, {}});
    for (const std::int32_t partition : owned) topics.back().partitions.push_back(PartitionIndex{partition});
    return topics;
  }

  int enter(const std::string& member, std::optional<std::string> instance = {}) {
    ConsumerGroupHeartbeatRequest request;
    request.group_id = group_name;
    request.member_id = member;
    request.instance_id = std::move(instance);
    request.rebalance_timeout = seconds(30);
    request.subscribed_topic_names = std::vector<std::string>{"orders"};
    request.topic_partitions.emplace();
    return send(request);
  }
  int beat(const std::string& member, std::int32_t epoch, std::optional<Owned> owned = {},
           std::optional<std::string> instance = {}) {
    ConsumerGroupHeartbeatRequest request;
    request.group_id = group_name;
    request.member_id = member;
    request.member_epoch = epoch;
    request.instance_id = std::move(instance);
    if (owned) request.topic_partitions = told(*owned);
    return send(request);
  }
  // A member of the classic protocol that subscribes to orders, and says what it owns.
  int join_classic(const std::string& member, const Owned& owned = {}, std::optional<std::string> instance = {},
                   const std::string& protocol = "range") {
    ConsumerProtocolSubscription subscription;
    subscription.topics = {"orders"};
    if (!owned.empty()) subscription.owned_partitions.push_back({"orders", told(owned).front().partitions});
    JoinGroupRequest request;
    request.group_id = group_name;
    request.member_id = member;
    request.group_instance_id = std::move(instance);
    request.session_timeout = seconds(10);
    request.rebalance_timeout = seconds(60);
    request.protocol_type = "consumer";
    request.protocols.push_back({protocol, encode_consumer_protocol(subscription)});
    return send(request);
  }
  std::string new_classic() { return joined(join_classic({})).member_id; }
  // What SyncGroup gives it; {-1}: an error.
  Owned synced(const std::string& member, std::int32_t generation) {
    const auto& response = answer<SyncGroupResponse>(sync(member, Generation{generation}));
    if (response.error_code != ErrorCode::none) return {-1};
    Owned owned;
    const auto assignment = decode_assignment(response.assignment);
    REQUIRE(assignment);
    for (const auto& topic : assignment->assigned_partitions) {
      for (const PartitionIndex partition : topic.partitions) owned.push_back(partition.value);
    }
    return owned;
  }
  // A stable classic group of two, with 0 and 1 the one, 2 and 3 the other.
  std::vector<std::string> two_classic() {
    const std::vector<std::string> members{new_classic(), new_classic()};
    for (const std::string& member : members) join_classic(member);
    pass(seconds(9));
    (void)sync(members[1], generation());
    (void)sync(members[0], generation(),
               {{members[0], assignment_of("orders", {PartitionIndex{0}, PartitionIndex{1}})},
                {members[1], assignment_of("orders", {PartitionIndex{2}, PartitionIndex{3}})}});
    REQUIRE(state() == "Stable");
    return members;
  }
  [[nodiscard]] Owned has(const std::string& member) const {
    const auto group = report();
    REQUIRE(group);
    for (const GroupReport::Member& one : group->members) {
      if (one.member_id != member) continue;
      Owned owned;
      for (const TopicPartition& tp : one.assignment) owned.push_back(tp.partition.value);
      return owned;
    }
    return {-1};
  }
  [[nodiscard]] const ConsumerGroupHeartbeatResponse& beaten(int request) const {
    return answer<ConsumerGroupHeartbeatResponse>(request);
  }
  [[nodiscard]] static Owned assigned(const ConsumerGroupHeartbeatResponse& response) {
    Owned owned;
    if (!response.assignment) return {-1};  // not told
    for (const auto& topic : response.assignment->topic_partitions) {
      for (const PartitionIndex partition : topic.partitions) owned.push_back(partition.value);
    }
    return owned;
  }

 private:
  std::int64_t metadata_version_{0};
};

}  // namespace kafkasim::test
