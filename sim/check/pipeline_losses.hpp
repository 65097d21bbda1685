#pragma once
// Which records a pipeline has passed over: they stand in the committed log of what it reads, below the offset that its group has
// committed, and nothing that was made of them is to be read.
#include <vector>

#include "sim/check/history.hpp"

namespace kafkasim::sim {

// In [from, the committed offset) of that partition, at most so many. Records of transactions count where they are committed.
[[nodiscard]] std::vector<Offset> passed_over(const History& history, const std::string& pipeline, const PartitionHistory& partition, Offset from,
                                              std::size_t most);
// What the run's faults have done to a log that the pipeline's promise rests on: its topics, offsets and transactions.
[[nodiscard]] std::optional<Excuse> excuse_of_pipeline(const History& history, const PipelineFacts& pipeline);

}  // namespace kafkasim::sim
