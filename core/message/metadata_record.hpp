#pragma once
// The records of the metadata log, __cluster_metadata-0 (KIP-631; metadata/src/main/resources/common/metadata): what
// the controller decided, and what brokers and standby controllers replay.
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/message/common.hpp"
#include "core/model/ids.hpp"

namespace kafkasim {

struct RegisterBrokerRecord {
  struct Endpoint {
    std::string name{};
    std::string host{};
    std::uint16_t port{};
    std::int16_t security_protocol{};
    friend bool operator==(const Endpoint&, const Endpoint&) = default;
  };
  struct Feature {
    std::string name{};
    std::int16_t min_supported_version{};
    std::int16_t max_supported_version{};
    friend bool operator==(const Feature&, const Feature&) = default;
  };
  NodeId broker_id{};
  bool is_migrating_zk_broker{};
  Uuid incarnation_id{};
  BrokerEpoch broker_epoch{};
  std::vector<Endpoint> end_points{};
  std::vector<Feature> features{};
  std::optional<std::string> rack{};
  bool fenced{true};
  bool in_controlled_shutdown{};
  std::vector<Uuid> log_dirs{};
  friend bool operator==(const RegisterBrokerRecord&, const RegisterBrokerRecord&) = default;
};

struct UnregisterBrokerRecord {
  NodeId broker_id{};
  BrokerEpoch broker_epoch{};
  friend bool operator==(const UnregisterBrokerRecord&, const UnregisterBrokerRecord&) = default;
};

struct TopicRecord {
  std::string name{};
  Uuid topic_id{};
  friend bool operator==(const TopicRecord&, const TopicRecord&) = default;
};

struct PartitionRecord {
  PartitionIndex partition_id{};
  Uuid topic_id{};
  std::vector<NodeId> replicas{};
  std::vector<NodeId> isr{};
  std::vector<NodeId> removing_replicas{};
  std::vector<NodeId> adding_replicas{};
  std::optional<NodeId> leader{};
  LeaderRecoveryState leader_recovery_state{};
  LeaderEpoch leader_epoch{};
  PartitionEpoch partition_epoch{};
  std::vector<Uuid> directories{};
  std::optional<std::vector<NodeId>> eligible_leader_replicas{};
  std::optional<std::vector<NodeId>> last_known_elr{};
  friend bool operator==(const PartitionRecord&, const PartitionRecord&) = default;
};

// What is absent has not changed. The leader epoch rises by one if the leader is given or an ISR member left
// (PartitionRegistration.merge).
struct PartitionChangeRecord {
  PartitionIndex partition_id{};
  Uuid topic_id{};
  std::optional<std::vector<NodeId>> isr{};
  std::optional<std::optional<NodeId>> leader{};  // present and empty: from now on there is none
  std::optional<std::vector<NodeId>> replicas{};
  std::optional<std::vector<NodeId>> removing_replicas{};
  std::optional<std::vector<NodeId>> adding_replicas{};
  std::optional<LeaderRecoveryState> leader_recovery_state{};
  std::optional<std::vector<Uuid>> directories{};
  std::optional<std::vector<NodeId>> eligible_leader_replicas{};
  std::optional<std::vector<NodeId>> last_known_elr{};
  friend bool operator==(const PartitionChangeRecord&, const PartitionChangeRecord&) = default;
};

struct FenceBrokerRecord {
  NodeId id{};
  BrokerEpoch epoch{};
  friend bool operator==(const FenceBrokerRecord&, const FenceBrokerRecord&) = default;
};

struct UnfenceBrokerRecord {
  NodeId id{};
  BrokerEpoch epoch{};
  friend bool operator==(const UnfenceBrokerRecord&, const UnfenceBrokerRecord&) = default;
};

enum class FencingChange : std::int8_t { unfence = -1, none = 0, fence = 1 };
enum class ControlledShutdownChange : std::int8_t { none = 0, in_controlled_shutdown = 1 };

struct BrokerRegistrationChangeRecord {
  NodeId broker_id{};
  BrokerEpoch broker_epoch{};
  FencingChange fenced{};
  ControlledShutdownChange in_controlled_shutdown{};
  std::vector<Uuid> log_dirs{};  // empty: unchanged
  friend bool operator==(const BrokerRegistrationChangeRecord&, const BrokerRegistrationChangeRecord&) = default;
};

struct FeatureLevelRecord {
  std::string name{};
  std::int16_t feature_level{};
  friend bool operator==(const FeatureLevelRecord&, const FeatureLevelRecord&) = default;
};

enum class ConfigResourceType : std::int8_t {
  unknown = 0,
  topic = 2,
  broker = 4,
  broker_logger = 8,
  client_metrics = 16,
  group = 32
};

struct ConfigRecord {
  ConfigResourceType resource_type{};
  std::string resource_name{};  // empty for the default of all brokers
  std::string name{};
  std::optional<std::string> value{};  // absent: deleted
  friend bool operator==(const ConfigRecord&, const ConfigRecord&) = default;
};

struct ProducerIdsRecord {
  NodeId broker_id{};
  BrokerEpoch broker_epoch{};
  ProducerId next_producer_id{};
  friend bool operator==(const ProducerIdsRecord&, const ProducerIdsRecord&) = default;
};

struct NoOpRecord {
  friend bool operator==(const NoOpRecord&, const NoOpRecord&) = default;
};

struct RemoveTopicRecord {
  Uuid topic_id{};
  friend bool operator==(const RemoveTopicRecord&, const RemoveTopicRecord&) = default;
};

// min.insync.replicas has changed: who is eligible by the old one is so no more (KIP-966).
struct ClearElrRecord {
  std::string topic_name{};  // empty: of all topics
  friend bool operator==(const ClearElrRecord&, const ClearElrRecord&) = default;
};

using MetadataRecord =
    std::variant<RegisterBrokerRecord, UnregisterBrokerRecord, TopicRecord, PartitionRecord, ConfigRecord,
                 PartitionChangeRecord, FenceBrokerRecord, UnfenceBrokerRecord, RemoveTopicRecord, FeatureLevelRecord,
                 ProducerIdsRecord, BrokerRegistrationChangeRecord, NoOpRecord, ClearElrRecord>;

}  // namespace kafkasim
