#include "sim/frame/recorder.hpp"

namespace kafkasim::sim {

namespace {

constexpr std::size_t most_recorded_cuts = 200;

}  // namespace

void Recorder::observe(const Simulation& run) {
  if (!since_) since_ = run.world().now();
  for (const Observation& o : run.world().observations()) {
    observations_.push_back(o);
    const auto* cut = o.get_if<trace::LogTruncated>();
    if (cut == nullptr || cut->to >= cut->from) continue;  // a truncation beyond the end takes nothing away
    cuts_.push_back({cut->partition, o.host, cut->from, cut->to, o.at});
    if (cuts_.size() > most_recorded_cuts) cuts_.pop_front();
  }
  if (observations_.size() <= most_) return;
  while (observations_.size() > most_) observations_.pop_front();
  since_ = observations_.empty() ? run.world().now() : observations_.front().at;
}

void Recorder::clear() {
  observations_.clear();
  cuts_.clear();
  since_.reset();
}

}  // namespace kafkasim::sim
