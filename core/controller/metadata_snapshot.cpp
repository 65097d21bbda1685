#include "core/controller/metadata_snapshot.hpp"

#include <utility>

#include "core/controller/metadata_replay.hpp"
#include "core/wire/metadata_record_codec.hpp"

namespace kafkasim {

namespace {

constexpr const char* metadata_version_feature = "metadata.version";
constexpr std::int16_t metadata_version_level = 27;  // 4.1-IV1

RegisterBrokerRecord registration_of(const BrokerImage& broker) {
  RegisterBrokerRecord record{.broker_id = broker.id, .incarnation_id = broker.incarnation, .broker_epoch = broker.epoch};
  record.end_points.push_back({"PLAINTEXT", broker.endpoint.host, broker.endpoint.port, 0});
  record.rack = broker.rack;
  record.fenced = broker.fenced;
  record.in_controlled_shutdown = broker.in_controlled_shutdown;
  return record;
}

PartitionRecord partition_of(const TopicImage& topic, std::size_t index) {
  const PartitionRegistration& partition = topic.partitions[index];
  PartitionRecord record{.partition_id = PartitionIndex{static_cast<std::int32_t>(index)}, .topic_id = topic.id};
  record.replicas = partition.replicas;
  record.isr = partition.isr;
  record.leader = partition.leader;
  record.leader_epoch = partition.leader_epoch;
  record.partition_epoch = partition.partition_epoch;
  record.leader_recovery_state =
      partition.recovering ? LeaderRecoveryState::recovering : LeaderRecoveryState::recovered;
  return record;
}

void add_settings(ConfigResourceType type, const std::string& name, const std::map<std::string, std::string>& settings,
                  std::vector<MetadataRecord>& records) {
  for (const auto& [key, value] : settings) records.emplace_back(ConfigRecord{type, name, key, value});
}

}  // namespace

std::vector<MetadataRecord> records_of(const MetadataImage& image) {
  std::vector<MetadataRecord> records;
  records.emplace_back(FeatureLevelRecord{metadata_version_feature, metadata_version_level});
  for (const auto& [id, broker] : image.brokers) records.emplace_back(registration_of(broker));
  for (const auto& [id, topic] : image.topics) {
    records.emplace_back(TopicRecord{topic->name, topic->id});
    for (std::size_t i = 0; i < topic->partitions.size(); ++i) records.emplace_back(partition_of(*topic, i));
  }
  for (const auto& [node, settings] : image.node_configs) add_settings(ConfigResourceType::broker, node, settings, records);
  for (const auto& [id, topic] : image.topics) add_settings(ConfigResourceType::topic, topic->name, topic->configs, records);
  if (image.next_producer_id > 0) records.emplace_back(ProducerIdsRecord{{}, {}, ProducerId{image.next_producer_id}});
  return records;
}

Result<MetadataImage> image_of(const CommittedBatch& snapshot) {
  MetadataImage image;
  MetadataDelta delta;
  for (const std::vector<std::byte>& value : snapshot.records) {
    const Result<MetadataRecord> record = decode_metadata_record(value);
    const Result<void> done = record ? replay(*record, 0, image, delta) : tl::unexpected(record.error());
    if (!done) return tl::unexpected<Error>{done.error()};
  }
  image.end_offset = snapshot.last_offset.value + 1;
  image.epoch = snapshot.epoch;
  return image;
}

void make_snapshot(const MetadataImage& image, const CommittedBatch& last, RaftNode& raft, Env& env) {
  raft::SnapshotContent content{last.append_time, {}};
  for (const MetadataRecord& record : records_of(image)) content.records.push_back(encode_metadata_record(record));
  raft.create_snapshot({Offset{image.end_offset}, LeaderEpoch{image.epoch}}, content, env);
}

void SnapshotSchedule::begin(Instant now) {
  bytes_ = 0;
  since_ = now;
}

bool SnapshotSchedule::applied(const CommittedBatch& batch, Instant now) {
  bytes_ += static_cast<std::int64_t>(batch.size_bytes);
  const bool due = bytes_ >= most_bytes_ || (interval_.ns > 0 && now - since_ >= interval_);
  if (due) begin(now);
  return due;
}

}  // namespace kafkasim
