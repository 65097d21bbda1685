#pragma once
// The icons of the toolbar, drawn: no icon font.
#include "viz/draw/ui.hpp"

namespace kafkasim::viz {

enum class ToolIcon : std::uint8_t {
  none, start, previous, back, play, pause, step, next, end, slower, faster, undo, compare, save, sun, moon, fork, check, warning, down
};
// Within a square of twice `radius`.
void draw_tool_icon(ImDrawList& list, ToolIcon icon, ImVec2 centre, float radius, Colour colour);

}  // namespace kafkasim::viz
