#pragma once
// What plots and diagrams compute before they draw: round ticks, numbers as people read them, fewer points where there are more than
// pixels, labels that keep out of each other's way. None of it needs a window.
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "core/base/time.hpp"
#include "sim/run/series.hpp"

namespace kafkasim::viz {

// ---- axes ------------------------------------------------------------------------------------------------------------------------
struct ValueAxis {  // from 0 to `top`
  double top{1};
  std::vector<double> ticks;  // 0 and top among them
};
// Ticks at multiples of 1, 2 or 5 times a power of ten, at most `most` (two at the least), no closer than `least_step`.
[[nodiscard]] ValueAxis value_axis(double highest, std::size_t most, double least_step);

struct TimeAxis {
  Duration step;
  std::vector<Duration> ticks;  // within [from, to], multiples of the step
};
[[nodiscard]] TimeAxis time_axis(Duration from, Duration to, std::size_t most);
// With as many decimals as tell two ticks of that distance apart: "12 s", "12.48 s", "2:05".
[[nodiscard]] std::string moment_text(Duration at, Duration step);
[[nodiscard]] std::string span_text(Duration length);   // "250 us", "400 ms", "1.5 s"
[[nodiscard]] std::string number_text(double value);    // "7", "1.2k", "3.4M"
[[nodiscard]] std::string bytes_text(double bytes);     // "512 B", "20 kB", "1.5 MB"

// ---- lines -----------------------------------------------------------------------------------------------------------------------
struct TimePoint {
  Duration at;
  double value{};
};
struct PixelPoint {
  float x{};
  float y{};
};
// No more than the first, lowest, highest and last of each pixel column: looks the same, however many there were. Ascending in x.
[[nodiscard]] std::vector<PixelPoint> decimated(const std::vector<PixelPoint>& points);

enum class Counter : std::uint8_t { acked, consumed };
// Differences of samples, each at the end of its stretch.
[[nodiscard]] std::vector<TimePoint> rate_per_second(const std::vector<sim::Series::Sample>& samples, Counter counter);

struct LeaderSpan {  // nobody else led in between
  Duration from;
  Duration to;
  std::optional<NodeId> leader;
};
[[nodiscard]] std::vector<LeaderSpan> leader_spans(const std::vector<sim::Series::Sample>& samples, const TopicPartition& partition);

// The last sample at or before that moment; null before the first.
[[nodiscard]] const sim::Series::Sample* sample_at(const std::vector<sim::Series::Sample>& samples, Duration at);

// ---- labels ----------------------------------------------------------------------------------------------------------------------
struct LabelWish {
  float at{};     // where its left edge belongs
  float width{};
};
struct LabelSpot {
  std::size_t first{};     // of the wishes: the one whose text is shown
  std::size_t count{1};    // with those that found no room and are told by a number
  std::size_t row{};
  float left{};
};
struct LabelRoom {
  std::size_t rows{1};
  float right{};        // no label goes beyond
  float gap{};          // between two
  float count_width{};  // of the number that stands for others
};
// Wishes ascending in `at`. Each gets the first row where it is free, or is counted with the last that was placed.
[[nodiscard]] std::vector<LabelSpot> staggered(const std::vector<LabelWish>& wishes, const LabelRoom& room);

}  // namespace kafkasim::viz
