#pragma once
// epoch-offset-unique (P-EPOFF): a pair of leader epoch and offset means one batch for ever, over all replicas and all
// time. Holds even where losses are excused.
#include <map>

#include "sim/check/invariant.hpp"

namespace kafkasim::sim {

class EpochOffsetUnique {
 public:
  static constexpr std::string_view id = "epoch-offset-unique";
  static constexpr std::string_view promise = "a leader epoch and an offset mean one batch for ever";
  void on(const Observation& o, const trace::LogAppended& e, const History& history, Findings& findings);
  void on(const Observation& o, const trace::LogLoaded& e, const History& history, Findings& findings);
  std::uint64_t evaluations{0};

 private:
  struct Seen {
    Offset base;
    Offset last;
    std::uint32_t crc{};
    NodeId first_on;
  };
  void check_batch(const Observation& o, const TopicIdPartition& partition, NodeId broker,
                   const trace::AppendedBatch& batch, const History& history, Findings& findings);
  struct Epoch {
    Chunked<Seen> in_order;          // of offset, as they were seen
    std::map<Offset, Seen> between;  // by last offset: seen when later ones had been, in a gap that they left
    [[nodiscard]] const Seen* overlapping(const trace::AppendedBatch& batch) const;
  };
  std::map<std::pair<TopicIdPartition, LeaderEpoch>, Epoch> seen_;
};

}  // namespace kafkasim::sim
