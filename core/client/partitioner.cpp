#include "core/client/partitioner.hpp"

#include <vector>

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

void StickyPartitioner::maybe_switch(Sticky& sticky, const TopicView& view, LastBatch last, Random& random) const {
  if (sticky.bytes >= batch_size_ * 2 || (sticky.bytes >= batch_size_ && last == LastBatch::full)) {
    sticky = Sticky{any(view, random), 0};
  }
}

PartitionIndex StickyPartitioner::pick(const std::string& topic, const TopicView& view, LastBatch last,
                                       Random& random) {
  const auto found = sticky_.find(topic);
  if (found == sticky_.end() || found->second.partition.value >= std::ssize(view.partitions)) {
    return sticky_.insert_or_assign(topic, Sticky{any(view, random), 0}).first->second.partition;
  }
  maybe_switch(found->second, view, last, random);
  return found->second.partition;
}

void StickyPartitioner::appended(const std::string& topic, std::int64_t bytes, const TopicView& view, LastBatch last,
                                 Random& random) {
  const auto found = sticky_.find(topic);
  if (found == sticky_.end()) return;
  found->second.bytes += bytes;
  maybe_switch(found->second, view, last, random);
}

}  // namespace kafkasim
