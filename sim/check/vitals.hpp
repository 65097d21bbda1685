#pragma once
// Vitals: what liveness looks at, as observations tell it: which processes live, who is in charge, what is still waited
// for, where readers are, and when an epoch last changed. A part of the history.
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sim/kernel/observation.hpp"

namespace kafkasim::sim {

class Vitals {
 public:
  enum class Ended : std::uint8_t { crashed, power_lost, left, failed };  // failed: it gave up by itself
  struct Process {
    bool up{false};
    bool paused{false};
    std::optional<Ended> ended;  // how it last ended
    std::string reason;
  };
  struct Controller {
    std::int32_t epoch{-1};
    bool active{false};
  };
  struct Broker {  // as the controllers have decided
    std::int64_t decided{-1};
    bool unfenced{false};
    BrokerEpoch epoch{-1};
  };
  struct Group {  // as one coordinator sees it
    std::string state;
    Generation generation;
    std::vector<trace::GroupChanged::Member> members;
  };
  using Offsets = std::map<TopicPartition, Offset>;
  using Sends = std::map<std::int64_t, Instant>;  // by their number: when each was handed over

  [[nodiscard]] const Process& process(HostId host) const;
  [[nodiscard]] const Controller& controller(HostId host) const;
  [[nodiscard]] bool unfenced(NodeId broker) const;
  [[nodiscard]] const Group* group(const std::string& name, HostId coordinator) const;
  // The generation in which a consumer group became the classic group that it is, if that has begun no other since.
  [[nodiscard]] std::optional<Generation> downgraded(const std::string& group) const;
  [[nodiscard]] const Offsets& committed(const std::string& group) const;
  [[nodiscard]] std::optional<Offset> committed(const std::string& group, const TopicPartition& partition) const;
  // The furthest that members have committed since somebody else set the offset: a commit that was long on its way may have set it back.
  [[nodiscard]] std::optional<Offset> reached(const std::string& group, const TopicPartition& partition) const;
  [[nodiscard]] std::optional<Offset> position(HostId reader, const TopicPartition& partition) const;
  // Sends of which their producer has not told the outcome.
  [[nodiscard]] const std::map<std::pair<HostId, TopicPartition>, Sends>& waiting() const { return waiting_; }
  // Of the leader and epoch of a partition, of the active controller, or of a group's generation.
  [[nodiscard]] Instant last_change() const { return last_change_; }

  // Quiet: no fault is in force, and nothing was done to the cluster and no process began or ended since. Whoever does
  // something says so.
  enum class Faults : std::uint8_t { none, in_force };
  void disturb(Instant at, Faults faults);
  [[nodiscard]] std::optional<Instant> quiet_since() const;

  void on(const Observation& o, const ProcessStarted& e);
  void on(const Observation& o, const ProcessCrashed& e);
  void on(const Observation& o, const PowerLost& e);
  void on(const Observation& o, const ProcessExited& e);
  void on(const Observation& o, const ProcessPaused& e);
  void on(const Observation& o, const ProcessResumed& e);
  void on(const Observation& o, const trace::PartitionChanged& e);
  void on(const Observation& o, const trace::BrokerRegistered& e);
  void on(const Observation& o, const trace::BrokerFenced& e);
  void on(const Observation& o, const trace::BrokerUnfenced& e);
  void on(const Observation& o, const trace::ControllerActivated& e);
  void on(const Observation& o, const trace::ControllerResigned& e);
  void on(const Observation& o, const trace::GroupChanged& e);
  void on(const Observation& o, const trace::OffsetsCommitted& e);
  void on(const Observation& o, const trace::OffsetsLoaded& e);
  void on(const Observation& o, const trace::OffsetsRemoved& e);
  void on(const Observation& o, const trace::RecordSent& e);
  void on(const Observation& o, const trace::RecordsAcked& e);
  void on(const Observation& o, const trace::RecordsFailed& e);
  void on(const Observation& o, const trace::RecordsDelivered& e);
  void on(const Observation& o, const trace::PositionReset& e);
  void on(const Observation& o, const trace::PartitionsAssigned& e);

 private:
  void ended(const Observation& o, Ended how, std::string reason);
  void decide(NodeId broker, std::int64_t metadata_offset, bool unfenced);
  void answered(HostId host, const TopicPartition& partition, const Origin& first, std::int32_t count);
  void forget_reader(HostId host);

  std::map<HostId, Process> processes_;
  std::map<HostId, Controller> controllers_;
  std::int32_t controller_epoch_{-1};
  std::map<NodeId, Broker> brokers_;
  std::map<TopicIdPartition, PartitionEpoch> partition_epochs_;
  std::map<std::pair<std::string, HostId>, Group> groups_;
  std::map<std::string, std::optional<Generation>> downgrades_;  // absent: it is a consumer group still
  std::map<std::string, Offsets> committed_;
  std::map<std::string, Offsets> reached_;
  std::map<std::pair<HostId, TopicPartition>, Offset> positions_;
  std::map<std::pair<HostId, TopicPartition>, Sends> waiting_;
  Instant last_change_{};
  Instant disturbed_{};
  Faults faults_{};
};

}  // namespace kafkasim::sim
