#pragma once
// The fonts, as bytes of this program: a picture does not depend on what is installed. They are subsets (fonts/README.md): Latin-1,
// punctuation, arrows, and the signs that panels use.
#include <string_view>

#include "viz/draw/ui.hpp"

namespace kafkasim::viz {

enum class Face : std::uint8_t { text, semibold, mono };
[[nodiscard]] std::string_view font_file(Face face);

// Heights of lines in points: what ImGui calls a font's size. A face's letters are smaller: Inter's em is 0.83 of its line.
struct FontSizes {
  float text{16};   // an em of 13
  float small{14};
  float bold{16};
  float large{23};
  float mono{15};
};

// Empties the atlas and fills it for a display of that many pixels a point; heights are whole pixels. `text` is ImGui's default font.
[[nodiscard]] Fonts build_fonts(ImFontAtlas& atlas, float scale, const FontSizes& sizes = {});

// ImGui's own widgets in the theme's colours, at that scale.
void style_imgui(ImGuiStyle& style, const Theme& theme, float scale);

}  // namespace kafkasim::viz
