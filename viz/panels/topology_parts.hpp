#pragma once
// What the topology is drawn of. The panel itself (topology.cpp) says what is hovered and what a click does.
#include <optional>
#include <string>
#include <vector>

#include "viz/panels/topology_plan.hpp"

namespace kafkasim::viz {

enum class CardEmphasis : std::uint8_t { plain, hovered, chosen };
void draw_racks(Ui& ui, ImDrawList& list, const sim::Frame& frame, const TopologyPlan& plan);
void draw_card(Ui& ui, ImDrawList& list, const TopologyCard& card, CardEmphasis emphasis);
[[nodiscard]] std::string node_tip(const sim::Frame& frame, const sim::FrameNode& node);

// A line between two cards, and what keeps messages from passing it.
void draw_lane(const Ui& ui, ImDrawList& list, const Lane& lane, Colour colour);
void draw_poor_lane(const Ui& ui, ImDrawList& list, const Lane& lane);
Area draw_wall(const Ui& ui, ImDrawList& list, const Lane& lane);  // across its middle
void draw_wall_around(const Ui& ui, ImDrawList& list, const Area& card);
// Cut off from each other node that it could talk to, in both directions.
[[nodiscard]] bool is_walled_in(const sim::Frame& frame, const sim::FrameNode& node);
[[nodiscard]] bool may_talk(const sim::FrameNode& a, const sim::FrameNode& b);

// A message, or many of one kind of traffic on one lane.
struct ShownMessage {
  std::size_t first{};  // of frame.messages
  std::size_t count{1};
  ImVec2 at;
};
inline constexpr std::size_t most_single_messages = 250;  // on a lane; where there are more they become one dot a kind of traffic

[[nodiscard]] bool is_chatter(const sim::FrameMessage& message);  // of controllers, but no votes
[[nodiscard]] std::vector<ShownMessage> place_messages(const TopologyPlan& plan, Lanes& lanes, const sim::Frame& frame, bool chatter);
[[nodiscard]] float message_radius(const Ui& ui, const sim::Frame& frame, const ShownMessage& shown);
void draw_message(Ui& ui, ImDrawList& list, const sim::Frame& frame, const ShownMessage& shown, CardEmphasis emphasis);
[[nodiscard]] std::string message_tip(const sim::Frame& frame, const ShownMessage& shown);

}  // namespace kafkasim::viz
