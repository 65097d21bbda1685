#pragma once
// replicas-match (P-MATCH): below the lower of their high watermarks, and above what the leader has deleted, two running
// replicas hold the same batches; where compaction may have been, the same offsets and epochs of what both still hold.
// Nothing excuses it; but after a loss the high watermark of who has not heard of the new leader speaks of what is no more.
#include <map>

#include "sim/check/invariant.hpp"

namespace kafkasim::sim {

class ReplicasMatch {
 public:
  static constexpr std::string_view id = "replicas-match";
  static constexpr std::string_view promise =
      "two replicas hold the same batches below the lower of their high watermarks";
  void on(const Observation& o, const trace::LogAppended& e, const History& history, Findings& findings);
  void on(const Observation& o, const trace::LogLoaded& e, const History& history, Findings& findings);
  void on(const Observation& o, const trace::HighWatermarkMoved& e, const History& history, Findings& findings);
  void on(const Observation& o, const trace::BecameLeader& e, const History& history, Findings& findings);
  void on(const Observation& o, const trace::LogStartMoved& e, const History& history, Findings& findings);
  std::uint64_t evaluations{0};

 private:
  enum class Compacted : std::uint8_t { not_now, too };  // costs a look at every batch there
  struct Pair {
    NodeId mine;
    NodeId other;
  };
  void compare(const Observation& o, const TopicIdPartition& partition, Compacted compacted, const History& history,
               Findings& findings);
  static void report(const Observation& o, const PartitionHistory& partition, Pair pair, Offset differ,
                     std::string_view where, const History& history, Findings& findings);
  void note_start(const Observation& o, const TopicIdPartition& partition, const History& history);

  std::map<TopicIdPartition, Offset> deleted_;  // below, for all: where the last leader's log began
};

}  // namespace kafkasim::sim
