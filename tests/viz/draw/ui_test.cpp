#include <algorithm>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "viz/backend/headless.hpp"

using namespace kafkasim;
using namespace kafkasim::viz;

namespace {

// One frame with a panel over the whole of a small window.
template <class F>
void in_panel(Headless& head, F draw) {
  head.frame([&](Ui& ui) {
    const Area inside = ui.begin_panel("test", "Title", head.area());
    draw(ui, *ImGui::GetWindowDrawList(), inside);
    ui.end_panel();
  });
}

}  // namespace

TEST_CASE("what is written is kept with its place") {
  Headless head{400, 300};
  in_panel(head, [](Ui& ui, ImDrawList& list, const Area& inside) {
    const ImVec2 size = ui.write(list, ui.fonts.text, inside.min, ui.theme.text, "orders-0");
    CHECK(size.x == ui.measure(ui.fonts.text, "orders-0").x);
    CHECK(size.y == ui.fonts.text->FontSize);
  });
  const auto& written = head.ui().written();
  REQUIRE(written.size() == 2);
  CHECK(written[0].text == "Title");
  CHECK(written[1].text == "orders-0");
  CHECK_FALSE(written[1].cut);
  CHECK(written[1].area.min.y > written[0].area.max.y);
}

TEST_CASE("text that is too wide is cut within its width and says so") {
  Headless head{400, 300};
  const std::string text = "a partition with a very long name-17";
  for (const float width : {200.0F, 80.0F, 30.0F}) {
    in_panel(head, [&](Ui& ui, ImDrawList& list, const Area& inside) {
      REQUIRE(ui.measure(ui.fonts.text, text).x > width);
      const ImVec2 size = ui.write(list, ui.fonts.text, inside.min, ui.theme.text, text, width);
      CHECK(size.x <= width);
      CHECK(size.x > width * 0.4F);
    });
    CHECK(head.ui().written().back().cut);
    CHECK(head.ui().written().back().text == text);
  }
}

TEST_CASE("a cut never falls into the middle of a character") {
  Headless head{400, 300};
  in_panel(head, [&](Ui& ui, ImDrawList& list, const Area& inside) {
    for (float width = 1; width < 60; width += 1) ui.write(list, ui.fonts.text, inside.min, ui.theme.text, "\u00e9\u00e9\u00e9\u2192\u2192\u2264\u2264", width);
    CHECK(ui.write(list, ui.fonts.text, inside.min, ui.theme.text, "").x == 0);
  });
}

TEST_CASE("a paragraph is wrapped between words and keeps within its width") {
  Headless head{400, 300};
  float height = 0;
  in_panel(head, [&](Ui& ui, ImDrawList& list, const Area& inside) {
    const ImVec2 size = ui.write_wrapped(list, ui.fonts.text, inside.min, ui.theme.text,
                                         "The leader has crashed while it held records that no follower had fetched.\nWho leads now?", 160);
    CHECK(size.x <= 160);
    height = size.y;
  });
  std::vector<std::string> lines;
  for (const Ui::Written& w : head.ui().written()) lines.push_back(w.text);
  lines.erase(lines.begin());
  CHECK(lines.size() >= 4);
  CHECK(lines.back() == "Who leads now?");
  CHECK(lines.front().starts_with("The leader has"));
  for (const std::string& line : lines) CHECK((!line.starts_with(' ') && !line.empty()));
  CHECK(height >= static_cast<float>(lines.size()) * head.ui().fonts.text->FontSize);
}

TEST_CASE("wrapping ends even where not a character fits and an empty line takes room") {
  Headless head{400, 300};
  in_panel(head, [&](Ui& ui, ImDrawList& list, const Area& inside) {
    CHECK(ui.write_wrapped(list, ui.fonts.text, inside.min, ui.theme.text, "abc", 1).y > 2 * ui.fonts.text->FontSize);
    CHECK(ui.write_wrapped(list, ui.fonts.text, inside.min, ui.theme.text, "a\n\nb", 100).y > 2 * ui.fonts.text->FontSize);
    CHECK(ui.write_wrapped(list, ui.fonts.text, inside.min, ui.theme.text, "", 100).y == 0);
  });
}

TEST_CASE("text in the middle of an area stays inside of it") {
  Headless head{400, 300};
  const Area box{{100, 100}, {180, 130}};
  in_panel(head, [&](Ui& ui, ImDrawList& list, const Area&) {
    ui.write_centred(list, ui.fonts.text, box, ui.theme.text, "ok");
    ui.write_centred(list, ui.fonts.text, box, ui.theme.text, "much too long for such a box");
  });
  const auto& written = head.ui().written();
  const Ui::Written& small = written[1];
  CHECK(std::abs(small.area.centre().x - box.centre().x) <= 1);
  CHECK(std::abs(small.area.centre().y - box.centre().y) <= 1);
  CHECK(written[2].cut);
  CHECK(written[2].area.min.x >= box.min.x);
  CHECK(written[2].area.max.x <= box.max.x);
}

TEST_CASE("a panel is known by its name and its inside lies below the title") {
  Headless head{400, 300};
  Area inside;
  in_panel(head, [&](Ui&, ImDrawList&, const Area& area) { inside = area; });
  const Area* panel = head.ui().find("panel.test");
  REQUIRE(panel != nullptr);
  CHECK(panel->max.x == 400);
  CHECK(inside.min.y >= head.ui().written()[0].area.max.y);
  CHECK(panel->contains(inside.min));
  CHECK(inside.max.x < panel->max.x);
  CHECK(head.ui().find("panel.other") == nullptr);
}

TEST_CASE("a panel has the theme's ground even within a window of another") {
  Headless head{400, 300};
  head.frame([&](Ui& ui) {
    ImGui::PushStyleColor(ImGuiCol_WindowBg, rgb(0xff0000));
    ImGui::PushStyleVar(ImGuiStyleVar_WindowBorderSize, 0.0F);
    ui.begin_panel("test", "", head.area());
    ui.end_panel();
    ImGui::PopStyleVar();
    ImGui::PopStyleColor();
  });
  const Image image = head.image();
  CHECK(image.pixel(200, 150) == head.ui().theme.panel);
  CHECK(image.pixel(200, 0) == head.ui().theme.panel_edge);
}

TEST_CASE("a button answers a click once and only there") {
  Headless head{400, 300};
  int plays = 0;
  int stops = 0;
  const auto draw = [&](Ui& ui) {
    ui.begin_panel("test", "", head.area());
    if (button(ui, "btn.play", "Play", "hint")) ++plays;
    if (button(ui, "btn.stop", "Play", "", true)) ++stops;  // the same label is another button
    ui.end_panel();
  };
  head.frame(draw);
  head.click("btn.play");
  CHECK(plays == 1);
  CHECK(stops == 0);
  head.click("btn.stop");
  CHECK(plays == 1);
  CHECK(stops == 1);
  head.click(ImVec2{390, 290});
  CHECK((plays == 1 && stops == 1));
}

TEST_CASE("hatching and dashes stay within their area") {
  Headless head{400, 300};
  const Area box{{100, 80}, {180, 120}};
  ImVec2 low{1e9F, 1e9F};
  ImVec2 high{-1e9F, -1e9F};
  in_panel(head, [&](Ui& ui, ImDrawList& list, const Area&) {
    const int before = list.VtxBuffer.Size;
    hatch(list, box, ui.theme.bad, 6, 1);
    dashed_rect(list, box, ui.theme.bad, 1, 4);
    CHECK(list.VtxBuffer.Size > before + 40);
    for (int i = before; i < list.VtxBuffer.Size; ++i) {
      const ImVec2 p = list.VtxBuffer[i].pos;
      low = {std::min(low.x, p.x), std::min(low.y, p.y)};
      high = {std::max(high.x, p.x), std::max(high.y, p.y)};
    }
    hatch(list, {{10, 10}, {10, 10}}, ui.theme.bad, 6, 1);
    dashed_line(list, {1, 1}, {1, 1}, ui.theme.bad, 1, 4);
    arrow(list, {1, 1}, {1, 1}, ui.theme.bad, 1, 4);
  });
  constexpr float soft = 2.5F;  // the rim of a line
  CHECK(low.x >= box.min.x - soft);
  CHECK(low.y >= box.min.y - soft);
  CHECK(high.x <= box.max.x + soft);
  CHECK(high.y <= box.max.y + soft);
}

TEST_CASE("no two kinds of traffic look the same without their colours") {
  Headless head{300, 300};
  std::vector<Image> shapes;
  for (int i = 0; i <= static_cast<int>(sim::Traffic2::admin); ++i) {
    for (const bool filled : {true, false}) {
      in_panel(head, [&](Ui&, ImDrawList& list, const Area&) {
        traffic_shape(list, static_cast<sim::Traffic2>(i), {150, 150}, 8, rgb(0xffffff), filled);
      });
      shapes.push_back(head.image());
    }
  }
  for (std::size_t a = 0; a < shapes.size(); ++a) {
    for (std::size_t b = a + 1; b < shapes.size(); ++b) {
      int different = 0;
      for (std::size_t p = 0; p < shapes[a].pixels.size(); ++p) different += shapes[a].pixels[p] != shapes[b].pixels[p] ? 1 : 0;
      INFO("shapes " << a << " and " << b);
      CHECK(different > 20);
    }
  }
}
