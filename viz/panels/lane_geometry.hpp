#pragma once
// The space-time diagram as numbers: which lane is where, which message is under the mouse, what stands for many messages.
#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "sim/frame/frame.hpp"
#include "sim/frame/space_time.hpp"
#include "viz/panels/plot_geometry.hpp"

namespace kafkasim::viz {

struct TimeLane {
  std::string name;
  std::vector<std::size_t> nodes;  // indices; of clients of one name there may be some
};
// From the uppermost down: who asks stands above whom it asks: producers, consumers, brokers, controllers. Where `most` is too few
// for all, clients that differ only in their number share a lane: "shop/1", "shop/2" become "shop (2)".
[[nodiscard]] std::vector<TimeLane> lanes_of(const std::vector<sim::FrameNode>& nodes, std::size_t most);

struct Bundle {  // messages from one lane to another that leave within one stretch of time
  std::size_t from{};
  std::size_t to{};
  sim::Traffic2 traffic{};  // of most of them
  std::size_t count{};
  Duration left;     // the middle of theirs
  Duration arrived;  // likewise, of those that have
  bool any_arrived{false};
};
// In place of more lines than can be told apart; ascending by pair of lanes, then by time. Hosts without a lane are left out.
[[nodiscard]] std::vector<Bundle> bundled(const std::vector<sim::Flight>& flights, const std::map<HostId, std::size_t>& lane_of, Duration from,
                                          Duration stretch);

[[nodiscard]] float distance_to_segment(PixelPoint p, PixelPoint a, PixelPoint b);

}  // namespace kafkasim::viz
