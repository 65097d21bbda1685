#include <cmath>
#include <string>

#include <catch2/catch.hpp>

#include "core/base/check.hpp"
#include "viz/backend/headless.hpp"

using namespace kafkasim;
using namespace kafkasim::viz;

TEST_CASE("the scale follows the size of the picture") {
  CHECK(scale_for(1280, 720) == 1.0F);
  CHECK(scale_for(1600, 1000) == 1.25F);
  CHECK(scale_for(1920, 1080) == 1.5F);
  CHECK(scale_for(3840, 2160) == 3.0F);
  CHECK(scale_for(300, 200) == 1.0F);
  CHECK(scale_for(3840, 800) == 1.0F);
}

TEST_CASE("hands without a display click and type and press as a user does") {
  Headless head{400, 300};
  int clicks = 0;
  int doubles = 0;
  int spaces = 0;
  int saves = 0;
  int menus = 0;
  char text[32]{};
  const auto draw = [&](Ui& ui) {
    ui.begin_panel("p", "Panel", head.area());
    if (button(ui, "b", "Press", "")) ++clicks;
    ImGui::Button("dbl");
    ui.probe_item("dbl");
    if (ImGui::IsItemHovered() && ImGui::IsMouseDoubleClicked(0)) ++doubles;
    ImGui::InputText("t", text, sizeof text);
    ui.probe_item("t");
    if (ImGui::IsKeyPressed(ImGui::GetIO().KeyMap[ImGuiKey_Space], false)) ++spaces;
    if (ImGui::IsKeyPressed('S', false) && ImGui::GetIO().KeyCtrl && !ImGui::GetIO().KeyShift) ++saves;
    if (ImGui::BeginPopupContextWindow("menu")) {
      ++menus;
      ImGui::MenuItem("Crash");
      ui.probe_item("menu.crash");
      ImGui::EndPopup();
    }
    ui.end_panel();
  };
  head.frame(draw);
  head.frame();
  head.click("b");
  CHECK(clicks == 1);
  head.double_click("dbl");
  CHECK(doubles == 1);
  head.key(ImGuiKey_Space);
  head.press(' ');
  CHECK(spaces == 2);
  head.press('S', true);
  head.press('S');
  head.press('S', true, true);
  CHECK(saves == 1);
  head.click("t");
  head.type("or\u00e9");
  head.type('0');
  CHECK(std::string{text} == "or\u00e90");
  head.key(ImGuiKey_Backspace);
  CHECK(std::string{text} == "or\u00e9");
  head.right_click(ImVec2{350, 250});
  CHECK(menus > 0);
  CHECK(head.ui().find("menu.crash") != nullptr);
  head.key(ImGuiKey_Escape);
}

TEST_CASE("what is dragged follows and the wheel turns") {
  Headless head{400, 300};
  float moved = 0;
  float turned = 0;
  const auto draw = [&](Ui& ui) {
    ui.begin_panel("p", "Panel", head.area());
    ImGui::InvisibleButton("handle", {100, 100});
    ui.probe_item("handle");
    if (ImGui::IsItemActive()) moved += ImGui::GetIO().MouseDelta.x;
    if (ImGui::IsItemHovered()) turned += ImGui::GetIO().MouseWheel;
    ui.end_panel();
  };
  head.frame(draw);
  const ImVec2 from = head.ui().find("handle")->centre();
  head.drag(from, {from.x + 120, from.y});
  CHECK(moved == 120);
  head.move_to("handle");
  head.wheel(-2);
  CHECK(turned == -2);
}

TEST_CASE("to click what is not there fails with the names that there are") {
  Headless head{400, 300};
  head.frame([&](Ui& ui) { ui.probe("btn.play", {0, 0}, {1, 1}); });
  CHECK_THROWS_AS(head.click("btn.stop"), InternalError);
  CHECK_THROWS_WITH(head.click("btn.stop"), Catch::Contains("btn.play"));
}

TEST_CASE("two of them live side by side") {
  Headless one{200, 100};
  Headless other{300, 150, 2, ThemeKind::light};
  one.frame([](Ui& ui) { ui.probe("a", {0, 0}, {1, 1}); });
  other.frame([](Ui& ui) { ui.probe("b", {0, 0}, {1, 1}); });
  CHECK(one.image().width == 200);
  CHECK(other.image().pixel(5, 5) == theme(ThemeKind::light).background);
  CHECK(other.ui().px(8) == 16);
  CHECK(one.ui().find("b") == nullptr);
  one.set_theme(ThemeKind::light);
  one.frame();
  CHECK(one.image().pixel(5, 5) == theme(ThemeKind::light).background);
}
