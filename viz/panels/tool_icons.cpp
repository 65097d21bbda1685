#include "viz/panels/tool_icons.hpp"

#include <cmath>
#include <numbers>

namespace kafkasim::viz {

namespace {

struct IconPen {
  ImDrawList& list;
  ImVec2 centre;
  float radius;
  Colour colour;

  [[nodiscard]] ImVec2 at(float x, float y) const { return {centre.x + x * radius, centre.y + y * radius}; }
  [[nodiscard]] float thick() const { return radius * 0.26F; }
  void triangle(float x, float half, float to) const {  // from a wall at x to a point at `to`
    list.AddTriangleFilled(at(x, -half), at(to, 0), at(x, half), colour);
  }
  void bar(float from, float to, float half) const { list.AddRectFilled(at(from, -half), at(to, half), colour); }
  void line(float x0, float y0, float x1, float y1) const { list.AddLine(at(x0, y0), at(x1, y1), colour, thick()); }
};

void draw_sun(const IconPen& pen) {
  pen.list.AddCircleFilled(pen.centre, pen.radius * 0.42F, pen.colour);
  for (int i = 0; i < 8; ++i) {
    const float angle = static_cast<float>(i) * std::numbers::pi_v<float> / 4;
    pen.line(0.65F * std::cos(angle), 0.65F * std::sin(angle), std::cos(angle), std::sin(angle));
  }
}

void draw_moon(const IconPen& pen) {  // two arcs between the same tips
  constexpr float pi = std::numbers::pi_v<float>;
  pen.list.PathArcTo(pen.centre, pen.radius * 0.85F, -pi * 0.35F, pi * 0.95F, 24);
  pen.list.PathBezierQuadraticCurveTo(pen.at(0.5F, 0.35F), pen.at(0.39F, -0.76F), 12);
  pen.list.PathStroke(pen.colour, ImDrawFlags_Closed, pen.thick());
}

void draw_undo(const IconPen& pen) {
  constexpr float pi = std::numbers::pi_v<float>;
  pen.list.PathArcTo(pen.at(0, 0.1F), pen.radius * 0.7F, -pi * 0.75F, pi * 0.6F, 20);
  pen.list.PathStroke(pen.colour, 0, pen.thick());
  pen.list.AddTriangleFilled(pen.at(-1, -0.1F), pen.at(-0.75F, -0.95F), pen.at(-0.1F, -0.35F), pen.colour);
}

void draw_fork(const IconPen& pen) {
  pen.line(-0.9F, 0.4F, 0.9F, 0.4F);
  pen.line(-0.4F, 0.4F, 0.2F, -0.5F);
  pen.line(0.2F, -0.5F, 0.9F, -0.5F);
  pen.list.AddCircleFilled(pen.at(-0.4F, 0.4F), pen.radius * 0.3F, pen.colour);
}

void draw_save_icon(const IconPen& pen) {  // into a tray
  pen.line(0, -0.9F, 0, 0.1F);
  pen.list.AddTriangleFilled(pen.at(-0.5F, -0.1F), pen.at(0.5F, -0.1F), pen.at(0, 0.5F), pen.colour);
  pen.line(-0.8F, 0.2F, -0.8F, 0.85F);
  pen.line(-0.8F, 0.85F, 0.8F, 0.85F);
  pen.line(0.8F, 0.85F, 0.8F, 0.2F);
}

void draw_warning(const IconPen& pen) {
  pen.list.AddTriangle(pen.at(0, -0.9F), pen.at(0.95F, 0.8F), pen.at(-0.95F, 0.8F), pen.colour, pen.thick());
  pen.line(0, -0.3F, 0, 0.3F);
  pen.bar(-0.12F, 0.12F, 0.0F);
  pen.list.AddCircleFilled(pen.at(0, 0.55F), pen.radius * 0.15F, pen.colour);
}

}  // namespace

void draw_tool_icon(ImDrawList& list, ToolIcon icon, ImVec2 centre, float radius, Colour colour) {
  const IconPen pen{list, centre, radius, colour};
  switch (icon) {
    case ToolIcon::none: break;
    case ToolIcon::start: pen.bar(-0.85F, -0.6F, 0.75F); pen.triangle(0.8F, 0.75F, -0.55F); break;
    case ToolIcon::previous: pen.triangle(0, 0.7F, -0.95F); pen.triangle(0.95F, 0.7F, 0); break;
    case ToolIcon::back: pen.triangle(0.3F, 0.7F, -0.75F); pen.bar(0.5F, 0.75F, 0.7F); break;
    case ToolIcon::play: pen.triangle(-0.6F, 0.85F, 0.85F); break;
    case ToolIcon::pause: pen.bar(-0.65F, -0.2F, 0.75F); pen.bar(0.2F, 0.65F, 0.75F); break;
    case ToolIcon::step: pen.bar(-0.75F, -0.5F, 0.7F); pen.triangle(-0.3F, 0.7F, 0.75F); break;
    case ToolIcon::next: pen.triangle(-0.95F, 0.7F, 0); pen.triangle(0, 0.7F, 0.95F); break;
    case ToolIcon::end: pen.triangle(-0.8F, 0.75F, 0.55F); pen.bar(0.6F, 0.85F, 0.75F); break;
    case ToolIcon::slower: pen.line(-0.6F, 0, 0.6F, 0); break;
    case ToolIcon::faster: pen.line(-0.6F, 0, 0.6F, 0); pen.line(0, -0.6F, 0, 0.6F); break;
    case ToolIcon::undo: draw_undo(pen); break;
    case ToolIcon::compare:
      list.AddRect(pen.at(-0.9F, -0.75F), pen.at(-0.1F, 0.75F), colour, radius * 0.15F, 0, pen.thick());
      list.AddRect(pen.at(0.1F, -0.75F), pen.at(0.9F, 0.75F), colour, radius * 0.15F, 0, pen.thick());
      break;
    case ToolIcon::save: draw_save_icon(pen); break;
    case ToolIcon::sun: draw_sun(pen); break;
    case ToolIcon::moon: draw_moon(pen); break;
    case ToolIcon::fork: draw_fork(pen); break;
    case ToolIcon::check: pen.line(-0.7F, 0.05F, -0.2F, 0.55F); pen.line(-0.2F, 0.55F, 0.75F, -0.55F); break;
    case ToolIcon::warning: draw_warning(pen); break;
    case ToolIcon::down: list.AddTriangleFilled(pen.at(-0.6F, -0.3F), pen.at(0.6F, -0.3F), pen.at(0, 0.45F), colour); break;
  }
}

}  // namespace kafkasim::viz
