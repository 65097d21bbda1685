#include <cmath>
#include <string_view>

#include <catch2/catch.hpp>

#include "viz/draw/fonts.hpp"

using namespace kafkasim::viz;

TEST_CASE("the fonts are inside of the program and whole") {
  CHECK(font_file(Face::text).substr(0, 4) == "OTTO");  // OpenType with CFF outlines
  CHECK(font_file(Face::semibold).substr(0, 4) == "OTTO");
  CHECK(font_file(Face::mono).substr(0, 4) == std::string_view{"\0\1\0\0", 4});  // TrueType
  for (const Face face : {Face::text, Face::semibold, Face::mono}) CHECK(font_file(face).size() > 10'000);
  CHECK(font_file(Face::text) != font_file(Face::semibold));
}

TEST_CASE("an atlas has whole pixels at every scale and the signs that panels use") {
  for (const float scale : {1.0F, 1.25F, 2.0F, 3.0F}) {
    ImFontAtlas atlas;
    const Fonts fonts = build_fonts(atlas, scale);
    CHECK(atlas.Fonts[0] == fonts.text);
    for (ImFont* font : {fonts.text, fonts.small, fonts.bold, fonts.large, fonts.mono}) {
      REQUIRE(font != nullptr);
      CHECK(font->FontSize == std::round(font->FontSize));
      for (ImWchar c = 0x21; c <= 0x7e; ++c) CHECK(font->FindGlyphNoFallback(c) != nullptr);
      for (const int c : {0xe9, 0x2013, 0x2026, 0x2190, 0x2192, 0x2212, 0x2260, 0x2264, 0x2265, 0x2713, 0x25b6, 0x25c0, 0x25cf}) {
        INFO("sign " << std::hex << c);
        CHECK(font->FindGlyphNoFallback(static_cast<ImWchar>(c)) != nullptr);
      }
    }
    CHECK(fonts.small->FontSize < fonts.text->FontSize);
    CHECK(fonts.text->FontSize < fonts.large->FontSize);
    CHECK(fonts.text->FontSize == std::round(FontSizes{}.text * scale));
  }
}

TEST_CASE("digits of one font are as wide as each other where columns need it") {
  ImFontAtlas atlas;
  const Fonts fonts = build_fonts(atlas, 1);
  for (ImWchar c = '1'; c <= '9'; ++c) CHECK(fonts.mono->GetCharAdvance(c) == fonts.mono->GetCharAdvance('0'));
}

TEST_CASE("an atlas can be built anew for another display") {
  ImFontAtlas atlas;
  (void)build_fonts(atlas, 1);
  const Fonts twice = build_fonts(atlas, 2);
  CHECK(atlas.Fonts.Size == 5);
  CHECK(twice.text->FontSize == 2 * FontSizes{}.text);
}
