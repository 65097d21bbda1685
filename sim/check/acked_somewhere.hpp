#pragma once
// acked-somewhere (P-GLOBAL): each record that acks=all has acknowledged is held by one replica at least, be it up or down.
// Apart from who leads: nobody may be electable. Looked at when a replica has lost something: by truncation, by its machine's
// power, by what a restart found, or by leaving.
#include <map>
#include <set>

#include "sim/check/invariant.hpp"

namespace kafkasim::sim {

class AckedSomewhere {
 public:
  static constexpr std::string_view id = "acked-somewhere";
  static constexpr std::string_view promise =
      "what acks=all has acknowledged is on the disk or in the page cache of one replica at least";
  void on(const Observation& o, const trace::LogTruncated& e, const History& history, Findings& findings);
  void on(const Observation& o, const trace::LogLoaded& e, const History& history, Findings& findings);
  void on(const Observation& o, const trace::ReplicaRemoved& e, const History& history, Findings& findings);
  void on(const Observation& o, const ProcessReady& e, const History& history,
          Findings& findings);  // with an empty disk
  void on(const Observation& o, const PowerLost& e, const History& history, Findings& findings);
  std::uint64_t evaluations{0};

 private:
  void look(const Observation& o, const TopicIdPartition& partition, const History& history, Findings& findings);
  std::map<TopicIdPartition, Cow<std::set<std::int64_t>>> told_;  // base offsets of batches that are gone
};

}  // namespace kafkasim::sim
