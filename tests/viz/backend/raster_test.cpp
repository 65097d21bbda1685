#include <algorithm>
#include <cmath>
#include <string>

#include <catch2/catch.hpp>

#include "viz/backend/headless.hpp"

using namespace kafkasim;
using namespace kafkasim::viz;

namespace {

// What a drawing on the bare background looks like.
template <class F>
Image drawn(Headless& head, F draw) {
  head.frame([&](Ui& ui) { draw(ui, *ImGui::GetForegroundDrawList()); });
  return head.image();
}

Colour over(Colour below, Colour above) {  // computed another way than the rasteriser does
  const double alpha = static_cast<double>(above >> 24) / 255;
  Colour result = 0xff000000;
  for (unsigned shift = 0; shift < 24; shift += 8) {
    const double a = static_cast<double>(above >> shift & 0xff);
    const double b = static_cast<double>(below >> shift & 0xff);
    result |= static_cast<Colour>(std::lround(a * alpha + b * (1 - alpha))) << shift;
  }
  return result;
}

// Pixels that are not as `expected` says.
template <class F>
int wrong_pixels(const Image& image, F expected) {
  int wrong = 0;
  for (int y = 0; y < image.height; ++y) {
    for (int x = 0; x < image.width; ++x) wrong += image.pixel(x, y) != expected(x, y) ? 1 : 0;
  }
  return wrong;
}

bool within(int x, int y, int x0, int y0, int x1, int y1) { return x >= x0 && x < x1 && y >= y0 && y < y1; }

const Colour back = theme(ThemeKind::dark).background;

}  // namespace

TEST_CASE("a rectangle is painted exactly") {
  Headless head{120, 90};
  const Image image = drawn(head, [](Ui&, ImDrawList& list) { list.AddRectFilled({10, 20}, {50, 60}, rgb(0x336699)); });
  CHECK((image.width == 120 && image.height == 90));
  CHECK(wrong_pixels(image, [](int x, int y) { return within(x, y, 10, 20, 50, 60) ? rgb(0x336699) : back; }) == 0);
}

TEST_CASE("colours blend exactly") {
  for (const std::uint32_t alpha : {1U, 64U, 128U, 200U, 254U}) {
    Headless head{60, 60};
    const Colour under = rgb(0xe69f00);
    const Colour above = rgb(0x0072b2, alpha);
    const Image image = drawn(head, [&](Ui&, ImDrawList& list) {
      list.AddRectFilled({0, 0}, {40, 40}, under);
      list.AddRectFilled({20, 20}, {60, 60}, above);
    });
    CHECK(wrong_pixels(image, [&](int x, int y) {
            const Colour below = within(x, y, 0, 0, 40, 40) ? under : back;
            return within(x, y, 20, 20, 60, 60) ? over(below, above) : below;
          }) == 0);
  }
}

TEST_CASE("nothing is painted outside of the clip rectangle nor of the picture") {
  Headless head{100, 80};
  const Image image = drawn(head, [](Ui& ui, ImDrawList& list) {
    list.PushClipRect({30, 20}, {70, 50});
    list.AddRectFilled({-500, -500}, {5000, 5000}, rgb(0xff0000));
    list.AddCircleFilled({50, 35}, 300, rgb(0x00ff00));
    list.AddLine({-1e6F, 35}, {1e6F, 35.5F}, rgb(0x0000ff), 3);
    list.AddText(ui.fonts.large, 23, {10, 25}, rgb(0xffffff), "wider than the clip rectangle is");
    list.PopClipRect();
  });
  CHECK(wrong_pixels(image, [&](int x, int y) { return within(x, y, 30, 20, 70, 50) ? image.pixel(x, y) : back; }) == 0);
  CHECK(image.pixel(31, 21) == rgb(0x00ff00));
}

TEST_CASE("triangles with an edge in common paint every pixel once") {
  Headless head{100, 100};
  const Colour half = rgb(0xffffff, 128);
  for (const ImVec2 middle : {ImVec2{50, 50}, ImVec2{33.3F, 61.7F}, ImVec2{50.5F, 20.5F}}) {
    const Image image = drawn(head, [&](Ui&, ImDrawList& list) {
      list.Flags &= ~ImDrawListFlags_AntiAliasedFill;
      const ImVec2 corners[]{{10, 10}, {90, 10}, {90, 90}, {10, 90}};
      for (std::size_t i = 0; i < 4; ++i) list.AddTriangleFilled(corners[i], corners[(i + 1) % 4], middle, half);
      list.Flags |= ImDrawListFlags_AntiAliasedFill;
    });
    CHECK(wrong_pixels(image, [&](int x, int y) { return within(x, y, 10, 10, 90, 90) ? over(back, half) : back; }) == 0);
  }
}

TEST_CASE("a gradient goes evenly from one colour to the other") {
  Headless head{110, 40};
  const Image image = drawn(head, [](Ui&, ImDrawList& list) {
    list.AddRectFilledMultiColor({0, 0}, {100, 40}, rgb(0x000000), rgb(0xc86432), rgb(0xc86432), rgb(0x000000));
  });
  int worst = 0;
  for (int x = 0; x < 100; ++x) {
    const double share = (x + 0.5) / 100;
    for (const auto& [shift, full] : {std::pair{0, 200}, std::pair{8, 100}, std::pair{16, 50}}) {
      const int got = static_cast<int>(image.pixel(x, 20) >> shift & 0xff);
      worst = std::max(worst, std::abs(got - static_cast<int>(std::lround(full * share))));
    }
  }
  CHECK(worst <= 1);
}

TEST_CASE("text is there and within its box and faint text is fainter") {
  Headless head{200, 60};
  const Colour white = rgb(0xffffff);
  Area box;
  const Image image = drawn(head, [&](Ui& ui, ImDrawList& list) {
    ui.write(list, ui.fonts.bold, {20, 20}, white, "Kafka 0123");
    box = ui.written().back().area;
  });
  const auto ink = [](const Image& of) { return wrong_pixels(of, [](int, int) { return back; }); };
  CHECK(ink(image) > 150);
  CHECK(wrong_pixels(image, [&](int x, int y) {
          const ImVec2 centre{static_cast<float>(x) + 0.5F, static_cast<float>(y) + 0.5F};
          return box.inset(-1).contains(centre) ? image.pixel(x, y) : back;
        }) == 0);
  CHECK(std::count(image.pixels.begin(), image.pixels.end(), white) > 5);  // stems are whole
  const Image none = drawn(head, [&](Ui& ui, ImDrawList& list) { ui.write(list, ui.fonts.text, {20, 20}, faded(white, 0), "Kafka 0123"); });
  CHECK(ink(none) == 0);
}

TEST_CASE("more than 65535 vertices in a list are drawn where they belong") {
  Headless head{400, 400};
  constexpr int side = 160;  // 25,600 squares of 4 vertices
  const auto colour_of = [](int x, int y) { return rgb(static_cast<std::uint32_t>(0x101010 + x * 7 + y * 1021)); };
  const Image image = drawn(head, [&](Ui&, ImDrawList& list) {
    for (int y = 0; y < side; ++y) {
      for (int x = 0; x < side; ++x) {
        const ImVec2 at{static_cast<float>(2 * x), static_cast<float>(2 * y)};
        list.AddRectFilled(at, {at.x + 2, at.y + 2}, colour_of(x, y));
      }
    }
  });
  CHECK(wrong_pixels(image, [&](int x, int y) { return within(x, y, 0, 0, 2 * side, 2 * side) ? colour_of(x / 2, y / 2) : back; }) == 0);
}

TEST_CASE("a circle is round and its rim is soft") {
  Headless head{100, 100};
  const Colour white = rgb(0xffffff);
  const Image image = drawn(head, [&](Ui&, ImDrawList& list) { list.AddCircleFilled({50, 50}, 30, white); });
  CHECK(wrong_pixels(image, [&](int x, int y) {
          const double r = std::hypot(x + 0.5 - 50, y + 0.5 - 50);
          return r < 28.5 ? white : r > 31.5 ? back : image.pixel(x, y);
        }) == 0);
  int between = 0;
  for (const Colour c : image.pixels) between += c != white && c != back ? 1 : 0;
  CHECK(between > 100);
}

TEST_CASE("the same frame gives the same picture") {
  const auto picture = [] {
    Headless head{300, 200};
    return drawn(head, [](Ui& ui, ImDrawList& list) {
      ui.write(list, ui.fonts.bold, {10, 10}, ui.theme.text, "orders-0 epoch 4");
      for (int i = 0; i < 20; ++i) list.AddLine({10, 40}, {290, 40 + 7.3F * static_cast<float>(i)}, faded(ui.theme.accent, 0.4F), 1.7F);
    });
  };
  CHECK(picture().pixels == picture().pixels);
}
