#pragma once
// The life of one record (`--follow T-P@OFFSET`), from the hash of its key to the committed offset of each group; and where a step is
// missing, why. Found by running the scenario once more: a run is the same every time.
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sim/run/simulation.hpp"

namespace kafkasim::sim {

struct FollowRequest {
  TopicPartition partition;
  Offset offset;
};
// "orders-0@501"
[[nodiscard]] Result<FollowRequest> parse_follow(std::string_view text);

// Lines of text. `done`: the same scenario, run to its end (or as far as it came: no further is it followed). Fails if the partition
// does not exist.
[[nodiscard]] Result<std::vector<std::string>> follow(const Simulation& done, const std::shared_ptr<const Scenario>& scenario,
                                                      WireMode mode, const FollowRequest& request);

}  // namespace kafkasim::sim
