#pragma once
// Frame: a plain, copied picture of a run at a moment, for windows and for tests: what stands in it can be shown without asking the
// World again. Times are virtual, since the cluster has formed. capture.hpp takes one.
//
// Places are of a sheet that is 1 wide and 1 high, from the upper left corner.
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/base/time.hpp"
#include "core/machine/seam.hpp"
#include "core/model/ids.hpp"
#include "sim/check/finding.hpp"

namespace kafkasim::sim {

struct Place2 {
  float x{};
  float y{};
};

// ---- machines and what passes between them ------------------------------------------------------------------------------
enum class NodeKind : std::uint8_t { broker, controller, producer, consumer, admin, real_clients };
enum class NodeState : std::uint8_t { without_power, down, starting, running, paused, stopping };

struct FrameDisk {
  std::uint64_t used{};
  std::uint64_t capacity{};
  bool offline{false};  // the broker took its log directory offline
};

struct FrameNode {
  HostId host;
  NodeKind kind{};
  NodeState state{};
  std::string name;         // "broker 1", "controller 3000", "shop", "analytics/1"
  std::optional<NodeId> id; // of brokers and controllers
  std::string rack;         // empty: none
  std::string group;        // of a member of one
  bool fenced{false};       // a broker that the controller does not count on
  bool active{false};       // the controller that leads the quorum, by its own lights
  std::string role;         // in the quorum: "leader", "follower", "candidate"; of a broker "running", "recovery"; else empty
  bool votes{false};        // in the quorum: a controller, or a combined node, which is shown as a broker
  std::string quorum_role;  // of one that votes: "leader", "follower", "candidate", or empty
  std::int32_t epoch{-1};   // of the quorum, as a controller knows it
  std::size_t waiting{};    // inputs in its queues
  std::optional<FrameDisk> disk;  // of brokers
  std::vector<std::string> ailments;  // "disk 20 times slower", "clock 5 s behind": faults that do not stop it
  Place2 place;
};

enum class Traffic2 : std::uint8_t {  // what a message is for: its shape and colour
  produce,      // and its answer
  fetch,        // by a consumer
  replication,  // by a follower
  quorum,       // votes, metadata log
  control,      // between brokers and controllers: heartbeats, AlterPartition
  group,        // membership and offsets
  metadata,     // lookups by clients
  admin
};
[[nodiscard]] std::string_view traffic_name(Traffic2 traffic);

enum class MessageState : std::uint8_t {
  on_wire,
  waiting,  // in the sender's socket: the connection is stalled, or the receiver slow
  lost,     // will be sent again
  held,     // by an intercept
  delayed   // likewise
};
struct FrameMessage {
  ConnectionId connection;
  bool by_dialler{};       // that side sends
  std::uint32_t number{};  // of the segment; with those two its name
  std::int32_t correlation_id{};
  HostId from;
  HostId to;
  ApiKey api{};
  MessageKind kind{};
  Traffic2 traffic{};
  MessageState state{};
  bool error{};      // an answer that carries an error code
  float progress{};  // 0 at the sender .. 1 at the receiver
  std::uint64_t bytes{};
  bool heavy{};      // carries records
};

struct FrameLink {  // between two hosts, where it is not as it should be
  HostId from;
  HostId to;
  bool cut{};   // no packet passes this way
  bool poor{};  // slower or lossy
};

// ---- partitions --------------------------------------------------------------------------------------------------------
struct LogRun {  // batches that lie side by side in a log and are of one epoch and kind
  Offset base;
  Offset last;
  LeaderEpoch epoch;
  std::uint32_t batches{1};
  bool control{false};
  bool transactional{false};
  bool differs{false};  // from what the leader holds at these offsets
};
enum class ReplicaState : std::uint8_t { absent, offline, follower, leader };
struct FrameReplica {
  NodeId node;
  ReplicaState state{};
  bool in_isr{false};
  bool eligible{false};  // not in the ISR, but it may be elected
  bool acting{false};  // it believes itself leader, whatever the controller says
  LeaderEpoch leader_epoch{-1};
  Offset log_start;
  Offset high_watermark;
  Offset log_end;
  std::optional<Offset> last_stable_offset;  // where it is known and not the high watermark
  Offset synced;                             // all below is on disk for sure
  std::uint64_t size_bytes{};
  std::size_t segments{};
  std::vector<LogRun> runs;  // of the wanted stretch, ascending
};
struct FrameCut {  // of a log, lately
  NodeId node;
  Offset from;  // the log end before
  Offset to;
  Duration at;
};
struct FrameReader {
  std::string group;
  std::string member;  // its host's name; empty: nobody has the partition
  std::optional<Offset> committed;
  std::optional<Offset> position;  // of the member
  std::int64_t lag{};
};
struct FramePartition {
  TopicIdPartition id;
  TopicPartition name;
  std::optional<NodeId> leader;  // as the controller has decided
  LeaderEpoch epoch{-1};
  std::vector<NodeId> assigned;
  std::vector<NodeId> isr;
  std::vector<NodeId> elr;       // eligible leader replicas (KIP-966)
  std::vector<NodeId> adding;    // by a reassignment under way
  std::vector<NodeId> removing;
  std::uint32_t min_isr{1};
  Offset committed_to;  // the highest high watermark that any leader had, less what was lost
  std::size_t lost{};   // acknowledged records that are gone
  std::vector<FrameReplica> replicas;  // in the order of `assigned`
  std::vector<FrameCut> cuts;
  std::vector<FrameReader> readers;
  [[nodiscard]] bool under_replicated() const { return isr.size() < assigned.size(); }
};

// ---- groups, faults, verdict ---------------------------------------------------------------------------------------------
struct FrameMember {
  std::string id;
  std::string name;  // of the client: "analytics/1"
  std::vector<TopicPartition> partitions;
  std::optional<Generation> epoch{};       // of a member of a consumer group, as the rest
  std::vector<TopicPartition> target{};    // what it is to have
  std::vector<TopicPartition> revoking{};  // what it has to give up
  bool of_classic_protocol{};
};
struct FrameGroup {
  std::string name;
  std::string state;
  Generation generation;
  std::int64_t rebalances{};
  std::string type;                            // "classic", "consumer"
  std::string protocol;                        // the assignor
  std::optional<Generation> assignment_epoch;  // of a consumer group
  std::int64_t partitions_revoked{};
  std::int64_t partitions_moved{};
  std::optional<NodeId> coordinator;
  std::vector<FrameMember> members;
  struct Progress {
    TopicPartition partition;
    Offset committed;
    Offset end;  // high watermark
  };
  std::vector<Progress> progress;
  std::int64_t lag{};
};
struct FrameTransaction {  // of a transactional id, as its coordinator has it
  std::string id;
  std::string status;  // "Ongoing", "PrepareCommit", ...: as Kafka prints it
  NodeId coordinator;
  ProducerId producer;
  std::optional<ProducerEpoch> epoch;
  std::string client;  // the host that writes by the id; empty: none that is up, or a real client
  struct Part {
    TopicPartition partition;
    std::optional<Offset> open_since;  // its first record there, while its marker is missing
    bool known{true};                  // no: nobody leads the partition who could tell
  };
  std::vector<Part> parts;
};
struct FrameFault {
  std::size_t entry{};  // of the timeline
  std::string name;     // by which it can be undone; empty: it has none
  std::string text;     // "crash leader(orders-0)"
  Duration since;
  std::vector<HostId> hosts;
};
struct FrameTotals {
  std::int64_t sent{};
  std::int64_t acked{};
  std::int64_t failed{};
  std::int64_t consumed{};
  std::int64_t lost{};
  std::int64_t duplicated{};
  std::optional<Duration> produce_p99;
  std::optional<Duration> end_to_end_p99;
};
struct FrameVerdict {
  std::size_t invariants{};
  std::uint64_t violations{};
  std::uint64_t excused{};
  std::vector<Finding> findings;  // the first of each kind, as the report has them
};

struct Frame {
  std::string scenario;
  std::string title;
  std::uint64_t seed{};
  Duration at;
  Duration duration;  // of the scenario
  std::uint64_t events{};
  std::uint64_t trace_hash{};
  std::vector<FrameNode> nodes;  // brokers, controllers, then clients
  std::vector<FrameLink> links;
  std::vector<FrameMessage> messages;
  std::vector<FramePartition> partitions;  // by name; the scenario's topics, then internal ones
  std::vector<FrameGroup> groups;
  std::vector<FrameTransaction> transactions;  // by id
  std::vector<FrameFault> faults;
  std::optional<NodeId> controller;  // the active one, by the committed decisions
  std::int32_t controller_epoch{};
  FrameTotals totals;
  FrameVerdict verdict;

  [[nodiscard]] const FrameNode* node(HostId host) const;
  [[nodiscard]] const FrameNode* node(NodeId id) const;
  [[nodiscard]] const FrameNode* node(std::string_view name) const;
  [[nodiscard]] const FramePartition* partition(const TopicPartition& name) const;
  [[nodiscard]] const FrameGroup* group(std::string_view name) const;
};

}  // namespace kafkasim::sim
