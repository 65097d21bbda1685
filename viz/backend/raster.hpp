#pragma once
// A rasteriser of what ImGui wants drawn, without a display and without a driver: the same picture on every machine, byte for byte,
// since positions are rounded to 1/256 of a pixel first and all coverage is whole numbers. A pixel belongs to a triangle if its centre
// does (top and left edges are part of it, as in OpenGL), so triangles with an edge in common paint no pixel twice.
#include <cstddef>
#include <cstdint>
#include <vector>

#include <imgui.h>

#include "viz/draw/theme.hpp"

namespace kafkasim::viz {

struct Image {  // rows from the top
  int width{};
  int height{};
  std::vector<Colour> pixels;

  [[nodiscard]] std::size_t row(int y) const { return static_cast<std::size_t>(y) * static_cast<std::size_t>(width); }
  [[nodiscard]] Colour pixel(int x, int y) const { return pixels[row(y) + static_cast<std::size_t>(x)]; }
};

// The only texture: the atlas of fonts, one byte of opacity a texel.
struct AlphaTexture {
  const unsigned char* texels{};
  int width{};
  int height{};
  ImVec2 white;  // where it is opaque: what is no text has this place
};
[[nodiscard]] AlphaTexture alpha_texture(ImFontAtlas& atlas);

// Draws onto `background`. The image is as large as the data's display.
[[nodiscard]] Image rasterise(const ImDrawData& data, const AlphaTexture& texture, Colour background);

}  // namespace kafkasim::viz
