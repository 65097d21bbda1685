#pragma once
// A consumer group as a table: members against partitions, and how far each partition is read. Plain data, without a window.
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/frame/frame.hpp"

namespace kafkasim::viz {

struct GroupColumn {  // a partition
  TopicPartition partition;
  std::optional<std::size_t> owner{};  // index of a member
  std::optional<Offset> committed{};
  std::optional<Offset> position{};
  Offset end{};
  std::int64_t lag{};
};
struct GroupMatrix {
  std::vector<GroupColumn> columns;  // by name
  std::size_t unassigned{};
  std::int64_t span{1};              // offsets that a bar of progress is wide, the same for all
  struct Topic {
    std::string name;
    std::size_t columns{};
  };
  std::vector<Topic> topics;  // in the order of their columns
};
[[nodiscard]] GroupMatrix group_matrix(const sim::Frame& frame, const sim::FrameGroup& group);

enum class GroupCalm : std::uint8_t { stable, rebalancing, empty, dead };
[[nodiscard]] GroupCalm calm_of(const sim::FrameGroup& group);
[[nodiscard]] std::string state_text(const sim::FrameGroup& group);  // for people: "rebalancing (PreparingRebalance)"

// Why a member reads nothing; empty if it reads something.
[[nodiscard]] std::string idle_text(const sim::FrameGroup& group, const GroupMatrix& matrix, std::size_t member);
[[nodiscard]] std::string short_count(std::int64_t count);  // "812", "12.3k", "4.1M"

}  // namespace kafkasim::viz
