#include "sim/frame/frame.hpp"

#include <algorithm>

namespace kafkasim::sim {

namespace {

template <class Thing, class Is>
const Thing* first_in_frame(const std::vector<Thing>& things, const Is& is) {
  const auto found = std::ranges::find_if(things, is);
  return found == things.end() ? nullptr : &*found;
}

}  // namespace

std::string_view traffic_name(Traffic2 traffic) {
  switch (traffic) {
    case Traffic2::produce: return "produce";
    case Traffic2::fetch: return "fetch";
    case Traffic2::replication: return "replication";
    case Traffic2::quorum: return "quorum";
    case Traffic2::control: return "control";
    case Traffic2::group: return "group";
    case Traffic2::metadata: return "metadata";
    case Traffic2::admin: return "admin";
  }
  return "";
}

const FrameNode* Frame::node(HostId host) const {
  return first_in_frame(nodes, [host](const FrameNode& n) { return n.host == host; });
}

const FrameNode* Frame::node(NodeId id) const {
  return first_in_frame(nodes, [id](const FrameNode& n) { return n.id == id; });
}

const FrameNode* Frame::node(std::string_view name) const {
  return first_in_frame(nodes, [name](const FrameNode& n) { return n.name == name; });
}

const FramePartition* Frame::partition(const TopicPartition& name) const {
  return first_in_frame(partitions, [&name](const FramePartition& p) { return p.name == name; });
}

const FrameGroup* Frame::group(std::string_view name) const {
  return first_in_frame(groups, [name](const FrameGroup& g) { return g.name == name; });
}

}  // namespace kafkasim::sim
