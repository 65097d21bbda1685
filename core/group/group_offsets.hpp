#pragma once
// The committed offsets of one group (org.apache.kafka.coordinator.group.OffsetMetadataManager). An offset is applied
// when its record is replicated, and counts only if it was handed over after the one that stands: fates may come in any
// order, the log's order wins. Offsets do not expire. Those of open transactions are the coordinator's.
#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/base/time.hpp"
#include "core/group/group_turn.hpp"
#include "core/message/group_record.hpp"
#include "core/message/offset_commit.hpp"
#include "core/message/offset_fetch.hpp"
#include "core/model/ids.hpp"

namespace kafkasim {

struct CommittedOffset {
  OffsetCommitValue value;
  std::uint64_t order{};  // the token of its append; 0 if it was loaded
};

class GroupOffsets {
 public:
  void restore(const TopicPartition& partition, OffsetCommitValue value) {
    committed_[partition] = {std::move(value), 0};
  }
  void apply(const OffsetsStored& stored, std::uint64_t order);
  void forget(const std::vector<TopicPartition>& partitions, std::uint64_t order);
  [[nodiscard]] OffsetFetchResponse::Group fetch(const OffsetFetchRequest::Group& request) const;
  [[nodiscard]] const std::map<TopicPartition, CommittedOffset>& all() const { return committed_; }

 private:
  std::map<TopicPartition, CommittedOffset> committed_;
  std::map<TopicPartition, std::uint64_t> forgotten_;  // the token of the last tombstone
};

// The response with this error for every partition of the request.
[[nodiscard]] OffsetCommitResponse refuse_commit(const OffsetCommitRequest& request, ErrorCode error);
// The same response with this error for every partition.
[[nodiscard]] OffsetCommitResponse with_error(OffsetCommitResponse response, ErrorCode error);

[[nodiscard]] TxnOffsetCommitResponse refuse_commit(const TxnOffsetCommitRequest& request, ErrorCode error);
[[nodiscard]] TxnOffsetCommitResponse with_error(TxnOffsetCommitResponse response, ErrorCode error);

// The response, and what the broker has refused before the coordinator was asked.
template <class Response>
[[nodiscard]] Response with_refused(Response response, const Response& refused) {
  for (const auto& topic : refused.topics) {
    auto told = std::ranges::find(response.topics, topic.name, &Response::Topic::name);
    if (told == response.topics.end()) told = response.topics.insert(told, {topic.name, {}});
    told->partitions.insert(told->partitions.end(), topic.partitions.begin(), topic.partitions.end());
  }
  return response;
}

// What to store of a commit that is allowed: one record a partition, all in one batch. Partitions whose metadata is
// longer than offset.metadata.max.bytes are refused in the response and left out; without any other there is no write.
struct PreparedCommit {
  OffsetCommitResponse response;
  std::vector<std::pair<TopicPartition, OffsetCommitValue>> offsets;
};
[[nodiscard]] PreparedCommit prepare_commit(const OffsetCommitRequest& request, const GroupLimits& limits,
                                            Timestamp now);

}  // namespace kafkasim
