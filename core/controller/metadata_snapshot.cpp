#include "core/controller/metadata_snapshot.hpp"

#include <utility>

#include "core/controller/metadata_replay.hpp"
#include "core/wire/metadata_record_codec.hpp"

namespace kafkasim {

namespace {

// Each of these names all fields of what it writes: a field that is added does not compile until it is written here too.
RegisterBrokerRecord registration_of(const BrokerImage& broker) {
  const auto& [id, epoch, incarnation, endpoint, rack, fenced, in_controlled_shutdown] = broker;
  RegisterBrokerRecord record{.broker_id = id, .incarnation_id = incarnation, .broker_epoch = epoch};
  record.end_points.push_back({"PLAINTEXT", endpoint.host, endpoint.port, 0});
  record.rack = rack;
  record.fenced = fenced;
  record.in_controlled_shutdown = in_controlled_shutdown;
  return record;
}

PartitionRecord partition_of(const TopicImage& topic, std::size_t index) {
  const auto& [replicas, isr, leader, leader_epoch, partition_epoch, recovering, rare] = topic.partitions[index];
  PartitionRecord record{.partition_id = PartitionIndex{static_cast<std::int32_t>(index)}, .topic_id = topic.id};
  record.replicas = replicas;
  record.isr = isr;
  record.leader = leader;
  record.leader_epoch = leader_epoch;
  record.partition_epoch = partition_epoch;
  record.leader_recovery_state = recovering ? LeaderRecoveryState::recovering : LeaderRecoveryState::recovered;
  const auto& [removing, adding, elr, last_known_elr] = rare.get();
  record.removing_replicas = removing;
  record.adding_replicas = adding;
  if (!elr.empty()) record.eligible_leader_replicas = elr;
  if (!last_known_elr.empty()) record.last_known_elr = last_known_elr;
  return record;
}

void add_settings(ConfigResourceType type, const std::string& name, const std::map<std::string, std::string>& settings,
                  std::vector<MetadataRecord>& records) {
  for (const auto& [key, value] : settings) records.emplace_back(ConfigRecord{type, name, key, value});
}

}  // namespace

std::vector<MetadataRecord> records_of(const MetadataImage& image) {
  const auto& [brokers, topics, topic_ids, node_configs, group_configs, features, next_producer_id, end_offset, epoch] = image;
  std::vector<MetadataRecord> records;
  // How the rest is to be read comes first (FeaturesImage.write).
  const auto version = features.find(metadata_version_feature);
  if (version != features.end()) records.emplace_back(FeatureLevelRecord{version->first, version->second});
  for (const auto& [name, level] : features) {
    if (name != metadata_version_feature) records.emplace_back(FeatureLevelRecord{name, level});
  }
  for (const auto& [id, broker] : brokers) records.emplace_back(registration_of(broker));
  for (const auto& [id, topic] : topics) {
    records.emplace_back(TopicRecord{topic->name, topic->id});
    for (std::size_t i = 0; i < topic->partitions.size(); ++i) records.emplace_back(partition_of(*topic, i));
  }
  for (const auto& [node, settings] : node_configs) add_settings(ConfigResourceType::broker, node, settings, records);
  for (const auto& [id, topic] : topics) add_settings(ConfigResourceType::topic, topic->name, topic->configs, records);
  for (const auto& [group, settings] : group_configs) add_settings(ConfigResourceType::group, group, settings, records);
  if (next_producer_id > 0) records.emplace_back(ProducerIdsRecord{{}, {}, ProducerId{next_producer_id}});
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
