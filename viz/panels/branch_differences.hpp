#pragma once
// Two Frames of one moment, of two branches, side by side as texts: what is the same and what is not. Plain data, without a window.
#include <string>
#include <vector>

#include "sim/frame/frame.hpp"

namespace kafkasim::viz {

enum class Favour : std::uint8_t { neither, first, second };  // which of two different values one would rather have
struct DifferenceRow {
  std::string name;
  std::string first;
  std::string second;
  Favour favour{Favour::neither};
  [[nodiscard]] bool differs() const { return first != second; }
};
struct DifferenceTable {
  std::string title;
  std::vector<DifferenceRow> rows;
  [[nodiscard]] bool differs() const;
};

[[nodiscard]] DifferenceTable totals_table(const sim::Frame& first, const sim::Frame& second);
// Either may be absent: the topic exists in one branch alone.
[[nodiscard]] DifferenceTable partition_table(const sim::FramePartition* first, const sim::FramePartition* second);
// Names of the partitions of either, sorted as the frames have them.
[[nodiscard]] std::vector<TopicPartition> partitions_of_both(const sim::Frame& first, const sim::Frame& second);
// Whether a picture of the two would look different.
[[nodiscard]] bool logs_differ(const sim::FramePartition* first, const sim::FramePartition* second);

}  // namespace kafkasim::viz
