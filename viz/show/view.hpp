#pragma once
// What `kafkasim view` does: the window, or pictures of it without one. All that others need to know of viz.
#include <functional>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include "sim/travel/tape.hpp"

namespace kafkasim::viz {

enum class Picture : unsigned char { learn, inspect, compare };
enum class Shade : unsigned char { dark, light };

struct ViewOptions {
  std::string file;                                                                 // a scenario or recording
  std::function<Result<sim::TapeSource>(const std::string& path)> open;       // reads one
  std::vector<std::string> library;                                                 // scenario files to choose from
  std::optional<Duration> at;                                                       // the moment to begin with; a picture's: 0
  std::vector<std::string> acts;              // entries of a timeline with "at": done by hand, each in a branch of its own
  std::optional<std::string> screenshot;      // PNG
  std::optional<std::string> places;          // JSON: where everything that has a name stands in the screenshot, for who drives the window
  std::optional<std::string> frames;          // folder: a sequence of PNGs
  Duration every{milliseconds(100)};          // of virtual time between two of them
  std::optional<Duration> to;                 // the last of them; absent: the end
  std::optional<std::pair<int, int>> size;    // pixels
  std::optional<float> scale;                 // pixels a point; absent: by the size
  float type{1.0F};                           // size of letters, 1.5 for lectures
  Shade shade{};
  Picture picture{};
  std::string tab;      // "groups", "space-time", "plots", "lesson", "inspect", "events": brought to front
  std::string look_at;  // "broker 2", "orders-0", "analytics", "orders-0@501": chosen
};

// 0, or 2 with a line on `err`: the file cannot be shown, the picture not be written, there is no display.
[[nodiscard]] int view(const ViewOptions& options, std::ostream& out, std::ostream& err);

}  // namespace kafkasim::viz
