#pragma once
// The story of a run: one line an event that matters to an operator, from the observations alone. The text timeline and
// the NDJSON file are two ways to print the same lines.
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "sim/check/chunked.hpp"
#include "sim/check/history.hpp"
#include "sim/kernel/observation.hpp"

namespace kafkasim::sim {

enum class Tone : std::uint8_t { plain, fault, warning, decision, good, note, violation };

struct StoryLine {
  Duration at;  // since the cluster had formed
  std::uint64_t seq{};
  std::string kind;     // "election", "isr", "fault", ...
  std::string subject;  // "orders-0", "broker 1", "analytics"
  std::string text;
  Tone tone{};
  std::vector<std::pair<std::string, std::variant<std::int64_t, std::string>>> fields;  // of its kind, for NDJSON
};

struct Election {  // a change of a partition's leader after time 0
  Duration at;
  TopicPartition partition;
  std::optional<NodeId> from;
  std::optional<NodeId> to;
  LeaderEpoch epoch;
  bool unclean{};
};

struct EpochBegun {  // a new leader epoch of a partition after time 0: with an election, or of the same leader
  Duration at;
  TopicPartition partition;
  LeaderEpoch epoch;
  std::optional<NodeId> leader;
  LeaderEpoch epoch_before;
  std::optional<NodeId> leader_before;
};

class Story {
 public:
  // Names of hosts by id, for the subject of a line.
  void name_host(HostId host, std::string name) { hosts_[host] = std::move(name); }
  void begin(Instant origin) { origin_ = origin; }  // nothing before counts
  void observe(const Observation& o, const History& history);
  void tell(Instant at, std::string kind, std::string subject, std::string text, Tone tone);

  [[nodiscard]] const Chunked<StoryLine>& lines() const { return lines_; }
  [[nodiscard]] const Chunked<Election>& elections() const { return elections_; }
  [[nodiscard]] const Chunked<EpochBegun>& epochs() const { return epochs_; }
  [[nodiscard]] const std::string& host(HostId id) const;

 private:
  void add(Instant at, std::string kind, std::string subject, std::string text, Tone tone,
           std::vector<std::pair<std::string, std::variant<std::int64_t, std::string>>> fields = {});
  void on(const Observation& o, const trace::PartitionChanged& e, const History& history);
  void on(const Observation& o, const trace::LogTruncated& e, const History& history);
  void on(const Observation& o, const trace::LogCleaned& e, const History& history);
  void on(const Observation& o, const trace::SegmentsDeleted& e, const History& history);
  void on(const Observation& o, const trace::LogLoaded& e, const History& history);
  void on(const Observation& o, const trace::GroupChanged& e, const History& history);
  void on(const Observation& o, const trace::TransactionChanged& e, const History& history);
  void on(const Observation& o, const trace::ProducerInitialised& e, const History& history);
  void on(const Observation& o, const trace::TransactionEnded& e, const History& history);
  void on_kernel(const Observation& o, const KernelEvent& e);
  bool is_news(std::int64_t metadata_offset);
  struct Internal {  // changes of __consumer_offsets at one moment: dozens of partitions that nobody reads one by one
    Instant at{};
    std::int64_t led{0};
    std::int64_t leaderless{0};
    std::int64_t shrunk{0};
    std::int64_t grown{0};
    std::int64_t loaded{0};
  };
  Internal& internal_at(Instant at);
  void tell_internal();  // what was gathered of the offsets topic, in one line

  std::optional<Instant> origin_;
  std::map<HostId, std::string> hosts_;
  std::optional<Internal> internal_;
  Chunked<StoryLine> lines_;
  Chunked<Election> elections_;
  Chunked<EpochBegun> epochs_;
  std::uint64_t seq_{0};
  struct Decided {
    std::optional<NodeId> leader;
    LeaderEpoch leader_epoch;
    std::vector<NodeId> isr;
    std::vector<NodeId> elr;
    std::vector<NodeId> replicas;
    bool moves{};  // a reassignment is under way
  };
  void tell_voters(const Observation& o, const trace::RaftVotersChanged& e);
  std::int64_t voters_told_{-2};  // the offset of the last set
  void tell_reassignment(Instant at, const std::string& name, const Decided& before, const trace::PartitionChanged& e);
  std::map<TopicIdPartition, Decided> decided_;
  std::int64_t last_decision_{-1};
  std::map<std::string, std::pair<std::string, Generation>> groups_;
};

}  // namespace kafkasim::sim
