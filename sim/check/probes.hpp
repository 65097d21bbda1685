#pragma once
// Probes: rare situations that a test of Kafka should have seen. Each counts how often it was reached, from the
// observations alone; over a sweep they tell what its faults have covered and what they never reach. They judge nothing.
// A value, copied with the run. The history has taken in the observation already.
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>

#include "sim/check/history.hpp"

namespace kafkasim::sim {

enum class Probe : std::uint8_t {
  isr_shrank,
  isr_grew,
  isr_of_one,
  partition_without_leader,
  unclean_election,
  elections_in_quick_succession,
  isr_change_met_election,
  stale_leader_appended,
  replica_truncated,
  former_leader_truncated,
  high_watermark_went_back,
  log_recovered,
  log_torn,
  log_directory_failed,
  segments_deleted,
  log_cleaned,
  duplicate_recognised,
  not_enough_replicas,
  producer_epoch_bumped,
  fate_of_records_unknown,
  position_out_of_range,
  consumer_fenced_by_epoch,
  controller_failed_over,
  votes_split,
  metadata_log_truncated,
  live_broker_fenced,
  frozen_leader_replaced,
  coordinator_moved,
  rebalance_met_coordinator_move,
  member_lost_partitions,
  commit_refused
};

struct ProbeInfo {
  Probe probe{};
  std::string_view name;
  std::string_view meaning;
};
[[nodiscard]] std::span<const ProbeInfo> probe_table();  // in the order of the enumeration

class Probes {
 public:
  void begin() { begun_ = true; }  // what happens while the cluster forms does not count
  void observe(const Observation& o, const History& history);
  [[nodiscard]] std::uint64_t count(Probe probe) const { return counts_[static_cast<std::size_t>(probe)]; }

 private:
  struct Decision {  // of a partition, the last committed
    std::int64_t metadata_offset{-1};
    std::size_t isr_size{0};
    LeaderEpoch leader_epoch{-1};
    Instant at{};
  };
  struct Rebalance {  // of a group, the one that is under way
    HostId coordinator;
    std::string state;
  };
  void reach(Probe probe) { counts_[static_cast<std::size_t>(probe)] += begun_ ? 1 : 0; }
  void on(const Observation& o, const trace::PartitionChanged& e, const History& history);
  void on(const Observation& o, const trace::IsrChangeRequested& e, const History& history);
  void on(const Observation& o, const trace::LogAppended& e, const History& history);
  void on(const Observation& o, const trace::LogTruncated& e, const History& history);
  void on(const Observation& o, const trace::HighWatermarkMoved& e, const History& history);
  void on(const Observation& o, const trace::LogLoaded& e, const History& history);
  void on(const Observation& o, const trace::ProduceAnswered& e, const History& history);
  void on(const Observation& o, const trace::RecordsFailed& e, const History& history);
  void on(const Observation& o, const trace::ClientSawError& e, const History& history);
  void on(const Observation& o, const trace::ControllerActivated& e, const History& history);
  void on(const Observation& o, const trace::RaftRoleChanged& e, const History& history);
  void on(const Observation& o, const trace::BrokerFenced& e, const History& history);
  void on(const Observation& o, const trace::GroupChanged& e, const History& history);
  void on(const Observation& o, const trace::GroupsLoaded& e, const History& history);
  void on(const Observation& o, const trace::PartitionsRevoked& e, const History& history);
  void on_kernel(const Observation& o, const KernelEvent& e, const History& history);

  bool begun_{false};
  std::array<std::uint64_t, static_cast<std::size_t>(Probe::commit_refused) + 1> counts_{};
  std::map<TopicIdPartition, Decision> decisions_;
  std::map<TopicIdPartition, LeaderEpoch> asked_;                 // for another ISR, and not decided yet
  std::set<std::pair<HostId, TopicIdPartition>> led_;             // replicas that wrote as leader since they last truncated
  std::map<std::int64_t, std::int16_t> producer_epochs_;          // by producer id, the highest seen
  std::set<HostId> up_;                                           // processes
  std::map<std::string, Rebalance> groups_;
  std::int32_t candidates_epoch_{-1};  // the highest in which somebody stood for election
  std::int32_t leaders_epoch_{-1};     // and in which somebody won
  std::int64_t last_fenced_{-1};       // metadata offset
  bool controller_seen_{false};
};

}  // namespace kafkasim::sim
