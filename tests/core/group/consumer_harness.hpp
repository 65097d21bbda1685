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
  void set_partitions(std::int32_t partitions) { coordinator.set_topics({{"orders", {orders_id, partitions}}}); }

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
};

}  // namespace kafkasim::test
