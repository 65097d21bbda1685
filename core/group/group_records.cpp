#include "core/group/group_records.hpp"

#include "core/record/control_record.hpp"
#include "core/record/record.hpp"
#include "core/wire/consumer_protocol_codec.hpp"
#include "core/wire/group_record_codec.hpp"

namespace kafkasim {
namespace {

class LogReader {
 public:
  void read(const RecordBatch& batch) {
    RecordReader reader{batch};
    Record record{};
    if (batch.is_control()) {
      if (batch.is_transactional() && reader.next(record)) end_transaction(batch, record);
      return;
    }
    open_ = batch.is_transactional() ? std::optional{ProducerId{batch.header.producer_id}} : std::nullopt;
    at_ = batch.base_offset();
    while (reader.next(record)) apply(record);
    if (reader.error()) pass_over(*reader.error());
  }
  [[nodiscard]] LoadedGroups take() {
    std::erase_if(loaded_.groups,
                  [](const auto& entry) {
                    return !entry.second.metadata && entry.second.offsets.empty() && entry.second.consumer.empty();
                  });
    for (auto& [producer, groups] : pending_) {
      for (auto& [key, pending] : groups) loaded_.open[producer][key.first][key.second] = std::move(pending.value);
    }
    return std::move(loaded_);
  }

 private:
  using Key = std::pair<std::string, TopicPartition>;  // of a committed offset
  struct Pending {
    Offset at;
    OffsetCommitValue value;
  };
  // The record of a transaction that is committed counts by where it stands, not by where the marker does.
  void end_transaction(const RecordBatch& batch, const Record& record) {
    const Result<EndTransactionMarker> marker = read_end_transaction(record);
    if (!marker) return pass_over(marker.error());
    const auto found = pending_.extract(ProducerId{batch.header.producer_id});
    if (found.empty() || marker->outcome == TransactionOutcome::abort) return;
    for (auto& [key, pending] : found.mapped()) {
      const auto known = written_.find(key);
      if (known != written_.end() && known->second > pending.at) continue;
      written_[key] = pending.at;
      loaded_.groups[key.first].offsets.insert_or_assign(key.second, std::move(pending.value));
    }
  }
  void apply(const Record& record) {
    if (!record.key) return pass_over({"a record without key", {}});
    const Result<GroupRecordKey> key = decode_group_key(*record.key);
    if (!key) return pass_over(key.error());
    if (const auto* offset = std::get_if<OffsetCommitKey>(&*key)) return apply_offset(*offset, record.value);
    if (const auto* consumer = std::get_if<ConsumerGroupKey>(&*key)) {
      auto& records = loaded_.groups[consumer->group].consumer;
      records.emplace_back(*consumer, record.value ? std::optional{to_vector(*record.value)} : std::nullopt);
      return;
    }
    apply_group(std::get<GroupMetadataKey>(*key), record.value);
  }
  void apply_offset(const OffsetCommitKey& key, const std::optional<ByteSpan>& bytes) {
    const TopicPartition partition{key.topic, key.partition};
    if (!bytes) {
      loaded_.groups[key.group].offsets.erase(partition);
      return;
    }
    Result<OffsetCommitValue> value = decode_offset_commit_value(*bytes);
    if (!value) return pass_over(value.error());
    if (open_) {
      pending_[*open_].insert_or_assign({key.group, partition}, Pending{at_, std::move(*value)});
      return;
    }
    written_[{key.group, partition}] = at_;
    loaded_.groups[key.group].offsets.insert_or_assign(partition, std::move(*value));
  }
  void apply_group(const GroupMetadataKey& key, const std::optional<ByteSpan>& bytes) {
    if (!bytes) {
      loaded_.groups[key.group].metadata.reset();
      return;
    }
    Result<GroupMetadataValue> value = decode_group_metadata_value(*bytes);
    if (!value) return pass_over(value.error());
    loaded_.groups[key.group].metadata = std::move(*value);
  }
  void pass_over(const Error& why) {
    ++loaded_.passed_over;
    if (!loaded_.first_fault) loaded_.first_fault = why;
  }

  LoadedGroups loaded_;
  std::map<ProducerId, std::map<Key, Pending>> pending_;
  std::map<Key, Offset> written_;   // where the offset stands that counts
  std::optional<ProducerId> open_;  // whose transaction the batch belongs to
  Offset at_{};                     // of the batch
};

}  // namespace

RecordBatch group_batch(const GroupRecords& records, Timestamp now) {
  BatchBuilder builder;
  for (const auto& [key, value] : records) {
    const std::vector<std::byte> bytes = encode_group_key(key);
    builder.append(now, ByteSpan{bytes}, value ? std::optional{ByteSpan{*value}} : std::nullopt);
  }
  return builder.build();
}

RecordBatch group_metadata_batch(const std::string& group, const GroupMetadataValue& value, Timestamp now) {
  return group_batch({{GroupMetadataKey{group}, encode_group_value(value)}}, now);
}

RecordBatch offsets_batch(const std::string& group,
                          const std::vector<std::pair<TopicPartition, OffsetCommitValue>>& offsets, Timestamp now) {
  BatchBuilder builder;
  for (const auto& [partition, value] : offsets) {
    const std::vector<std::byte> key = encode_group_key(OffsetCommitKey{group, partition.topic, partition.partition});
    const std::vector<std::byte> bytes = encode_group_value(value);
    builder.append(now, ByteSpan{key}, ByteSpan{bytes});
  }
  return builder.build();
}

RecordBatch transactional_offsets_batch(const std::string& group,
                                        const std::vector<std::pair<TopicPartition, OffsetCommitValue>>& offsets,
                                        ProducerId producer, ProducerEpoch epoch, Timestamp now) {
  BatchBuilder builder;
  for (const auto& [partition, value] : offsets) {
    const std::vector<std::byte> key = encode_group_key(OffsetCommitKey{group, partition.topic, partition.partition});
    const std::vector<std::byte> bytes = encode_group_value(value);
    builder.append(now, ByteSpan{key}, ByteSpan{bytes});
  }
  constexpr Sequence unnumbered{-1};
  return builder.build({}, ProducerFields{producer, epoch, unnumbered}, Transactional::yes);
}

RecordBatch tombstones_batch(const std::string& group, const std::vector<TopicPartition>& offsets, Forgets what,
                             Timestamp now) {
  BatchBuilder builder;
  for (const TopicPartition& partition : offsets) {
    const std::vector<std::byte> key = encode_group_key(OffsetCommitKey{group, partition.topic, partition.partition});
    builder.append(now, ByteSpan{key}, std::nullopt);
  }
  if (what == Forgets::whole_group) {
    const std::vector<std::byte> key = encode_group_key(GroupMetadataKey{group});
    builder.append(now, ByteSpan{key}, std::nullopt);
  }
  return builder.build();
}

LoadedGroups read_group_log(const std::vector<RecordBatch>& log) {
  LogReader reader;
  for (const RecordBatch& batch : log) reader.read(batch);
  return reader.take();
}

std::vector<TopicPartition> assigned_partitions(ByteSpan assignment) {
  std::vector<TopicPartition> partitions;
  if (assignment.empty()) return partitions;
  const Result<ConsumerProtocolAssignment> decoded = decode_assignment(assignment);
  if (!decoded) return partitions;
  for (const auto& topic : decoded->assigned_partitions) {
    for (const PartitionIndex index : topic.partitions) partitions.push_back({topic.topic, index});
  }
  return partitions;
}

}  // namespace kafkasim
