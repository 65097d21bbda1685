#pragma once
// Where the things of a log strip lie: offsets as pixels, which cells and which labels there are. Without a window and without
// state, so that it can be tested by itself. Lengths are in pixels; no two labels that one function places overlap.
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/frame/frame.hpp"

namespace kafkasim::viz {

using Measure = std::function<float(std::string_view)>;  // how wide a text is

// ---- the scale, which all replicas of a partition share ----------------------------------------------------------------------
struct StripScale {
  double left{};   // the offset at x0
  double cell{1};  // pixels an offset takes
  float x0{};
  float x1{};
  [[nodiscard]] float x_of(double offset) const { return x0 + static_cast<float>((offset - left) * cell); }  // may lie outside
  [[nodiscard]] float x_of(Offset offset) const { return x_of(static_cast<double>(offset.value)); }
  [[nodiscard]] double offset_at(float x) const { return left + static_cast<double>(x - x0) / cell; }
  [[nodiscard]] double span() const { return static_cast<double>(x1 - x0) / cell; }  // offsets in view
  [[nodiscard]] bool shows(float x) const { return x >= x0 && x <= x1; }
};

struct StripExtent {   // of what should be seen of a partition
  Offset first;        // the lowest log start
  Offset interesting;  // from here on the replicas or their readers differ, or something is not committed
  Offset end;          // the highest log end, or where a cut began
};
[[nodiscard]] StripExtent strip_extent(const sim::FramePartition& partition);

// Pixels an offset should take: labels fit if `extent` then fits as well, else one of a few smaller sizes, so that it seldom changes.
[[nodiscard]] double strip_cell(const StripExtent& extent, float width, float label, float room_at_end);
// The left edge that keeps the end in view, with room beside it; not before the beginning if all fits.
[[nodiscard]] double strip_left(const StripExtent& extent, float width, double cell, float room_at_end);
// One step of a glide from `shown` to `target`; jumps where that is far.
[[nodiscard]] double glided(double shown, double target, double seconds, double span);

// ---- cells -----------------------------------------------------------------------------------------------------------------------
struct StripCell {  // a record; a batch of several whose bounds are known; or, where there is no room for those, a bar of many
  Offset base;
  Offset last;
  float x0{};
  float x1{};
  LeaderEpoch epoch;
  bool bar{false};
  bool known{true};  // else only that there are records
  bool committed{false};
  bool control{false};
  bool transactional{false};
  bool differs{false};
  std::string tag{};    // "e4" at its left, where the epoch changes or the view begins
  std::string label{};  // offsets or a count, where there is room after the tag
};
struct CellRules {
  Measure measure;
  float least_cell{6};  // narrower ones become bars
  float pad{2};
  std::vector<std::pair<float, float>> blocked{};  // no labels here
};
[[nodiscard]] std::vector<StripCell> lay_cells(const sim::FrameReplica& replica, const StripScale& scale, const CellRules& rules);

// ---- carets and marks beneath a strip ----------------------------------------------------------------------------------------------
enum class CaretKind : std::uint8_t { log_start, stable, high_watermark, log_end };
struct StripCaret {
  CaretKind kind{};
  Offset at;
  float x{};
  std::string label;  // empty: no room
  float label_x{};
};
[[nodiscard]] std::vector<StripCaret> lay_carets(const sim::FrameReplica& replica, const StripScale& scale, const Measure& measure, float half);

struct StripFlag {  // a group's reader
  std::optional<float> committed;
  std::optional<float> position;
  bool before{false};  // at least one of them lies left of the view
  std::string text;    // empty: no room
  float text_x{};
};
// The text may stand left of the strip too, from `text_x0` on.
[[nodiscard]] StripFlag lay_flag(const sim::FrameReader& reader, const StripScale& scale, const Measure& measure, float text_x0, float half);

struct StripTick {
  Offset at;
  float x{};
  std::string label;
  float label_x{};
};
[[nodiscard]] std::vector<StripTick> lay_ticks(const StripScale& scale, const Measure& measure);

// ---- partitions as a whole --------------------------------------------------------------------------------------------------------
enum class Health : std::uint8_t { good, under_replicated, below_min_isr, leaderless };
[[nodiscard]] Health health_of(const sim::FramePartition& partition);
[[nodiscard]] std::string_view health_text(Health health);
// What a header says, the longest first; whoever draws it takes the first that fits. The name is not in it.
[[nodiscard]] std::vector<std::string> header_texts(const sim::FramePartition& partition);
[[nodiscard]] std::string brokers_text(std::vector<NodeId> nodes);  // "{2,3}", ascending

// Chips in lines: where each begins, given their widths; absent if that takes more than `most` lines.
struct ChipPlace {
  float x{};
  std::size_t line{};
};
[[nodiscard]] std::optional<std::vector<ChipPlace>> lay_chips(const std::vector<float>& widths, float width, float gap, std::size_t most);

// What is told of a record in a replica's log.
[[nodiscard]] const sim::LogRun* run_at(const sim::FrameReplica& replica, Offset offset);
[[nodiscard]] std::string record_text(const sim::FramePartition& partition, const sim::FrameReplica& replica, Offset offset);

}  // namespace kafkasim::viz
