#include "core/controller/metadata_replay.hpp"

#include <algorithm>
#include <type_traits>

namespace kafkasim {

namespace {

Error contradiction(std::string what, std::int64_t offset) {
  return Error{std::move(what), "metadata offset " + std::to_string(offset)};
}

struct Replay {
  std::int64_t offset;
  MetadataImage& image;
  MetadataDelta& delta;
  LegacyBehaviours legacy;

  using Outcome = Result<void>;
  [[nodiscard]] Outcome no(std::string what) const { return tl::unexpected(contradiction(std::move(what), offset)); }

  Outcome operator()(const RegisterBrokerRecord& r) const {
    BrokerImage& broker = image.brokers[r.broker_id];
    broker.id = r.broker_id;
    broker.epoch = r.broker_epoch;
    broker.incarnation = r.incarnation_id;
    broker.endpoint =
        r.end_points.empty() ? Endpoint{} : Endpoint{r.end_points.front().host, r.end_points.front().port};
    broker.rack = r.rack;
    broker.fenced = r.fenced;
    broker.in_controlled_shutdown = r.in_controlled_shutdown;
    delta.brokers.push_back(r.broker_id);
    return {};
  }

  Outcome operator()(const UnregisterBrokerRecord& r) const {
    if (image.brokers.erase(r.broker_id) == 0) return no("unregisters a broker that is not registered");
    delta.brokers.push_back(r.broker_id);
    return {};
  }

  Outcome operator()(const TopicRecord& r) const {
    if (image.topic_ids.contains(r.name)) return no("creates a topic that exists");
    image.topics.emplace(r.topic_id, Cow<TopicImage>{TopicImage{r.name, r.topic_id, {}, {}}});
    image.topic_ids.emplace(r.name, r.topic_id);
    return {};
  }

  Outcome operator()(const RemoveTopicRecord& r) const {
    const TopicImage* topic = image.topic(r.topic_id);
    if (!topic) return no("removes an unknown topic");
    for (std::size_t i = 0; i < topic->partitions.size(); ++i) {
      const PartitionIndex index{static_cast<std::int32_t>(i)};
      delta.partitions.push_back({r.topic_id, index});
      delta.removed.push_back({topic->name, index});
    }
    image.topic_ids.erase(topic->name);
    image.topics.erase(r.topic_id);
    return {};
  }

  Outcome operator()(const PartitionRecord& r) const {
    const auto topic = image.topics.find(r.topic_id);
    if (topic == image.topics.end()) return no("a partition of an unknown topic");
    std::vector<PartitionRegistration>& partitions = topic->second.edit().partitions;
    if (r.partition_id.value != std::ssize(partitions)) return no("partitions are not numbered in order");
    PartitionRegistration made{r.replicas, r.isr, r.leader, r.leader_epoch, r.partition_epoch,
                               r.leader_recovery_state == LeaderRecoveryState::recovering};
    made.rare.set({r.removing_replicas, r.adding_replicas, r.eligible_leader_replicas.value_or(std::vector<NodeId>{}),
                   r.last_known_elr.value_or(std::vector<NodeId>{})});
    partitions.push_back(std::move(made));
    delta.partitions.push_back({r.topic_id, r.partition_id});
    return {};
  }

  Outcome operator()(const PartitionChangeRecord& r) const {
    const auto topic = image.topics.find(r.topic_id);
    if (topic == image.topics.end() || !image.partition({r.topic_id, r.partition_id}))
      return no("changes an unknown partition");
    PartitionRegistration& partition = topic->second.edit().partitions[static_cast<std::size_t>(r.partition_id.value)];
    merge(r, partition, legacy);
    delta.partitions.push_back({r.topic_id, r.partition_id});
    return {};
  }

  void clear_elr(const Uuid& topic_id) const {
    const TopicImage& known = *image.topic(topic_id);
    for (std::size_t i = 0; i < known.partitions.size(); ++i) {
      const PartitionRegistration& partition = known.partitions[i];
      if (partition.elr().empty() && partition.last_known_elr().empty()) continue;
      PartitionChangeRecord change;
      change.eligible_leader_replicas = std::vector<NodeId>{};
      change.last_known_elr = std::vector<NodeId>{};
      merge(change, image.topics.at(topic_id).edit().partitions[i], legacy);
      delta.partitions.push_back({topic_id, PartitionIndex{static_cast<std::int32_t>(i)}});
    }
  }
  Outcome operator()(const ClearElrRecord& r) const {
    if (r.topic_name.empty()) {
      for (const auto& [name, id] : image.topic_ids) clear_elr(id);
      return {};
    }
    const auto topic = image.topic_ids.find(r.topic_name);
    if (topic == image.topic_ids.end()) return no("clears the eligible leaders of an unknown topic");
    clear_elr(topic->second);
    return {};
  }

  [[nodiscard]] Outcome change_broker(NodeId id, BrokerEpoch epoch, FencingChange fencing,
                                      ControlledShutdownChange shutdown) const {
    const auto broker = image.brokers.find(id);
    if (broker == image.brokers.end() || broker->second.epoch != epoch)
      return no("changes the registration of a broker that is not there");
    if (fencing != FencingChange::none) broker->second.fenced = fencing == FencingChange::fence;
    if (shutdown == ControlledShutdownChange::in_controlled_shutdown) broker->second.in_controlled_shutdown = true;
    delta.brokers.push_back(id);
    return {};
  }
  Outcome operator()(const BrokerRegistrationChangeRecord& r) const {
    return change_broker(r.broker_id, r.broker_epoch, r.fenced, r.in_controlled_shutdown);
  }
  Outcome operator()(const FenceBrokerRecord& r) const {
    return change_broker(r.id, r.epoch, FencingChange::fence, ControlledShutdownChange::none);
  }
  Outcome operator()(const UnfenceBrokerRecord& r) const {
    return change_broker(r.id, r.epoch, FencingChange::unfence, ControlledShutdownChange::none);
  }

  Outcome operator()(const ConfigRecord& r) const {
    if (r.resource_type == ConfigResourceType::broker) {
      change_setting(image.node_configs[r.resource_name], r);
      delta.configured_nodes.push_back(r.resource_name);
      return {};
    }
    if (r.resource_type == ConfigResourceType::group) {
      const auto group = image.group_configs.try_emplace(r.resource_name).first;
      change_setting(group->second, r);
      if (group->second.empty()) image.group_configs.erase(group);
      delta.configured_groups = true;
      return {};
    }
    if (r.resource_type != ConfigResourceType::topic) return {};  // nothing else has dynamic settings here
    const auto id = image.topic_ids.find(r.resource_name);
    if (id == image.topic_ids.end()) return no("configures an unknown topic");
    TopicImage& topic = image.topics.at(id->second).edit();
    change_setting(topic.configs, r);
    for (std::size_t i = 0; i < topic.partitions.size(); ++i)
      delta.partitions.push_back({id->second, PartitionIndex{static_cast<std::int32_t>(i)}});
    return {};
  }
  static void change_setting(std::map<std::string, std::string>& settings, const ConfigRecord& r) {
    if (r.value) {
      settings[r.name] = *r.value;
    } else {
      settings.erase(r.name);
    }
  }

  Outcome operator()(const ProducerIdsRecord& r) const {
    image.next_producer_id = r.next_producer_id.value;
    return {};
  }
  Outcome operator()(const FeatureLevelRecord& r) const {
    if (r.feature_level == 0) {
      image.features.erase(r.name);
    } else {
      image.features[r.name] = r.feature_level;
    }
    return {};
  }
  Outcome operator()(const NoOpRecord&) const { return {}; }
};

trace::PartitionChanged partition_changed(std::int64_t offset, const TopicIdPartition& tp,
                                          const std::optional<PartitionRegistration>& before,
                                          const PartitionRegistration& now) {
  using enum trace::ChangeReason;
  const trace::ChangeReason reason = !before                                    ? created
                                     : before->leader_epoch != now.leader_epoch ? leader_changed
                                     : before->isr != now.isr                   ? isr_changed
                                                                                : other;
  const auto in = [](const std::vector<NodeId>& nodes, NodeId id) { return std::ranges::find(nodes, id) != nodes.end(); };
  // Who leads first when a reassignment is complete may have joined the ISR in the very change. When one is given up whose new replicas
  // alone were in sync, the first of the former ones leads, whatever it has.
  const auto is_given_up = [&](NodeId id) { return in(before->adding(), id) && !in(now.replicas, id); };
  const bool elected_anew = before && now.leader && now.leader != before->leader && !in(before->isr, *now.leader)
                            && !in(before->elr(), *now.leader);
  const bool unclean = elected_anew && (now.recovering || std::ranges::all_of(before->isr, is_given_up));
  return {offset,  tp,     now.leader, now.leader_epoch,     now.partition_epoch, now.replicas, now.isr,
          unclean, reason, now.elr(),  now.last_known_elr(), now.adding(),        now.removing()};
}

// The partitions whose eligible leaders such a record takes away, as they are before.
std::vector<std::pair<TopicIdPartition, PartitionRegistration>> eligible_before(const ClearElrRecord& r, const MetadataImage& image) {
  std::vector<std::pair<TopicIdPartition, PartitionRegistration>> found;
  for (const auto& [id, topic] : image.topics) {
    if (!r.topic_name.empty() && topic->name != r.topic_name) continue;
    for (std::size_t i = 0; i < topic->partitions.size(); ++i) {
      const PartitionRegistration& partition = topic->partitions[i];
      if (!partition.elr().empty() || !partition.last_known_elr().empty())
        found.push_back({{id, PartitionIndex{static_cast<std::int32_t>(i)}}, partition});
    }
  }
  return found;
}

std::optional<PartitionRegistration> partition_before(const MetadataRecord& record, const MetadataImage& image) {
  const auto* change = std::get_if<PartitionChangeRecord>(&record);
  const PartitionRegistration* now = change ? image.partition({change->topic_id, change->partition_id}) : nullptr;
  return now ? std::optional{*now} : std::nullopt;
}

}  // namespace

void merge(const PartitionChangeRecord& r, PartitionRegistration& partition, LegacyBehaviours legacy) {
  if (r.replicas) partition.replicas = *r.replicas;
  if (r.isr) partition.isr = *r.isr;
  if (r.leader) {
    const bool moves = partition.leader && *r.leader && *partition.leader != **r.leader;
    partition.leader = *r.leader;
    if (moves || !legacy.has(Legacy::no_epoch_on_reelection)) partition.leader_epoch = partition.leader_epoch.next();
  }
  if (r.leader_recovery_state) partition.recovering = *r.leader_recovery_state == LeaderRecoveryState::recovering;
  if (r.removing_replicas || r.adding_replicas || r.eligible_leader_replicas || r.last_known_elr) {
    RareReplicas rare = partition.rare.get();
    if (r.removing_replicas) rare.removing = *r.removing_replicas;
    if (r.adding_replicas) rare.adding = *r.adding_replicas;
    if (r.eligible_leader_replicas) rare.elr = *r.eligible_leader_replicas;
    if (r.last_known_elr) rare.last_known_elr = *r.last_known_elr;
    partition.rare.set(std::move(rare));
  }
  partition.partition_epoch = partition.partition_epoch.next();
}

Result<void> replay(const MetadataRecord& record, std::int64_t offset, MetadataImage& image, MetadataDelta& delta,
                    LegacyBehaviours legacy) {
  Result<void> done = std::visit(Replay{offset, image, delta, legacy}, record);
  image.end_offset = offset + 1;
  return done;
}

Result<void> replay_committed(const MetadataRecord& record, std::int64_t offset, MetadataImage& image,
                              MetadataDelta& delta, Effects& out, LegacyBehaviours legacy) {
  const std::optional<PartitionRegistration> before = partition_before(record, image);
  const auto* removal = std::get_if<RemoveTopicRecord>(&record);
  const TopicImage* removed = removal ? image.topic(removal->topic_id) : nullptr;
  if (removed) out.note(trace::TopicDeleted{offset, removed->name, removed->id});
  const auto* clears = std::get_if<ClearElrRecord>(&record);
  const auto cleared = clears ? eligible_before(*clears, image) : std::vector<std::pair<TopicIdPartition, PartitionRegistration>>{};
  Result<void> done = replay(record, offset, image, delta, legacy);
  if (!done) return done;
  for (const auto& [tp, then] : cleared) out.note(partition_changed(offset, tp, then, *image.partition(tp)));
  std::visit(
      [&](const auto& r) {
        using R = std::decay_t<decltype(r)>;
        if constexpr (std::is_same_v<R, RegisterBrokerRecord>) {
          out.note(trace::BrokerRegistered{offset, r.broker_id, r.broker_epoch});
        } else if constexpr (std::is_same_v<R, BrokerRegistrationChangeRecord>) {
          if (r.fenced == FencingChange::unfence) out.note(trace::BrokerUnfenced{offset, r.broker_id});
          if (r.fenced == FencingChange::fence) out.note(trace::BrokerFenced{offset, r.broker_id, false});
          if (r.in_controlled_shutdown == ControlledShutdownChange::in_controlled_shutdown) {
            out.note(trace::BrokerFenced{offset, r.broker_id, true});
          }
        } else if constexpr (std::is_same_v<R, TopicRecord>) {
          out.note(trace::TopicCreated{offset, r.name, r.topic_id});
        } else if constexpr (std::is_same_v<R, PartitionRecord> || std::is_same_v<R, PartitionChangeRecord>) {
          const TopicIdPartition tp{r.topic_id, r.partition_id};
          out.note(partition_changed(offset, tp, before, *image.partition(tp)));
        }
      },
      record);
  return {};
}

}  // namespace kafkasim
