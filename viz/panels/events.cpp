// Events: the story of the run as far as it is known, as a list that draws what is in view alone. What is ahead of now is dimmed.
#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>
#include <imgui.h>
#include <imgui_stdlib.h>

#include "viz/panels/event_lines.hpp"
#include "viz/panels/panels.hpp"
#include "viz/panels/plot_geometry.hpp"
#include "viz/panels/state.hpp"

namespace kafkasim::viz {

namespace {

constexpr std::size_t most_event_rows = 3;  // of a text; what is beyond stands in the tip

class EventsView {
 public:
  EventsView(Ui& ui, App& app, const Area& area)
      : ui_{ui}, app_{app}, area_{area}, story_{app.known().story().lines()}, line_{std::ceil(ui.measure(ui.fonts.small, "0g").y)} {}

  void draw() {
    passing_ = lines_passing(app_.events, story_);
    draw_search();
    draw_filters();
    draw_list();
  }

 private:
  [[nodiscard]] float px(float points) const { return ui_.px(points); }

  void draw_search() {
    const bool all = passing_.size() == story_.size();
    const std::string count = all ? fmt::format("{} events", story_.size()) : fmt::format("{} of {}", passing_.size(), story_.size());
    const float count_width = ui_.measure(ui_.fonts.small, count).x;
    ImGui::SetCursorScreenPos(area_.min);
    ImGui::PushStyleVar(ImGuiStyleVar_FramePadding, {px(8), px(4)});
    ImGui::SetNextItemWidth(std::max(area_.width() - count_width - px(10), px(40)));
    bool& wanted = state_of(app_).focus_search;
    if (wanted) ImGui::SetKeyboardFocusHere();
    wanted = false;
    ImGui::InputTextWithHint("##search", "/ search", &app_.events.search);
    ImGui::PopStyleVar();
    ui_.probe_item("events.search");
    const Area box{ImGui::GetItemRectMin(), ImGui::GetItemRectMax()};
    ui_.write(*ImGui::GetWindowDrawList(), ui_.fonts.small, {area_.max.x - count_width, box.centre().y - line_ / 2}, ui_.theme.dim, count);
    ui_.probe("events.count", {area_.max.x - count_width, box.min.y}, {area_.max.x, box.max.y});
    top_ = box.max.y + px(5);
  }

  void draw_filters() {
    struct Toggle {
      const char* name;
      const char* hint;
      bool EventFilter::* on;
    };
    static constexpr std::array<Toggle, 5> toggles{{{"faults", "what is done to the cluster, and what ends it", &EventFilter::faults},
                                                    {"elections", "of partition leaders and of controllers", &EventFilter::elections},
                                                    {"replication", "ISRs, truncations, recoveries, what is deleted", &EventFilter::replication},
                                                    {"groups", "rebalances and where consumers go on", &EventFilter::groups},
                                                    {"other", "topics, brokers, notes and remarks", &EventFilter::other}}};
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const float height = line_ + px(5);
    float x = area_.min.x;
    for (const Toggle& toggle : toggles) {
      const float width = ui_.measure(ui_.fonts.small, toggle.name).x + px(12);
      if (x > area_.min.x && x + width > area_.max.x) {
        x = area_.min.x;
        top_ += height + px(4);
      }
      const Area box{{x, top_}, {x + width, top_ + height}};
      bool& on = app_.events.*toggle.on;
      ImGui::SetCursorScreenPos(box.min);
      if (ImGui::InvisibleButton(toggle.name, box.size())) on = !on;
      ui_.probe_item(std::string{"events.filter."} + toggle.name);
      if (ImGui::IsItemHovered() && !app_.tip) app_.tip = std::string{on ? "shown: " : "hidden: "} + toggle.hint;
      const Colour edge = ImGui::IsItemHovered() ? ui_.theme.text : on ? ui_.theme.accent : ui_.theme.faint;
      if (on) list.AddRectFilled(box.min, box.max, faded(ui_.theme.accent, 0.25F), px(9));
      list.AddRect(box.min, box.max, edge, px(9), ImDrawFlags_None, px(1));
      ui_.write_centred(list, ui_.fonts.small, box, on ? ui_.theme.text : ui_.theme.dim, toggle.name);
      x += width + px(4);
    }
    top_ += height + px(6);
  }

  // ---- the list --------------------------------------------------------------------------------------------------------------
  // Wide enough, texts have a column of their own; else they begin behind the subject and go on below it.
  void lay_out() {
    sign_room_ = px(18);
    time_room_ = ui_.measure(ui_.fonts.small, time_text(app_.tape().duration())).x + px(8);
    list_width_ = area_.width() - px(8);  // beside the scroll bar
    wide_ = list_width_ > px(520);
    subject_left_ = sign_room_ + time_room_;
    subject_room_ = wide_ ? std::min(px(130), list_width_ * 0.2F) : list_width_ - subject_left_ - px(4);
    text_left_ = wide_ ? subject_left_ + subject_room_ + px(6) : subject_left_;
    text_room_ = list_width_ - text_left_ - px(4);
    tops_.reserve(passing_.size() + 1);
    float top = 0;
    for (const std::size_t i : passing_) {
      tops_.push_back(top);
      top += px(6) + line_ * static_cast<float>(std::max<std::size_t>(text_rows(story_[i]).size(), 1));
    }
    tops_.push_back(top);
  }

  [[nodiscard]] float first_left(const sim::StoryLine& line) const {  // of its first row of text
    return wide_ ? text_left_ : subject_left_ + std::min(ui_.measure(ui_.fonts.small, line.subject).x, subject_room_) + px(6);
  }

  [[nodiscard]] static std::string time_text(Duration at) { return fmt::format("{:.3f}", static_cast<double>(at.ns) / 1e9); }

  // The text in rows that fit, three at the most; the last may be too long. The first is empty where no word fits behind the subject.
  [[nodiscard]] std::vector<std::string_view> text_rows(const sim::StoryLine& line) const {
    std::vector<std::string_view> rows;
    ImFont* font = ui_.fonts.small;
    std::string_view text = line.text;
    while (!text.empty() && rows.size() + 1 < most_event_rows) {
      const float room = rows.empty() ? list_width_ - px(4) - first_left(line) : text_room_;
      if (ui_.measure(font, text).x <= room) break;
      auto length = static_cast<std::size_t>(font->CalcWordWrapPositionA(1.0F, text.data(), text.data() + text.size(), std::max(room, 1.0F)) - text.data());
      const bool in_a_word = length < text.size() && text[length] != ' ' && text.substr(0, length).find(' ') == std::string_view::npos;
      if (in_a_word && rows.empty() && !wide_) length = 0;
      else length = std::max<std::size_t>(length, 1);
      rows.push_back(text.substr(0, length));
      text.remove_prefix(length);
      while (text.starts_with(' ')) text.remove_prefix(1);
    }
    if (!text.empty()) rows.push_back(text);
    return rows;
  }

  void draw_list() {
    const Area box{{area_.min.x, top_}, area_.max};
    if (box.height() < line_ * 2) return;
    lay_out();
    ImGui::SetCursorScreenPos(box.min);
    ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {0, 0});
    ImGui::PushStyleVar(ImGuiStyleVar_ScrollbarSize, px(8));
    ImGui::BeginChild("lines", box.size(), false, ImGuiWindowFlags_NoNav);
    ui_.probe("events.list", box.min, box.max);
    const auto after = std::ranges::upper_bound(passing_, app_.now(), {}, [this](std::size_t i) { return story_[i].at; });
    const auto current = after - passing_.begin() - 1;  // -1: none yet
    keep_in_view(static_cast<int>(current), box.height());
    const ImVec2 origin{box.min.x, box.min.y - ImGui::GetScrollY()};
    const float from = ImGui::GetScrollY();
    auto first = static_cast<std::size_t>(std::max<std::ptrdiff_t>(std::ranges::upper_bound(tops_, from) - tops_.begin() - 1, 0));
    for (; first < passing_.size() && tops_[first] < from + box.height(); ++first) {
      draw_line(first, static_cast<std::ptrdiff_t>(first) == current, origin);
    }
    ImGui::SetCursorScreenPos({origin.x, origin.y + tops_.back()});
    ImGui::Dummy({1, 1});
    if (passing_.empty()) draw_nothing(box);
    ImGui::EndChild();
    ImGui::PopStyleVar(2);
  }

  void draw_nothing(const Area& box) {
    const char* text = story_.empty() ? "nothing has happened yet" : "no event passes the search and the filters";
    ui_.write_wrapped(*ImGui::GetWindowDrawList(), ui_.fonts.text, {box.min.x, box.min.y + px(8)}, ui_.theme.dim, text, box.width());
  }

  // The current line is brought into view whenever it has become another; else the list stays where it was scrolled to.
  void keep_in_view(int current, float height) {
    int* shown = ImGui::GetStateStorage()->GetIntRef(ImGui::GetID("current line"), -2);
    if (*shown == current) return;
    *shown = current;
    const auto index = static_cast<std::size_t>(std::max(current, 0));
    if (index >= passing_.size()) return;
    const float top = tops_[index];
    const float bottom = tops_[index + 1];
    const bool visible = top >= ImGui::GetScrollY() && bottom <= ImGui::GetScrollY() + height;
    if (visible) return;
    const auto uppermost = std::ranges::upper_bound(tops_, std::max(top - height * 0.4F, 0.0F)) - 1;  // a whole line
    ImGui::SetScrollY(*uppermost);
  }

  void draw_line(std::size_t n, bool current, ImVec2 origin) {
    const sim::StoryLine& line = story_[passing_[n]];
    const Area row{{origin.x, origin.y + tops_[n]}, {origin.x + list_width_, origin.y + tops_[n + 1]}};
    ImDrawList& list = *ImGui::GetWindowDrawList();
    ImGui::SetCursorScreenPos(row.min);
    ImGui::PushID(static_cast<int>(n));
    if (ImGui::InvisibleButton("line", row.size())) app_.want(SeekTo{line.at});
    ImGui::PopID();
    ui_.probe(fmt::format("events.line.{}", n), row.min, row.max);
    const bool hovered = ImGui::IsItemHovered();
    if (current) {
      list.AddRectFilled(row.min, row.max, faded(ui_.theme.accent, 0.18F), px(3));
      list.AddRectFilled(row.min, {row.min.x + px(3), row.max.y}, ui_.theme.accent, px(1));
    } else if (hovered) {
      list.AddRectFilled(row.min, row.max, ui_.theme.hover, px(3));
    }
    const bool ahead = line.at > app_.now();
    const auto shade = [&](Colour colour) { return ahead ? faded(colour, 0.5F) : colour; };
    const float y = row.min.y + px(3);
    draw_tone_sign(list, line.tone, {std::floor(row.min.x + px(10)), std::floor(y + line_ / 2)}, px(4.5F), shade(of_tone(ui_.theme, line.tone)));
    ui_.write(list, ui_.fonts.small, {row.min.x + sign_room_, y}, shade(ui_.theme.dim), time_text(line.at));
    ui_.write(list, ui_.fonts.small, {row.min.x + subject_left_, y}, shade(of_tone(ui_.theme, line.tone)), line.subject, subject_room_);
    float left = first_left(line);
    float text_y = y;
    for (const std::string_view part : text_rows(line)) {
      if (!part.empty()) ui_.write(list, ui_.fonts.small, {row.min.x + left, text_y}, shade(ui_.theme.text), part, list_width_ - px(4) - left);
      left = text_left_;
      text_y += line_;
    }
    if (hovered && !app_.tip) app_.tip = fmt::format("{} s  {}\n{}\nclick: go there", time_text(line.at), line.subject, line.text);
  }

  Ui& ui_;
  App& app_;
  Area area_;
  const sim::Chunked<sim::StoryLine>& story_;
  float line_;  // the height of a line of small text
  float top_{};
  std::vector<std::size_t> passing_;  // of the story
  std::vector<float> tops_;           // of the lines that pass, and the end of the last
  bool wide_{};
  float list_width_{};
  float sign_room_{};
  float time_room_{};
  float subject_left_{};
  float subject_room_{};
  float text_left_{};
  float text_room_{};
};

}  // namespace

void draw_events(Ui& ui, App& app, const Area& area) {
  const bool under_a_tab = app.look.preset != Preset::inspect;  // which says what it is
  const Area within = ui.begin_panel("events", under_a_tab ? "" : "Events", area);
  if (within.width() > ui.px(100) && within.height() > ui.px(60)) EventsView{ui, app, within}.draw();
  ui.end_panel();
}

}  // namespace kafkasim::viz
