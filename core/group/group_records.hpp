#pragma once
// What groups keep in __consumer_offsets: making its batches, and reading all of a partition back
// (GroupCoordinatorRecordHelpers, CoordinatorLoaderImpl). One record a committed partition, one a group's generation;
// the later of one key wins, a tombstone removes.
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/base/bytes.hpp"
#include "core/base/result.hpp"
#include "core/base/time.hpp"
#include "core/message/group_record.hpp"
#include "core/model/ids.hpp"
#include "core/record/record_batch.hpp"

namespace kafkasim {

// Keys and values as they leave together; no value: a tombstone.
using GroupRecords = std::vector<std::pair<GroupRecordKey, std::optional<std::vector<std::byte>>>>;
[[nodiscard]] RecordBatch group_batch(const GroupRecords& records, Timestamp now);

[[nodiscard]] RecordBatch group_metadata_batch(const std::string& group, const GroupMetadataValue& value,
                                               Timestamp now);
[[nodiscard]] RecordBatch offsets_batch(const std::string& group,
                                        const std::vector<std::pair<TopicPartition, OffsetCommitValue>>& offsets,
                                        Timestamp now);
// The same as a part of that producer's transaction.
[[nodiscard]] RecordBatch transactional_offsets_batch(
    const std::string& group, const std::vector<std::pair<TopicPartition, OffsetCommitValue>>& offsets, ProducerId producer,
    ProducerEpoch epoch, Timestamp now);

// Tombstones: for the partitions' offsets, and for the group itself if it is to go.
enum class Forgets : std::uint8_t { offsets, whole_group };
[[nodiscard]] RecordBatch tombstones_batch(const std::string& group, const std::vector<TopicPartition>& offsets,
                                           Forgets what, Timestamp now);

struct LoadedGroup {
  std::optional<GroupMetadataValue> metadata;  // absent: it only stores offsets
  std::map<TopicPartition, OffsetCommitValue> offsets;
  std::vector<std::pair<ConsumerGroupKey, std::optional<std::vector<std::byte>>>> consumer;  // of a consumer group, as they come
};
struct LoadedGroups {
  std::map<std::string, LoadedGroup> groups;  // those of which anything is left
  // Of transactions without a marker: they count once there is one that commits.
  std::map<ProducerId, std::map<std::string, std::map<TopicPartition, OffsetCommitValue>>> open;
  std::int64_t passed_over{};  // records that could not be read, or are of a kind that is not spoken here
  std::optional<Error> first_fault;
};
// Never fails: what cannot be read is counted.
[[nodiscard]] LoadedGroups read_group_log(const std::vector<RecordBatch>& log);

// The partitions of an assignment that a consumer's leader made; none where the bytes are something else.
[[nodiscard]] std::vector<TopicPartition> assigned_partitions(ByteSpan assignment);

}  // namespace kafkasim
