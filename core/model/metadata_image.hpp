#pragma once
// MetadataImage: the cluster as the metadata log tells it up to some offset (org.apache.kafka.image.MetadataImage). Controllers hold it to
// decide, brokers to know their partitions and to answer clients. A value; topics are shared between copies until changed.
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/base/cow.hpp"
#include "core/model/config.hpp"
#include "core/model/ids.hpp"

namespace kafkasim {

struct PartitionRegistration {
  std::vector<NodeId> replicas;  // in order of preference
  std::vector<NodeId> isr;
  std::optional<NodeId> leader;  // absent: offline
  LeaderEpoch leader_epoch;
  PartitionEpoch partition_epoch;
  bool recovering{false};  // LeaderRecoveryState.RECOVERING: elected uncleanly, not yet taken over
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

struct MetadataImage {
  std::map<NodeId, BrokerImage> brokers;
  std::map<Uuid, Cow<TopicImage>> topics;
  std::map<std::string, Uuid> topic_ids;  // by name
  // Settings that nodes were given while they ran: by node id as text, and under "" those of all nodes.
  std::map<std::string, std::map<std::string, std::string>> node_configs;
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
