#pragma once
// Where the machines of a cluster stand on a sheet: controllers above, brokers in the middle, side by side in their racks, clients
// below: producers on the left, consumers on the right, members of a group together. Follows from the nodes alone.
#include <vector>

#include "sim/frame/frame.hpp"

namespace kafkasim::sim {

struct RackBox {
  std::string rack;
  Place2 from;
  Place2 to;
};
void lay_out(std::vector<FrameNode>& nodes);  // sets their places
[[nodiscard]] std::vector<RackBox> rack_boxes(const std::vector<FrameNode>& nodes);

}  // namespace kafkasim::sim
