// Space-time: a lane a host, time to the right, a slanted line a message (Lamport 1978). Now stands at three quarters of the width.
#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include <fmt/format.h>

#include "core/message/message.hpp"
#include "viz/panels/event_lines.hpp"
#include "viz/panels/lane_geometry.hpp"
#include "viz/panels/panels.hpp"

namespace kafkasim::viz {

namespace {

constexpr std::size_t most_single_lines = 1'500;  // more flights are drawn as bundles, and fewer where there are fewer pixels
constexpr std::size_t most_probed = 300;
constexpr std::size_t most_labelled = 250;        // with more lines than that no name finds room
constexpr Duration narrowest_window = milliseconds(2);
constexpr Duration widest_window = seconds(60);
constexpr float now_share = 0.75F;
constexpr float least_pitch = 18;           // points between two lanes

enum class LineEnd : std::uint8_t { arrived, under_way, gone };  // gone: it will never arrive
struct LaneLine {  // a flight as it is drawn
  std::size_t flight{};
  ImVec2 from;
  ImVec2 to;
  LineEnd end{};
  const sim::FrameMessage* message{};  // of one under way
};
struct LaneNote {  // a mark, or some that stand too close
  std::size_t mark{};
  std::size_t count{1};
  Area area;  // what can be clicked
};

bool lane_overlap(const Area& a, const Area& b) { return a.min.x < b.max.x && b.min.x < a.max.x && a.min.y < b.max.y && b.min.y < a.max.y; }

class LanesView {
 public:
  LanesView(Ui& ui, App& app, const Area& area)
      : ui_{ui}, app_{app}, area_{area}, list_{*ImGui::GetWindowDrawList()}, line_{std::ceil(ui.measure(ui.fonts.small, "0g").y)} {}

  void draw() {
    draw_header();
    data_ = &app_.space_time();
    if (const auto* chosen = std::get_if<ChosenMessage>(&app_.chosen())) chosen_ = chosen->message;
    lay_out();
    const float fit = 60 + (right_ - left_) / px(1.25F);
    too_many_ = data_->flights.size() > std::min(most_single_lines, static_cast<std::size_t>(fit));
    take_input();
    draw_axis();
    list_.PushClipRect({area_.min.x, top_}, area_.max, true);
    draw_lanes();
    list_.PushClipRect({left_, top_}, {right_, area_.max.y}, true);
    draw_now();
    trace_lines();
    place_notes();
    if (too_many_) {
      draw_bundles();
    } else {
      point_at_line();
      draw_lines();
    }
    draw_notes();
    if (lines_.size() <= most_labelled) draw_labels();
    list_.PopClipRect();
    list_.PopClipRect();
    tell();
    act();  // last: a choice makes the diagram anew
  }

 private:
  [[nodiscard]] float px(float points) const { return ui_.px(points); }
  [[nodiscard]] float x_of(Duration at) const {
    const double share = static_cast<double>((at - app_.now()).ns) / static_cast<double>(app_.look.window.ns);
    return left_ + (right_ - left_) * (now_share + static_cast<float>(std::clamp(share, -4.0, 4.0)));
  }
  [[nodiscard]] Duration moment_at(float x) const {
    const double share = static_cast<double>((x - left_) / std::max(right_ - left_, 1.0F) - now_share);
    return clamped(app_.now() + Duration{static_cast<std::int64_t>(share * static_cast<double>(app_.look.window.ns))});
  }
  [[nodiscard]] Duration clamped(Duration at) const { return std::clamp(at, Duration{}, app_.tape().duration()); }
  [[nodiscard]] Colour shade(Colour colour, bool in_cone) const { return chosen_ && !in_cone ? faded(colour, 0.16F) : colour; }
  [[nodiscard]] std::string name_of(HostId host) const {
    const sim::FrameNode* node = app_.frame().node(host);
    return node ? node->name : "?";
  }

  // ---- the row above ---------------------------------------------------------------------------------------------------------
  void zoom(double times) {
    const double ns = static_cast<double>(app_.look.window.ns) * times;
    app_.look.window = std::clamp(Duration{static_cast<std::int64_t>(ns)}, narrowest_window, widest_window);
  }

  void draw_header() {
    ImGui::SetCursorScreenPos(area_.min);
    if (button(ui_, "space_time.heartbeats", "heartbeats", "show heartbeats and empty fetches of followers too", app_.look.heartbeats)) {
      app_.look.heartbeats = !app_.look.heartbeats;
    }
    const float bottom = ImGui::GetItemRectMax().y;
    float x = ImGui::GetItemRectMax().x + px(6);
    ImGui::SetCursorScreenPos({x, area_.min.y});
    if (button(ui_, "space_time.closer", "+", "less time, seen closer: the mouse wheel does the same")) zoom(0.5);
    x = ImGui::GetItemRectMax().x + px(2);
    ImGui::SetCursorScreenPos({x, area_.min.y});
    if (button(ui_, "space_time.wider", "\xe2\x80\x93", "more time, seen from further away: the mouse wheel does the same")) zoom(2);
    x = ImGui::GetItemRectMax().x + px(8);
    const float text_top = area_.min.y + (bottom - area_.min.y - line_) / 2;
    x += ui_.write(list_, ui_.fonts.small, {x, text_top}, ui_.theme.dim, span_text(app_.look.window)).x + px(14);
    header_bottom_ = bottom + px(4);
    draw_legend(x, text_top);
  }

  // The kinds of traffic in view, the commonest first, as many as there is room for.
  void draw_legend(float x, float y) {
    std::array<std::size_t, 8> counts{};
    for (const sim::Flight& flight : app_.space_time().flights) ++counts[std::min(static_cast<std::size_t>(flight.traffic), counts.size() - 1)];
    std::array<std::size_t, 8> order{0, 1, 2, 3, 4, 5, 6, 7};
    std::ranges::stable_sort(order, std::greater{}, [&](std::size_t i) { return counts[i]; });
    for (const std::size_t i : order) {
      const auto traffic = static_cast<sim::Traffic2>(i);
      const std::string_view name = sim::traffic_name(traffic);
      const float width = ui_.measure(ui_.fonts.small, name).x;
      if (counts[i] == 0 || x + px(14) + width > area_.max.x) break;
      const float middle = std::round(y + line_ / 2);
      list_.AddLine({x, middle}, {x + px(10), middle}, of_traffic(ui_.theme, traffic), px(2.5F));
      ui_.write(list_, ui_.fonts.small, {x + px(14), y}, ui_.theme.dim, name);
      x += px(24) + width;
    }
  }

  // ---- places ----------------------------------------------------------------------------------------------------------------
  void lay_out() {
    const auto& nodes = app_.frame().nodes;
    top_ = header_bottom_ + line_ + px(6);
    const float room = area_.max.y - top_;
    lanes_ = lanes_of(nodes, static_cast<std::size_t>(std::max(room / px(least_pitch), 1.0F)));
    float widest = 0;
    for (const TimeLane& lane : lanes_) widest = std::max(widest, ui_.measure(ui_.fonts.small, lane.name).x);
    name_room_ = std::min(std::ceil(widest) + 1, area_.width() * 0.32F);
    left_ = area_.min.x + name_room_ + px(8);
    right_ = area_.max.x;
    const float lanes = static_cast<float>(std::max<std::size_t>(lanes_.size(), 1));
    pitch_ = std::clamp(room / lanes, px(least_pitch), px(60));
    hidden_ = std::max(pitch_ * lanes - room, 0.0F);
    float* scrolled = ImGui::GetStateStorage()->GetFloatRef(ImGui::GetID("scrolled lanes"), 0);
    *scrolled = std::clamp(*scrolled, 0.0F, hidden_);
    scrolled_ = scrolled;
    for (std::size_t i = 0; i < lanes_.size(); ++i) {
      const float y = std::round(top_ - *scrolled + pitch_ * static_cast<float>(i + 1) - px(8));
      for (const std::size_t node : lanes_[i].nodes) lane_y_[nodes[node].host] = y;
    }
  }

  void take_input() {
    const ImVec2 from{area_.min.x, header_bottom_};
    ImGui::SetCursorScreenPos(from);
    ImGui::InvisibleButton("space_time", {std::max(area_.width(), 1.0F), std::max(area_.max.y - from.y, 1.0F)});
    ui_.probe("space_time", from, area_.max);
    ui_.probe("space_time.axis", {left_, from.y}, {right_, top_});
    const ImGuiIO& io = ImGui::GetIO();
    hovered_ = ImGui::IsItemHovered() || ImGui::IsItemActive();
    mouse_ = io.MousePos;
    const bool dragging = ImGui::IsItemActive() && ImGui::IsMouseDragging(ImGuiMouseButton_Left);
    if (dragging) {
      const double share = static_cast<double>(io.MouseDelta.x / std::max(right_ - left_, 1.0F));
      const auto moved = static_cast<std::int64_t>(share * static_cast<double>(app_.look.window.ns));
      if (moved != 0) app_.want(SeekTo{clamped(app_.now() - Duration{moved})});
      *scrolled_ -= io.MouseDelta.y;
      ImGui::SetMouseCursor(ImGuiMouseCursor_ResizeAll);
    }
    const float threshold = io.MouseDragThreshold * io.MouseDragThreshold;
    clicked_ = ImGui::IsItemDeactivated() && ImGui::IsItemHovered() && io.MouseDragMaxDistanceSqr[ImGuiMouseButton_Left] < threshold;
    if (!ImGui::IsItemHovered() || io.MouseWheel == 0) return;
    if (io.KeyShift) {
      *scrolled_ -= io.MouseWheel * pitch_;
    } else {
      zoom(std::pow(0.8, static_cast<double>(io.MouseWheel)));
    }
  }

  // ---- lanes -----------------------------------------------------------------------------------------------------------------
  void draw_axis() {
    const float y = header_bottom_;
    const Duration from = moment_at(left_);
    const Duration to = moment_at(right_);
    const float now = x_of(app_.now());
    const TimeAxis axis = time_axis(from, to, static_cast<std::size_t>(std::clamp((right_ - left_) / px(78), 1.0F, 16.0F)) + 1);
    const Duration finer{std::max<std::int64_t>(axis.step.ns / 10, 1'000)};
    const std::string here = moment_text(app_.now(), std::min(finer, milliseconds(1)));
    const float here_width = ui_.measure(ui_.fonts.small, here).x;
    const float here_left = std::clamp(now - here_width / 2, left_, right_ - here_width);
    list_.AddRectFilled({here_left - px(3), y}, {here_left + here_width + px(3), y + line_ + px(1)}, ui_.theme.accent, px(3));
    ui_.write(list_, ui_.fonts.small, {here_left, y}, ui_.theme.on_accent, here);
    float end = area_.min.x;
    for (const Duration tick : axis.ticks) {
      const float x = std::round(x_of(tick)) + 0.5F;
      list_.AddLine({x, top_ - px(4)}, {x, area_.max.y}, faded(ui_.theme.faint, 0.6F));
      const std::string text = moment_text(tick, axis.step);
      const float width = ui_.measure(ui_.fonts.small, text).x;
      const float left = std::min(x - width / 2, right_ - width);
      const bool hits_now = left < here_left + here_width + px(8) && here_left - px(8) < left + width;
      if (left < end || left < area_.min.x || hits_now) continue;
      ui_.write(list_, ui_.fonts.small, {left, y}, ui_.theme.dim, text);
      end = left + width + px(8);
    }
  }

  void draw_lanes() {
    const auto& nodes = app_.frame().nodes;
    for (const TimeLane& lane : lanes_) {
      const float y = lane_y_[nodes[lane.nodes.front()].host];
      const bool up = std::ranges::any_of(lane.nodes, [&](std::size_t i) {
        return nodes[i].state != sim::NodeState::down && nodes[i].state != sim::NodeState::without_power;
      });
      ui_.write(list_, ui_.fonts.small, {area_.min.x, y - line_ / 2}, up ? ui_.theme.text : ui_.theme.bad, lane.name, name_room_);
      ui_.probe("lane." + lane.name, {area_.min.x, y - pitch_ / 2}, {left_, y + pitch_ / 2});
      dashed_line(list_, {left_, y}, {std::min(x_of(app_.now()), right_), y}, faded(ui_.theme.dim, 0.6F), px(1), px(2));
    }
    const Colour body = mixed(ui_.theme.panel, ui_.theme.dim, 0.55F);
    for (const sim::LaneSpan& span : data_->spans) {
      const auto lane = lane_y_.find(span.host);
      if (lane == lane_y_.end()) continue;
      const float from = std::max(x_of(span.from), left_);
      const float to = std::min(x_of(std::min(span.to, app_.now())), right_);
      if (to > from) list_.AddRectFilled({from, lane->second - px(2)}, {to, lane->second + px(2)}, body, px(1));
    }
    if (hidden_ <= 0) return;
    const float room = area_.max.y - top_;
    const float from = top_ + room * *scrolled_ / (room + hidden_);
    list_.AddRectFilled({area_.max.x + px(3), from}, {area_.max.x + px(6), from + room * room / (room + hidden_)}, ui_.theme.dim, px(2));
  }

  void draw_now() {
    const float x = std::round(x_of(app_.now())) + 0.5F;
    list_.AddLine({x, top_}, {x, area_.max.y}, ui_.theme.accent, px(1.5F));
    const auto since = app_.cursor().recent.since();
    if (!since) return;
    const float known = std::min(std::max(x_of(*since - app_.run().origin()), x_of({})), x);
    if (known > left_) hatch(list_, {{left_, top_}, {known, area_.max.y}}, faded(ui_.theme.faint, 0.5F), px(7), px(1));
  }

  // ---- messages --------------------------------------------------------------------------------------------------------------
  [[nodiscard]] const sim::FrameMessage* on_its_way(const sim::MessageRef& message) const {
    const auto found = std::ranges::find_if(app_.frame().messages, [&](const sim::FrameMessage& m) {
      return m.connection == message.connection && m.correlation_id == message.correlation_id && m.kind == message.kind;
    });
    return found == app_.frame().messages.end() ? nullptr : &*found;
  }

  void trace_lines() {
    if (too_many_) return;
    const float now = x_of(app_.now());
    for (std::size_t i = 0; i < data_->flights.size(); ++i) {
      const sim::Flight& flight = data_->flights[i];
      const auto from = lane_y_.find(flight.from);
      const auto to = lane_y_.find(flight.to);
      if (from == lane_y_.end() || to == lane_y_.end()) continue;
      LaneLine line{i, {x_of(flight.left), from->second}, {}, LineEnd::arrived, nullptr};
      if (flight.arrived) {
        line.to = {x_of(*flight.arrived), to->second};
      } else if (const sim::FrameMessage* message = on_its_way(flight.message)) {
        line.end = LineEnd::under_way;
        line.message = message;
        line.to = {now, from->second + (to->second - from->second) * std::clamp(message->progress, 0.08F, 0.92F)};
      } else {
        line.end = LineEnd::gone;
        line.to = {std::min(line.from.x + px(14), now), from->second + (to->second - from->second) * 0.4F};
      }
      if (line.to.x >= left_ && line.from.x <= right_) lines_.push_back(line);
    }
    for (std::size_t n = 0; n < std::min(lines_.size(), most_probed); ++n) {
      const ImVec2 middle = anchor_of(lines_[n]);
      const float half = px(2);
      ui_.probe(fmt::format("flight.{}", lines_[n].flight), {middle.x - half, middle.y - half}, {middle.x + half, middle.y + half});
    }
  }

  // A point of a line near its middle, between two lanes.
  [[nodiscard]] ImVec2 anchor_of(const LaneLine& line) const {
    const float lanes = std::max(std::round(std::abs(line.to.y - line.from.y) / pitch_), 1.0F);
    const float share = (std::floor(lanes / 2) + 0.5F) / lanes;
    return {line.from.x + (line.to.x - line.from.x) * share, line.from.y + (line.to.y - line.from.y) * share};
  }

  void point_at_line() {
    if (!hovered_) return;
    float nearest = px(5);
    for (std::size_t i = 0; i < lines_.size(); ++i) {
      const float distance = distance_to_segment({mouse_.x, mouse_.y}, {lines_[i].from.x, lines_[i].from.y}, {lines_[i].to.x, lines_[i].to.y});
      if (distance >= nearest) continue;
      nearest = distance;
      pointed_line_ = i;
    }
  }

  void draw_lines() {
    for (std::size_t i = 0; i < lines_.size(); ++i) {
      if (!data_->flights[lines_[i].flight].in_cone) draw_line(lines_[i], false);
    }
    for (std::size_t i = 0; i < lines_.size(); ++i) {  // above the others
      if (data_->flights[lines_[i].flight].in_cone) draw_line(lines_[i], false);
    }
    if (pointed_line_) draw_line(lines_[*pointed_line_], true);
  }

  void draw_line(const LaneLine& line, bool pointed) {
    const sim::Flight& flight = data_->flights[line.flight];
    const bool is_chosen = chosen_ == flight.message;
    const Colour colour = pointed ? of_traffic(ui_.theme, flight.traffic) : shade(of_traffic(ui_.theme, flight.traffic), flight.in_cone || is_chosen);
    const float thickness = px(pointed || is_chosen ? 2.6F : chosen_ && flight.in_cone ? 1.9F : 1.2F);
    const float head = px(is_chosen || pointed ? 8 : 6);
    const bool answer = flight.message.kind == MessageKind::response;
    const float length = std::hypot(line.to.x - line.from.x, line.to.y - line.from.y);
    if (length <= 0) return;
    const float part = line.end == LineEnd::arrived ? std::max(length - head, 0.0F) / length : 1;
    const ImVec2 neck{line.from.x + (line.to.x - line.from.x) * part, line.from.y + (line.to.y - line.from.y) * part};
    if (answer && lines_.size() < 600) {
      dashed_line(list_, line.from, neck, colour, thickness, px(3.5F));
    } else {
      list_.AddLine(line.from, neck, colour, thickness);
    }
    switch (line.end) {
      case LineEnd::arrived: arrow(list_, neck, line.to, colour, thickness, head); break;
      case LineEnd::under_way:
        list_.AddCircleFilled(line.to, px(3.5F), ui_.theme.panel);
        list_.AddCircle(line.to, px(3.5F), colour, 0, px(1.6F));
        break;
      case LineEnd::gone: cross(list_, line.to, px(3.5F), colour, px(1.6F)); break;
    }
  }

  // Too many to tell apart: one for all of some pixels between the same two hosts, the thicker the more.
  void draw_bundles() {
    constexpr float width = 7;
    const double per_pixel = static_cast<double>(app_.look.window.ns) / static_cast<double>(std::max(right_ - left_, 1.0F));
    const Duration stretch{static_cast<std::int64_t>(per_pixel * static_cast<double>(px(width)))};
    const auto& nodes = app_.frame().nodes;
    std::map<HostId, std::size_t> lane_of;
    for (std::size_t i = 0; i < lanes_.size(); ++i) {
      for (const std::size_t node : lanes_[i].nodes) lane_of[nodes[node].host] = i;
    }
    const auto y_of = [&](std::size_t lane) { return lane_y_[nodes[lanes_[lane].nodes.front()].host]; };
    for (const Bundle& bundle : bundled(data_->flights, lane_of, data_->from, stretch)) {
      const float weight = std::min(1 + 0.7F * std::log2(static_cast<float>(bundle.count)), 5.0F);
      const Colour colour = faded(of_traffic(ui_.theme, bundle.traffic), 0.2F + 0.12F * weight);
      list_.AddLine({x_of(bundle.left), y_of(bundle.from)}, {x_of(bundle.arrived), y_of(bundle.to)}, colour, px(0.8F * weight));
    }
    say_many();
  }

  void say_many() {  // beside now, where nothing else stands
    const std::string text = fmt::format("{} messages: look closer (+) to see each", data_->flights.size());
    const ImVec2 at{x_of(app_.now()) + px(8), top_ + px(2)};
    const Area box{at, {right_, at.y + line_ * 6}};
    if (box.width() < px(64) || box.max.y > area_.max.y) return;
    if (std::ranges::any_of(taken_, [&](const Area& taken) { return lane_overlap(taken, box); })) return;
    ui_.write_wrapped(list_, ui_.fonts.small, at, ui_.theme.dim, text, box.width());
  }

  // ---- marks -----------------------------------------------------------------------------------------------------------------
  [[nodiscard]] float note_width(const sim::LaneMark& mark) const { return std::min(ui_.measure(ui_.fonts.small, mark.text).x + px(2), px(150)); }

  void place_notes() {
    const float sign = px(5);
    const auto rows = static_cast<std::size_t>(std::clamp((pitch_ - px(3)) / line_, 0.0F, 2.0F));
    for (const auto& [host, y] : lane_y_) {
      std::vector<std::size_t> marks;
      std::vector<LabelWish> wishes;
      for (std::size_t i = 0; i < data_->marks.size(); ++i) {
        const sim::LaneMark& mark = data_->marks[i];
        if (mark.host != host || x_of(mark.at) < left_ - 1 || x_of(mark.at) > right_) continue;
        marks.push_back(i);
        wishes.push_back({x_of(mark.at) + px(3), note_width(mark)});
        const float x = x_of(mark.at);
        notes_.push_back({i, 0, {{x - sign, y - sign}, {x + sign, y + sign}}});  // the sign itself
      }
      for (const LabelSpot& spot : staggered(wishes, {rows, right_ - px(2), px(8), ui_.measure(ui_.fonts.small, " +00").x})) {
        const float top = y - px(3) - line_ * static_cast<float>(spot.row + 1);
        const float width = wishes[spot.first].width + (spot.count > 1 ? ui_.measure(ui_.fonts.small, fmt::format(" +{}", spot.count - 1)).x : 0);
        notes_.push_back({marks[spot.first], spot.count, {{std::max(spot.left, left_), top}, {std::max(spot.left, left_) + width, top + line_}}});
      }
    }
    for (const LaneNote& note : notes_) taken_.push_back(note.area);
    if (!hovered_) return;
    for (std::size_t i = 0; i < notes_.size(); ++i) {
      if (notes_[i].area.inset(-px(2)).contains(mouse_)) pointed_note_ = i;
    }
  }

  void draw_notes() {
    for (const LaneNote& note : notes_) {
      const sim::LaneMark& mark = data_->marks[note.mark];
      const Colour colour = shade(of_tone(ui_.theme, mark.tone), mark.in_cone);
      if (note.count == 0) {
        list_.AddCircleFilled(note.area.centre(), px(6), ui_.theme.panel);
        draw_tone_sign(list_, mark.tone, note.area.centre(), px(4.5F), colour);
        ui_.probe(fmt::format("mark.{}", note.mark), note.area.min, note.area.max);
        continue;
      }
      const float x = x_of(mark.at);
      const float y = lane_y_[mark.host];
      list_.AddLine({x, y - px(5)}, {x, note.area.max.y - px(2)}, faded(colour, 0.7F), px(1));
      list_.AddRectFilled({note.area.min.x - px(1), note.area.min.y}, note.area.max, faded(ui_.theme.panel, 0.85F));
      const float text = ui_.write(list_, ui_.fonts.small, note.area.min, colour, mark.text, note_width(mark)).x;
      if (note.count > 1) ui_.write(list_, ui_.fonts.small, {note.area.min.x + text, note.area.min.y}, ui_.theme.dim, fmt::format(" +{}", note.count - 1));
    }
  }

  // ---- names of messages -------------------------------------------------------------------------------------------------------
  [[nodiscard]] bool is_free(const Area& area, std::size_t line) const {
    if (area.min.x < left_ || area.max.x > right_ || area.min.y < top_ || area.max.y > area_.max.y) return false;
    if (std::ranges::any_of(taken_, [&](const Area& a) { return lane_overlap(a, area); })) return false;
    const float now = x_of(app_.now());  // lanes end there
    if (area.min.x < now + px(2) && area.max.x > now - px(2)) return false;
    const auto on_lane = [&](const auto& lane) { return lane.second > area.min.y + px(1) && lane.second < area.max.y - px(1); };
    if (area.max.x < now && std::ranges::any_of(lane_y_, on_lane)) return false;
    std::size_t crossing = 0;
    for (std::size_t i = 0; i < lines_.size(); ++i) {
      const float slope = (lines_[i].to.x - lines_[i].from.x) / (lines_[i].to.y - lines_[i].from.y + 1e-3F);
      const float x = lines_[i].from.x + (area.centre().y - lines_[i].from.y) * slope;
      const bool beside = std::min(lines_[i].from.y, lines_[i].to.y) < area.max.y && std::max(lines_[i].from.y, lines_[i].to.y) > area.min.y;
      if (i != line && beside && x > area.min.x - px(2) && x < area.max.x + px(2)) ++crossing;
    }
    return crossing == 0;
  }

  // Beside the line, to the right or left, at its middle or a third away from it; or beside its end at the cursor.
  [[nodiscard]] std::optional<Area> room_for(std::size_t i, ImVec2 size) const {
    const LaneLine& line = lines_[i];
    const auto place = [&](ImVec2 at, float from) {
      const ImVec2 min{std::round(at.x + from), std::round(at.y - size.y / 2)};
      return Area{min, {min.x + size.x, min.y + size.y}};
    };
    if (line.end == LineEnd::under_way) {
      const Area area = place(line.to, px(7));
      return is_free(area, i) ? std::optional{area} : std::nullopt;
    }
    const ImVec2 middle = anchor_of(line);
    const float slope = (line.to.x - line.from.x) / std::max(std::abs(line.to.y - line.from.y), 1.0F);
    for (const float off : {0.0F, -0.15F, 0.15F}) {
      const float dy = off * pitch_;
      const ImVec2 at{middle.x + slope * dy * (line.to.y > line.from.y ? 1.0F : -1.0F), middle.y + dy};
      for (const float from : {px(6), -px(6) - size.x}) {
        const Area area = place(at, from);
        if (is_free(area, i)) return area;
      }
    }
    return std::nullopt;
  }

  void draw_labels() {
    for (std::size_t i = 0; i < lines_.size(); ++i) {
      const LaneLine& line = lines_[i];
      const sim::Flight& flight = data_->flights[line.flight];
      const bool alone = flight.message.kind == MessageKind::request || line.end == LineEnd::under_way;
      if (chosen_ ? !flight.in_cone && chosen_ != flight.message : !alone) continue;
      std::string text{api_name(flight.message.api)};
      if (flight.message.kind == MessageKind::response) text += " answer";
      if (const auto area = room_for(i, ui_.measure(ui_.fonts.small, text))) {
        ui_.write(list_, ui_.fonts.small, area->min, shade(of_traffic(ui_.theme, flight.traffic), true), text);
        taken_.push_back(area->inset(-px(3)));
      }
    }
  }

  // ---- what the mouse does -----------------------------------------------------------------------------------------------------
  [[nodiscard]] std::string told(const LaneLine& line) const {
    const sim::Flight& flight = data_->flights[line.flight];
    std::string text = fmt::format("{} {}\n{} to {}\n{}, left at {}", api_name(flight.message.api),
                                   flight.message.kind == MessageKind::request ? "request" : "answer", name_of(flight.from), name_of(flight.to),
                                   bytes_text(static_cast<double>(flight.bytes)), moment_text(flight.left, microseconds(10)));
    if (flight.arrived) return text + ", taken up " + span_text(*flight.arrived - flight.left) + " later";
    if (!line.message) return text + "\nit never arrives: its connection is gone";
    switch (line.message->state) {
      case sim::MessageState::on_wire: return text + ", on its way";
      case sim::MessageState::waiting: return text + "\nwaits in the sender's socket";
      case sim::MessageState::lost: return text + "\nlost: it will be sent again";
      case sim::MessageState::held: return text + "\nheld back by an intercept";
      case sim::MessageState::delayed: return text + "\ndelayed by an intercept";
    }
    return text;
  }

  void tell() {
    if (app_.tip || ImGui::IsMouseDragging(ImGuiMouseButton_Left)) return;
    if (pointed_note_) {
      const LaneNote& note = notes_[*pointed_note_];
      const sim::LaneMark& first = data_->marks[note.mark];
      std::string text = name_of(first.host);
      std::size_t left = std::max<std::size_t>(note.count, 1);
      std::size_t told_lines = 0;
      for (std::size_t i = note.mark; i < data_->marks.size() && left > 0; ++i) {
        if (data_->marks[i].host != first.host) continue;
        --left;
        if (++told_lines <= 8) text += fmt::format("\n{}  {}", moment_text(data_->marks[i].at, milliseconds(1)), data_->marks[i].text);
      }
      if (told_lines > 8) text += fmt::format("\nand {} more", told_lines - 8);
      app_.tip = std::move(text);
    } else if (pointed_line_) {
      app_.tip = told(lines_[*pointed_line_]);
    }
  }

  void act() {
    if (!clicked_) return;
    if (pointed_note_) {
      app_.want(SeekTo{data_->marks[notes_[*pointed_note_].mark].at});
    } else if (mouse_.y < top_) {
      if (mouse_.x >= left_) app_.want(SeekTo{moment_at(mouse_.x)});
    } else if (pointed_line_) {
      app_.choose(ChosenMessage{data_->flights[lines_[*pointed_line_].flight].message});
    } else if (chosen_) {
      app_.choose({});
    }
  }

  Ui& ui_;
  App& app_;
  Area area_;
  ImDrawList& list_;
  float line_;  // the height of a line of small text
  const sim::SpaceTime* data_{};
  std::optional<sim::MessageRef> chosen_;
  std::vector<TimeLane> lanes_;
  std::map<HostId, float> lane_y_;
  float header_bottom_{};
  float name_room_{};
  float left_{};
  float right_{};
  float top_{};
  float pitch_{};
  float hidden_{};  // of the lanes, for want of height
  float* scrolled_{};
  std::vector<LaneLine> lines_;
  std::vector<LaneNote> notes_;
  std::vector<Area> taken_;  // by texts
  bool too_many_{};  // flights
  bool hovered_{};
  bool clicked_{};
  ImVec2 mouse_;
  std::optional<std::size_t> pointed_line_;
  std::optional<std::size_t> pointed_note_;
};

}  // namespace

void draw_space_time(Ui& ui, App& app, const Area& area) {
  const bool under_a_tab = app.look.preset == Preset::learn;  // which says what it is
  const Area within = ui.begin_panel("space_time", under_a_tab ? "" : "Space-time", area);
  if (within.width() > ui.px(160) && within.height() > ui.px(80)) LanesView{ui, app, within}.draw();
  ui.end_panel();
}

}  // namespace kafkasim::viz
