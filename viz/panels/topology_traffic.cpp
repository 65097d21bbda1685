// What passes between the nodes, and what keeps it from passing.
#include <algorithm>
#include <cmath>
#include <map>

#include <fmt/format.h>

#include "core/message/message.hpp"
#include "viz/panels/topology_parts.hpp"

namespace kafkasim::viz {

namespace {

using sim::MessageState;

struct LanePlace {
  ImVec2 at;
  ImVec2 along;   // of length 1
  ImVec2 across;
};
LanePlace middle_of(const Lane& lane) {
  const ImVec2 a = lane.at(0.45F);
  const ImVec2 b = lane.at(0.55F);
  const float length = std::max(0.01F, std::hypot(b.x - a.x, b.y - a.y));
  const ImVec2 along{(b.x - a.x) / length, (b.y - a.y) / length};
  return {lane.at(0.5F), along, {-along.y, along.x}};
}

enum class Parked : std::uint8_t { no, at_sender, at_receiver };
Parked parked(MessageState state) {
  switch (state) {
    case MessageState::waiting: return Parked::at_sender;
    case MessageState::held:
    case MessageState::delayed: return Parked::at_receiver;
    case MessageState::on_wire:
    case MessageState::lost: break;
  }
  return Parked::no;
}

void draw_clock(const Ui& ui, ImDrawList& list, ImVec2 c, Colour colour) {
  const float r = ui.px(4);
  list.AddCircleFilled(c, r, ui.theme.panel);
  list.AddCircle(c, r, colour, 0, ui.px(1.2F));
  list.AddLine(c, {c.x, c.y - r * 0.7F}, colour, ui.px(1.2F));
  list.AddLine(c, {c.x + r * 0.5F, c.y}, colour, ui.px(1.2F));
}

void draw_burst(const Ui& ui, ImDrawList& list, ImVec2 c, float radius, Colour colour) {
  cross(list, c, radius * 1.2F, colour, ui.px(2));
  for (int i = 0; i < 4; ++i) {  // sparks
    const float x = i == 0 ? 1.0F : i == 1 ? -1.0F : 0.0F;
    const float y = i == 2 ? 1.0F : i == 3 ? -1.0F : 0.0F;
    list.AddLine({c.x + x * radius * 1.3F, c.y + y * radius * 1.3F}, {c.x + x * radius * 1.9F, c.y + y * radius * 1.9F}, colour, ui.px(1.5F));
  }
}

std::string_view fate_text(MessageState state) {
  switch (state) {
    case MessageState::on_wire: return "on its way";
    case MessageState::waiting: return "waits in the sender's socket";
    case MessageState::lost: return "lost; it will be sent again";
    case MessageState::held: return "held back by a fault";
    case MessageState::delayed: return "delayed by a fault";
  }
  return "";
}

}  // namespace

void draw_lane(const Ui& ui, ImDrawList& list, const Lane& lane, Colour colour) {
  const ImVec2 middle{(lane.from.x + lane.to.x) / 2, (lane.from.y + lane.to.y) / 2};
  const float aside = std::hypot(lane.bend.x - middle.x, lane.bend.y - middle.y) / 2;
  list.PathLineTo(lane.from);  // with as many pieces as leave it a quarter of a pixel from the curve
  list.PathBezierQuadraticCurveTo(lane.bend, lane.to, std::clamp(static_cast<int>(std::sqrt(aside * 4)), 2, 14));
  list.PathStroke(colour, 0, std::max(1.0F, ui.px(1)));
}

void draw_poor_lane(const Ui& ui, ImDrawList& list, const Lane& lane) {
  const int pieces = std::max(4, static_cast<int>(lane.length() / ui.px(5))) / 2 * 2 + 1;
  for (int i = 0; i < pieces; i += 2) {
    const auto count = static_cast<float>(pieces);
    list.AddLine(lane.at(static_cast<float>(i) / count), lane.at(static_cast<float>(i + 1) / count), ui.theme.warning, ui.px(1.6F));
  }
}

Area draw_wall(const Ui& ui, ImDrawList& list, const Lane& lane) {
  const LanePlace m = middle_of(lane);
  const float half = ui.px(10);
  const float apart = ui.px(3.5F);
  const Colour colour = ui.theme.bad;
  const auto place = [&](float along, float across) {
    return ImVec2{m.at.x + m.along.x * along + m.across.x * across, m.at.y + m.along.y * along + m.across.y * across};
  };
  list.AddQuadFilled(place(-apart, -half), place(apart, -half), place(apart, half), place(-apart, half), ui.theme.panel);
  for (const float side : {-apart, apart}) list.AddLine(place(side, -half), place(side, half), colour, ui.px(1.6F));
  for (float at = -half; at < half - apart; at += ui.px(4)) list.AddLine(place(-apart, at), place(apart, at + 2 * apart * 0.7F), colour, ui.px(1));
  return {{m.at.x - half, m.at.y - half}, {m.at.x + half, m.at.y + half}};
}

void draw_wall_around(const Ui& ui, ImDrawList& list, const Area& card) {
  const Area inner = card.inset(-ui.px(5));
  const Area outer = card.inset(-ui.px(9));
  const Colour colour = ui.theme.bad;
  const float t = ui.px(1.5F);
  const Area top{outer.min, {outer.max.x, inner.min.y}};
  const Area bottom{{outer.min.x, inner.max.y}, outer.max};
  const Area left{{outer.min.x, inner.min.y}, {inner.min.x, inner.max.y}};
  const Area right{{inner.max.x, inner.min.y}, {outer.max.x, inner.max.y}};
  for (const Area& side : {top, bottom, left, right}) hatch(list, side, colour, ui.px(5), ui.px(1));
  list.AddRect(inner.min, inner.max, colour, 0, 0, t);
  list.AddRect(outer.min, outer.max, colour, 0, 0, t);
}

bool may_talk(const sim::FrameNode& a, const sim::FrameNode& b) {
  const CardClass x = card_class(a.kind);
  const CardClass y = card_class(b.kind);
  if (x == CardClass::client) return y == CardClass::broker;
  return y != CardClass::client || x == CardClass::broker;
}

bool is_walled_in(const sim::Frame& frame, const sim::FrameNode& node) {
  std::size_t partners = 0;
  for (const sim::FrameNode& other : frame.nodes) {
    if (other.host == node.host || !may_talk(node, other)) continue;
    ++partners;
    const auto cut = [&](HostId from, HostId to) {
      return std::ranges::any_of(frame.links, [&](const sim::FrameLink& l) { return l.cut && l.from == from && l.to == to; });
    };
    if (!cut(node.host, other.host) || !cut(other.host, node.host)) return false;
  }
  return partners > 1;
}

bool is_chatter(const sim::FrameMessage& message) {
  if (message.traffic == sim::Traffic2::control) return true;
  return message.traffic == sim::Traffic2::quorum && message.api != ApiKey::vote;
}

std::vector<ShownMessage> place_messages(const TopologyPlan& plan, Lanes& lanes, const sim::Frame& frame, bool chatter) {
  struct OnLane {
    Lane lane;
    std::size_t messages{};
    std::size_t parked_at_sender{};
    std::size_t parked_at_receiver{};
    std::map<sim::Traffic2, std::pair<std::size_t, float>> merged;  // where in the result, and the sum of their progress
  };
  std::map<std::pair<HostId, HostId>, OnLane> on_lanes;
  const auto is_shown = [&](const sim::FrameMessage& m) { return (chatter || !is_chatter(m)) && m.from != m.to && plan.card(m.from) && plan.card(m.to); };
  for (const sim::FrameMessage& m : frame.messages) {
    if (!is_shown(m)) continue;
    auto [on, fresh] = on_lanes.try_emplace({m.from, m.to});
    if (fresh) on->second.lane = lanes.between(*plan.card(m.from), *plan.card(m.to));
    ++on->second.messages;
  }
  std::vector<ShownMessage> shown;
  for (std::size_t i = 0; i < frame.messages.size(); ++i) {
    const sim::FrameMessage& m = frame.messages[i];
    if (!is_shown(m)) continue;
    OnLane& on = on_lanes[{m.from, m.to}];
    if (on.messages > most_single_messages) {
      auto [one, fresh] = on.merged.try_emplace(m.traffic, shown.size(), 0.0F);
      if (fresh) shown.push_back({i, 0, {}});
      ShownMessage& dot = shown[one->second.first];
      ++dot.count;
      one->second.second += m.progress;
      dot.at = on.lane.at(one->second.second / static_cast<float>(dot.count));
      continue;
    }
    const float step = 9 * lanes.unit() / std::max(1.0F, on.lane.length());
    float progress = m.progress;
    if (m.state == MessageState::lost) progress = std::min(progress, 0.38F);  // before the wall that may stand in the middle
    constexpr std::size_t queue = 8;  // further ones stand on the last
    if (parked(m.state) == Parked::at_sender) progress = step * (0.7F + static_cast<float>(std::min(on.parked_at_sender++, queue)));
    if (parked(m.state) == Parked::at_receiver) progress = 1 - step * (0.7F + static_cast<float>(std::min(on.parked_at_receiver++, queue)));
    shown.push_back({i, 1, on.lane.at(progress)});
  }
  return shown;
}

float message_radius(const Ui& ui, const sim::Frame& frame, const ShownMessage& shown) {
  if (shown.count > 1) return ui.px(11);
  return ui.px(frame.messages[shown.first].heavy ? 5.5F : 4.2F);
}

void draw_message(Ui& ui, ImDrawList& list, const sim::Frame& frame, const ShownMessage& shown, CardEmphasis emphasis) {
  const sim::FrameMessage& m = frame.messages[shown.first];
  const float radius = message_radius(ui, frame, shown);
  const Colour colour = of_traffic(ui.theme, m.traffic);
  ui.probe(fmt::format("message.{}", shown.first), {shown.at.x - radius, shown.at.y - radius}, {shown.at.x + radius, shown.at.y + radius});
  if (emphasis == CardEmphasis::hovered) list.AddCircleFilled(shown.at, radius + ui.px(4), faded(ui.theme.text, 0.25F));
  if (emphasis == CardEmphasis::chosen) list.AddCircle(shown.at, radius + ui.px(4), ui.theme.accent, 0, ui.px(2));
  if (shown.count > 1) {
    const std::string count = shown.count > 999 ? fmt::format("{}k", shown.count / 1000) : std::to_string(shown.count);
    list.AddCircleFilled(shown.at, radius, ui.theme.panel);
    list.AddCircle(shown.at, radius, colour, 0, ui.px(3));
    const Area box{{shown.at.x - radius * 2, shown.at.y - radius}, {shown.at.x + radius * 2, shown.at.y + radius}};
    ui.write_centred(list, ui.fonts.small, box, ui.theme.text, count);
    return;
  }
  if (m.state == MessageState::lost) return draw_burst(ui, list, shown.at, radius, ui.theme.bad);
  const bool answer = m.kind == MessageKind::response;
  if (answer) traffic_shape(list, m.traffic, shown.at, radius, ui.theme.panel, true);
  traffic_shape(list, m.traffic, shown.at, radius, colour, !answer);
  if (m.error) list.AddCircle(shown.at, radius + ui.px(2.5F), ui.theme.bad, 0, ui.px(1.8F));
  if (parked(m.state) != Parked::no) draw_clock(ui, list, {shown.at.x + radius, shown.at.y - radius}, ui.theme.warning);
}

std::string message_tip(const sim::Frame& frame, const ShownMessage& shown) {
  const sim::FrameMessage& m = frame.messages[shown.first];
  const sim::FrameNode* from = frame.node(m.from);
  const sim::FrameNode* to = frame.node(m.to);
  const std::string way = fmt::format("{} to {}", from ? from->name : "?", to ? to->name : "?");
  if (shown.count > 1) return fmt::format("{} messages ({})\nfrom {}", shown.count, sim::traffic_name(m.traffic), way);
  std::string tip = fmt::format("{} {}{}\nfrom {}", api_name(m.api), m.kind == MessageKind::request ? "request" : "response",
                                m.error ? " with an error" : "", way);
  tip += fmt::format("\n{}; {} bytes{}, correlation id {}", fate_text(m.state), m.bytes, m.heavy ? " with records" : "", m.correlation_id);
  return tip;
}

}  // namespace kafkasim::viz
