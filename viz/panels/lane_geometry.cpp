#include "viz/panels/lane_geometry.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <tuple>

#include <fmt/format.h>

namespace kafkasim::viz {

namespace {

int lane_rank(sim::NodeKind kind) {
  switch (kind) {
    case sim::NodeKind::producer: return 0;
    case sim::NodeKind::real_clients: return 1;
    case sim::NodeKind::admin: return 2;
    case sim::NodeKind::consumer: return 3;
    case sim::NodeKind::broker: return 4;
    case sim::NodeKind::controller: return 5;
  }
  return 6;
}

struct BundleSum {
  std::array<std::size_t, 8> by_traffic{};
  std::size_t count{0};
  std::size_t arrivals{0};
  std::int64_t left{0};     // from the diagram's begin, in ns
  std::int64_t flight{0};
};

}  // namespace

std::vector<TimeLane> lanes_of(const std::vector<sim::FrameNode>& nodes, std::size_t most) {
  std::vector<std::size_t> order(nodes.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return lane_rank(nodes[i].kind); });
  const bool shared = nodes.size() > most;
  std::vector<TimeLane> lanes;
  for (const std::size_t i : order) {
    const std::string& name = nodes[i].name;
    const std::string family = name.substr(0, name.find('/'));
    const bool joins = shared && family != name && !lanes.empty() && lanes.back().name == family
                       && nodes[lanes.back().nodes.back()].kind == nodes[i].kind;
    if (joins) {
      lanes.back().nodes.push_back(i);
    } else {
      lanes.push_back({shared ? family : name, {i}});
    }
  }
  for (TimeLane& lane : lanes) lane.name = lane.nodes.size() == 1 ? nodes[lane.nodes.front()].name : fmt::format("{} ({})", lane.name, lane.nodes.size());
  return lanes;
}

std::vector<Bundle> bundled(const std::vector<sim::Flight>& flights, const std::map<HostId, std::size_t>& lane_of, Duration from,
                            Duration stretch) {
  std::map<std::tuple<std::size_t, std::size_t, std::int64_t>, BundleSum> sums;
  for (const sim::Flight& flight : flights) {
    const auto sender = lane_of.find(flight.from);
    const auto receiver = lane_of.find(flight.to);
    if (sender == lane_of.end() || receiver == lane_of.end()) continue;
    BundleSum& sum = sums[{sender->second, receiver->second, (flight.left - from).ns / std::max<std::int64_t>(stretch.ns, 1)}];
    ++sum.count;
    ++sum.by_traffic[std::min(static_cast<std::size_t>(flight.traffic), sum.by_traffic.size() - 1)];
    sum.left += (flight.left - from).ns;
    if (!flight.arrived) continue;
    ++sum.arrivals;
    sum.flight += (*flight.arrived - flight.left).ns;
  }
  std::vector<Bundle> bundles;
  for (const auto& [key, sum] : sums) {
    Bundle bundle{std::get<0>(key), std::get<1>(key), {}, sum.count, {}, {}, sum.arrivals > 0};
    bundle.traffic = static_cast<sim::Traffic2>(std::ranges::max_element(sum.by_traffic) - sum.by_traffic.begin());
    bundle.left = from + Duration{sum.left / static_cast<std::int64_t>(sum.count)};
    bundle.arrived = bundle.left;
    if (sum.arrivals > 0) bundle.arrived += Duration{sum.flight / static_cast<std::int64_t>(sum.arrivals)};
    bundles.push_back(bundle);
  }
  return bundles;
}

float distance_to_segment(PixelPoint p, PixelPoint a, PixelPoint b) {
  const float dx = b.x - a.x;
  const float dy = b.y - a.y;
  const float square = dx * dx + dy * dy;
  const float share = square > 0 ? std::clamp(((p.x - a.x) * dx + (p.y - a.y) * dy) / square, 0.0F, 1.0F) : 0.0F;
  return std::hypot(p.x - a.x - share * dx, p.y - a.y - share * dy);
}

}  // namespace kafkasim::viz
