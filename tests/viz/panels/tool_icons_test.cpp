#include "viz/panels/tool_icons.hpp"

#include <catch2/catch.hpp>

#include "viz/backend/headless.hpp"

namespace kafkasim::viz {
namespace {

TEST_CASE("Every icon of the toolbar draws something within its square") {
  const ImVec2 centre{50, 40};
  constexpr float radius = 8;
  constexpr float edge = 2.5F;  // half of a line's thickness and its soft rim, both longer at the sharp corners of a triangle
  Headless head{100, 80, 1.0F};
  for (auto icon = static_cast<int>(ToolIcon::none); icon <= static_cast<int>(ToolIcon::down); ++icon) {
    INFO(icon);
    bool drawn = false;
    head.frame([&](Ui& ui) {
      ImDrawList& list = *ImGui::GetForegroundDrawList();
      const int before = list.VtxBuffer.Size;
      draw_tool_icon(list, static_cast<ToolIcon>(icon), centre, radius, ui.theme.text);
      drawn = list.VtxBuffer.Size > before;
      for (int i = before; i < list.VtxBuffer.Size; ++i) {
        const ImVec2 at = list.VtxBuffer[i].pos;
        CHECK(at.x >= centre.x - radius - edge);
        CHECK(at.x <= centre.x + radius + edge);
        CHECK(at.y >= centre.y - radius - edge);
        CHECK(at.y <= centre.y + radius + edge);
      }
    });
    CHECK(drawn == (static_cast<ToolIcon>(icon) != ToolIcon::none));
  }
}

}  // namespace
}  // namespace kafkasim::viz
