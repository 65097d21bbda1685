#pragma once
// Ui: what every panel draws with: fonts, theme, scale, and named rectangles. A panel tells where its things are by probe(); tests
// click by those names, and lessons point at them. Sizes are in points; px() makes pixels of them.
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <imgui.h>

#include "viz/draw/theme.hpp"

namespace kafkasim::viz {

struct Area {  // of the window, in pixels
  ImVec2 min;
  ImVec2 max;
  [[nodiscard]] float width() const { return max.x - min.x; }
  [[nodiscard]] float height() const { return max.y - min.y; }
  [[nodiscard]] ImVec2 size() const { return {width(), height()}; }
  [[nodiscard]] ImVec2 centre() const { return {(min.x + max.x) / 2, (min.y + max.y) / 2}; }
  [[nodiscard]] bool contains(ImVec2 p) const { return p.x >= min.x && p.x < max.x && p.y >= min.y && p.y < max.y; }
  [[nodiscard]] Area inset(float by) const { return {{min.x + by, min.y + by}, {max.x - by, max.y - by}}; }
};

struct Fonts {  // of one size of the display
  ImFont* text{};
  ImFont* small{};
  ImFont* bold{};
  ImFont* large{};
  ImFont* mono{};
};

class Ui {
 public:
  Ui(const Fonts& of_size, const Theme& colours, float pixels_a_point) : fonts{of_size}, theme{colours}, scale{pixels_a_point} {}
  Fonts fonts;
  const Theme& theme;
  float scale;  // pixels a point

  [[nodiscard]] float px(float points) const { return points * scale; }

  void begin_frame() { probes_.clear(); texts_.clear(); }
  void probe(std::string name, ImVec2 min, ImVec2 max) { probes_.emplace_back(std::move(name), Area{min, max}); }
  void probe_item(std::string name);  // ImGui's last item
  [[nodiscard]] std::map<std::string, Area> probes() const;  // of a name that was told twice the last
  [[nodiscard]] const Area* find(std::string_view name) const;

  // Text by a draw list: cut with "..." where it would pass `width` (0: no limit). Returns its size. What was written is kept for tests.
  ImVec2 write(ImDrawList& list, ImFont* font, ImVec2 at, Colour colour, std::string_view text, float width = 0);
  ImVec2 write_centred(ImDrawList& list, ImFont* font, const Area& within, Colour colour, std::string_view text);
  ImVec2 write_wrapped(ImDrawList& list, ImFont* font, ImVec2 at, Colour colour, std::string_view text, float width);
  [[nodiscard]] ImVec2 measure(ImFont* font, std::string_view text) const;
  struct Written {
    std::string text;
    Area area;
    bool cut{};    // it did not fit
    Area visible;  // what the clipping leaves of it; without extent: nothing
  };
  [[nodiscard]] const std::vector<Written>& written() const { return texts_; }

  // A panel: background, a title line, clipping. Between begin and end, ImGui widgets may be used; returns the area within.
  Area begin_panel(const char* name, std::string_view title, const Area& area);
  void end_panel();

 private:
  std::vector<std::pair<std::string, Area>> probes_;  // as they were told: of thousands a frame hardly any is looked for
  std::vector<Written> texts_;
};

// A button with a name for probes ("btn.play"); `hint` is shown on hover.
[[nodiscard]] bool button(Ui& ui, const std::string& probe, const char* label, const char* hint, bool chosen = false);

// ---- shapes ------------------------------------------------------------------------------------------------------------------
void hatch(ImDrawList& list, const Area& area, Colour colour, float step, float thickness);       // diagonal lines
void dashed_line(ImDrawList& list, ImVec2 a, ImVec2 b, Colour colour, float thickness, float dash);
void dashed_rect(ImDrawList& list, const Area& area, Colour colour, float thickness, float dash);
void arrow(ImDrawList& list, ImVec2 from, ImVec2 to, Colour colour, float thickness, float head);
void cross(ImDrawList& list, ImVec2 centre, float radius, Colour colour, float thickness);
// The shape that a kind of traffic has, so that it can be told without its colour.
void traffic_shape(ImDrawList& list, sim::Traffic2 traffic, ImVec2 centre, float radius, Colour colour, bool filled);

}  // namespace kafkasim::viz
