#include "sim/run/series.hpp"

#include <algorithm>

namespace kafkasim::sim {

namespace {

std::optional<std::int64_t> number(const Simulation& run, const MetricQuery& query) {
  const std::optional<MetricValue> value = run.measure(query);
  const auto* whole = value ? std::get_if<std::int64_t>(&*value) : nullptr;
  return whole ? std::optional{*whole} : std::nullopt;
}

}  // namespace

Series::Series(Duration whole) : every_{std::max(Duration{1}, whole / points)} {}

void Series::look(const Simulation& run) {
  if (run.now() < next_) return;
  take(run, next_);
  while (next_ <= run.now()) next_ += every_;
}

void Series::end(const Simulation& run) {
  if (samples_.empty() || samples_.back().at < run.now()) take(run, run.now());
}

Series Series::up_to(Duration moment) const {
  Series earlier = *this;
  std::erase_if(earlier.samples_, [moment](const Sample& sample) { return sample.at > moment; });
  if (!earlier.samples_.empty()) earlier.next_ = std::min(earlier.next_, earlier.samples_.back().at + earlier.every_);
  return earlier;
}

void Series::take(const Simulation& run, Duration at) {
  Sample sample;
  sample.at = at;
  sample.acked = number(run, {Metric::records_acked, {}, {}, {}}).value_or(0);
  sample.consumed = number(run, {Metric::records_consumed, {}, {}, {}}).value_or(0);
  sample.lag = number(run, {Metric::lag, {}, {}, {}});
  for (const auto& [id, host] : run.cluster().brokers) {
    if (const auto used = number(run, {Metric::disk_used, {}, id, {}})) sample.disk_used[id] = *used;
  }
  for (const TopicSpec& topic : run.scenario().topics) {
    for (std::int32_t i = 0; i < topic.partitions; ++i) {
      const TopicPartition tp{topic.name, PartitionIndex{i}};
      const PartitionHistory* partition = run.checks().history().partition(tp);
      if (!partition) continue;
      sample.leaders[tp] = partition->leader;
      const auto size = static_cast<std::int64_t>(partition->isr.size());
      sample.isr = std::min(size, sample.isr.value_or(size));
    }
  }
  samples_.push_back(std::move(sample));
}

}  // namespace kafkasim::sim
