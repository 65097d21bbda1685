#pragma once
// Where a group is kept: the partition of __consumer_offsets whose leader coordinates it. Every broker computes the
// same.
#include <string>

#include "sim/check/history.hpp"

namespace kafkasim::sim {

// Null before there are any offsets partitions.
[[nodiscard]] const PartitionHistory* home_of(const std::string& group, const History& history);
// What a coordinator has forgotten by a loss that was excused is excused as well, also when all replicas agree again.
[[nodiscard]] std::optional<Excuse> excuse_of(const std::string& group, const History& history);

}  // namespace kafkasim::sim
