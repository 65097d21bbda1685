#pragma once
// Series: a run over time, sampled at even distances for plots. It looks at a Simulation from outside, between two steps, and
// changes nothing: what it shows at a moment is what stood there just before the first event after it.
//   Series series{scenario.duration};   while (run.step()) series.look(run);   series.end(run);
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "sim/run/simulation.hpp"

namespace kafkasim::sim {

class Series {
 public:
  static constexpr std::int64_t points = 240;

  struct Sample {
    Duration at;
    std::int64_t acked{};
    std::int64_t consumed{};
    std::optional<std::int64_t> lag;  // over all groups; absent while there is none
    std::optional<std::int64_t> isr;  // the smallest of any partition of the scenario's topics
    std::map<NodeId, std::int64_t> disk_used;
    std::map<TopicPartition, std::optional<NodeId>> leaders;  // of the scenario's topics
  };

  explicit Series(Duration whole);
  void look(const Simulation& run);
  void end(const Simulation& run);  // the last sample, at the end
  [[nodiscard]] const std::vector<Sample>& samples() const { return samples_; }
  [[nodiscard]] Series up_to(Duration moment) const;  // as if no more than that had been looked at

 private:
  void take(const Simulation& run, Duration at);

  Duration every_;
  Duration next_{};
  std::vector<Sample> samples_;
};

}  // namespace kafkasim::sim
