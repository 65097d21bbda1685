#pragma once
// MetadataImage: the cluster as the metadata log tells it up to some offset (org.apache.kafka.image.MetadataImage). Controllers hold it to
// decide, brokers to know their partitions and to answer clients. A value; topics are shared between copies until changed.
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/cow.hpp"
#include "core/model/config.hpp"
#include "core/model/ids.hpp"

namespace kafkasim {

// Replicas of a partition that only some partitions have at a time.
struct RareReplicas {
  std::vector<NodeId> removing;        // by a reassignment under way (KIP-455)
  std::vector<NodeId> adding;          // likewise
  std::vector<NodeId> elr;             // eligible leader replicas: out of the ISR since it fell under min.insync.replicas, but
                                       // with all that is committed (KIP-966)
  std::vector<NodeId> last_known_elr;  // the last leader, while there is none
  friend bool operator==(const RareReplicas&, const RareReplicas&) = default;
};

// Kept aside and shared between copies: a cluster of 100,000 partitions has few of them.
class RarelySet {
 public:
  [[nodiscard]] const RareReplicas& get() const {
    static const RareReplicas none;
    return set_ ? *set_ : none;
  }
  void set(RareReplicas replicas) {
    set_ = replicas == RareReplicas{} ? nullptr : std::make_shared<const RareReplicas>(std::move(replicas));
  }
  friend bool operator==(const RarelySet& a, const RarelySet& b) { return a.set_ == b.set_ || a.get() == b.get(); }

 private:
  std::shared_ptr<const RareReplicas> set_;
};

struct PartitionRegistration {
  std::vector<NodeId> replicas;  // in order of preference
  std::vector<NodeId> isr;
  std::optional<NodeId> leader;  // absent: offline
  LeaderEpoch leader_epoch;
  PartitionEpoch partition_epoch;
  bool recovering{false};  // LeaderRecoveryState.RECOVERING: elected uncleanly, not yet taken over
  RarelySet rare{};

  [[nodiscard]] const std::vector<NodeId>& removing() const { return rare.get().removing; }
  [[nodiscard]] const std::vector<NodeId>& adding() const { return rare.get().adding; }
  [[nodiscard]] const std::vector<NodeId>& elr() const { return rare.get().elr; }
  [[nodiscard]] const std::vector<NodeId>& last_known_elr() const { return rare.get().last_known_elr; }
  [[nodiscard]] bool is_reassigning() const { return !removing().empty() || !adding().empty(); }
  friend bool operator==(const PartitionRegistration&, const PartitionRegistration&) = default;
};

struct TopicImage {
  std::string name;
  Uuid id;
  std::vector<PartitionRegistration> partitions;  // by index
  std::map<std::string, std::string> configs;     // what the topic sets for itself
  friend bool operator==(const TopicImage&, const TopicImage&) = default;
};

struct BrokerImage {
  NodeId id;
  BrokerEpoch epoch;
  Uuid incarnation;
  Endpoint endpoint;
  std::optional<std::string> rack;
  bool fenced{true};
  bool in_controlled_shutdown{false};
  [[nodiscard]] bool is_active() const { return !fenced && !in_controlled_shutdown; }
  friend bool operator==(const BrokerImage&, const BrokerImage&) = default;
};

// Features that the cluster has agreed upon, by their names in FeatureLevelRecord.
inline constexpr std::string_view metadata_version_feature = "metadata.version";
inline constexpr std::int16_t oldest_metadata_version = 7;   // 3.3-IV3
inline constexpr std::int16_t newest_metadata_version = 27;  // 4.1-IV1
inline constexpr std::string_view eligible_leader_replicas_feature = "eligible.leader.replicas.version";
inline constexpr std::string_view transaction_version_feature = "transaction.version";
inline constexpr std::string_view group_version_feature = "group.version";
inline constexpr std::int16_t newest_group_version = 1;  // KIP-848; every cluster has it here
inline constexpr std::string_view kraft_version_feature = "kraft.version";  // stands in the log's control records, not in the image

struct MetadataImage {
  std::map<NodeId, BrokerImage> brokers;
  std::map<Uuid, Cow<TopicImage>> topics;
  std::map<std::string, Uuid> topic_ids;  // by name
  // Settings that nodes were given while they ran: by node id as text, and under "" those of all nodes.
  std::map<std::string, std::map<std::string, std::string>> node_configs;
  std::map<std::string, std::map<std::string, std::string>> group_configs;  // what groups set for themselves, by name
  std::map<std::string, std::int16_t, std::less<>> features;  // level by name
  std::int64_t next_producer_id{0};       // the first that no block has taken
  std::int64_t end_offset{0};             // of the metadata log: all before it is in here
  std::int32_t epoch{0};                  // of the last record applied

  [[nodiscard]] const TopicImage* topic(const Uuid& id) const {
    const auto found = topics.find(id);
    return found == topics.end() ? nullptr : &*found->second;
  }
  [[nodiscard]] const TopicImage* topic(const std::string& name) const {
    const auto found = topic_ids.find(name);
    return found == topic_ids.end() ? nullptr : topic(found->second);
  }
  [[nodiscard]] const PartitionRegistration* partition(const TopicIdPartition& tp) const {
    const TopicImage* image = topic(tp.topic_id);
    if (!image || tp.partition.value < 0 || static_cast<std::size_t>(tp.partition.value) >= image->partitions.size()) return nullptr;
    return &image->partitions[static_cast<std::size_t>(tp.partition.value)];
  }
  [[nodiscard]] bool has_eligible_leader_replicas() const {  // KIP-966
    const auto level = features.find(eligible_leader_replicas_feature);
    return level != features.end() && level->second > 0;
  }
  [[nodiscard]] const BrokerImage* broker(NodeId id) const {
    const auto found = brokers.find(id);
    return found == brokers.end() ? nullptr : &found->second;
  }
};

// A topic's effective settings: what it sets itself over the node's defaults.
[[nodiscard]] inline TopicConfig effective_config(const TopicImage& topic, const TopicConfig& defaults) {
  TopicConfig config = defaults;
  for (const auto& [name, value] : topic.configs) (void)set(config, name, SettingValue{value});
  return config;
}

// A group's effective settings: what it sets itself over the node's.
[[nodiscard]] inline GroupConfig effective_config(const std::map<std::string, std::string>& own, const NodeConfig& node) {
  GroupConfig config = group_defaults(node);
  for (const auto& [name, value] : own) (void)set(config, name, SettingValue{value});
  return config;
}

// A node's effective settings: its own dynamic ones over those of all nodes over those that it was started with.
[[nodiscard]] inline NodeConfig effective_config(const MetadataImage& image, NodeId node, const NodeConfig& started_with) {
  NodeConfig config = started_with;
  for (const std::string& owner : {std::string{}, std::to_string(node.value)}) {
    const auto found = image.node_configs.find(owner);
    if (found == image.node_configs.end()) continue;
    for (const auto& [name, value] : found->second) (void)set(config, name, SettingValue{value});
  }
  return config;
}

}  // namespace kafkasim
