#include "core/group/group_offsets.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace kafkasim {
namespace {

OffsetFetchResponse::Partition fetched(PartitionIndex index, const CommittedOffset* known) {
  if (known == nullptr) return {index, std::nullopt, std::nullopt, std::string{}, ErrorCode::none};
  return {index, known->value.offset, known->value.leader_epoch, known->value.metadata, ErrorCode::none};
}

}  // namespace

void GroupOffsets::apply(const OffsetsStored& stored, std::uint64_t order) {
  for (const auto& [partition, value] : stored.offsets) {
    const auto gone = forgotten_.find(partition);
    if (gone != forgotten_.end() && gone->second > order) continue;
    CommittedOffset& known = committed_[partition];
    if (known.order <= order) known = {value, order};
  }
}

void GroupOffsets::forget(const std::vector<TopicPartition>& partitions, std::uint64_t order) {
  for (const TopicPartition& partition : partitions) {
    std::uint64_t& last = forgotten_[partition];
    last = std::max(last, order);
    const auto known = committed_.find(partition);
    if (known != committed_.end() && known->second.order <= order) committed_.erase(known);
  }
}

OffsetFetchResponse::Group GroupOffsets::fetch(const OffsetFetchRequest::Group& request) const {
  OffsetFetchResponse::Group response{request.group_id, {}, ErrorCode::none};
  if (!request.topics) {
    for (const auto& [partition, known] : committed_) {
      if (response.topics.empty() || response.topics.back().name != partition.topic)
        response.topics.push_back({partition.topic, {}});
      response.topics.back().partitions.push_back(fetched(partition.partition, &known));
    }
    return response;
  }
  for (const OffsetFetchRequest::Topic& topic : *request.topics) {
    OffsetFetchResponse::Topic& answer = response.topics.emplace_back();
    answer.name = topic.name;
    for (const PartitionIndex index : topic.partition_indexes) {
      const auto known = committed_.find({topic.name, index});
      answer.partitions.push_back(fetched(index, known == committed_.end() ? nullptr : &known->second));
    }
  }
  return response;
}

namespace {

template <class Response>
Response refused(const auto& request, ErrorCode error) {
  Response response;
  for (const auto& topic : request.topics) {
    typename Response::Topic& answer = response.topics.emplace_back();
    answer.name = topic.name;
    for (const auto& partition : topic.partitions) answer.partitions.push_back({partition.partition_index, error});
  }
  return response;
}

template <class Response>
Response and_the_rest(Response response, ErrorCode error) {  // but for what has been refused by itself
  for (auto& topic : response.topics) {
    for (auto& partition : topic.partitions) {
      if (partition.error_code == ErrorCode::none) partition.error_code = error;
    }
  }
  return response;
}

}  // namespace

OffsetCommitResponse refuse_commit(const OffsetCommitRequest& request, ErrorCode error) {
  return refused<OffsetCommitResponse>(request, error);
}
TxnOffsetCommitResponse refuse_commit(const TxnOffsetCommitRequest& request, ErrorCode error) {
  return refused<TxnOffsetCommitResponse>(request, error);
}
OffsetCommitResponse with_error(OffsetCommitResponse response, ErrorCode error) { return and_the_rest(std::move(response), error); }
TxnOffsetCommitResponse with_error(TxnOffsetCommitResponse response, ErrorCode error) { return and_the_rest(std::move(response), error); }

PreparedCommit prepare_commit(const OffsetCommitRequest& request, const GroupLimits& limits, Timestamp now) {
  PreparedCommit prepared{refuse_commit(request, ErrorCode::none), {}};
  std::optional<Timestamp> expires;
  if (request.retention_time) expires = now.plus(request.retention_time->whole_ms());
  for (std::size_t t = 0; t < request.topics.size(); ++t) {
    const OffsetCommitRequest::Topic& topic = request.topics[t];
    for (std::size_t p = 0; p < topic.partitions.size(); ++p) {
      const OffsetCommitRequest::Partition& partition = topic.partitions[p];
      const std::string metadata = partition.committed_metadata.value_or(std::string{});
      if (static_cast<std::int64_t>(metadata.size()) > limits.most_metadata_bytes) {
        prepared.response.topics[t].partitions[p].error_code = ErrorCode::offset_metadata_too_large;
        continue;
      }
      prepared.offsets.emplace_back(
          TopicPartition{topic.name, partition.partition_index},
          OffsetCommitValue{partition.committed_offset, partition.committed_leader_epoch, metadata, now, expires});
    }
  }
  return prepared;
}

}  // namespace kafkasim
