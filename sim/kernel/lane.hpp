#pragma once
// Lanes: the thread pools of a process. An input waits in the lane of its class until one of that lane's threads is
// free.
//
//   network     answers to a client, connections made and lost      (num.network.threads)
//   request     requests of clients and followers                   (num.io.threads; KafkaRequestHandlerPool)
//   fetcher     answers to Fetch, and what goes with it             (num.replica.fetchers; ReplicaFetcherThread)
//   background  deadlines, completed flushes, the user's commands, records of the metadata log
//                                                               (background.threads; KafkaScheduler, KafkaRaftClient)
//   control     broker heartbeats and registration, the quorum, AlterPartition, start and stop: one thread of their
//   own, so
//               that none of them ever queues behind requests       (BrokerLifecycleManager, KafkaRaftClient,
//               QuorumController)
//
// A member's Heartbeat is a request like any other, as in Kafka.
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/machine/seam.hpp"

namespace kafkasim::sim {

enum class Lane : std::uint8_t { network, request, fetcher, background, control };
inline constexpr std::size_t lane_count = 5;
inline constexpr std::array<Lane, lane_count> all_lanes{Lane::network, Lane::request, Lane::fetcher, Lane::background,
                                                        Lane::control};

// Kafka's defaults for a node; a client has one thread for all it does with the network.
struct LaneThreads {
  std::uint32_t network{3};
  std::uint32_t request{8};
  std::uint32_t fetcher{1};
  std::uint32_t background{10};
  [[nodiscard]] std::uint32_t of(Lane lane) const;  // control has one
};

[[nodiscard]] Lane lane_of(ApiKey api, MessageKind kind);
[[nodiscard]] Lane lane_of(const Input& input);
[[nodiscard]] std::string_view lane_name(Lane lane);

}  // namespace kafkasim::sim
