#pragma once
// Only offsets of partitions that exist are the coordinator's business (KafkaApis.handleOffsetCommitRequest,
// handleTxnOffsetCommitRequest, handleOffsetDeleteRequest): the others are taken out, and stand in the answer as refused.
#include <utility>
#include <vector>

#include "core/model/error_code.hpp"
#include "core/model/metadata_image.hpp"

namespace kafkasim {

template <class Response, class Topic>
Response take_unknown(std::vector<Topic>& topics, const MetadataImage& image) {
  Response refused;
  for (Topic& topic : topics) {
    const TopicImage* known = image.topic(topic.name);
    typename Response::Topic unknown{topic.name, {}};
    std::erase_if(topic.partitions, [&](const auto& partition) {
      if (known && image.partition({known->id, partition.partition_index})) return false;
      unknown.partitions.push_back({partition.partition_index, ErrorCode::unknown_topic_or_partition});
      return true;
    });
    if (!unknown.partitions.empty()) refused.topics.push_back(std::move(unknown));
  }
  std::erase_if(topics, [](const Topic& topic) { return topic.partitions.empty(); });
  return refused;
}

}  // namespace kafkasim
