// The cluster as machines: who is up, who leads, what passes between them at this moment.
#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <set>

#include <fmt/format.h>

#include "viz/panels/panels.hpp"
#include "viz/panels/topology_parts.hpp"

namespace kafkasim::viz {

namespace {

constexpr float legend_height = 20;      // points
constexpr double lines_stay = 1.0;       // seconds of virtual time that a line is shown after its last message
constexpr double legend_stays = 3.0;

class Topology {
 public:
  Topology(Ui& ui, App& app, const Area& inner);
  void draw();

 private:
  void find_hovered();
  void remember();
  [[nodiscard]] float lately(ImGuiID key, double stays) const;  // 1: at this moment, 0: long ago
  void draw_lines();
  void look_for_link(const TopologyCard& a, const TopologyCard& b, float& nearest);
  void draw_link(const ChosenLink& link, Colour colour);
  void draw_links();
  void draw_legend();
  void respond();
  [[nodiscard]] CardEmphasis emphasis(const TopologyCard& card) const;
  [[nodiscard]] CardEmphasis emphasis(const ShownMessage& shown) const;
  [[nodiscard]] sim::MessageRef reference(const ShownMessage& shown) const;

  Ui& ui_;
  App& app_;
  const sim::Frame& frame_;
  Area legend_;
  TopologyPlan plan_;
  Lanes lanes_;
  std::vector<ShownMessage> messages_;
  ImDrawList& list_;
  bool active_;  // the mouse is over this panel
  const TopologyCard* over_card_{};
  const ShownMessage* over_message_{};
  std::optional<ChosenLink> over_link_;
};

// What was seen when is kept in the window's storage, since a Frame knows no past.
ImGuiID line_key(HostId a, HostId b) {
  const auto low = static_cast<ImGuiID>(std::min(a, b).value);
  const auto high = static_cast<ImGuiID>(std::max(a, b).value);
  return 0x40000000U + low * 8192U + high;
}
ImGuiID legend_key(sim::Traffic2 traffic) { return 0x20000000U + static_cast<ImGuiID>(traffic); }
constexpr ImGuiID menu_key = 0x10000000U;       // the host whose menu it is, or
constexpr ImGuiID other_end_key = 0x10000001U;  // one end of a link, and the other

Area sheet_of(const Ui& ui, const Area& inner) {  // room above for the crown, at the sides for signs at corners
  return {{inner.min.x + ui.px(4), inner.min.y + ui.px(8)}, {inner.max.x - ui.px(4), inner.max.y - ui.px(legend_height + 6)}};
}

double in_seconds(Duration d) { return static_cast<double>(d.ns) / 1e9; }

Topology::Topology(Ui& ui, App& app, const Area& inner)
    : ui_{ui},
      app_{app},
      frame_{app.frame()},
      legend_{{inner.min.x, inner.max.y - ui.px(legend_height)}, inner.max},
      plan_{plan_topology(ui, app.frame(), sheet_of(ui, inner))},
      lanes_{plan_, ui.px(1)},
      messages_{place_messages(plan_, lanes_, app.frame(), app.look.heartbeats)},
      list_{*ImGui::GetWindowDrawList()},
      active_{ImGui::IsWindowHovered()} {}

void Topology::find_hovered() {
  if (!active_) return;
  const ImVec2 mouse = ImGui::GetIO().MousePos;
  float nearest = ui_.px(4);  // beyond its rim
  for (const ShownMessage& shown : messages_) {
    const float away = std::hypot(shown.at.x - mouse.x, shown.at.y - mouse.y) - message_radius(ui_, frame_, shown);
    if (away < nearest) nearest = away, over_message_ = &shown;
  }
  for (const TopologyCard& card : plan_.cards) {
    if (card.area.contains(mouse)) over_card_ = &card;
  }
  if (over_card_ && nearest > 0) over_message_ = nullptr;
  if (over_message_) over_card_ = nullptr;
}

void Topology::remember() {
  ImGuiStorage& storage = *ImGui::GetStateStorage();
  const auto now = static_cast<float>(in_seconds(frame_.at));
  for (const sim::FrameMessage& m : frame_.messages) {
    if (is_chatter(m) && !app_.look.heartbeats) continue;
    storage.SetFloat(line_key(m.from, m.to), now);
    storage.SetFloat(legend_key(m.traffic), now);
  }
}

float Topology::lately(ImGuiID key, double stays) const {
  const double seen = static_cast<double>(ImGui::GetStateStorage()->GetFloat(key, -1e6F));
  const double age = in_seconds(frame_.at) - seen;
  return age < -1e-3 || age > stays ? 0.0F : static_cast<float>(1 - age / stays);
}

// The link whose line is nearest to the mouse, if it is at it.
void Topology::look_for_link(const TopologyCard& a, const TopologyCard& b, float& nearest) {
  const ImVec2 mouse = ImGui::GetIO().MousePos;
  for (const Lane* lane : {&lanes_.between(a, b), &lanes_.between(b, a)}) {
    const int places = std::clamp(static_cast<int>(lane->length() / ui_.px(4)), 2, 200);
    for (int i = 1; i < places; ++i) {
      const ImVec2 at = lane->at(static_cast<float>(i) / static_cast<float>(places));
      const float away = std::hypot(at.x - mouse.x, at.y - mouse.y);
      if (away < nearest) nearest = away, over_link_ = ChosenLink{a.node->host, b.node->host};
    }
  }
}

void Topology::draw_lines() {
  const bool look_for_links = active_ && !over_card_ && !over_message_;
  float nearest = ui_.px(5);
  std::set<std::pair<HostId, HostId>> replicating;  // these talk all the time
  for (const sim::FramePartition& partition : frame_.partitions) {
    const sim::FrameNode* leader = partition.leader ? frame_.node(*partition.leader) : nullptr;
    if (!leader) continue;
    for (const sim::FrameReplica& replica : partition.replicas) {
      const sim::FrameNode* node = frame_.node(replica.node);
      if (node && replica.state == sim::ReplicaState::follower) replicating.insert(std::minmax(node->host, leader->host));
    }
  }
  for (std::size_t i = 0; i < plan_.cards.size(); ++i) {
    for (std::size_t j = i + 1; j < plan_.cards.size(); ++j) {
      const TopologyCard& a = plan_.cards[i];
      const TopologyCard& b = plan_.cards[j];
      float weight = lately(line_key(a.node->host, b.node->host), lines_stay);
      if (replicating.contains(std::minmax(a.node->host, b.node->host))) weight = 1;
      const bool of_hovered = over_card_ == &a || over_card_ == &b;
      if (weight <= 0) continue;
      if (look_for_links && may_talk(*a.node, *b.node)) look_for_link(a, b, nearest);
      const Colour colour = of_hovered ? ui_.theme.dim : faded(ui_.theme.faint, 0.25F + 0.55F * weight);
      draw_lane(ui_, list_, lanes_.between(a, b), colour);
      draw_lane(ui_, list_, lanes_.between(b, a), colour);
    }
  }
  const auto* chosen = std::get_if<ChosenLink>(&app_.chosen());
  if (chosen) draw_link(*chosen, ui_.theme.accent);
  if (over_link_ && (!chosen || *chosen != *over_link_)) draw_link(*over_link_, ui_.theme.text);
}

void Topology::draw_link(const ChosenLink& link, Colour colour) {
  const TopologyCard* a = plan_.card(link.a);
  const TopologyCard* b = plan_.card(link.b);
  if (!a || !b) return;
  draw_lane(ui_, list_, lanes_.between(*a, *b), colour);
  draw_lane(ui_, list_, lanes_.between(*b, *a), colour);
}

void Topology::draw_links() {
  std::set<HostId> walled_in;
  for (const sim::FrameNode& node : frame_.nodes) {
    if (is_walled_in(frame_, node)) walled_in.insert(node.host);
  }
  for (const HostId host : walled_in) {
    const TopologyCard* card = plan_.card(host);
    draw_wall_around(ui_, list_, card->area);
    ui_.probe("wall." + card->node->name, card->area.inset(-ui_.px(9)).min, card->area.inset(-ui_.px(9)).max);
  }
  for (const sim::FrameLink& link : frame_.links) {
    const TopologyCard* from = plan_.card(link.from);
    const TopologyCard* to = plan_.card(link.to);
    if (!from || !to || from == to || !may_talk(*from->node, *to->node)) continue;
    if (walled_in.contains(link.from) || walled_in.contains(link.to)) continue;
    const Lane& lane = lanes_.between(*from, *to);
    const std::string probe = fmt::format("link.{}.{}", from->node->name, to->node->name);
    if (link.poor && !link.cut) {
      draw_poor_lane(ui_, list_, lane);
      const ImVec2 m = lane.at(0.5F);
      ui_.probe(probe, {m.x - ui_.px(4), m.y - ui_.px(4)}, {m.x + ui_.px(4), m.y + ui_.px(4)});
    }
    if (!link.cut) continue;
    draw_lane(ui_, list_, lane, faded(ui_.theme.bad, 0.35F));
    const Area wall = draw_wall(ui_, list_, lane);
    ui_.probe(probe, wall.min, wall.max);
  }
}

void Topology::draw_legend() {
  constexpr std::array<sim::Traffic2, 8> all{sim::Traffic2::produce, sim::Traffic2::fetch,   sim::Traffic2::replication, sim::Traffic2::quorum,
                                             sim::Traffic2::control, sim::Traffic2::group,   sim::Traffic2::metadata,    sim::Traffic2::admin};
  ImFont* font = ui_.fonts.small;
  const float middle = legend_.centre().y;
  const float y = std::floor(middle - font->FontSize / 2);
  float x = legend_.min.x + ui_.px(2);
  bool any = false;
  for (const sim::Traffic2 traffic : all) {
    if (lately(legend_key(traffic), legend_stays) <= 0) continue;
    const std::string name{sim::traffic_name(traffic)};
    const float width = ui_.measure(font, name).x;
    if (x + ui_.px(14) + width > legend_.max.x) break;
    traffic_shape(list_, traffic, {x + ui_.px(5), middle}, ui_.px(4.2F), of_traffic(ui_.theme, traffic), true);
    ui_.write(list_, font, {x + ui_.px(14), y}, ui_.theme.dim, name);
    ui_.probe("legend." + name, {x, legend_.min.y}, {x + ui_.px(14) + width, legend_.max.y});
    x += ui_.px(14) + width + ui_.px(12);
    any = true;
  }
  const std::string how = "filled asks, hollow answers";
  const float width = ui_.measure(font, how).x;
  if (any && x + width <= legend_.max.x) ui_.write(list_, font, {legend_.max.x - width, y}, faded(ui_.theme.dim, 0.8F), how);
}

sim::MessageRef Topology::reference(const ShownMessage& shown) const {
  const sim::FrameMessage& m = frame_.messages[shown.first];
  return {m.connection, m.correlation_id, m.api, m.kind};
}

CardEmphasis Topology::emphasis(const TopologyCard& card) const {
  const auto* chosen = std::get_if<ChosenNode>(&app_.chosen());
  if (chosen && chosen->host == card.node->host) return CardEmphasis::chosen;
  return over_card_ == &card ? CardEmphasis::hovered : CardEmphasis::plain;
}

CardEmphasis Topology::emphasis(const ShownMessage& shown) const {
  const auto* chosen = std::get_if<ChosenMessage>(&app_.chosen());
  if (chosen && chosen->message == reference(shown)) return CardEmphasis::chosen;
  return over_message_ == &shown ? CardEmphasis::hovered : CardEmphasis::plain;
}

void Topology::respond() {
  constexpr const char* menu = "topology.menu";
  if (over_card_) app_.tip = node_tip(frame_, *over_card_->node);
  if (over_message_) app_.tip = message_tip(frame_, *over_message_);
  if (over_link_) app_.tip = fmt::format("between {} and {}", frame_.node(over_link_->a)->name, frame_.node(over_link_->b)->name);
  if (active_ && ImGui::IsMouseClicked(ImGuiMouseButton_Left)) {
    if (over_card_) app_.choose(ChosenNode{over_card_->node->host});
    if (over_message_) app_.choose(ChosenMessage{reference(*over_message_)});
    if (over_link_) app_.choose(*over_link_);
    if (!over_card_ && !over_message_ && !over_link_) app_.choose({});
  }
  ImGuiStorage& storage = *ImGui::GetStateStorage();
  constexpr int nobody = -1;
  if ((over_card_ || over_link_) && ImGui::IsMouseClicked(ImGuiMouseButton_Right)) {
    if (over_card_) app_.choose(ChosenNode{over_card_->node->host});
    else app_.choose(*over_link_);
    storage.SetInt(menu_key, over_card_ ? over_card_->node->host.value : over_link_->a.value);
    storage.SetInt(other_end_key, over_card_ ? nobody : over_link_->b.value);
    ImGui::OpenPopup(menu);
  }
  if (!ImGui::BeginPopup(menu)) return;
  const HostId host{storage.GetInt(menu_key, nobody)};
  const HostId other{storage.GetInt(other_end_key, nobody)};
  act_menu(ui_, app_, other.value == nobody ? Chosen{ChosenNode{host}} : Chosen{ChosenLink{host, other}});
  ImGui::EndPopup();
}

void Topology::draw() {
  find_hovered();
  remember();
  draw_lines();
  draw_racks(ui_, list_, frame_, plan_);
  draw_links();
  for (const TopologyCard& card : plan_.cards) draw_card(ui_, list_, card, emphasis(card));
  for (const ShownMessage& shown : messages_) draw_message(ui_, list_, frame_, shown, emphasis(shown));
  draw_legend();
  respond();
}

}  // namespace

void draw_topology(Ui& ui, App& app, const Area& area) {
  const Area inner = ui.begin_panel("topology", "Cluster", area);
  Topology{ui, app, inner}.draw();
  ui.end_panel();
}

}  // namespace kafkasim::viz
