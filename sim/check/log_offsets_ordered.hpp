#pragma once
// log-offsets-ordered (P-HWLEO): on every replica log start <= high watermark <= log end, and offsets only rise: from batch
// to batch, the log start save by truncation, and a leader's high watermark (a follower's may fall, and so may that which
// a new leader begins with).
#include "sim/check/invariant.hpp"

namespace kafkasim::sim {

class LogOffsetsOrdered {
 public:
  static constexpr std::string_view id = "log-offsets-ordered";
  static constexpr std::string_view promise =
      "on every replica log start <= high watermark <= log end, and offsets only rise";
  void on(const Observation& o, const trace::LogAppended& e, const History& history, Findings& findings);
  void on(const Observation& o, const trace::LogTruncated& e, const History& history, Findings& findings);
  void on(const Observation& o, const trace::LogLoaded& e, const History& history, Findings& findings);
  void on(const Observation& o, const trace::LogStartMoved& e, const History& history, Findings& findings);
  void on(const Observation& o, const trace::HighWatermarkMoved& e, const History& history, Findings& findings);
  std::uint64_t evaluations{0};

 private:
  // Null: nobody's.
  const ReplicaHistory* look(const Observation& o, const TopicIdPartition& partition, const History& history,
                             Findings& findings);
  static void check_batches(const Observation& o, const TopicIdPartition& partition,
                            const std::vector<trace::AppendedBatch>& batches, Offset behind, const History& history,
                            Findings& findings);
};

}  // namespace kafkasim::sim
