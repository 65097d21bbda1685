#include "core/model/config.hpp"

#include <algorithm>
#include <optional>

#include "core/model/setting_table.hpp"
#include "core/model/throttled_replicas.hpp"

namespace kafkasim {

namespace {

using Topic = Setting<TopicConfig>;
using Node = Setting<NodeConfig>;
using Group = Setting<GroupConfig>;

const std::vector<Topic>& topic_settings() {
  static const std::vector<Topic> table{
      {"cleanup.policy", &TopicConfig::cleanup_policy, 0, 0, {"delete", "compact", "compact,delete", "delete,compact"}},
      {"compression.type", &TopicConfig::compression_type, 0, 0, {"producer", "uncompressed", "gzip", "snappy", "lz4", "zstd"}},
      {"compression.gzip.level", &TopicConfig::compression_gzip_level, 1, 9, {}, -1},
      {"compression.lz4.level", &TopicConfig::compression_lz4_level, 1, 17},
      {"compression.zstd.level", &TopicConfig::compression_zstd_level, -131'072, 22},
      {"delete.retention.ms", &TopicConfig::delete_retention},
      {"file.delete.delay.ms", &TopicConfig::file_delete_delay},
      {"flush.messages", &TopicConfig::flush_messages, 1},
      {"flush.ms", &TopicConfig::flush},
      {"index.interval.bytes", &TopicConfig::index_interval_bytes, 0, INT32_MAX},
      {"max.compaction.lag.ms", &TopicConfig::max_compaction_lag, 1},
      {"max.message.bytes", &TopicConfig::max_message_bytes, 0, INT32_MAX},
      {"message.timestamp.after.max.ms", &TopicConfig::message_timestamp_after_max},
      {"message.timestamp.before.max.ms", &TopicConfig::message_timestamp_before_max},
      {"message.timestamp.type", &TopicConfig::message_timestamp_type, 0, 0, {"CreateTime", "LogAppendTime"}},
      {"min.cleanable.dirty.ratio", &TopicConfig::min_cleanable_dirty_ratio},
      {"min.compaction.lag.ms", &TopicConfig::min_compaction_lag},
      {"min.insync.replicas", &TopicConfig::min_insync_replicas, 1, INT32_MAX},
      {"retention.bytes", &TopicConfig::retention_bytes, -1},
      {"retention.ms", &TopicConfig::retention_ms, -1},
      {"segment.bytes", &TopicConfig::segment_bytes, 1024 * 1024, INT32_MAX},
      {"segment.index.bytes", &TopicConfig::segment_index_bytes, 4, INT32_MAX},
      {"segment.jitter.ms", &TopicConfig::segment_jitter},
      {"segment.ms", &TopicConfig::segment, 1},
      {"unclean.leader.election.enable", &TopicConfig::unclean_leader_election_enable},
      {leader_throttled_replicas_setting, &TopicConfig::leader_throttled_replicas, check_throttled_replicas},
      {follower_throttled_replicas_setting, &TopicConfig::follower_throttled_replicas, check_throttled_replicas},
  };
  return table;
}

// Broker-side names of the topic settings (ServerTopicConfigSynonyms).
struct Synonym {
  std::string_view node;
  std::string_view topic;
};
constexpr Synonym synonyms[] = {
    {"log.cleanup.policy", "cleanup.policy"},
    {"compression.type", "compression.type"},
    {"compression.gzip.level", "compression.gzip.level"},
    {"compression.lz4.level", "compression.lz4.level"},
    {"compression.zstd.level", "compression.zstd.level"},
    {"log.cleaner.delete.retention.ms", "delete.retention.ms"},
    {"log.cleaner.max.compaction.lag.ms", "max.compaction.lag.ms"},
    {"log.cleaner.min.cleanable.ratio", "min.cleanable.dirty.ratio"},
    {"log.cleaner.min.compaction.lag.ms", "min.compaction.lag.ms"},
    {"log.segment.delete.delay.ms", "file.delete.delay.ms"},
    {"log.flush.interval.messages", "flush.messages"},
    {"log.flush.interval.ms", "flush.ms"},
    {"log.index.interval.bytes", "index.interval.bytes"},
    {"message.max.bytes", "max.message.bytes"},
    {"log.message.timestamp.after.max.ms", "message.timestamp.after.max.ms"},
    {"log.message.timestamp.before.max.ms", "message.timestamp.before.max.ms"},
    {"log.message.timestamp.type", "message.timestamp.type"},
    {"min.insync.replicas", "min.insync.replicas"},
    {"log.retention.bytes", "retention.bytes"},
    {"log.segment.bytes", "segment.bytes"},
    {"log.index.size.max.bytes", "segment.index.bytes"},
    {"unclean.leader.election.enable", "unclean.leader.election.enable"},
};

// The same in other units: log.retention.ms before log.retention.minutes before log.retention.hours (KafkaConfig).
struct InUnits {
  std::string_view node;
  std::string_view topic;
  TimeUnit unit;
  TimeUnit NodeConfig::*known;
  std::int64_t least;
};
constexpr InUnits in_units[] = {
    {"log.retention.ms", "retention.ms", TimeUnit::milliseconds, &NodeConfig::log_retention_unit, -1},
    {"log.retention.minutes", "retention.ms", TimeUnit::minutes, &NodeConfig::log_retention_unit, -1},
    {"log.retention.hours", "retention.ms", TimeUnit::hours, &NodeConfig::log_retention_unit, -1},
    {"log.roll.ms", "segment.ms", TimeUnit::milliseconds, &NodeConfig::log_roll_unit, 1},
    {"log.roll.hours", "segment.ms", TimeUnit::hours, &NodeConfig::log_roll_unit, 1},
    {"log.roll.jitter.ms", "segment.jitter.ms", TimeUnit::milliseconds, &NodeConfig::log_roll_jitter_unit, 0},
    {"log.roll.jitter.hours", "segment.jitter.ms", TimeUnit::hours, &NodeConfig::log_roll_jitter_unit, 0},
};

std::int64_t ms_of(TimeUnit unit) {
  switch (unit) {
    case TimeUnit::unset:
    case TimeUnit::milliseconds: return 1;
    case TimeUnit::minutes: return 60'000;
    case TimeUnit::hours: return 3'600'000;
  }
  return 1;
}

const std::vector<Node>& node_settings() {
  static const std::vector<Node> table{
      {"num.io.threads", &NodeConfig::num_io_threads, 1, 1024},
      {"num.network.threads", &NodeConfig::num_network_threads, 1, 1024},
      {"num.replica.fetchers", &NodeConfig::num_replica_fetchers, 1, 1},
      {"request.timeout.ms", &NodeConfig::request_timeout},
      {"broker.heartbeat.interval.ms", &NodeConfig::broker_heartbeat_interval, 1},
      {"broker.session.timeout.ms", &NodeConfig::broker_session_timeout, 1},
      {"initial.broker.registration.timeout.ms", &NodeConfig::initial_broker_registration_timeout, 1},
      {"controller.quorum.election.timeout.ms", &NodeConfig::quorum_election_timeout, 1},
      {"controller.quorum.election.backoff.max.ms", &NodeConfig::quorum_election_backoff_max, 1},
      {"controller.quorum.fetch.timeout.ms", &NodeConfig::quorum_fetch_timeout, 1},
      {"controller.quorum.request.timeout.ms", &NodeConfig::quorum_request_timeout, 1},
      {"controller.quorum.retry.backoff.ms", &NodeConfig::quorum_retry_backoff, 1},
      {"metadata.max.idle.interval.ms", &NodeConfig::metadata_max_idle_interval},
      {"metadata.log.max.record.bytes.between.snapshots", &NodeConfig::metadata_snapshot_after_bytes, 1},
      {"metadata.log.max.snapshot.interval.ms", &NodeConfig::metadata_snapshot_interval},
      {"metadata.log.segment.bytes", &NodeConfig::metadata_log_segment_bytes, 8 * 1024 * 1024, INT32_MAX},
      {"metadata.log.segment.ms", &NodeConfig::metadata_log_segment, 1},
      {"metadata.max.retention.bytes", &NodeConfig::metadata_retention_bytes, -1},
      {"metadata.max.retention.ms", &NodeConfig::metadata_retention_ms, -1},
      {"replica.lag.time.max.ms", &NodeConfig::replica_lag_time_max, 1},
      {"replica.fetch.wait.max.ms", &NodeConfig::replica_fetch_wait_max, 1},
      {"max.incremental.fetch.session.cache.slots", &NodeConfig::max_incremental_fetch_session_cache_slots, 0, INT32_MAX},
      {"replica.fetch.min.bytes", &NodeConfig::replica_fetch_min_bytes, 0, INT32_MAX},
      {"replica.fetch.max.bytes", &NodeConfig::replica_fetch_max_bytes, 0, INT32_MAX},
      {"replica.fetch.response.max.bytes", &NodeConfig::replica_fetch_response_max_bytes, 0, INT32_MAX},
      {"replica.fetch.backoff.ms", &NodeConfig::replica_fetch_backoff, 1},
      {"replica.socket.timeout.ms", &NodeConfig::replica_socket_timeout, 1},
      {"replica.high.watermark.checkpoint.interval.ms", &NodeConfig::replica_high_watermark_checkpoint_interval, 1},
      {"fetch.max.bytes", &NodeConfig::fetch_max_bytes, 1024, INT32_MAX},
      {"leader.replication.throttled.rate", &NodeConfig::leader_throttled_rate},
      {"follower.replication.throttled.rate", &NodeConfig::follower_throttled_rate},
      {"replication.quota.window.num", &NodeConfig::replication_quota_samples, 1, 10'000},
      {"replication.quota.window.size.seconds", &NodeConfig::replication_quota_window_seconds, 1, 1'000'000},
      {"replica.selector.class", &NodeConfig::replica_selector_class, 0, 0, {"", rack_aware_selector}},
      {"default.replication.factor", &NodeConfig::default_replication_factor, 1, INT16_MAX},
      {"num.partitions", &NodeConfig::num_partitions, 1, INT32_MAX},
      {"controlled.shutdown.enable", &NodeConfig::controlled_shutdown_enable},
      {"auto.create.topics.enable", &NodeConfig::auto_create_topics_enable},
      {"delete.topic.enable", &NodeConfig::delete_topic_enable},
      {"auto.leader.rebalance.enable", &NodeConfig::auto_leader_rebalance_enable},
      {"leader.imbalance.check.interval.seconds", &NodeConfig::leader_imbalance_check_interval_seconds, 1, 9'000'000'000},
      {"unclean.leader.election.interval.ms", &NodeConfig::unclean_leader_election_interval, 1},
      {"log.cleaner.backoff.ms", &NodeConfig::log_cleaner_backoff},
      {"log.cleaner.dedupe.buffer.size", &NodeConfig::log_cleaner_dedupe_buffer_size, 1024 * 1024},
      {"log.cleaner.enable", &NodeConfig::log_cleaner_enable},
      {"log.cleaner.io.buffer.load.factor", &NodeConfig::log_cleaner_io_buffer_load_factor},
      {"log.cleaner.io.buffer.size", &NodeConfig::log_cleaner_io_buffer_size, 1024, INT32_MAX},
      {"log.cleaner.io.max.bytes.per.second", &NodeConfig::log_cleaner_io_max_bytes_per_second, 1},
      {"log.flush.offset.checkpoint.interval.ms", &NodeConfig::log_flush_offset_checkpoint_interval, 1},
      {"log.flush.scheduler.interval.ms", &NodeConfig::log_flush_scheduler_interval, 1},
      {"log.retention.check.interval.ms", &NodeConfig::log_retention_check_interval, 1},
      {"log.initial.task.delay.ms", &NodeConfig::log_initial_task_delay},
      {"producer.id.expiration.check.interval.ms", &NodeConfig::producer_id_expiration_check_interval, 1},
      {"producer.id.expiration.ms", &NodeConfig::producer_id_expiration, 1},
      {"group.initial.rebalance.delay.ms", &NodeConfig::group_initial_rebalance_delay},
      {"group.min.session.timeout.ms", &NodeConfig::group_min_session_timeout},
      {"group.max.session.timeout.ms", &NodeConfig::group_max_session_timeout},
      {"group.max.size", &NodeConfig::group_max_size, 1, INT32_MAX},
      {"offsets.topic.num.partitions", &NodeConfig::offsets_topic_num_partitions, 1, 10'000},
      {"offsets.topic.replication.factor", &NodeConfig::offsets_topic_replication_factor, 1, INT16_MAX},
      {"offsets.topic.segment.bytes", &NodeConfig::offsets_topic_segment_bytes, 1, INT32_MAX},
      {"offsets.commit.timeout.ms", &NodeConfig::offsets_commit_timeout, 1},
      {"offset.metadata.max.bytes", &NodeConfig::offset_metadata_max_bytes, 0, INT32_MAX},
      {"offsets.retention.minutes", &NodeConfig::offsets_retention_minutes, 1, INT32_MAX},
      {"offsets.retention.check.interval.ms", &NodeConfig::offsets_retention_check_interval, 1},
      {"group.consumer.session.timeout.ms", &NodeConfig::group_consumer_session_timeout, 1},
      {"group.consumer.min.session.timeout.ms", &NodeConfig::group_consumer_min_session_timeout, 1},
      {"group.consumer.max.session.timeout.ms", &NodeConfig::group_consumer_max_session_timeout, 1},
      {"group.consumer.heartbeat.interval.ms", &NodeConfig::group_consumer_heartbeat_interval, 1},
      {"group.consumer.min.heartbeat.interval.ms", &NodeConfig::group_consumer_min_heartbeat_interval, 1},
      {"group.consumer.max.heartbeat.interval.ms", &NodeConfig::group_consumer_max_heartbeat_interval, 1},
      {"group.consumer.max.size", &NodeConfig::group_consumer_max_size, 1, INT32_MAX},
      {"group.consumer.assignors", &NodeConfig::group_consumer_assignors, 0, 0, {"uniform,range", "range,uniform", "uniform", "range"}},
      {"group.consumer.migration.policy", &NodeConfig::group_consumer_migration_policy, 0, 0, {"bidirectional", "upgrade", "downgrade", "disabled"}},
      {"transaction.max.timeout.ms", &NodeConfig::transaction_max_timeout, 1},
      {"transactional.id.expiration.ms", &NodeConfig::transactional_id_expiration, 1},
      {"transaction.abort.timed.out.transaction.cleanup.interval.ms", &NodeConfig::transaction_abort_timed_out_interval, 1},
      {"transaction.remove.expired.transaction.cleanup.interval.ms", &NodeConfig::transaction_remove_expired_interval, 1},
      {"transaction.state.log.num.partitions", &NodeConfig::transaction_state_log_num_partitions, 1, 10'000},
      {"transaction.state.log.replication.factor", &NodeConfig::transaction_state_log_replication_factor, 1, INT16_MAX},
      {"transaction.state.log.min.isr", &NodeConfig::transaction_state_log_min_isr, 1, INT32_MAX},
      {"transaction.state.log.segment.bytes", &NodeConfig::transaction_state_log_segment_bytes, 1, INT32_MAX},
      {"transaction.partition.verification.enable", &NodeConfig::transaction_partition_verification_enable},
      {"add.partitions.to.txn.retry.backoff.ms", &NodeConfig::add_partitions_to_txn_retry_backoff, 1},
      {"add.partitions.to.txn.retry.backoff.max.ms", &NodeConfig::add_partitions_to_txn_retry_backoff_max, 0},
  };
  return table;
}

const std::vector<Group>& group_settings() {
  static const std::vector<Group> table{
      {"consumer.heartbeat.interval.ms", &GroupConfig::consumer_heartbeat_interval, 1, INT32_MAX},
      {"consumer.session.timeout.ms", &GroupConfig::consumer_session_timeout, 1, INT32_MAX},
  };
  return table;
}

struct Bounded {
  std::string_view name;
  Duration GroupConfig::*field;
  Duration NodeConfig::*least;
  Duration NodeConfig::*most;
};
constexpr Bounded bounded_of_groups[] = {
    {"consumer.heartbeat.interval.ms", &GroupConfig::consumer_heartbeat_interval, &NodeConfig::group_consumer_min_heartbeat_interval,
     &NodeConfig::group_consumer_max_heartbeat_interval},
    {"consumer.session.timeout.ms", &GroupConfig::consumer_session_timeout, &NodeConfig::group_consumer_min_session_timeout,
     &NodeConfig::group_consumer_max_session_timeout},
};

// Kafka has times of nodes as int32, but for these.
constexpr std::string_view long_times[] = {
    "log.cleaner.backoff.ms",          "log.initial.task.delay.ms",
    "log.retention.check.interval.ms", "replica.high.watermark.checkpoint.interval.ms",
    "replica.lag.time.max.ms",
};

template <class C>
SettingType type_of(const Setting<C>& setting) {
  if (std::holds_alternative<bool C::*>(setting.field)) return SettingType::boolean;
  if (std::holds_alternative<Ratio C::*>(setting.field)) return SettingType::real;
  if (std::holds_alternative<std::string C::*>(setting.field))
    return is_list_setting(setting.name) ? SettingType::list : SettingType::string;
  if (std::is_same_v<C, NodeConfig> && std::holds_alternative<Duration C::*>(setting.field)) {
    return std::ranges::find(long_times, setting.name) == std::end(long_times) ? SettingType::integer
                                                                             : SettingType::long_integer;
  }
  return setting.most <= INT32_MAX ? SettingType::integer : SettingType::long_integer;
}

const Topic& topic_setting(std::string_view name) {
  return *std::ranges::find(topic_settings(), name, &Topic::name);
}

// Of several units only the finest that was set has a value, and of none that was set the hours have their default.
std::optional<std::string> text_of(const NodeConfig& config, const InUnits& setting) {
  const TimeUnit known = config.*(setting.known);
  const bool is_default = setting.unit == TimeUnit::hours && known != TimeUnit::hours;
  if (!is_default && known != setting.unit) return std::nullopt;
  const TopicConfig built_in;
  const std::string ms = text_of(is_default ? built_in : config.topic_defaults, topic_setting(setting.topic));
  const std::int64_t n = as_number(SettingValue{ms}).value_or(0);
  return std::to_string(n < 0 ? n : n / ms_of(setting.unit));
}

Result<void> set_in_unit(NodeConfig& config, const InUnits& setting, const SettingValue& value) {
  const std::optional<std::int64_t> n = as_number(value);
  if (!n) return fail(quoted(setting.node) + " must be a whole number");
  const std::int64_t most = setting.unit == TimeUnit::milliseconds ? INT64_MAX : INT32_MAX;
  const bool forever = setting.least == -1;
  if (*n < setting.least || *n > most || (forever && *n == 0)) {
    return fail(quoted(setting.node) + " must be between " + std::to_string(std::max<std::int64_t>(setting.least, forever)) +
                " and " + std::to_string(most) + (forever ? ", or -1" : "") + ", not " + std::to_string(*n));
  }
  if (setting.unit < config.*(setting.known)) return {};  // a finer one was set
  config.*(setting.known) = setting.unit;
  return set(config.topic_defaults, setting.topic, *n < 0 ? *n : *n * ms_of(setting.unit));
}

}  // namespace

Result<void> set(TopicConfig& config, std::string_view name, const SettingValue& value) {
  return set_by_table(config, topic_settings(), name, value, topic_setting_names(), "topic", SettingsOf::topic);
}

Result<void> set(NodeConfig& config, std::string_view name, const SettingValue& value) {
  for (const InUnits& setting : in_units) {
    if (setting.node == name) return set_in_unit(config, setting, value);
  }
  for (const Synonym& synonym : synonyms) {
    if (synonym.node == name) return set(config.topic_defaults, synonym.topic, value);
  }
  return set_by_table(config, node_settings(), name, value, node_setting_names(), "broker", SettingsOf::node);
}

Result<void> set(GroupConfig& config, std::string_view name, const SettingValue& value) {
  return set_by_table(config, group_settings(), name, value, names_of(group_settings()), "group");
}

GroupConfig group_defaults(const NodeConfig& node) {
  return {node.group_consumer_session_timeout, node.group_consumer_heartbeat_interval};
}

Result<void> check_bounds(const GroupConfig& config, const NodeConfig& node) {
  const GroupConfig defaults = group_defaults(node);
  for (const Bounded& one : bounded_of_groups) {
    // Where the node's own value lies outside, Kafka does not start; here it is a bound.
    const Duration least = std::min(node.*one.least, defaults.*one.field);
    const Duration most = std::max(node.*one.most, defaults.*one.field);
    const Duration value = config.*one.field;
    if (value < least || value > most)
      return fail(quoted(one.name) + " must be between " + text_of(least) + " and " + text_of(most) + ", not " + text_of(value));
  }
  if (config.consumer_session_timeout > config.consumer_heartbeat_interval) return {};
  return fail("'consumer.session.timeout.ms' must be more than 'consumer.heartbeat.interval.ms', that is "
              + text_of(config.consumer_heartbeat_interval));
}

bool is_list_setting(std::string_view name) {
  return name == "cleanup.policy" || name == "log.cleanup.policy" || name == "group.consumer.assignors"
         || name == leader_throttled_replicas_setting || name == follower_throttled_replicas_setting;
}

std::vector<std::string_view> node_names_of(std::string_view setting) {
  std::vector<std::string_view> names;
  for (const InUnits& one : in_units) {
    if (one.topic == setting) names.push_back(one.node);
  }
  for (const Synonym& one : synonyms) {
    if (one.topic == setting) names.push_back(one.node);
  }
  return names;
}

bool is_dynamic_node_setting(std::string_view name) {
  const auto in_ms = [name](const InUnits& one) { return one.node == name && one.unit == TimeUnit::milliseconds; };
  return std::ranges::find(synonyms, name, &Synonym::node) != std::end(synonyms)
         || std::ranges::find_if(in_units, in_ms) != std::end(in_units) || name == "leader.replication.throttled.rate"
         || name == "follower.replication.throttled.rate";
}

std::vector<SettingView> settings_of(const TopicConfig& config) {
  std::vector<SettingView> views;
  for (const Topic& one : topic_settings()) views.push_back({one.name, type_of(one), text_of(config, one)});
  std::ranges::sort(views, {}, &SettingView::name);
  return views;
}

std::vector<SettingView> settings_of(const GroupConfig& config) {
  std::vector<SettingView> views;
  for (const Group& one : group_settings()) views.push_back({one.name, type_of(one), text_of(config, one)});
  return views;
}

std::vector<SettingView> settings_of(const NodeConfig& config) {
  std::vector<SettingView> views;
  for (const Node& one : node_settings()) views.push_back({one.name, type_of(one), text_of(config, one)});
  for (const Synonym& one : synonyms) {
    const Topic& its = topic_setting(one.topic);
    views.push_back({one.node, type_of(its), text_of(config.topic_defaults, its)});
  }
  for (const InUnits& one : in_units) {
    const bool long_one = one.unit == TimeUnit::milliseconds;
    views.push_back({one.node, long_one ? SettingType::long_integer : SettingType::integer, text_of(config, one)});
  }
  std::ranges::sort(views, {}, &SettingView::name);
  return views;
}

std::vector<std::string_view> topic_setting_names() { return names_of(topic_settings()); }
std::vector<std::string_view> node_setting_names() {
  std::vector<std::string_view> names = names_of(node_settings());
  for (const Synonym& synonym : synonyms) names.push_back(synonym.node);
  for (const InUnits& setting : in_units) names.push_back(setting.node);
  std::ranges::sort(names);
  return names;
}
}  // namespace kafkasim
