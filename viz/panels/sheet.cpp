#include "viz/panels/sheet.hpp"

#include <algorithm>
#include <cmath>
#include <string>

namespace kafkasim::viz {

namespace {
constexpr ImGuiWindowFlags sheet_flags = ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove | ImGuiWindowFlags_NoSavedSettings | ImGuiWindowFlags_NoNav;
}

Area begin_sheet(Ui& ui, const char* name, const char* title, const Area& window, ImVec2 wanted, bool& open) {
  const std::string id = name;
  ImGui::SetNextWindowPos(window.min);
  ImGui::SetNextWindowSize(window.size());
  ImGui::PushStyleColor(ImGuiCol_WindowBg, ui.theme.kind == ThemeKind::dark ? rgb(0x000000, 150) : rgb(0x303030, 110));
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2{0, 0});
  ImGui::PushStyleVar(ImGuiStyleVar_WindowRounding, 0.0F);
  ImGui::PushStyleVar(ImGuiStyleVar_WindowBorderSize, 0.0F);
  ImGui::Begin(("veil." + id).c_str(), nullptr, sheet_flags | ImGuiWindowFlags_NoScrollWithMouse);
  if (ImGui::InvisibleButton("veil", window.size())) open = false;
  ImGui::End();
  ImGui::PopStyleVar(3);
  ImGui::PopStyleColor();

  const ImVec2 size{std::floor(std::min(ui.px(wanted.x), window.width() * 0.94F)), std::floor(std::min(ui.px(wanted.y), window.height() * 0.92F))};
  const ImVec2 at{std::floor(window.centre().x - size.x / 2), std::floor(window.min.y + (window.height() - size.y) * 0.45F)};
  ImGui::SetNextWindowPos(at);
  ImGui::SetNextWindowSize(size);
  ImGui::PushStyleColor(ImGuiCol_WindowBg, ui.theme.panel);
  ImGui::PushStyleColor(ImGuiCol_Border, ui.theme.accent);
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2{ui.px(18), ui.px(14)});
  ImGui::PushStyleVar(ImGuiStyleVar_WindowRounding, ui.px(8));
  ImGui::PushStyleVar(ImGuiStyleVar_WindowBorderSize, ui.px(1));
  ImGui::Begin(("sheet." + id).c_str(), nullptr, sheet_flags);
  ImGui::PopStyleVar(3);
  ImGui::PopStyleColor(2);
  ui.probe("sheet." + id, at, {at.x + size.x, at.y + size.y});
  const ImVec2 top = ImGui::GetCursorScreenPos();
  const float wide = ImGui::GetContentRegionAvail().x;
  (void)ui.write(*ImGui::GetWindowDrawList(), ui.fonts.large, top, ui.theme.text, title);
  ImGui::SetCursorScreenPos({top.x + wide - ui.measure(ui.fonts.text, "Close").x - ui.px(18), top.y});
  if (button(ui, id + ".close", "Close", "Esc")) open = false;
  ImGui::SetCursorScreenPos({top.x, top.y + std::max(ui.fonts.large->FontSize, ui.fonts.text->FontSize) + ui.px(16)});
  const ImVec2 inner = ImGui::GetCursorScreenPos();
  return {inner, {top.x + wide, at.y + size.y - ui.px(14)}};
}

void end_sheet() { ImGui::End(); }

}  // namespace kafkasim::viz
