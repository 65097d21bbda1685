// Nodes: each state has a shape and a colour of its own.
#include <algorithm>
#include <cmath>
#include <map>

#include <fmt/format.h>

#include "sim/frame/layout.hpp"
#include "viz/panels/topology_parts.hpp"

namespace kafkasim::viz {

namespace {

using sim::NodeKind;
using sim::NodeState;

Colour state_colour(const Theme& theme, const sim::FrameNode& node) {
  switch (node.state) {
    case NodeState::without_power: return theme.dim;
    case NodeState::down: return theme.bad;
    case NodeState::starting:
    case NodeState::stopping: return theme.note;
    case NodeState::paused: return theme.warning;
    case NodeState::running: break;
  }
  return node.fenced ? theme.warning : theme.dim;
}

float corner_of(const Ui& ui, NodeKind kind) {
  if (kind == NodeKind::producer) return 0;
  return ui.px(kind == NodeKind::consumer ? 14 : 6);
}

// A sign at the corner that tells the state without its colour.
void draw_state_sign(const Ui& ui, ImDrawList& list, const TopologyCard& card) {
  const NodeState state = card.node->state;
  if (state == NodeState::running) return;
  const float r = ui.px(card.form == CardForm::full ? 8 : card.form == CardForm::brief ? 7 : 6);
  const ImVec2 c{card.area.max.x - r * 0.4F, card.area.min.y + r * 0.4F};
  const Colour colour = state_colour(ui.theme, *card.node);
  list.AddCircleFilled(c, r, ui.theme.panel);
  list.AddCircle(c, r, colour, 0, ui.px(1.5F));
  const float s = r * 0.5F;
  switch (state) {
    case NodeState::down: return cross(list, c, s, colour, ui.px(2));
    case NodeState::paused:
      list.AddRectFilled({c.x - s, c.y - s}, {c.x - s * 0.3F, c.y + s}, colour);
      list.AddRectFilled({c.x + s * 0.3F, c.y - s}, {c.x + s, c.y + s}, colour);
      return;
    case NodeState::without_power: {  // a bolt
      list.AddTriangleFilled({c.x + s * 0.5F, c.y - s * 1.2F}, {c.x - s * 0.8F, c.y + s * 0.25F}, {c.x + s * 0.2F, c.y + s * 0.1F}, ui.theme.warning);
      list.AddTriangleFilled({c.x - s * 0.5F, c.y + s * 1.2F}, {c.x + s * 0.8F, c.y - s * 0.25F}, {c.x - s * 0.2F, c.y - s * 0.1F}, ui.theme.warning);
      return;
    }
    case NodeState::starting: list.AddTriangleFilled({c.x - s, c.y + s * 0.6F}, {c.x, c.y - s}, {c.x + s, c.y + s * 0.6F}, colour); return;
    case NodeState::stopping: list.AddTriangleFilled({c.x - s, c.y - s * 0.6F}, {c.x + s, c.y - s * 0.6F}, {c.x, c.y + s}, colour); return;
    case NodeState::running: return;
  }
}

void draw_crown(const Ui& ui, ImDrawList& list, const TopologyCard& card) {
  const float w = ui.px(card.form == CardForm::tiny ? 5 : 7);
  const ImVec2 c{card.area.min.x + ui.px(card.form == CardForm::tiny ? 2 : 4), card.area.min.y - ui.px(1)};
  const Colour colour = ui.theme.cycle[5];
  const float base = c.y + w * 0.55F;
  list.AddCircleFilled(c, w * 1.35F, ui.theme.panel);
  for (int i = -1; i <= 1; ++i) {
    const float x = c.x + static_cast<float>(i) * w * 0.62F;
    const float top = c.y - w * (i == 0 ? 0.9F : 0.65F);
    list.AddTriangleFilled({c.x - w * 0.9F + static_cast<float>(i + 1) * w * 0.3F, base}, {x * 1.0F, top},
                           {c.x + w * 0.3F + static_cast<float>(i + 1) * w * 0.3F, base}, colour);
  }
  list.AddRectFilled({c.x - w * 0.9F, base}, {c.x + w * 0.9F, base + w * 0.35F}, colour);
}

void draw_outline(const Ui& ui, ImDrawList& list, const TopologyCard& card, CardEmphasis emphasis) {
  const Theme& theme = ui.theme;
  const sim::FrameNode& node = *card.node;
  const bool dark = node.state == NodeState::without_power;
  const float round = corner_of(ui, node.kind);
  Colour fill = dark ? mixed(theme.background, theme.panel_edge, 0.3F) : theme.raised;
  if (emphasis == CardEmphasis::hovered) fill = theme.hover;
  if (node.state == NodeState::down) fill = theme.panel;
  list.AddRectFilled(card.area.min, card.area.max, fill, round);
  const Colour edge = state_colour(theme, node);
  if (node.state == NodeState::starting || node.state == NodeState::stopping) {
    dashed_rect(list, card.area, edge, ui.px(1.5F), ui.px(4));
  } else {
    list.AddRect(card.area.min, card.area.max, node.state == NodeState::running && !node.fenced ? theme.faint : edge, round, 0, ui.px(1.5F));
  }
  if (node.fenced && node.kind == NodeKind::broker) dashed_rect(list, card.area.inset(-ui.px(3.5F)), theme.warning, ui.px(1.5F), ui.px(4));
  if (emphasis == CardEmphasis::chosen) {
    const Area ring = card.area.inset(-ui.px(2));
    list.AddRect(ring.min, ring.max, theme.accent, round + ui.px(2), 0, ui.px(2.5F));
  }
}

void draw_disk(const Ui& ui, ImDrawList& list, const TopologyCard& card) {
  const auto& disk = card.node->disk;
  if (!disk || card.form == CardForm::tiny) return;
  const float side = ui.px(8);
  const Area bar{{card.area.min.x + side, card.area.max.y - ui.px(8)}, {card.area.max.x - side, card.area.max.y - ui.px(4)}};
  list.AddRectFilled(bar.min, bar.max, ui.theme.faint, ui.px(2));
  if (disk->offline) return hatch(list, bar, ui.theme.bad, ui.px(4), ui.px(1.5F));
  if (disk->capacity == 0) return;
  const float share = std::clamp(static_cast<float>(static_cast<double>(disk->used) / static_cast<double>(disk->capacity)), 0.0F, 1.0F);
  const Colour colour = share > 0.95F ? ui.theme.bad : share > 0.8F ? ui.theme.warning : ui.theme.dim;
  if (disk->used > 0) list.AddRectFilled(bar.min, {bar.min.x + std::max(ui.px(2), bar.width() * share), bar.max.y}, colour, ui.px(2));
}

void draw_queue(Ui& ui, ImDrawList& list, const TopologyCard& card) {  // a pile, and how high it is
  const std::size_t waiting = card.node->waiting;
  if (waiting == 0 || card.form != CardForm::full || card_class(card.node->kind) == CardClass::client) return;
  const std::string text = waiting > 999 ? "1k+" : std::to_string(waiting);
  const Colour colour = waiting > 100 ? ui.theme.warning : ui.theme.dim;
  const float width = ui.measure(ui.fonts.small, text).x;
  const float sign = card.node->state == NodeState::running ? 6.0F : 10.0F;
  const ImVec2 at{card.area.max.x - width - ui.px(sign), card.area.min.y + ui.px(4)};
  ui.write(list, ui.fonts.small, at, colour, text);
  for (int i = 0; i < 3; ++i) {
    const float y = at.y + ui.px(4) + static_cast<float>(i) * ui.px(3);
    list.AddRectFilled({at.x - ui.px(9), y}, {at.x - ui.px(3), y + std::max(1.0F, ui.px(1.4F))}, colour);
  }
}

void draw_client_mark(const Ui& ui, ImDrawList& list, const sim::FrameNode& node, ImVec2 c) {
  const float r = ui.px(4.5F);
  switch (node.kind) {
    case NodeKind::producer:
      list.AddRectFilled({c.x - r, c.y - r}, {c.x + r, c.y + r}, of_traffic(ui.theme, sim::Traffic2::produce));
      return;
    case NodeKind::consumer: list.AddCircleFilled(c, r * 1.1F, of_traffic(ui.theme, sim::Traffic2::fetch)); return;
    default: traffic_shape(list, sim::Traffic2::admin, c, r * 1.1F, of_traffic(ui.theme, sim::Traffic2::admin), true); return;
  }
}

void draw_client_text(Ui& ui, ImDrawList& list, const TopologyCard& card) {
  const ImVec2 middle = card.area.centre();
  if (card.form == CardForm::tiny) return draw_client_mark(ui, list, *card.node, middle);
  const float left = card.area.min.x + ui.px(card.form == CardForm::full ? 3 : 0);
  draw_client_mark(ui, list, *card.node, {left + ui.px(9), middle.y});
  const float x = left + ui.px(17);
  const float high = ui.fonts.bold->FontSize + (card.detail.empty() ? 0 : ui.fonts.small->FontSize);
  const float y = std::floor(middle.y - high / 2);
  const bool up = card.node->state == NodeState::running;
  ui.write(list, ui.fonts.bold, {x, y}, up ? ui.theme.text : ui.theme.dim, card.name);
  if (!card.detail.empty())
    ui.write(list, ui.fonts.small, {x, y + ui.fonts.bold->FontSize}, up ? ui.theme.dim : state_colour(ui.theme, *card.node), card.detail);
}

void draw_node_text(Ui& ui, ImDrawList& list, const TopologyCard& card) {
  const bool up = card.node->state == NodeState::running;
  const Colour colour = up || card.node->state == NodeState::paused ? ui.theme.text : ui.theme.dim;
  const bool disk = card_class(card.node->kind) == CardClass::broker;
  if (card.form != CardForm::full) {
    Area within = card.area;
    if (disk && card.form == CardForm::brief) within.max.y -= ui.px(7);
    ui.write_centred(list, card.form == CardForm::tiny ? ui.fonts.small : ui.fonts.bold, within, colour, card.name);
    return;
  }
  const float x = card.area.min.x + ui.px(8);
  const float y = card.area.min.y + ui.px(3);
  ui.write(list, ui.fonts.bold, {x, y}, colour, card.name);
  const bool plain = up && !card.node->fenced;
  const Colour detail = card.node->active ? ui.theme.text : plain ? ui.theme.dim : state_colour(ui.theme, *card.node);
  ui.write(list, ui.fonts.small, {x, y + ui.fonts.bold->FontSize}, detail, card.detail);
}

void draw_ailments(Ui& ui, ImDrawList& list, const TopologyCard& card) {
  const auto& ailments = card.node->ailments;
  if (ailments.empty()) return;
  std::string all;
  for (const std::string& one : ailments) all += (all.empty() ? "" : ", ") + one;
  const std::string count = ailments.size() == 1 ? "1 fault" : fmt::format("{} faults", ailments.size());
  const float room = card.room - ui.px(6);
  for (const std::string& text : {all, count}) {
    const ImVec2 size = ui.measure(ui.fonts.small, text);
    if (size.x > room) continue;
    const ImVec2 at{std::floor(card.area.centre().x - size.x / 2), card.area.max.y + ui.px(card.node->fenced ? 5 : 2)};
    list.AddRectFilled({at.x - ui.px(3), at.y}, {at.x + size.x + ui.px(3), at.y + size.y}, faded(ui.theme.panel, 0.85F), ui.px(3));
    ui.write(list, ui.fonts.small, at, ui.theme.warning, text);
    return;
  }
  const ImVec2 c{card.area.max.x - ui.px(2), card.area.max.y - ui.px(2)};  // a triangle at the corner; the tip says which
  const float r = ui.px(6);
  list.AddTriangleFilled({c.x, c.y - r}, {c.x + r, c.y + r * 0.8F}, {c.x - r, c.y + r * 0.8F}, ui.theme.warning);
}

struct NamedBox {
  std::string name;
  std::optional<Area> area;
  int cards{0};
};

void draw_named_box(Ui& ui, ImDrawList& list, const std::string& probe, const std::string& name, Area box) {
  const float line = ui.fonts.small->FontSize;
  box = box.inset(-ui.px(4));
  box.min.y -= line;
  list.AddRectFilled(box.min, box.max, faded(ui.theme.raised, 0.35F), ui.px(8));
  list.AddRect(box.min, box.max, ui.theme.panel_edge, ui.px(8), 0, ui.px(1));
  const float width = ui.measure(ui.fonts.small, name).x;
  if (width + ui.px(8) <= box.width()) {  // lines pass behind it
    const ImVec2 at{box.min.x + ui.px(5), box.min.y + ui.px(1)};
    list.AddRectFilled({at.x - ui.px(2), at.y}, {at.x + width + ui.px(2), at.y + line}, faded(ui.theme.panel, 0.8F), ui.px(3));
    ui.write(list, ui.fonts.small, at, ui.theme.dim, name);
  }
  ui.probe(probe, box.min, box.max);
}

std::string stem_of(const std::string& name) {  // "analytics" of "analytics/2"
  const std::size_t end = name.find_last_not_of("0123456789");
  if (end == std::string::npos || end + 1 == name.size()) return name;
  return name.substr(0, name[end] == '/' || name[end] == '-' || name[end] == '_' ? end : end + 1);
}

std::string_view state_text(NodeState state) {
  switch (state) {
    case NodeState::without_power: return "without power";
    case NodeState::down: return "down";
    case NodeState::starting: return "starting";
    case NodeState::running: return "running";
    case NodeState::paused: return "paused: it does nothing, its connections stay open";
    case NodeState::stopping: return "shutting down";
  }
  return "";
}

std::string size_text(std::uint64_t bytes) {
  constexpr double k = 1024;
  const auto b = static_cast<double>(bytes);
  if (b < k) return fmt::format("{} B", bytes);
  if (b < k * k) return fmt::format("{:.1f} KiB", b / k);
  return b < k * k * k ? fmt::format("{:.1f} MiB", b / k / k) : fmt::format("{:.1f} GiB", b / k / k / k);
}

}  // namespace

void draw_racks(Ui& ui, ImDrawList& list, const sim::Frame& frame, const TopologyPlan& plan) {
  std::map<std::string, NamedBox> boxes;  // racks of brokers; where clients have no room for their names, what they have in common
  for (const sim::RackBox& rack : sim::rack_boxes(frame.nodes)) boxes["rack." + rack.rack] = {rack.rack, {}};
  for (const TopologyCard& card : plan.cards) {
    const CardClass kind = card_class(card.node->kind);
    const std::string name = kind == CardClass::client ? stem_of(card.node->name) : card.node->rack;
    if (kind == CardClass::controller || name.empty()) continue;
    if (kind == CardClass::client && card.form == CardForm::full) continue;
    auto [box, fresh] = boxes.try_emplace((kind == CardClass::client ? "clients." : "rack.") + name, NamedBox{name, {}});
    ++box->second.cards;
    std::optional<Area>& area = box->second.area;
    if (!area) area = card.area;
    area = Area{{std::min(area->min.x, card.area.min.x), std::min(area->min.y, card.area.min.y)},
                {std::max(area->max.x, card.area.max.x), std::max(area->max.y, card.area.max.y)}};
  }
  for (auto& [probe, box] : boxes) {
    const bool alone = box.cards == 1 && probe.starts_with("clients.");  // has nothing in common with others
    if (box.area && !alone) draw_named_box(ui, list, probe, box.name, *box.area);
  }
}

void draw_card(Ui& ui, ImDrawList& list, const TopologyCard& card, CardEmphasis emphasis) {
  draw_outline(ui, list, card, emphasis);
  if (card_class(card.node->kind) == CardClass::client) {
    draw_client_text(ui, list, card);
  } else {
    draw_node_text(ui, list, card);
    draw_disk(ui, list, card);
    draw_queue(ui, list, card);
  }
  if (card.node->active) draw_crown(ui, list, card);
  draw_state_sign(ui, list, card);
  draw_ailments(ui, list, card);
  ui.probe("node." + card.node->name, card.area.min, card.area.max);
}

std::string node_tip(const sim::Frame& frame, const sim::FrameNode& node) {
  std::string tip = fmt::format("{}: {}", node.name, state_text(node.state));
  if (node.fenced) tip += ", fenced: the controller does not count on it";
  if (!node.quorum_role.empty())
    tip += fmt::format("\n{} of the quorum in epoch {}{}", node.quorum_role, node.epoch, node.active ? "; the active controller" : "");
  if (node.kind == NodeKind::broker) {
    std::string leads;
    std::size_t count = 0;
    for (const sim::FramePartition& p : frame.partitions) {
      if (p.leader != node.id) continue;
      if (++count <= 8) leads += (leads.empty() ? "" : ", ") + to_string(p.name);
    }
    tip += count == 0 ? "\nleads no partition" : fmt::format("\nleads {}{}", leads, count > 8 ? fmt::format(" and {} more", count - 8) : "");
  }
  if (!node.rack.empty()) tip += "\nrack " + node.rack;
  if (!node.group.empty()) tip += "\nmember of the group " + node.group;
  if (node.kind == NodeKind::consumer) tip += "\n" + card_detail(frame, node);
  if (node.waiting > 0) tip += fmt::format("\n{} {} in its queues", node.waiting, node.waiting == 1 ? "message" : "messages");
  if (node.disk) {
    tip += node.disk->offline ? "\nits log directory is offline" : "\ndisk: " + size_text(node.disk->used);
    if (!node.disk->offline && node.disk->capacity > 0) tip += " of " + size_text(node.disk->capacity);
  }
  for (const std::string& ailment : node.ailments) tip += "\n! " + ailment;
  return tip + "\nRight-click for what can be done to it";
}

}  // namespace kafkasim::viz
