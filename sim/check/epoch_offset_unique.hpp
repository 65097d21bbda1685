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
  void check(const Observation& o, const History& history, Findings& findings);
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
  std::map<std::pair<TopicIdPartition, LeaderEpoch>, Chunked<Seen>> seen_;  // in order of offset
};

}  // namespace kafkasim::sim
