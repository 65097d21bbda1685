#include "core/client/partitioner.hpp"

#include <algorithm>

#include "core/base/check.hpp"

namespace kafkasim {

std::optional<PartitionIndex> StickyPartitioner::current(const std::string& topic) const {
  const auto found = sticky_.find(topic);
  return found == sticky_.end() ? std::nullopt : std::optional{found->second.partition};
}

PartitionIndex StickyPartitioner::any(const TopicView& view, Random& random) {
  KAFKASIM_CHECK(!view.partitions.empty(), "a topic has partitions");
  std::vector<std::int32_t> with_leader;
  for (std::size_t i = 0; i < view.partitions.size(); ++i) {
    if (view.partitions[i].leader) with_leader.push_back(static_cast<std::int32_t>(i));
  }
  if (with_leader.empty()) return PartitionIndex{static_cast<std::int32_t>(random.below(view.partitions.size()))};
  return PartitionIndex{with_leader[random.below(with_leader.size())]};
}

PartitionIndex StickyPartitioner::by_weight(const std::vector<Weighed>& weights, Random& random) {
  const std::uint64_t drawn = random.below(weights.back().upto);
  return std::ranges::upper_bound(weights, drawn, {}, &Weighed::upto)->partition;
}

void StickyPartitioner::maybe_switch(Sticky& sticky, const TopicView& view, LastBatch last, Random& random) const {
  if (sticky.bytes < batch_size_ * 2 && (sticky.bytes < batch_size_ || last == LastBatch::open)) return;
  sticky.partition = sticky.weights.empty() ? any(view, random) : by_weight(sticky.weights, random);
  sticky.bytes = 0;
}

PartitionIndex StickyPartitioner::pick(const std::string& topic, const TopicView& view, LastBatch last,
                                       Random& random) {
  const auto found = sticky_.find(topic);
  if (found == sticky_.end() || found->second.partition.value >= std::ssize(view.partitions)) {
    return sticky_.insert_or_assign(topic, Sticky{any(view, random), 0}).first->second.partition;
  }
  maybe_switch(found->second, view, last, random);
  // The topic may have been created anew, smaller, since it was weighed.
  if (found->second.partition.value >= std::ssize(view.partitions)) found->second = Sticky{any(view, random), 0};
  return found->second.partition;
}

void StickyPartitioner::appended(const std::string& topic, std::int64_t bytes, const TopicView& view, LastBatch last,
                                 Random& random) {
  const auto found = sticky_.find(topic);
  if (found == sticky_.end()) return;
  found->second.bytes += bytes;
  maybe_switch(found->second, view, last, random);
}

void StickyPartitioner::weigh(const std::string& topic, std::span<const Load> loads, std::size_t partitions) {
  const auto found = sticky_.find(topic);
  if (found == sticky_.end()) return;
  std::vector<Weighed>& weights = found->second.weights;
  weights.clear();
  if (loads.empty() || partitions < 2) return;
  const auto [least, most] = std::ranges::minmax(loads, {}, &Load::queued);
  // With a partition left out even equal weights say something.
  if (least.queued == most.queued && loads.size() == partitions) return;
  std::uint64_t sum = 0;
  for (const Load& load : loads) {
    sum += static_cast<std::uint64_t>(most.queued + 1 - load.queued);
    weights.push_back({load.partition, sum});
  }
}

void StickyPartitioner::weigh_evenly(const std::string& topic) {
  if (const auto found = sticky_.find(topic); found != sticky_.end()) found->second.weights.clear();
}

}  // namespace kafkasim
