#include "viz/backend/raster.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace kafkasim::viz {

namespace {

constexpr std::int64_t sub_pixels = 256;  // positions in 1/256 of a pixel

struct RasterClip {  // pixels: from min to before max
  int x0{}, y0{}, x1{}, y1{};
};

// a * b / 255, rounded; exact for all bytes
constexpr std::uint32_t times(std::uint32_t a, std::uint32_t b) {
  const std::uint32_t t = a * b + 128;
  return (t + (t >> 8)) >> 8;
}

// One pixel under a colour of that opacity. What lies below is opaque, hence so is the result.
void blend(std::uint32_t& below, std::uint32_t colour, std::uint32_t alpha) {
  const std::uint32_t rest = 255 - alpha;
  const std::uint32_t odd = (colour & 0x00ff00ff) * alpha + (below & 0x00ff00ff) * rest + 0x00800080;
  const std::uint32_t even = (colour >> 8 & 0xff) * alpha + (below >> 8 & 0xff) * rest + 0x80;
  below = ((odd + (odd >> 8 & 0x00ff00ff)) >> 8 & 0x00ff00ff) | ((even + (even >> 8)) & 0xff00) | 0xff000000;
}

// The nearest whole number; for values below 2^30 in size. std::lround is a call, and there are many.
std::int64_t nearest(float value) {
  constexpr double bias = 1073741824;
  return static_cast<std::int64_t>(static_cast<double>(value) + (bias + 0.5)) - static_cast<std::int64_t>(bias);
}
// What is no number is far to the left: std::max returns its first then.
std::int64_t fixed(float pixels) { return nearest(std::min(std::max(-30000.0F, pixels), 30000.0F) * static_cast<float>(sub_pixels)); }
int first_centre(float edge) { return static_cast<int>((fixed(edge) + sub_pixels / 2 - 1) >> 8); }  // the first pixel whose centre is not before it
std::int64_t floor_div(std::int64_t a, std::int64_t b) { return a / b - (a % b != 0 && (a < 0) != (b < 0) ? 1 : 0); }

// A value over the plane of a triangle: what it is at the centre of a pixel near by, and how it changes from there.
struct RasterPlane {
  float origin{}, dx{}, dy{};
  [[nodiscard]] float at(int right, int down) const { return origin + dx * static_cast<float>(right) + dy * static_cast<float>(down); }
};

struct RasterCorner {
  std::int64_t x, y;
};
// The side of a triangle, from one row of pixels to the next. A place (X, Y) in sub-pixels is inside where dx * X + dy * Y + rest >= 0.
// The bound of a row is a quotient, stepped exactly as Bresenham did.
class RasterEdge {
 public:
  RasterEdge(RasterCorner from, RasterCorner to, int row) : dx_{from.y - to.y} {
    const std::int64_t dy = to.x - from.x;
    const bool top_or_left = dx_ > 0 || (dx_ == 0 && dy > 0);
    const std::int64_t at_first_centre = dx_ * (sub_pixels / 2 - from.x) + dy * (row * sub_pixels + sub_pixels / 2 - from.y) - (top_or_left ? 0 : 1);
    divisor_ = dx_ == 0 ? 1 : std::abs(dx_) * sub_pixels;
    quotient_ = floor_div(at_first_centre, divisor_);
    remainder_ = at_first_centre - quotient_ * divisor_;
    step_ = floor_div(dy * sub_pixels, divisor_);
    step_remainder_ = dy * sub_pixels - step_ * divisor_;
  }
  void narrow(std::int64_t& first, std::int64_t& end) const {
    if (dx_ > 0) {
      first = std::max(first, -quotient_);
    } else if (dx_ < 0) {
      end = std::min(end, quotient_ + 1);
    } else if (quotient_ < 0) {
      end = first;
    }
  }
  void next_row() {
    quotient_ += step_;
    remainder_ += step_remainder_;
    if (remainder_ >= divisor_) {
      remainder_ -= divisor_;
      ++quotient_;
    }
  }

 private:
  std::int64_t dx_;
  std::int64_t divisor_, quotient_, remainder_, step_, step_remainder_;
};
struct RasterTriangle {  // clockwise on the screen
  const ImDrawVert* vertices[3];
  RasterCorner corners[3];
  std::int64_t twice_area;  // in sub_pixels-pixels
};

// What the pixels of a triangle look like: what differs between its corners, as planes.
struct RasterShading {
  std::uint32_t colour{};
  bool one_colour{};
  bool one_tint{};     // only the opacity differs: the soft edges of shapes
  bool plain{};        // no texture
  RasterPlane channels[4];   // in 1/65536
  RasterPlane u, v;          // in 1/256 of a texel, from the centre of the first
  int x{}, y{};              // the pixel that planes count from: close, so that floats are exact enough
};

class Raster {
 public:
  Raster(Image& image, const AlphaTexture& texture) : image_{image}, texture_{texture} {}

  void draw(const ImDrawList& list, const ImDrawCmd& command, const RasterClip& clip);

 private:
  [[nodiscard]] bool is_white(const ImVec2& uv) const { return uv.x == texture_.white.x && uv.y == texture_.white.y; }
  std::uint32_t* row(int y) { return image_.pixels.data() + image_.row(y); }
  bool quad(const ImDrawVert* vertices, const ImDrawIdx* indices, const RasterClip& clip);
  void glyph(const ImDrawVert& a, const ImDrawVert& c, const RasterClip& clip);
  void triangle(const ImDrawVert& a, const ImDrawVert& b, const ImDrawVert& c, const RasterClip& clip);
  [[nodiscard]] RasterShading shading(const RasterTriangle& t) const;
  void span_solid(int y, int x0, int x1, std::uint32_t colour);
  void span_shaded(int y, int x0, int x1, const RasterShading& look);
  [[nodiscard]] std::uint32_t opacity_at(std::int64_t u, std::int64_t v) const;

  Image& image_;
  AlphaTexture texture_;
};

void Raster::span_solid(int y, int x0, int x1, std::uint32_t colour) {
  const std::uint32_t alpha = colour >> 24;
  std::uint32_t* const pixels = row(y);
  if (alpha == 255) {
    std::fill(pixels + x0, pixels + x1, colour);
  } else {
    for (int x = x0; x < x1; ++x) blend(pixels[x], colour, alpha);
  }
}

// Bilinear: u and v in 1/256 of a texel, counted from the centre of the first.
std::uint32_t Raster::opacity_at(std::int64_t u, std::int64_t v) const {
  const auto right = static_cast<std::uint32_t>(u & 255);
  const auto down = static_cast<std::uint32_t>(v & 255);
  const auto within = [](std::int64_t at, int size) { return static_cast<int>(std::clamp<std::int64_t>(at, 0, size - 1)); };
  const int x0 = within(u >> 8, texture_.width);
  const int x1 = within((u >> 8) + 1, texture_.width);
  const unsigned char* const upper = texture_.texels + within(v >> 8, texture_.height) * texture_.width;
  const unsigned char* const lower = texture_.texels + within((v >> 8) + 1, texture_.height) * texture_.width;
  const std::uint32_t above = upper[x0] * (256 - right) + upper[x1] * right;
  const std::uint32_t below = lower[x0] * (256 - right) + lower[x1] * right;
  return (above * (256 - down) + below * down + 0x8000) >> 16;
}

// Two triangles that are a rectangle along the axes: of one colour, or a glyph. False if they are not.
bool Raster::quad(const ImDrawVert* vertices, const ImDrawIdx* i, const RasterClip& clip) {
  if (i[0] != i[3] || i[2] != i[4]) return false;
  const ImDrawVert& a = vertices[i[0]];
  const ImDrawVert& b = vertices[i[1]];
  const ImDrawVert& c = vertices[i[2]];
  const ImDrawVert& d = vertices[i[5]];
  if (a.col != b.col || a.col != c.col || a.col != d.col) return false;
  if (a.pos.y != b.pos.y || b.pos.x != c.pos.x || c.pos.y != d.pos.y || d.pos.x != a.pos.x) return false;
  if (a.pos.x > c.pos.x || a.pos.y > c.pos.y) return false;
  if (is_white(a.uv) && is_white(b.uv) && is_white(c.uv) && is_white(d.uv)) {
    const int x0 = std::max(first_centre(a.pos.x), clip.x0);
    const int x1 = std::min(first_centre(c.pos.x), clip.x1);
    const int y1 = std::min(first_centre(c.pos.y), clip.y1);
    if (x0 >= x1 || a.col >> 24 == 0) return true;
    for (int y = std::max(first_centre(a.pos.y), clip.y0); y < y1; ++y) span_solid(y, x0, x1, a.col);
    return true;
  }
  if (a.uv.y != b.uv.y || b.uv.x != c.uv.x || c.uv.y != d.uv.y || d.uv.x != a.uv.x) return false;
  glyph(a, c, clip);
  return true;
}

void Raster::glyph(const ImDrawVert& a, const ImDrawVert& c, const RasterClip& clip) {
  const int x0 = std::max(first_centre(a.pos.x), clip.x0);
  const int x1 = std::min(first_centre(c.pos.x), clip.x1);
  const int y0 = std::max(first_centre(a.pos.y), clip.y0);
  const int y1 = std::min(first_centre(c.pos.y), clip.y1);
  const std::uint32_t opacity = a.col >> 24;
  if (x0 >= x1 || y0 >= y1 || opacity == 0) return;
  const float across = (c.uv.x - a.uv.x) * static_cast<float>(texture_.width) / (c.pos.x - a.pos.x);
  const float down = (c.uv.y - a.uv.y) * static_cast<float>(texture_.height) / (c.pos.y - a.pos.y);
  const float u0 = a.uv.x * static_cast<float>(texture_.width) + (static_cast<float>(x0) + 0.5F - a.pos.x) * across - 0.5F;
  const float v0 = a.uv.y * static_cast<float>(texture_.height) + (static_cast<float>(y0) + 0.5F - a.pos.y) * down - 0.5F;
  for (int y = y0; y < y1; ++y) {
    const auto v = nearest((v0 + static_cast<float>(y - y0) * down) * 256.0F);
    std::uint32_t* const pixels = row(y);
    // 16 more bits in the step than in the place, so that it does not drift over a wide quad
    auto u = nearest(u0 * 256.0F) * 65536 + 32768;
    const auto step = static_cast<std::int64_t>(std::llround(static_cast<double>(across) * 256.0 * 65536.0));
    for (int x = x0; x < x1; ++x, u += step) {
      const std::uint32_t cover = opacity_at(u >> 16, v);
      if (cover != 0) blend(pixels[x], a.col, times(cover, opacity));
    }
  }
}

void Raster::span_shaded(int y, int x0, int x1, const RasterShading& look) {
  std::uint32_t* const pixels = row(y);
  const int right = x0 - look.x;
  const int down = y - look.y;
  std::int64_t now[4]{};
  std::int64_t step[4]{};
  const unsigned first = look.one_colour ? 4 : look.one_tint ? 3 : 0;
  for (std::size_t i = first; i < 4; ++i) {
    now[i] = nearest(look.channels[i].at(right, down)) + 32768;
    step[i] = nearest(look.channels[i].dx);
  }
  float u = look.u.at(right, down);
  float v = look.v.at(right, down);
  for (int x = x0; x < x1; ++x) {
    std::uint32_t colour = first == 0 ? 0 : first == 3 ? look.colour & 0x00ffffff : look.colour;
    for (unsigned i = first; i < 4; ++i) {
      colour |= static_cast<std::uint32_t>(std::clamp<std::int64_t>(now[i] >> 16, 0, 255)) << (8 * i);
      now[i] += step[i];
    }
    std::uint32_t alpha = colour >> 24;
    if (!look.plain) {
      alpha = times(alpha, opacity_at(nearest(u), nearest(v)));
      u += look.u.dx;
      v += look.v.dx;
    }
    if (alpha != 0) blend(pixels[x], colour, alpha);
  }
}

RasterShading Raster::shading(const RasterTriangle& t) const {
  const auto& [vertices, corners, twice_area] = t;
  const ImDrawVert& a = *vertices[0];
  const ImDrawVert& b = *vertices[1];
  const ImDrawVert& c = *vertices[2];
  RasterShading result{.colour = a.col, .one_colour = a.col == b.col && a.col == c.col,
                       .one_tint = ((a.col ^ b.col) << 8 | (a.col ^ c.col) << 8) == 0,
                       .plain = is_white(a.uv) && is_white(b.uv) && is_white(c.uv),
                 .channels = {}, .u = {}, .v = {}, .x = static_cast<int>(corners[0].x >> 8), .y = static_cast<int>(corners[0].y >> 8)};
  if (result.one_colour && result.plain) return result;
  // Weights of b and c at a pixel's centre, as planes; every value over the triangle is a sum of them.
  const float scale = 1.0F / static_cast<float>(twice_area);
  const auto weight = [&](RasterCorner from, RasterCorner to) {
    const std::int64_t dx = from.y - to.y;
    const std::int64_t dy = to.x - from.x;
    const std::int64_t origin = dx * (result.x * sub_pixels + sub_pixels / 2 - from.x) + dy * (result.y * sub_pixels + sub_pixels / 2 - from.y);
    return RasterPlane{static_cast<float>(origin) * scale, static_cast<float>(dx * sub_pixels) * scale, static_cast<float>(dy * sub_pixels) * scale};
  };
  const RasterPlane of_b = weight(corners[2], corners[0]);
  const RasterPlane of_c = weight(corners[0], corners[1]);
  const auto plane = [&](auto value) {
    const float at_a = value(a);
    const float to_b = value(b) - at_a;
    const float to_c = value(c) - at_a;
    return RasterPlane{at_a + of_b.origin * to_b + of_c.origin * to_c, of_b.dx * to_b + of_c.dx * to_c, of_b.dy * to_b + of_c.dy * to_c};
  };
  for (unsigned i = result.one_colour ? 4 : result.one_tint ? 3 : 0; i < 4; ++i) {
    result.channels[i] = plane([&](const ImDrawVert& v) { return static_cast<float>((v.col >> (8 * i) & 0xff) << 16); });
  }
  if (!result.plain) {
    result.u = plane([&](const ImDrawVert& v) { return v.uv.x * static_cast<float>(texture_.width) * 256.0F - 128.0F; });
    result.v = plane([&](const ImDrawVert& v) { return v.uv.y * static_cast<float>(texture_.height) * 256.0F - 128.0F; });
  }
  return result;
}

void Raster::triangle(const ImDrawVert& a, const ImDrawVert& b, const ImDrawVert& c, const RasterClip& clip) {
  if ((a.col >> 24 | b.col >> 24 | c.col >> 24) == 0) return;
  const auto corner = [](const ImDrawVert& v) { return RasterCorner{fixed(v.pos.x), fixed(v.pos.y)}; };
  RasterTriangle t{{&a, &b, &c}, {corner(a), corner(b), corner(c)}, 0};
  auto& [pa, pb, pc] = t.corners;
  t.twice_area = (pb.x - pa.x) * (pc.y - pa.y) - (pb.y - pa.y) * (pc.x - pa.x);
  if (t.twice_area == 0) return;
  if (t.twice_area < 0) {  // the other way round
    std::swap(pb, pc);
    std::swap(t.vertices[1], t.vertices[2]);
    t.twice_area = -t.twice_area;
  }
  const auto [top, bottom] = std::minmax({pa.y, pb.y, pc.y});
  const auto [left, right] = std::minmax({pa.x, pb.x, pc.x});
  const int y0 = std::max(static_cast<int>((top + sub_pixels / 2 - 1) >> 8), clip.y0);
  const int y1 = std::min(static_cast<int>((bottom + sub_pixels / 2) >> 8), clip.y1 - 1);
  const std::int64_t x0 = std::max<std::int64_t>((left + sub_pixels / 2 - 1) >> 8, clip.x0);
  const std::int64_t x1 = std::min<std::int64_t>(((right + sub_pixels / 2) >> 8) + 1, clip.x1);
  if (y0 > y1 || x0 >= x1) return;
  RasterEdge edges[3] = {{pa, pb, y0}, {pb, pc, y0}, {pc, pa, y0}};
  const RasterShading look = shading(t);
  for (int y = y0; y <= y1; ++y) {
    std::int64_t first = x0;
    std::int64_t end = x1;
    for (RasterEdge& e : edges) {
      e.narrow(first, end);
      e.next_row();
    }
    if (first >= end) continue;
    if (look.one_colour && look.plain) {
      span_solid(y, static_cast<int>(first), static_cast<int>(end), look.colour);
    } else {
      span_shaded(y, static_cast<int>(first), static_cast<int>(end), look);
    }
  }
}

void Raster::draw(const ImDrawList& list, const ImDrawCmd& command, const RasterClip& clip) {
  const ImDrawVert* const vertices = list.VtxBuffer.Data + command.VtxOffset;
  const ImDrawIdx* const indices = list.IdxBuffer.Data + command.IdxOffset;
  for (unsigned i = 0; i + 3 <= command.ElemCount;) {
    if (i + 6 <= command.ElemCount && quad(vertices, indices + i, clip)) {
      i += 6;
      continue;
    }
    triangle(vertices[indices[i]], vertices[indices[i + 1]], vertices[indices[i + 2]], clip);
    i += 3;
  }
}

}  // namespace

AlphaTexture alpha_texture(ImFontAtlas& atlas) {
  unsigned char* texels = nullptr;
  AlphaTexture texture;
  atlas.GetTexDataAsAlpha8(&texels, &texture.width, &texture.height);
  texture.texels = texels;
  texture.white = atlas.TexUvWhitePixel;
  return texture;
}

Image rasterise(const ImDrawData& data, const AlphaTexture& texture, Colour background) {
  Image image{.width = static_cast<int>(data.DisplaySize.x), .height = static_cast<int>(data.DisplaySize.y), .pixels = {}};
  image.pixels.assign(image.row(image.height), background | 0xff000000);
  Raster raster{image, texture};
  for (int i = 0; i < data.CmdListsCount; ++i) {
    const ImDrawList& list = *data.CmdLists[i];
    for (const ImDrawCmd& command : list.CmdBuffer) {
      if (command.UserCallback != nullptr) continue;  // changes of a driver's state
      const auto bound = [](float edge, float origin, int limit) { return std::clamp(static_cast<int>(edge - origin), 0, limit); };
      const RasterClip clip{bound(command.ClipRect.x, data.DisplayPos.x, image.width), bound(command.ClipRect.y, data.DisplayPos.y, image.height),
                      bound(command.ClipRect.z, data.DisplayPos.x, image.width), bound(command.ClipRect.w, data.DisplayPos.y, image.height)};
      if (clip.x0 < clip.x1 && clip.y0 < clip.y1) raster.draw(list, command, clip);
    }
  }
  return image;
}

}  // namespace kafkasim::viz
