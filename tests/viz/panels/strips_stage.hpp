#pragma once
// What the tests of the strips share: the log of the first partition, and where its last record is drawn.
#include <string>

#include "tests/viz/panels/stage.hpp"

namespace kafkasim::viz::test {

inline const TopicPartition orders_0{"orders", PartitionIndex{0}};

inline Offset high_watermark_of_leader(const App& app) {
  const sim::FramePartition* partition = app.frame().partition(orders_0);
  REQUIRE(partition != nullptr);
  for (const sim::FrameReplica& replica : partition->replicas) {
    if (replica.node == partition->leader) return replica.high_watermark;
  }
  return {};
}

inline std::string last_cell(const Stage& stage, const std::string& replica) {  // the probe of the last record that is shown
  const Offset last{high_watermark_of_leader(*stage.app).value - 1};
  return "cell.orders-0." + replica + "." + std::to_string(last.value);
}

}  // namespace kafkasim::viz::test
