#include <filesystem>

#include <fmt/format.h>
#include <imgui.h>
#include <imgui_stdlib.h>

#include "viz/panels/flow.hpp"
#include "viz/panels/panels.hpp"
#include "viz/panels/sheet.hpp"
#include "viz/panels/state.hpp"

namespace kafkasim::viz {

void draw_save(Ui& ui, App& app, const Area& window) {
  if (!app.popups.save) return;
  PanelState& state = state_of(app);
  if (state.save_path.empty()) state.save_path = fmt::format("{}-{}.json", app.scenario().name, app.tape().branch(app.branch()).name);
  (void)begin_sheet(ui, "save", "Save this branch as a scenario", window, {560, 220}, app.popups.save);
  Flow flow{ui};
  const std::size_t acts = app.tape().branch(app.branch()).acts.size();
  const std::string done = acts == 1 ? "one thing that was done by hand in this branch as an entry"
                                     : fmt::format("{} things that were done by hand in this branch as entries", acts);
  flow.dim(acts == 0 ? "The scenario as it stands: nothing was done by hand in this branch."
                     : "The scenario with the " + done + " of its timeline. Run again, it gives the same events and the same trace hash.");
  flow.gap();
  ImGui::SetNextItemWidth(flow.width());
  if (ImGui::IsWindowAppearing()) ImGui::SetKeyboardFocusHere();
  const bool entered = ImGui::InputTextWithHint("##path", "file", &state.save_path, ImGuiInputTextFlags_EnterReturnsTrue);
  ui.probe_item("save.path");
  std::error_code ignored;
  const bool there = !state.save_path.empty() && std::filesystem::exists(state.save_path, ignored);
  if (there) flow.coloured(ui.theme.warning, "This file is there already: it would be replaced.");
  else flow.small(fmt::format("Then: kafkasim run {}", state.save_path));
  flow.gap();
  const bool pressed = flow.press("save.ok", there ? "Replace" : "Save", "Enter", true);
  if (flow.press("save.cancel", "Cancel", "Esc")) app.popups.save = false;
  if ((pressed || entered) && !state.save_path.empty()) {
    app.want(SaveScenario{state.save_path});
    app.popups.save = false;
  }
  end_sheet();
}

}  // namespace kafkasim::viz
