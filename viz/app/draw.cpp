// The window as a whole: which panel stands where, and what lies above them.
#include <algorithm>
#include <array>
#include <utility>

#include <imgui_internal.h>

#include "viz/app/commands.hpp"
#include "viz/panels/panels.hpp"

namespace kafkasim::viz {

namespace {

constexpr float gap = 6;           // points between panels
constexpr float toolbar_height = 44;
constexpr float tape_height = 70;
constexpr float tabs_height = 26;

struct Halves {
  Area first;
  Area second;
};

// Cuts an area in two and lets the line between be dragged.
Halves split(Ui& ui, const char* name, const Area& area, bool side_by_side, float& share) {
  const float between = ui.px(gap);
  const float whole = side_by_side ? area.width() : area.height();
  const float at = std::clamp(share, 0.15F, 0.85F) * whole;
  Halves halves{area, area};
  Area handle = area;
  if (side_by_side) {
    halves.first.max.x = area.min.x + at - between / 2;
    halves.second.min.x = area.min.x + at + between / 2;
    handle.min.x = halves.first.max.x;
    handle.max.x = halves.second.min.x;
  } else {
    halves.first.max.y = area.min.y + at - between / 2;
    halves.second.min.y = area.min.y + at + between / 2;
    handle.min.y = halves.first.max.y;
    handle.max.y = halves.second.min.y;
  }
  ImGui::SetCursorScreenPos(handle.min);
  ImGui::InvisibleButton(name, handle.size());
  ui.probe_item(std::string{"splitter."} + name);
  if (ImGui::IsItemHovered() || ImGui::IsItemActive()) {
    ImGui::SetMouseCursor(side_by_side ? ImGuiMouseCursor_ResizeEW : ImGuiMouseCursor_ResizeNS);
    ImGui::GetWindowDrawList()->AddRectFilled(handle.min, handle.max, faded(ui.theme.accent, 0.5F), ui.px(2));
  }
  if (ImGui::IsItemActive()) {
    const ImVec2 moved = ImGui::GetIO().MouseDelta;
    share = std::clamp((at + (side_by_side ? moved.x : moved.y)) / std::max(1.0F, whole), 0.15F, 0.85F);
  }
  return halves;
}

template <class Tab, std::size_t N>
Area draw_tabs(Ui& ui, const char* name, const Area& area, Tab& chosen, const std::array<std::pair<Tab, const char*>, N>& tabs) {
  ImGui::PushID(name);
  float x = area.min.x;
  for (const auto& [tab, label] : tabs) {
    ImGui::SetCursorScreenPos({x, area.min.y});
    if (button(ui, std::string{"tab."} + label, label, "", chosen == tab)) chosen = tab;
    x = ImGui::GetItemRectMax().x + ui.px(4);
  }
  ImGui::PopID();
  Area below = area;
  below.min.y += ui.px(tabs_height);
  return below;
}

void draw_lower(Ui& ui, App& app, const Area& area) {
  constexpr std::array<std::pair<LowerTab, const char*>, 3> tabs{
      {{LowerTab::groups, "Groups"}, {LowerTab::space_time, "Space-time"}, {LowerTab::plots, "Plots"}}};
  const Area below = draw_tabs(ui, "lower", area, app.look.lower, tabs);
  switch (app.look.lower) {
    case LowerTab::groups: return draw_groups(ui, app, below);
    case LowerTab::space_time: return draw_space_time(ui, app, below);
    case LowerTab::plots: return draw_plots(ui, app, below);
  }
}

void draw_side(Ui& ui, App& app, const Area& area) {
  constexpr std::array<std::pair<SideTab, const char*>, 3> tabs{
      {{SideTab::lesson, "Lesson"}, {SideTab::inspector, "Inspect"}, {SideTab::events, "Events"}}};
  const Area below = draw_tabs(ui, "side", area, app.look.side, tabs);
  switch (app.look.side) {
    case SideTab::lesson: return draw_lesson(ui, app, below);
    case SideTab::inspector: return draw_inspector(ui, app, below);
    case SideTab::events: return draw_events(ui, app, below);
  }
}

void draw_body(Ui& ui, App& app, const Area& body) {
  const float side = std::clamp(app.look.side_share, 0.15F, 0.5F);
  float rest = 1 - side;
  const auto [main, right] = split(ui, "side", body, true, rest);
  app.look.side_share = 1 - rest;
  if (app.look.preset == Preset::compare) {
    draw_compare(ui, app, main);
    return draw_side(ui, app, right);
  }
  const auto [left, middle] = split(ui, "left", main, true, app.look.left_share);
  const auto [upper, lower] = split(ui, "upper", left, false, app.look.upper_share);
  draw_topology(ui, app, upper);
  if (app.look.preset == Preset::learn) {
    draw_lower(ui, app, lower);
    draw_strips(ui, app, middle);
    return draw_side(ui, app, right);
  }
  draw_space_time(ui, app, lower);
  const auto [logs, curves] = split(ui, "middle", middle, false, app.look.middle_share);
  draw_strips(ui, app, logs);
  draw_plots(ui, app, curves);
  const auto [inspected, events] = split(ui, "right", right, false, app.look.right_share);
  draw_inspector(ui, app, inspected);
  draw_events(ui, app, events);
}

// Above the tape, the latest lowest.
void draw_notices(Ui& ui, const App& app, const Area& window) {
  ImDrawList& list = *ImGui::GetForegroundDrawList();
  float y = window.max.y - ui.px(tape_height + 16 + 36 * static_cast<float>(app.notices().size()));
  for (const Notice& notice : app.notices()) {
    const float width = std::min(ui.measure(ui.fonts.text, notice.text).x, window.width() * 0.6F);
    const Area box{{window.centre().x - width / 2 - ui.px(12), y}, {window.centre().x + width / 2 + ui.px(12), y + ui.px(30)}};
    list.AddRectFilled(box.min, box.max, ui.theme.raised, ui.px(6));
    list.AddRect(box.min, box.max, notice.error ? ui.theme.bad : ui.theme.accent, ui.px(6), 0, ui.px(1.5F));
    ui.write(list, ui.fonts.text, {box.min.x + ui.px(12), y + ui.px(7)}, ui.theme.text, notice.text, width + 1);
    y += ui.px(36);
  }
}

void draw_tip(Ui& ui, const std::string& tip) {
  const float wrap = ui.px(360);
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {ui.px(10), ui.px(8)});
  ImGui::BeginTooltip();
  ImGui::PushTextWrapPos(wrap);
  ImGui::TextUnformatted(tip.c_str());
  ImGui::PopTextWrapPos();
  ImGui::EndTooltip();
  ImGui::PopStyleVar();
}

// What the lesson points at, framed.
void draw_spotlight(Ui& ui, const App& app) {
  const Area* at = app.spotlight.empty() ? nullptr : ui.find(app.spotlight);
  if (!at || ImGui::IsPopupOpen(nullptr, ImGuiPopupFlags_AnyPopupId | ImGuiPopupFlags_AnyPopupLevel)) return;
  const Area box = at->inset(-ui.px(4));
  ImGui::GetForegroundDrawList()->AddRect(box.min, box.max, ui.theme.accent, ui.px(7), 0, ui.px(2.5F));
}

}  // namespace

void App::draw(Ui& ui, const Area& window) {
  tip.reset();
  spotlight.clear();  // a lesson that is shown sets it
  handle_keys(*this);
  ImGui::SetNextWindowPos(window.min);
  ImGui::SetNextWindowSize(window.size());
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {0, 0});
  ImGui::PushStyleVar(ImGuiStyleVar_WindowBorderSize, 0);
  ImGui::PushStyleColor(ImGuiCol_WindowBg, ui.theme.background);
  ImGui::Begin("kafkasim", nullptr,
               ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove | ImGuiWindowFlags_NoSavedSettings | ImGuiWindowFlags_NoBringToFrontOnFocus
                   | ImGuiWindowFlags_NoScrollWithMouse | ImGuiWindowFlags_NoNav);
  ImGui::PopStyleVar(2);  // menus and tips have their own
  ImGui::BringWindowToDisplayBack(ImGui::GetCurrentWindow());  // the panels are windows of their own, made later
  const float edge = ui.px(gap);
  const Area inside = window.inset(edge);
  const Area bar{inside.min, {inside.max.x, inside.min.y + ui.px(toolbar_height)}};
  const Area tape{{inside.min.x, inside.max.y - ui.px(tape_height)}, inside.max};
  const Area body{{inside.min.x, bar.max.y + edge}, {inside.max.x, tape.min.y - edge}};
  draw_toolbar(ui, *this, bar);
  draw_body(ui, *this, body);
  draw_tape(ui, *this, tape);
  draw_spotlight(ui, *this);
  draw_notices(ui, *this, window);
  if (popups.browser) draw_browser(ui, *this, window);
  if (popups.help) draw_help(ui, *this, window);
  if (popups.palette) draw_palette(ui, *this, window);
  if (popups.save) draw_save(ui, *this, window);
  if (tip) draw_tip(ui, *tip);
  ImGui::End();
  ImGui::PopStyleColor();
}

}  // namespace kafkasim::viz
