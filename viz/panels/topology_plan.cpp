#include "viz/panels/topology_plan.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <iterator>
#include <optional>
#include <set>

#include <fmt/format.h>

namespace kafkasim::viz {

namespace {

constexpr float card_distance = 9;  // points between cards: marks at their corners and rings around them fit

std::size_t of_class(CardClass c) { return static_cast<std::size_t>(c); }

ImVec2 letters(const Ui& ui, ImFont* font, const std::string& text) { return text.empty() ? ImVec2{0, 0} : ui.measure(font, text); }

// Cards keep their size while what they say changes.
const char* longest_detail(CardClass kind) {
  if (kind == CardClass::controller) return "follower, epoch 00";
  return kind == CardClass::broker ? "recovering" : "lag 00000";
}

ImVec2 card_size(const Ui& ui, CardClass kind, CardForm form, const std::string& name, const std::string& detail) {
  const ImVec2 heading = letters(ui, form == CardForm::tiny ? ui.fonts.small : ui.fonts.bold, name);
  ImVec2 below = letters(ui, ui.fonts.small, detail);
  if (form == CardForm::full) below.x = std::max(below.x, letters(ui, ui.fonts.small, longest_detail(kind)).x);
  const float wide = std::max(heading.x, below.x);
  if (form == CardForm::tiny) {
    if (kind == CardClass::client) return {ui.px(15), ui.px(15)};
    return {wide + ui.px(8), heading.y + ui.px(kind == CardClass::broker ? 8 : 3)};
  }
  if (kind == CardClass::client) return {wide + ui.px(form == CardForm::full ? 34 : 24), heading.y + below.y + ui.px(6)};
  const float marks = form == CardForm::full ? 44 : 22;  // of the queue, of the disk
  return {std::max(heading.x + ui.px(marks), below.x + ui.px(14)), heading.y + below.y + ui.px(kind == CardClass::broker ? 14 : 7)};
}

bool too_close(const Area& a, const Area& b, float distance) {
  return a.min.x < b.max.x + distance && b.min.x < a.max.x + distance && a.min.y < b.max.y + distance && b.min.y < a.max.y + distance;
}

// How much further than their places the columns of a class are from the middle, so that its cards have room side by side: as much as
// they need and messages between them too, within the sheet. Rows and columns stay straight.
float stretched(const Ui& ui, const TopologyPlan& plan, CardClass kind, float width) {
  std::set<float> columns;
  float outermost = 0;
  for (const TopologyCard& card : plan.cards) {
    if (card_class(card.node->kind) != kind) continue;
    columns.insert(card.node->place.x);
    outermost = std::max(outermost, std::abs(card.node->place.x - 0.5F));
  }
  float narrowest = 1;
  for (auto at = columns.begin(); at != columns.end() && std::next(at) != columns.end(); ++at) {
    if (const float step = *std::next(at) - *at; step > 0.001F) narrowest = std::min(narrowest, step);
  }
  const float whole = std::max(1.0F, plan.sheet.width());
  const float between = kind == CardClass::broker ? 60 : card_distance + 5;
  const float needed = (width + ui.px(between) + 1) / (narrowest * whole);
  const float possible = outermost > 0 ? (whole - width) / 2 / (outermost * whole) : 1;
  return std::max(std::min(1.0F, possible), std::min(needed, possible));
}

// Cards of a class are of one size, so that they can be compared.
void size_cards(const Ui& ui, const sim::Frame& frame, TopologyPlan& plan) {
  std::array<ImVec2, 3> size{};
  for (TopologyCard& card : plan.cards) {
    const CardClass kind = card_class(card.node->kind);
    card.form = plan.forms[of_class(kind)];
    const bool marked_only = card.form == CardForm::tiny && kind == CardClass::client;
    card.name = marked_only ? "" : card.form == CardForm::full ? card.node->name : brief_name(*card.node);
    card.detail = card.form == CardForm::full ? card_detail(frame, *card.node) : "";
    const ImVec2 own = card_size(ui, kind, card.form, card.name, card.detail);
    ImVec2& most = size[of_class(kind)];
    most = {std::max(most.x, own.x), std::max(most.y, own.y)};
  }
  std::array<float, 3> stretch{};
  for (const CardClass kind : {CardClass::controller, CardClass::broker, CardClass::client})
    stretch[of_class(kind)] = stretched(ui, plan, kind, size[of_class(kind)].x);
  for (TopologyCard& card : plan.cards) {
    const CardClass kind = card_class(card.node->kind);
    const ImVec2 own = size[of_class(kind)];
    const Area& sheet = plan.sheet;
    const auto within = [](float at, float low, float high, float length) {
      return std::clamp(at, low + length / 2, std::max(low + length / 2, high - length / 2));
    };
    const float across = 0.5F + (card.node->place.x - 0.5F) * stretch[of_class(kind)];
    const float x = within(sheet.min.x + across * sheet.width(), sheet.min.x, sheet.max.x, own.x);
    const float y = within(sheet.min.y + card.node->place.y * sheet.height(), sheet.min.y, sheet.max.y, own.y);
    const ImVec2 corner{std::floor(x - own.x / 2), std::floor(y - own.y / 2)};
    card.area = {corner, {corner.x + std::ceil(own.x), corner.y + std::ceil(own.y)}};
  }
}

// The class that is to become smaller; absent: all is well, or nothing helps.
const CardClass* crowded(const TopologyPlan& plan, float distance) {
  static constexpr std::array<CardClass, 3> giving_way{CardClass::client, CardClass::controller, CardClass::broker};
  std::array<bool, 3> close{};
  for (std::size_t i = 0; i < plan.cards.size(); ++i) {
    for (std::size_t j = i + 1; j < plan.cards.size(); ++j) {
      const CardClass a = card_class(plan.cards[i].node->kind);
      const bool both_clients = a == CardClass::client && a == card_class(plan.cards[j].node->kind);
      if (!too_close(plan.cards[i].area, plan.cards[j].area, both_clients ? distance * 0.6F : distance)) continue;
      close[of_class(card_class(plan.cards[i].node->kind))] = true;
      close[of_class(card_class(plan.cards[j].node->kind))] = true;
    }
  }
  for (const CardClass& c : giving_way) {
    if (close[of_class(c)] && plan.forms[of_class(c)] != CardForm::tiny) return &c;
  }
  return nullptr;
}

// Where even marks are too close: side by side in their row, as far apart as there is room.
void spread_rows(TopologyPlan& plan, float distance) {
  std::map<int, std::vector<TopologyCard*>> rows;
  for (TopologyCard& card : plan.cards) rows[static_cast<int>(std::lround(card.area.centre().y))].push_back(&card);
  for (auto& [y, row] : rows) {
    std::ranges::sort(row, {}, [](const TopologyCard* card) { return card->area.min.x; });
    float needed = -distance;
    bool close = false;
    for (std::size_t i = 0; i < row.size(); ++i) {
      needed += row[i]->area.width() + distance;
      close = close || (i > 0 && too_close(row[i - 1]->area, row[i]->area, distance));
    }
    if (!close) continue;
    const float gap = needed <= plan.sheet.width() ? distance : distance + (plan.sheet.width() - needed) / static_cast<float>(row.size());
    float free = plan.sheet.min.x;  // to the left of it there is no room
    for (std::size_t i = 0; i < row.size(); ++i) {
      float rest = 0;  // what those to the right need
      for (std::size_t j = i; j < row.size(); ++j) rest += row[j]->area.width() + (j > i ? gap : 0);
      Area& area = row[i]->area;
      const float width = area.width();
      area.min.x = std::floor(std::max(free, std::min(area.min.x, plan.sheet.max.x - rest)));
      area.max.x = area.min.x + width;
      free = area.max.x + gap;
    }
  }
}

void measure_room(TopologyPlan& plan, float distance, float below) {
  for (TopologyCard& card : plan.cards) {
    const ImVec2 middle = card.area.centre();
    float half = std::min(middle.x - plan.sheet.min.x, plan.sheet.max.x - middle.x);
    for (const TopologyCard& other : plan.cards) {
      if (&other == &card) continue;
      const bool beside = other.area.min.y < card.area.max.y + below && card.area.min.y < other.area.max.y + below;
      if (!beside) continue;
      const float between = std::abs(other.area.centre().x - middle.x);
      half = std::min(half, other.node->ailments.empty() ? between - other.area.width() / 2 - distance / 2 : between / 2 - distance / 2);
    }
    card.room = std::max(0.0F, 2 * half);
  }
}

struct Sides {
  ImVec2 along;
  ImVec2 left;
  float length{};
};
Sides sides_of(ImVec2 from, ImVec2 to) {
  const float length = std::max(1.0F, std::hypot(to.x - from.x, to.y - from.y));
  const ImVec2 along{(to.x - from.x) / length, (to.y - from.y) / length};
  return {along, {along.y, -along.x}, length};
}

// Where the line from the middle of a card to a place outside leaves it.
ImVec2 door(const Area& card, ImVec2 towards) {
  const ImVec2 middle = card.centre();
  const ImVec2 way{towards.x - middle.x, towards.y - middle.y};
  const float x = way.x == 0 ? 1e9F : card.width() / 2 / std::abs(way.x);
  const float y = way.y == 0 ? 1e9F : card.height() / 2 / std::abs(way.y);
  const float share = std::min({x, y, 1.0F});
  return {middle.x + way.x * share, middle.y + way.y * share};
}

// From one row to another: through the edge that faces it, a little towards where it goes.
ImVec2 facing_door(const Area& card, const Area& other) {
  const ImVec2 middle = card.centre();
  const float reach = card.width() * 0.36F;
  const float x = middle.x + std::clamp((other.centre().x - middle.x) * 0.2F, -reach, reach);
  return {x, other.centre().y < middle.y ? card.min.y : card.max.y};
}

bool meets_cards(const TopologyPlan& plan, const TopologyCard& from, const TopologyCard& to, const Lane& lane, float distance) {
  constexpr std::size_t samples = 16;
  std::array<ImVec2, samples - 1> places;
  for (std::size_t i = 1; i < samples; ++i) places[i - 1] = lane.at(static_cast<float>(i) / samples);
  const Area around{{std::min({lane.from.x, lane.bend.x, lane.to.x}), std::min({lane.from.y, lane.bend.y, lane.to.y})},
                    {std::max({lane.from.x, lane.bend.x, lane.to.x}), std::max({lane.from.y, lane.bend.y, lane.to.y})}};
  for (const TopologyCard& card : plan.cards) {
    if (&card == &from || &card == &to || !too_close(card.area, around, distance)) continue;
    const Area wide = card.area.inset(-distance);
    if (std::ranges::any_of(places, [&wide](ImVec2 place) { return wide.contains(place); })) return true;
  }
  return false;
}

}  // namespace

CardClass card_class(sim::NodeKind kind) {
  if (kind == sim::NodeKind::broker) return CardClass::broker;
  return kind == sim::NodeKind::controller ? CardClass::controller : CardClass::client;
}

const TopologyCard* TopologyPlan::card(HostId host) const {
  const auto found = of.find(host);
  return found == of.end() ? nullptr : &cards[found->second];
}

std::string brief_name(const sim::FrameNode& node) {
  if (node.id) return fmt::format("{}{}", node.kind == sim::NodeKind::broker ? "b" : "c", node.id->value);
  std::size_t digits = node.name.size();
  while (digits > 0 && std::isdigit(static_cast<unsigned char>(node.name[digits - 1])) != 0) --digits;
  if (digits < node.name.size()) return node.name.substr(digits);
  return node.name.substr(0, 1);
}

std::string card_detail(const sim::Frame& frame, const sim::FrameNode& node) {
  switch (node.state) {
    case sim::NodeState::without_power: return "no power";
    case sim::NodeState::down: return "down";
    case sim::NodeState::starting: return "starting";
    case sim::NodeState::paused: return "paused";
    case sim::NodeState::stopping: return "stopping";
    case sim::NodeState::running: break;
  }
  switch (node.kind) {
    case sim::NodeKind::broker: {
      if (node.fenced) return "fenced";
      if (node.role == "recovery") return "recovering";
      const auto leads = std::ranges::count_if(frame.partitions, [&](const sim::FramePartition& p) { return p.leader == node.id; });
      return fmt::format("leads {}", leads);
    }
    case sim::NodeKind::controller: {
      const std::string what = node.active ? "active" : node.role.empty() ? "controller" : node.role;
      return node.epoch >= 0 ? fmt::format("{}, epoch {}", what, node.epoch) : what;
    }
    case sim::NodeKind::producer: {  // a Frame counts those of all producers together
      const auto producers = std::ranges::count(frame.nodes, sim::NodeKind::producer, &sim::FrameNode::kind);
      return producers == 1 ? fmt::format("acked {}", frame.totals.acked) : "producer";
    }
    case sim::NodeKind::consumer: {
      std::int64_t lag = 0;
      std::size_t reads = 0;
      for (const sim::FramePartition& partition : frame.partitions) {
        for (const sim::FrameReader& reader : partition.readers) {
          if (reader.member != node.name) continue;
          lag += reader.lag;
          ++reads;
        }
      }
      return reads == 0 ? "reads none" : fmt::format("lag {}", lag);
    }
    case sim::NodeKind::admin: return "admin";
    case sim::NodeKind::real_clients: return "real";
  }
  return "";
}

TopologyPlan plan_topology(const Ui& ui, const sim::Frame& frame, const Area& sheet) {
  TopologyPlan plan;
  plan.sheet = sheet;
  for (const sim::FrameNode& node : frame.nodes) {
    plan.of.emplace(node.host, plan.cards.size());
    TopologyCard card;
    card.node = &node;
    plan.cards.push_back(std::move(card));
  }
  const float distance = ui.px(card_distance);
  size_cards(ui, frame, plan);
  while (const CardClass* smaller = crowded(plan, distance)) {
    CardForm& form = plan.forms[of_class(*smaller)];
    form = form == CardForm::full ? CardForm::brief : CardForm::tiny;
    size_cards(ui, frame, plan);
  }
  spread_rows(plan, ui.px(3));
  measure_room(plan, distance, ui.px(20));
  return plan;
}

ImVec2 Lane::at(float progress) const {
  const float t = std::clamp(progress, 0.0F, 1.0F);
  const float a = (1 - t) * (1 - t);
  const float b = 2 * t * (1 - t);
  const float c = t * t;
  return {a * from.x + b * bend.x + c * to.x, a * from.y + b * bend.y + c * to.y};
}

float Lane::length() const {
  const ImVec2 middle = at(0.5F);
  return std::hypot(middle.x - from.x, middle.y - from.y) + std::hypot(to.x - middle.x, to.y - middle.y);
}

Lane lane_between(const TopologyPlan& plan, const TopologyCard& from, const TopologyCard& to, float unit) {
  const bool other_row = from.area.max.y + 8 * unit < to.area.min.y || to.area.max.y + 8 * unit < from.area.min.y;
  const ImVec2 a = other_row ? facing_door(from.area, to.area) : from.area.centre();
  const ImVec2 b = other_row ? facing_door(to.area, from.area) : to.area.centre();
  const Sides sides = sides_of(a, b);
  const ImVec2 middle{(a.x + b.x) / 2, (a.y + b.y) / 2};
  // Both ends a little to the left, so that the lanes of two directions do not meet at a door.
  const ImVec2 shift{sides.left.x * 3 * unit, sides.left.y * 3 * unit};
  const int tries = other_row ? 2 : 10;  // between rows a straight way behind a card is clearer than one far around
  std::optional<Lane> first;
  for (int i = 0; i < tries; ++i) {
    const float aside = std::clamp(sides.length * 0.07F, 5 * unit, 14 * unit) + static_cast<float>(i) * 14 * unit;
    Lane lane;
    lane.bend = {middle.x + sides.left.x * aside, middle.y + sides.left.y * aside};
    const ImVec2 towards{lane.bend.x + shift.x, lane.bend.y + shift.y};
    lane.from = other_row ? ImVec2{a.x + shift.x, a.y} : door(from.area, towards);
    lane.to = other_row ? ImVec2{b.x + shift.x, b.y} : door(to.area, towards);
    if (!meets_cards(plan, from, to, lane, 3 * unit)) return lane;
    if (!first) first = lane;
  }
  return *first;
}

const Lane& Lanes::between(const TopologyCard& from, const TopologyCard& to) {
  const auto [known, fresh] = known_.try_emplace({from.node->host, to.node->host});
  if (fresh) known->second = lane_between(plan_, from, to, unit_);
  return known->second;
}

}  // namespace kafkasim::viz
