#pragma once
// Weak points: the smallest sets of brokers whose loss would take from a partition what it promises, as the cluster stands
// at the end of the run. In a graph of partitions and of the brokers that hold them in sync (Boost.Graph) a partition is
// unavailable once fewer edges are left than min.insync.replicas asks for: nothing can be acknowledged with acks=all, or
// there is no leader; and it loses what was acknowledged once no edge is left to a broker that surely has it (ISR and
// eligible leader replicas).
#include <cstddef>
#include <string>
#include <vector>

#include "core/model/ids.hpp"
#include "sim/run/simulation.hpp"

namespace kafkasim::sim {

struct WeakPoint {
  std::string rack;  // empty: not a whole rack
  std::vector<NodeId> brokers;
  std::vector<TopicPartition> unavailable;  // by their loss
  std::vector<TopicPartition> lost;         // acknowledged records of these would be gone
};

struct WeakPoints {
  std::vector<TopicPartition> unavailable_now;  // without anybody else's loss
  std::vector<WeakPoint> sets;                  // the smallest that make anything unavailable or lose anything
  std::size_t sets_left_out{0};                 // there are more of that size
  std::vector<WeakPoint> racks;                 // that make anything unavailable or lose anything
};

[[nodiscard]] WeakPoints weak_points(const Simulation& run);

// Worth a line where one broker, or one rack, is enough: "without broker 1: orders-0 unavailable".
[[nodiscard]] std::vector<std::string> weak_lines(const WeakPoints& points);

}  // namespace kafkasim::sim
