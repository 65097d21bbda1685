#pragma once
// What is written to the disks of the brokers, and how much retention they have room for: the arithmetic that an operator
// does before a disk is full, from what was measured. Of batches appended since time 0, indexes and the metadata log left
// out. Integers only.
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sim/check/history.hpp"
#include "sim/scenario/scenario.hpp"

namespace kafkasim::sim {

// How much came in, in up to 128 equal stretches of time; they double when there are more.
class Inflow {
 public:
  void add(Duration at, std::uint64_t bytes);
  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }
  [[nodiscard]] std::uint64_t busiest() const;  // bytes of the busiest stretch
  [[nodiscard]] Duration stretch() const { return stretch_; }

 private:
  std::vector<std::uint64_t> stretches_;
  Duration stretch_{seconds(1)};
  std::uint64_t bytes_{0};
};

struct DiskUse {  // of a broker
  std::uint64_t capacity{};
  std::uint64_t free_at_start{};
  Inflow inflow;
  std::optional<Duration> failed_at{};  // its log directory went offline
  std::string reason{};
};

class DiskUses {
 public:
  void begin(Instant origin) { origin_ = origin; }
  void add_disk(NodeId broker, std::uint64_t capacity, std::uint64_t free);
  void observe(const Observation& o, const History& history);
  [[nodiscard]] const std::map<NodeId, DiskUse>& disks() const { return disks_; }

 private:
  std::optional<Instant> origin_;
  std::map<NodeId, DiskUse> disks_;
};

// How long that room lasts at so many bytes in that time; absent if nothing came.
[[nodiscard]] std::optional<Duration> lasts(std::uint64_t room, std::uint64_t bytes, Duration in);
// The longest that a topic of the scenario asks for; absent: some topic is kept for ever, or there is none.
[[nodiscard]] std::optional<Duration> longest_retention(const Scenario& scenario);
// For the verdict: why a log directory went offline, and what retention would have fitted.
[[nodiscard]] std::string describe_failure(NodeId broker, const DiskUse& use, const Scenario& scenario);

}  // namespace kafkasim::sim
