// Replicas: what the metadata makes of this broker's partitions (ReplicaManager.applyDelta, Partition.makeLeader and
// makeFollower).
#include <algorithm>

#include "core/replica/replicas.hpp"

namespace kafkasim {

bool Replicas::has_replica(const PartitionRegistration* registration) const {
  return registration != nullptr && std::ranges::find(registration->replicas, self_) != registration->replicas.end();
}

void Replicas::learn_names(const MetadataImage& image, const std::vector<TopicIdPartition>& changed) {
  // A topic may be deleted and made again under its name at once: the old id goes first.
  for (const TopicIdPartition& id : changed) {
    const auto known = topics_.find(id.topic_id);
    if (known == topics_.end() || image.topic(id.topic_id) != nullptr) continue;
    const auto by_name = topic_ids_.find(known->second.name);
    if (by_name != topic_ids_.end() && by_name->second == id.topic_id) topic_ids_.erase(by_name);
    topics_.erase(known);
  }
  for (const TopicIdPartition& id : changed) {
    const TopicImage* topic = image.topic(id.topic_id);
    if (topic == nullptr) continue;
    topics_[id.topic_id] = {topic->name, static_cast<std::int32_t>(topic->partitions.size())};
    topic_ids_[topic->name] = id.topic_id;
  }
}

std::vector<FetchAssignment> Replicas::apply(const MetadataImage& image, const std::vector<TopicIdPartition>& changed,
                                             Env& env) {
  std::vector<FetchAssignment> assignments;
  if (failed_) return assignments;
  if (*brokers_ != image.brokers) {
    brokers_ = Cow{image.brokers};
    brokers_changed_ = true;
  }
  learn_names(image, changed);
  for (const TopicIdPartition& id : changed) {
    if (has_replica(image.partition(id)) || !partitions_.contains(id)) continue;
    const bool deleted = image.partition(id) == nullptr;
    assignments.push_back({id, std::nullopt});
    remove(id, deleted ? ErrorCode::unknown_topic_or_partition : ErrorCode::not_leader_or_follower,
           Leaves::to_be_removed, env);
  }
  const TopicImage* topic = nullptr;
  TopicConfig config;
  for (const TopicIdPartition& id : changed) {
    const PartitionRegistration* now = image.partition(id);
    if (failed_ || !has_replica(now)) continue;
    if (const TopicImage* its = image.topic(id.topic_id); its != topic) {
      topic = its;
      config = effective_config(*topic, config_->topic_defaults);
    }
    const auto assignment = apply_one(id, TopicPartition{topic->name, id.partition}, config, *now, env);
    if (assignment) assignments.push_back(*assignment);
  }
  return assignments;
}

UnifiedLog* Replicas::ensure_log(const TopicIdPartition& id, const TopicPartition& name, const LogConfig& config,
                                 Env& env) {
  if (UnifiedLog* log = directory_.edit(id)) {
    if (log->config() == config) return log;
    if (config.compaction == Compaction::off && !worked(cleaner_.give_up(id, *log, env.now, env.disk), env))
      return nullptr;
    log->set_config(config);
    cleaner_.rolled(*log, env.now);
    return log;
  }
  // A log that an older topic of this name has left behind stands in the way.
  std::vector<TopicIdPartition> in_the_way;
  for (const auto& [other, log] : directory_.logs()) {
    if (log->partition() == name) in_the_way.push_back(other);
  }
  for (const TopicIdPartition& other : in_the_way) {
    remove(other, ErrorCode::unknown_topic_or_partition, Leaves::as_stray, env);
    if (failed_) return nullptr;
  }
  auto created = directory_.create(id, name, config, env.wall, env.disk);
  return worked(created, env) ? *created : nullptr;
}

std::optional<FetchAssignment> Replicas::apply_one(const TopicIdPartition& id, const TopicPartition& name,
                                                   const TopicConfig& config, const PartitionRegistration& now,
                                                   Env& env) {
  UnifiedLog* log = ensure_log(id, name, log_config_of(config), env);
  if (log == nullptr) return std::nullopt;
  Partition& partition = partitions_.try_emplace(id, Cow{Partition{.id = id, .name = name}}).first->second.edit();
  if (partition.min_insync_replicas != config.min_insync_replicas) {
    partition.min_insync_replicas = config.min_insync_replicas;
    note_isr_view(partition, env);
  }
  // Older than what is known, which an answer to AlterPartition may have told; or the same again.
  if (now.partition_epoch < partition.partition_epoch) return std::nullopt;
  if (now.partition_epoch == partition.partition_epoch && now.leader_epoch == partition.leader_epoch)
    return std::nullopt;
  settle_all_implied(partition);
  events_.push_back({id, PartitionEventKind::state_changed, ErrorCode::none});
  partition.replicas = now.replicas;
  partition.partition_epoch = now.partition_epoch;
  if (now.leader == self_) {
    const bool followed = partition.leader() == nullptr;
    become_leader(partition, now, *log, env);
    return followed ? std::optional{FetchAssignment{id, std::nullopt}} : std::nullopt;
  }
  return become_follower(partition, now, env);
}

void Replicas::become_leader(Partition& partition, const PartitionRegistration& now, UnifiedLog& log, Env& env) {
  const Reign reign = partition.leader() == nullptr ? Reign::first : Reign::again;
  if (reign == Reign::first) partition.role = LeaderRole{};
  LeaderRole& leader = *partition.leader();
  leader.isr.commit(now.isr);
  set_remote_replicas(leader, self_, now.replicas);
  if (now.leader_epoch > partition.leader_epoch) {
    const Offset start = log.log_end_offset();
    // On record even if nothing is ever appended in this epoch: a follower may ask where an older one ends
    // (KAFKA-7415).
    const bool on_record = !legacy_.has(Legacy::no_epoch_on_elect);
    if (on_record && !worked(log.assign_epoch_start(now.leader_epoch, start, env.disk), env)) return;
    leader.epoch_start = start;
    reset_remote_replicas(leader, reign, start, env.now);
    partition.leader_epoch = now.leader_epoch;
    env.out.note(trace::BecameLeader{partition.id, now.leader_epoch, start, now.isr});
    if (reign == Reign::first && legacy_.has(Legacy::producer_state_of_leaders_only)) log.forget_producers();
    note_producers(partition.id, log, env);
    leadership_changes_.push_back({partition.id, partition.name, now.leader_epoch});
  }
  note_isr_view(partition, env);
  advance_high_watermark(partition, log, env);  // the ISR may be down to this broker
}

std::optional<FetchAssignment> Replicas::become_follower(Partition& partition, const PartitionRegistration& now,
                                                         Env& env) {
  const bool resigned = partition.leader() != nullptr;
  const bool same_leader = !resigned && partition.follower() != nullptr && partition.follower()->leader == now.leader;
  const bool new_epoch = now.leader_epoch > partition.leader_epoch && !(same_leader && legacy_.has(Legacy::skip_missed_epoch_truncation));
  partition.role = FollowerRole{now.leader};
  partition.leader_epoch = now.leader_epoch;
  if (resigned) leadership_changes_.push_back({partition.id, partition.name, std::nullopt});
  if (!new_epoch && !resigned) return std::nullopt;
  env.out.note(trace::BecameFollower{partition.id, now.leader_epoch, now.leader});
  events_.push_back({partition.id, PartitionEventKind::not_leader_any_more, ErrorCode::not_leader_or_follower});
  return FetchAssignment{partition.id, now.leader};
}

void Replicas::remove(const TopicIdPartition& id, ErrorCode reason, Leaves how, Env& env) {
  const auto found = partitions_.find(id);
  if (found != partitions_.end()) {
    if (found->second->leader() != nullptr) leadership_changes_.push_back({id, found->second->name, std::nullopt});
    partitions_.erase(found);
    events_.push_back({id, PartitionEventKind::not_leader_any_more, reason});
  }
  std::erase_if(flushing_, [&id](const auto& work) { return work.second.id == id; });
  flushed_at_.erase(id);
  if (const UnifiedLog* log = directory_.find(id)) {
    const TopicPartition name = log->partition();
    if (!worked(cleaner_.give_up(id, *log, env.now, env.disk), env)) return;
    if (!worked(cleaner_.removed(name, env.disk), env)) return;
  }
  checkpoint_due_ = true;
  const Instant due = env.now + config_->topic_defaults.file_delete_delay;
  const auto gone = how == Leaves::as_stray ? directory_.set_aside(id, env.disk) : directory_.remove(id, due, env.disk);
  if (worked(gone, env)) env.out.note(trace::ReplicaRemoved{id});
}

void Replicas::remove_stray_logs(const MetadataImage& image, Env& env) {
  std::vector<TopicIdPartition> strays;
  for (const auto& [id, log] : directory_.logs()) {
    if (!has_replica(image.partition(id))) strays.push_back(id);
  }
  for (const TopicIdPartition& id : strays) {
    if (!failed_) remove(id, ErrorCode::unknown_topic_or_partition, Leaves::as_stray, env);
  }
}

}  // namespace kafkasim
