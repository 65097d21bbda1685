#include "viz/panels/palette.hpp"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>
#include <imgui.h>
#include <imgui_stdlib.h>

#include "sim/scenario/units.hpp"
#include "viz/panels/panels.hpp"
#include "viz/panels/flow.hpp"
#include "viz/panels/sheet.hpp"
#include "viz/panels/state.hpp"

namespace kafkasim::viz {

namespace {

char lower_letter(char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); }

bool begins_word(std::string_view text, std::size_t at) { return at == 0 || text[at - 1] == ' ' || text[at - 1] == ','; }

struct PaletteRow {
  std::string title;
  std::string keys;
  const AppCommand* command{};
  std::optional<Duration> at{};
};

std::vector<PaletteRow> palette_rows(const App& app, const std::string& text) {
  std::vector<PaletteRow> rows;
  std::string moment = text;
  if (!moment.empty() && std::ranges::all_of(moment, [](char c) { return (c >= '0' && c <= '9') || c == '.'; })) moment += "s";
  if (const Result<Duration> at = sim::parse_duration(moment); at && *at <= app.tape().duration())
    rows.push_back({"Go to " + as_moment(*at), "", nullptr, *at});
  for (const AppCommand* one : matching_commands(text)) rows.push_back({std::string{one->title}, std::string{one->keys}, one, {}});
  return rows;
}

void run_palette_row(App& app, const PaletteRow& row) {
  app.popups.palette = false;
  if (row.at) return app.want(SeekTo{*row.at});
  row.command->run(app);
}

// True when it was pressed.
bool draw_palette_row(Ui& ui, const PaletteRow& row, bool chosen) {
  const float wide = ImGui::GetContentRegionAvail().x;
  const float height = ui.fonts.text->FontSize + ui.px(8);
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const std::string probe = row.command ? "palette." + std::string{row.command->id} : "palette.go";
  const bool pressed = ImGui::InvisibleButton(probe.c_str(), {wide, height});
  ui.probe_item(probe);
  ImDrawList& list = *ImGui::GetWindowDrawList();
  if (chosen || ImGui::IsItemHovered()) list.AddRectFilled(at, {at.x + wide, at.y + height}, chosen ? ui.theme.raised : ui.theme.hover, ui.px(4));
  if (chosen) list.AddRectFilled(at, {at.x + ui.px(3), at.y + height}, ui.theme.accent);
  const float keys = ui.measure(ui.fonts.mono, row.keys).x;
  (void)ui.write(list, ui.fonts.text, {at.x + ui.px(10), at.y + ui.px(4)}, ui.theme.text, row.title, wide - keys - ui.px(30));
  (void)ui.write(list, ui.fonts.mono, {at.x + wide - keys - ui.px(8), at.y + ui.px(4)}, ui.theme.dim, row.keys);
  return pressed;
}

}  // namespace

std::optional<int> fuzzy_score(std::string_view typed, std::string_view text) {
  int score = 0;
  std::size_t at = 0;
  std::size_t last = std::string_view::npos;
  for (const char wanted : typed) {
    if (wanted == ' ') continue;
    // A letter that begins a word counts for more than the next one that happens to be there, if what was found so far allows it.
    std::size_t found = std::string_view::npos;
    for (std::size_t i = at; i < text.size(); ++i) {
      if (lower_letter(text[i]) != lower_letter(wanted)) continue;
      if (found == std::string_view::npos) found = i;
      if (last != std::string_view::npos && i == last + 1) break;
      if (begins_word(text, i)) {
        found = i;
        break;
      }
    }
    if (found == std::string_view::npos) return std::nullopt;
    score += begins_word(text, found) ? 8 : 1;
    if (last != std::string_view::npos && found == last + 1) score += 5;
    last = found;
    at = found + 1;
  }
  return score * 100 - static_cast<int>(std::min<std::size_t>(text.size(), 99));
}

std::vector<const AppCommand*> matching_commands(std::string_view typed) {
  std::vector<std::pair<int, const AppCommand*>> found;
  for (const AppCommand& one : commands()) {
    // By its short name too: who types "undo" means "Take back what was done last".
    const auto score = std::max(fuzzy_score(typed, one.title), fuzzy_score(typed, one.id));
    if (score) found.emplace_back(typed.empty() ? 0 : -*score, &one);
  }
  std::ranges::stable_sort(found, {}, &std::pair<int, const AppCommand*>::first);
  // What has the letters only here and there is no answer where something has them as the beginning of a word.
  std::vector<const AppCommand*> out;
  for (const auto& [score, one] : found) {
    if (score * 10 <= found.front().first * 7) out.push_back(one);
  }
  return out;
}

void draw_palette(Ui& ui, App& app, const Area& window) {
  if (!app.popups.palette) return;
  PanelState& state = state_of(app);
  (void)begin_sheet(ui, "palette", "Commands", window, {560, 520}, app.popups.palette);
  if (ImGui::IsWindowAppearing()) {
    state.palette_text.clear();
    state.palette_row = 0;
  }
  ImGui::SetNextItemWidth(ImGui::GetContentRegionAvail().x);
  if (ImGui::IsWindowAppearing()) ImGui::SetKeyboardFocusHere();
  const std::string before = state.palette_text;
  const bool entered =
      ImGui::InputTextWithHint("##palette", "a few letters of what you want, or a moment: 12.5", &state.palette_text, ImGuiInputTextFlags_EnterReturnsTrue);
  ui.probe_item("palette.input");
  if (before != state.palette_text) state.palette_row = 0;
  const std::vector<PaletteRow> rows = palette_rows(app, state.palette_text);
  const ImGuiIO& io = ImGui::GetIO();
  bool moved = false;
  if (ImGui::IsKeyPressed(io.KeyMap[ImGuiKey_DownArrow])) ++state.palette_row, moved = true;
  if (ImGui::IsKeyPressed(io.KeyMap[ImGuiKey_UpArrow]) && state.palette_row > 0) --state.palette_row, moved = true;
  if (!rows.empty()) state.palette_row = std::min(state.palette_row, rows.size() - 1);
  ImGui::BeginChild("rows");
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const bool chosen = i == state.palette_row;
    if (draw_palette_row(ui, rows[i], chosen)) run_palette_row(app, rows[i]);
    if (chosen && moved) ImGui::SetScrollHereY();
  }
  if (rows.empty()) {
    Flow flow{ui};
    flow.dim("No command has these letters.");
  }
  ImGui::EndChild();
  if (entered && !rows.empty()) run_palette_row(app, rows[state.palette_row]);
  end_sheet();
}

}  // namespace kafkasim::viz
