#pragma once
// Observations by hand, given to history, measures and story as a run gives them. Hosts 0 to 2 are brokers 1 to 3, host
// 3 is controller 3000, hosts 4 and 5 are the clients "shop" and "reader". Time 0 is at 10 s.
#include <string>
#include <utility>
#include <vector>

#include "sim/check/checks.hpp"
#include "sim/run/measures.hpp"
#include "sim/run/story.hpp"

namespace kafkasim::sim::testing {

inline const TopicIdPartition orders{Uuid{7, 7}, PartitionIndex{0}};
inline const TopicPartition orders_0{"orders", PartitionIndex{0}};
inline constexpr HostId controller_host{3};
inline constexpr HostId shop{4};
inline constexpr HostId reader{5};
inline constexpr HostId broker_host(std::int32_t id) { return HostId{id - 1}; }

struct Watch {
  explicit Watch() : checks{subjects()} {
    measures.name_client(shop, "shop");
    measures.name_client(reader, "reader");
    for (std::int32_t id = 1; id <= 3; ++id) story.name_host(broker_host(id), "broker " + std::to_string(id));
    story.name_host(controller_host, "controller 3000");
    story.name_host(shop, "shop");
    tell(controller_host, trace::TopicCreated{++metadata, "orders", orders.topic_id});
    decide(1, 0, {1, 2, 3});
  }
  void begin() {
    now = Instant{} + seconds(10);
    measures.begin(now);
    story.begin(now);
  }
  void at(Duration since) { now = Instant{} + seconds(10) + since; }

  template <class Event>
  void tell(HostId host, Event event) {
    Observation o{now, seq++, host, {}};
    if constexpr (is_kernel_event<Event>(static_cast<const KernelEvent*>(nullptr))) {
      o.what = KernelEvent{std::move(event)};
    } else {
      o.what = trace::Event{std::move(event)};
    }
    checks.observe(o);
    measures.observe(o, checks.history());
    story.observe(o, checks.history());
  }
  // The controller decides; the replicas hear of it at once, unless `told` says otherwise.
  enum class Replicas : std::uint8_t { told, not_told };
  trace::PartitionChanged decide(std::int32_t leader, std::int32_t epoch, const std::vector<std::int32_t>& isr,
                                 Replicas replicas = Replicas::told) {
    trace::PartitionChanged e = decision(orders, leader, epoch, isr);
    tell(controller_host, e);
    if (replicas == Replicas::not_told) return e;
    for (std::int32_t id = 1; id <= 3; ++id) {
      if (id == leader) {
        tell(broker_host(id), trace::BecameLeader{orders, LeaderEpoch{epoch}, Offset{0}, {}});
      } else {
        tell(broker_host(id), trace::BecameFollower{orders, LeaderEpoch{epoch}, NodeId{leader}});
      }
    }
    return e;
  }
  trace::PartitionChanged decision(const TopicIdPartition& partition, std::int32_t leader, std::int32_t epoch,
                                   const std::vector<std::int32_t>& isr) {
    trace::PartitionChanged e;
    e.metadata_offset = ++metadata;
    e.partition = partition;
    if (leader > 0) e.leader = NodeId{leader};
    e.leader_epoch = LeaderEpoch{epoch};
    for (const std::int32_t id : {1, 2, 3}) e.replicas.push_back(NodeId{id});
    for (const std::int32_t id : isr) e.isr.push_back(NodeId{id});
    return e;
  }
  static Subjects subjects() {
    Subjects s;
    for (std::int32_t id = 1; id <= 3; ++id) s.nodes[broker_host(id)] = NodeId{id};
    s.nodes[controller_host] = NodeId{3000};
    s.controllers.insert(NodeId{3000});
    s.clients.push_back({"shop", true, true, true});
    s.min_insync_replicas["orders"] = 2;
    return s;
  }

  Checks checks;
  Measures measures;
  Story story;
  Instant now{};
  std::uint64_t seq{0};
  std::int64_t metadata{0};
};

}  // namespace kafkasim::sim::testing
