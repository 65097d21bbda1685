#pragma once
// Plots as inline SVG that one can read on paper: lines told apart by dashes as well as by colour, the faults of the run as
// numbered marks. Whole numbers only: the same data give the same bytes.
#include <cstdint>
#include <string>
#include <vector>

#include "core/base/time.hpp"

namespace kafkasim::sim {

[[nodiscard]] std::string escape_markup(std::string_view text);  // for HTML and XML; control characters become U+FFFD

struct PlotPoint {
  Duration at;
  std::int64_t value{};
};
struct PlotLine {
  std::string name;
  std::vector<PlotPoint> points;
};
struct PlotMark {
  Duration at;
  std::string label;  // "1": the number of the fault
};
enum class PlotUnit : std::uint8_t { count, per_second, bytes };
struct Plot {
  std::string title;
  PlotUnit unit{};
  Duration end;
  std::vector<PlotLine> lines;
  std::vector<PlotMark> marks;
};
[[nodiscard]] std::string plot_svg(const Plot& plot);

// A row a subject, a coloured bar for each stretch in which its state stays the same; state < 0: none.
struct StripRow {
  std::string name;
  struct Stretch {
    Duration from;
    Duration to;
    std::int64_t state{};
  };
  std::vector<Stretch> stretches;
};
struct StripPlot {
  std::string title;
  std::string state_name;  // "broker"
  Duration end;
  std::vector<StripRow> rows;
  std::vector<PlotMark> marks;
};
[[nodiscard]] std::string strips_svg(const StripPlot& plot);

}  // namespace kafkasim::sim
