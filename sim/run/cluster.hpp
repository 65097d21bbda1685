#pragma once
// Cluster: which host of the World is which node or client of the scenario, and how they are made.
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/message/create_topics.hpp"
#include "core/raft/voter_set.hpp"
#include "sim/check/history.hpp"
#include "sim/kernel/world.hpp"
#include "sim/scenario/scenario.hpp"

namespace kafkasim::sim {

struct ClientHost {
  ClientKind kind{};
  std::string owner;  // the producer's or pipeline's id, the group, or the consumer's id
  std::int32_t number{1};
  std::string name;  // "shop", "shop/2", "analytics/1"
  HostId host;
  Duration from{};
  std::optional<std::string> group{};  // of which it is a member, as a consumer or as a pipeline
};

struct Cluster {
  std::map<NodeId, HostId> brokers;
  std::map<NodeId, HostId> controllers;  // a combined node stands in both, with one host
  std::optional<HostId> admin;
  std::vector<ClientHost> clients;  // by ordinal: position i has ordinal i in an Origin
  std::vector<ClientFacts> facts;   // likewise
  std::map<std::string, HostId> beside;  // queues and stores by their names: no part of Kafka
  std::set<HostId> beside_kafka;         // those, and the clients of queues: Kafka's promises say nothing of them

  [[nodiscard]] std::optional<HostId> node(NodeId id) const;
  [[nodiscard]] const ClientHost* client(const std::string& name) const;
};

[[nodiscard]] Endpoint endpoint_of(const NodeSpec& broker);  // where it listens
[[nodiscard]] LinkQuality everywhere(const NetworkSpec& network);

// Controllers, brokers, and the admin client that creates the topics; none is started.
[[nodiscard]] Cluster add_nodes(const Scenario& scenario, World& world);
// With kraft.version 1 a disk that was replaced has to be formatted before its node starts: another directory id, and no
// voters, which the quorum will tell.
void format_new_disk(World& world, const Cluster& cluster, HostId host);
[[nodiscard]] std::optional<Uuid> directory_id(const World& world, HostId host);  // that its disk was formatted with
// As the running controller that knows most has it; absent if none runs.
[[nodiscard]] std::optional<raft::VoterSet> voters_of(const World& world, const Cluster& cluster);
// Queues and stores, started; producers and consumers, not started. `origin` is time 0.
void add_clients(const Scenario& scenario, Instant origin, World& world, Cluster& cluster);
// What `produce` entries without `as` have: a producer of their own, with Kafka's defaults: acks=all and idempotence. Not started.
inline constexpr const char* producer_by_hand = "by-hand";
[[nodiscard]] bool produces_by_hand(const Scenario& scenario);  // has such entries
void add_producer_by_hand(const Scenario& scenario, World& world, Cluster& cluster);
// A further member of a group, as the first that the scenario has of it, with the next number. Not started.
[[nodiscard]] HostId add_member(const Scenario& scenario, const std::string& group, World& world, Cluster& cluster);
// The topics that the group's members subscribe to.
[[nodiscard]] std::vector<std::string> topics_of_group(const Scenario& scenario, const std::string& group);
// An administrator that is given its operations by command.
[[nodiscard]] HostId add_administrator(const Scenario& scenario, World& world);
[[nodiscard]] CreateTopicsRequest::Topic as_request(const TopicSpec& spec);
// The host that all real clients share: outside of the World.
[[nodiscard]] HostId add_real_clients(World& world);
// A consumer of the epilogue: reads all partitions from the start by itself, outside any rack.
[[nodiscard]] HostId add_final_reader(const Scenario& scenario, World& world,
                                      const std::vector<TopicPartition>& partitions, Cluster& cluster);

[[nodiscard]] Subjects subjects_of(const Scenario& scenario, const Cluster& cluster);

}  // namespace kafkasim::sim
