#pragma once
// What the tape tells of a run: who led a partition when, faults and how long they lasted, findings, notes. From the run's own story,
// as far as it is known.
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "viz/app/app.hpp"

namespace kafkasim::viz {

// The partition that is chosen, or the first.
[[nodiscard]] std::optional<TopicPartition> tape_partition(const App& app);

struct TapeEpoch {  // of a partition's leader
  Duration from;
  Duration to;
  LeaderEpoch epoch;
  std::optional<NodeId> leader;
};
[[nodiscard]] std::vector<TapeEpoch> tape_epochs(const sim::Simulation& known, const TopicPartition& partition, Duration explored);

struct TapeSpan {  // in which a fault was in force
  Duration from;
  Duration to;
};
[[nodiscard]] std::vector<TapeSpan> tape_spans(const sim::Simulation& known, Duration explored);

enum class TapeMarkKind : std::uint8_t { note, election, own_election, fault, excused, violation };  // the worse, the later
struct TapeMark {  // things that are too close to be told apart are one, of the worst kind
  Duration at;
  float x{};
  TapeMarkKind kind{};
  std::string text;  // a line each
  std::size_t things{};
};
struct TapePlace {
  Duration explored;
  std::function<float(Duration)> x_of;
  float apart{};  // pixels
};
[[nodiscard]] std::vector<TapeMark> tape_marks(const sim::Simulation& known, const TapePlace& place, const std::optional<TopicPartition>& own);

}  // namespace kafkasim::viz
