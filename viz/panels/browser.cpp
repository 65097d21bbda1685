#include "viz/panels/browser.hpp"

#include <algorithm>
#include <cctype>
#include <filesystem>

#include <fmt/format.h>
#include <imgui.h>
#include <imgui_stdlib.h>

#include "sim/scenario/json_tree.hpp"
#include "sim/scenario/parse.hpp"
#include "viz/panels/flow.hpp"
#include "viz/panels/panels.hpp"
#include "viz/panels/sheet.hpp"

namespace kafkasim::viz {

namespace {

std::string lower_case(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

std::string text_member(const sim::JsonValue& root, std::string_view key) {
  const sim::JsonValue* value = root.find(key);
  return value != nullptr && value->is(sim::JsonKind::string) ? value->text : std::string{};
}

// A card with title and first sentence; true when it was pressed.
bool draw_card(Ui& ui, const Flow& flow, const ScenarioCard& card, bool open_now) {
  const float wide = ImGui::GetContentRegionAvail().x;
  const float pad = ui.px(10);
  const float room = wide - 2 * pad;
  const std::string& title = card.title.empty() ? card.stem : card.title;
  const std::string tag = open_now ? "open now" : card.lesson ? "lesson" : "";
  const float tag_width = tag.empty() ? 0 : ui.measure(ui.fonts.small, tag).x + ui.px(22);
  const float title_height = flow.measure_wrapped(ui.fonts.bold, title, room - tag_width).y;
  const float summary_height = flow.measure_wrapped(ui.fonts.text, card.summary, room).y;
  const float height = title_height + summary_height + ui.fonts.small->FontSize + pad * 1.8F;
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const std::string probe = "browser." + card.stem;
  const bool pressed = ImGui::InvisibleButton(probe.c_str(), {wide, height});
  ui.probe_item(probe);
  const bool hovered = ImGui::IsItemHovered();
  if (!ImGui::IsItemVisible()) return pressed;
  if (hovered) ImGui::SetMouseCursor(ImGuiMouseCursor_Hand);
  ImDrawList& list = *ImGui::GetWindowDrawList();
  list.AddRectFilled(at, {at.x + wide, at.y + height}, hovered ? ui.theme.hover : ui.theme.raised, ui.px(6));
  if (open_now || hovered) list.AddRect(at, {at.x + wide, at.y + height}, ui.theme.accent, ui.px(6), 0, ui.px(1));
  float y = at.y + pad * 0.8F;
  (void)ui.write_wrapped(list, ui.fonts.bold, {at.x + pad, y}, ui.theme.text, title, room - tag_width);
  if (!tag.empty()) {
    const Colour colour = open_now ? ui.theme.accent : ui.theme.good;
    const float text_width = ui.measure(ui.fonts.small, tag).x;
    const Area box{{at.x + wide - pad - text_width - ui.px(12), y}, {at.x + wide - pad, y + ui.fonts.small->FontSize + ui.px(4)}};
    list.AddRect(box.min, box.max, colour, ui.px(4), 0, ui.px(1));
    (void)ui.write(list, ui.fonts.small, {box.min.x + ui.px(6), y + ui.px(2)}, colour, tag);
  }
  y += title_height;
  (void)ui.write_wrapped(list, ui.fonts.text, {at.x + pad, y}, ui.theme.text, card.summary, room);
  (void)ui.write(list, ui.fonts.small, {at.x + pad, y + summary_height}, ui.theme.dim, card.path, room);
  return pressed;
}

}  // namespace

ScenarioCard read_card(const std::string& path) {
  ScenarioCard card{path, std::filesystem::path{path}.stem().string(), {}, {}, false};
  const Result<std::string> text = sim::read_scenario_file(path);
  if (!text) return card;
  const sim::JsonDocument document = sim::read_json(*text);
  if (!document.root) return card;
  card.title = text_member(*document.root, "title");
  card.summary = first_sentence(text_member(*document.root, "description"));
  card.lesson = document.root->find("lesson") != nullptr;
  return card;
}

bool matches(const ScenarioCard& card, const std::string& search) {
  const std::string all = lower_case(card.stem + " " + card.title + " " + card.summary + (card.lesson ? " lesson" : ""));
  std::string word;
  for (const char c : lower_case(search) + " ") {
    if (c != ' ') {
      word += c;
      continue;
    }
    if (all.find(word) == std::string::npos) return false;
    word.clear();
  }
  return true;
}

void draw_browser(Ui& ui, App& app, const Area& window) {
  if (!app.popups.browser) return;
  PanelState& state = state_of(app);
  if (state.cards_of != app.library) {
    state.cards_of = app.library;
    state.cards.clear();
    for (const std::string& path : app.library) state.cards.push_back(read_card(path));
    std::ranges::stable_sort(state.cards, [](const ScenarioCard& a, const ScenarioCard& b) { return a.lesson && !b.lesson; });
  }
  (void)begin_sheet(ui, "browser", "Scenarios", window, {760, 640}, app.popups.browser);
  if (ImGui::IsWindowAppearing()) {
    state.browser_search.clear();
    ImGui::SetKeyboardFocusHere();
  }
  ImGui::SetNextItemWidth(ImGui::GetContentRegionAvail().x);
  const bool entered = ImGui::InputTextWithHint("##search", "search", &state.browser_search, ImGuiInputTextFlags_EnterReturnsTrue);
  ui.probe_item("browser.search");
  ImGui::BeginChild("cards");
  const Flow flow{ui};
  const ScenarioCard* wanted = nullptr;
  std::size_t shown = 0;
  for (const ScenarioCard& card : state.cards) {
    if (!matches(card, state.browser_search)) continue;
    if (draw_card(ui, flow, card, card.stem == app.scenario().name) || (entered && shown == 0)) wanted = &card;
    ImGui::Dummy({1, ui.px(2)});
    ++shown;
  }
  if (shown == 0) Flow{ui}.dim(state.cards.empty() ? "No scenarios were found: kafkasim looks for the folder scenarios." : "No scenario has these words.");
  ImGui::EndChild();
  end_sheet();
  if (!wanted) return;
  app.want(OpenFile{wanted->path});
  app.popups.browser = false;
}

}  // namespace kafkasim::viz
