#include <algorithm>
#include <cctype>

#include <imgui.h>
#include <imgui_stdlib.h>

#include "viz/panels/act_items.hpp"
#include "viz/panels/panels.hpp"
#include "viz/panels/state.hpp"

namespace kafkasim::viz {

namespace {

std::string probe_of_section(const std::string& title) {
  std::string out = "menu.";
  for (const char c : title) out += c == ' ' || c == ',' ? '-' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

float menu_row_width(Ui& ui, const std::vector<ActItem>& items) {
  float width = ui.px(150);
  for (const ActItem& item : items) width = std::max(width, ui.measure(ui.fonts.text, item.label).x + ui.px(20));
  return width;
}

void menu_row(Ui& ui, App& app, const ActItem& item, float width) {
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float height = ui.fonts.text->FontSize + ui.px(7);
  const std::string probe = "menu." + item.id;
  const bool pressed = ImGui::InvisibleButton(probe.c_str(), {std::max(width, ImGui::GetContentRegionAvail().x), height});
  const Area area{ImGui::GetItemRectMin(), ImGui::GetItemRectMax()};
  ui.probe_item(probe);
  ImDrawList& list = *ImGui::GetWindowDrawList();
  if (ImGui::IsItemHovered()) {
    list.AddRectFilled({area.min.x - ui.px(5), area.min.y}, {area.max.x + ui.px(5), area.max.y}, ui.theme.hover, ui.px(3));
    app.tip = item.hint;
  }
  (void)ui.write(list, ui.fonts.text, {at.x, at.y + ui.px(3)}, ui.theme.text, item.label);
  if (!pressed) return;
  app.want(ActBy{item.entry, item.text});
  ImGui::CloseCurrentPopup();
}

// To which topic a record would go by hand, and by whom; absent where that is no question.
struct ProduceTo {
  std::string topic;
  std::string producer;
};
std::optional<ProduceTo> produce_to(const App& app, const Chosen& thing) {
  const std::vector<sim::TopicSpec>& topics = app.scenario().topics;
  if (const auto* partition = std::get_if<ChosenPartition>(&thing)) {
    const bool ours = std::ranges::any_of(topics, [&](const sim::TopicSpec& t) { return t.name == partition->partition.topic; });
    return ours ? std::optional{ProduceTo{partition->partition.topic, {}}} : std::nullopt;
  }
  const auto* chosen = std::get_if<ChosenNode>(&thing);
  const sim::FrameNode* node = chosen ? app.frame().node(chosen->host) : nullptr;
  if (!node || node->kind != sim::NodeKind::producer || topics.empty()) return std::nullopt;
  for (const sim::ProducerSpec& spec : app.scenario().producers) {
    for (std::int32_t i = 1; i <= spec.count; ++i) {
      if (sim::producer_client_id(spec, i) == node->name) return ProduceTo{spec.topic.empty() ? topics.front().name : spec.topic, node->name};
    }
  }
  return std::nullopt;
}

void produce_form(Ui& ui, App& app, const ProduceTo& to) {
  const bool open = ImGui::BeginMenu("Produce a record");
  ui.probe_item("menu.produce-a-record");
  if (!open) return;
  ProduceForm& form = state_of(app).produce;
  ImGui::PushItemWidth(ui.px(180));
  ImGui::InputTextWithHint("##key", "key (none)", &form.key);
  ui.probe_item("menu.produce.key");
  ImGui::InputTextWithHint("##value", "value", &form.value);
  ui.probe_item("menu.produce.value");
  ImGui::PopItemWidth();
  const std::string label = "Send to " + to.topic;
  if (button(ui, "menu.produce", label.c_str(), "one record, by hand")) {
    const ActItem item = produce_item(to.topic, to.producer, form.key, form.value);
    app.want(ActBy{item.entry, item.text});
    ImGui::CloseCurrentPopup();
  }
  ImGui::EndMenu();
}

}  // namespace

void act_menu(Ui& ui, App& app, const Chosen& thing) {
  const ActMenu menu = act_items(app.frame(), app.scenario(), thing);
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const ImVec2 size = ui.write(list, ui.fonts.bold, {at.x, at.y + ui.px(2)}, ui.theme.dim, menu.title);
  ImGui::Dummy({size.x + ui.px(16), size.y + ui.px(6)});
  const bool recording = !app.tape().source().operations.empty();
  if (recording || menu.sections.empty()) {
    ImGui::TextUnformatted(recording ? "A recording of real clients cannot be changed." : "Nothing can be done to it by hand.");
    return;
  }
  bool any_menu = false;
  for (const ActSection& section : menu.sections) {
    if (section.title.empty()) {
      const float width = menu_row_width(ui, section.items);
      for (const ActItem& item : section.items) menu_row(ui, app, item, width);
      continue;
    }
    if (!any_menu) ImGui::Separator();
    any_menu = true;
    const bool open = ImGui::BeginMenu(section.title.c_str());
    ui.probe_item(probe_of_section(section.title));
    if (!open) continue;
    const float width = menu_row_width(ui, section.items);
    for (const ActItem& item : section.items) menu_row(ui, app, item, width);
    ImGui::EndMenu();
  }
  if (const auto to = produce_to(app, thing)) produce_form(ui, app, *to);
}

}  // namespace kafkasim::viz
