#include "core/broker/metadata_feed.hpp"

#include <algorithm>
#include <utility>

namespace kafkasim {

void MetadataFeed::freeze(const FreezeMetadata& freeze) { (thaw_at_ ? next_freezes_ : freezes_).push_back(freeze); }

void MetadataFeed::thaw(Instant now) {
  thaw_at_ = now;
  next_freezes_.clear();
}

void MetadataFeed::on_woken() {
  if (!thaw_at_) return;
  thaw_at_.reset();
  freezes_ = std::exchange(next_freezes_, {});
}

void MetadataFeed::add(std::vector<CommittedBatch> batches) {
  for (CommittedBatch& batch : batches) waiting_.push_back(std::move(batch));
}

std::optional<CommittedBatch> MetadataFeed::take(const MetadataImage& image) {
  if (waiting_.empty() || stops_at(image)) return std::nullopt;
  std::optional<CommittedBatch> batch{std::move(waiting_.front())};
  waiting_.pop_front();
  return batch;
}

void MetadataFeed::put_back(CommittedBatch batch, std::size_t applied) {
  const auto count = static_cast<std::ptrdiff_t>(applied);
  batch.records.erase(batch.records.begin(), batch.records.begin() + count);
  batch.base_offset = batch.base_offset.plus(count);
  waiting_.push_front(std::move(batch));
}

bool MetadataFeed::stops_at(const MetadataImage& image) const {
  return std::ranges::any_of(freezes_, [&image](const FreezeMetadata& freeze) {
    if (!freeze.partition) return true;
    const TopicImage* topic = image.topic(freeze.partition->topic);
    if (!topic) return false;
    const PartitionRegistration* partition = image.partition({topic->id, freeze.partition->partition});
    return partition && partition->leader_epoch >= freeze.leader_epoch;
  });
}

}  // namespace kafkasim
