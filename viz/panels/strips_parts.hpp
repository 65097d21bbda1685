#pragma once
// What the files of the strips panel share: the sizes of a partition's block, and its parts, drawn from top to bottom.
#include "viz/app/app.hpp"
#include "viz/panels/strip_geometry.hpp"

namespace kafkasim::viz {

struct StripSizes {  // in pixels
  float header{};
  float strip{};     // a replica's cells
  float carets{};    // the lane below them
  float gap{};       // between replicas
  float ticks{};     // the lane of round offsets, where cells have no room for theirs
  float flag{};      // a reader
  float between{};   // partitions
  float label{};     // the column of replicas' names
  bool long_labels{false};
};

struct StripBlock {  // a partition's picture
  const sim::FramePartition* partition{};
  StripScale scale{};
  bool ticks{false};
  std::size_t flags{};  // readers that are shown
  float left{};         // of the block, where labels begin
  float right{};
  [[nodiscard]] float height(const StripSizes& sizes) const;
};

struct StripsPaint {
  Ui& ui;
  App& app;
  ImDrawList& list;
  StripSizes sizes;
  [[nodiscard]] Measure measure() const {
    return [this](std::string_view text) { return ui.measure(ui.fonts.small, text).x; };
  }
};

inline constexpr std::size_t most_flags = 3;

// Lets the mouse pan, zoom, choose and ask within the block, which begins at `top`.
void use_strip_block(StripsPaint& paint, const StripBlock& block, float top);
void draw_strip_block(StripsPaint& paint, const StripBlock& block, float top);
// Draws as many of the signs as fit into a line of that width.
void draw_strip_legend(StripsPaint& paint, ImVec2 at, float width);

// A strip without labels, for miniatures: of one replica, within the area.
void draw_strip_cells(Ui& ui, ImDrawList& list, const std::vector<StripCell>& cells, const Area& band, float opacity);
// A record's place in the cell that holds it, framed.
void draw_strip_choice(Ui& ui, ImDrawList& list, const StripScale& scale, const Area& band, Offset offset);

// Black or white, whichever can be read on that.
[[nodiscard]] Colour ink_on(Colour back);
// The first of the texts, the longest first, that has room there, in small letters. Returns its width; absent: none has.
std::optional<float> write_first_that_fits(Ui& ui, ImDrawList& list, ImVec2 at, Colour colour, const std::vector<std::string>& texts, float room);
// A warning sign of that height with an exclamation mark. Returns its width.
float draw_warning_sign(Ui& ui, ImDrawList& list, ImVec2 at, float height, Colour colour);
[[nodiscard]] Colour of_health(const Theme& theme, Health health);

}  // namespace kafkasim::viz
