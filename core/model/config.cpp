#include "core/model/config.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <span>

namespace kafkasim {

namespace {

template <class C>
using Field = std::variant<bool C::*, std::int64_t C::*, Duration C::*, Ratio C::*, std::string C::*>;

template <class C>
struct Setting {
  std::string_view name;
  Field<C> field;
  std::int64_t least{0};
  std::int64_t most{INT64_MAX};
  std::vector<std::string_view> choices{};
  std::optional<std::int64_t> also{};  // allowed too, although outside of [least, most]
};

using Topic = Setting<TopicConfig>;
using Node = Setting<NodeConfig>;

const std::vector<Topic>& topic_settings() {
  static const std::vector<Topic> table{
      {"cleanup.policy", &TopicConfig::cleanup_policy, 0, 0, {"delete", "compact", "compact,delete", "delete,compact"}},
      {"compression.type", &TopicConfig::compression_type, 0, 0, {"producer", "uncompressed", "gzip", "snappy", "lz4", "zstd"}},
      {"compression.gzip.level", &TopicConfig::compression_gzip_level, 1, 9, {}, -1},
      {"compression.lz4.level", &TopicConfig::compression_lz4_level, 1, 17},
      {"compression.zstd.level", &TopicConfig::compression_zstd_level, -131'072, 22},
      {"delete.retention.ms", &TopicConfig::delete_retention},
      {"file.delete.delay.ms", &TopicConfig::file_delete_delay},
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
      {"controller.quorum.append.linger.ms", &NodeConfig::quorum_append_linger},
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
      {"replica.selector.class", &NodeConfig::replica_selector_class, 0, 0, {"", "org.apache.kafka.common.replica.RackAwareReplicaSelector"}},
      {"default.replication.factor", &NodeConfig::default_replication_factor, 1, INT16_MAX},
      {"num.partitions", &NodeConfig::num_partitions, 1, INT32_MAX},
      {"controlled.shutdown.enable", &NodeConfig::controlled_shutdown_enable},
      {"auto.create.topics.enable", &NodeConfig::auto_create_topics_enable},
      {"auto.leader.rebalance.enable", &NodeConfig::auto_leader_rebalance_enable},
      {"leader.imbalance.check.interval.seconds", &NodeConfig::leader_imbalance_check_interval_seconds, 1, 9'000'000'000},
      {"leader.imbalance.per.broker.percentage", &NodeConfig::leader_imbalance_per_broker_percentage, 0, INT32_MAX},
      {"unclean.leader.election.interval.ms", &NodeConfig::unclean_leader_election_interval, 1},
      {"log.cleaner.backoff.ms", &NodeConfig::log_cleaner_backoff},
      {"log.cleaner.dedupe.buffer.size", &NodeConfig::log_cleaner_dedupe_buffer_size, 1024 * 1024},
      {"log.cleaner.enable", &NodeConfig::log_cleaner_enable},
      {"log.cleaner.io.buffer.load.factor", &NodeConfig::log_cleaner_io_buffer_load_factor},
      {"log.cleaner.io.buffer.size", &NodeConfig::log_cleaner_io_buffer_size, 1024, INT32_MAX},
      {"log.cleaner.io.max.bytes.per.second", &NodeConfig::log_cleaner_io_max_bytes_per_second, 1},
      {"log.flush.offset.checkpoint.interval.ms", &NodeConfig::log_flush_offset_checkpoint_interval, 1},
      {"log.retention.check.interval.ms", &NodeConfig::log_retention_check_interval, 1},
      {"log.initial.task.delay.ms", &NodeConfig::log_initial_task_delay},
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

// Kafka has times of nodes as int32, but for these.
constexpr std::string_view long_times[] = {
    "log.cleaner.backoff.ms",          "log.initial.task.delay.ms",
    "log.retention.check.interval.ms", "replica.high.watermark.checkpoint.interval.ms",
    "replica.lag.time.max.ms",
};

template <class C>
std::vector<Setting<C>> client_settings(std::vector<Setting<C>> own) {
  const std::vector<Setting<C>> common{
      {"metadata.max.age.ms", &C::metadata_max_age},
      {"request.timeout.ms", &C::request_timeout},
      {"retry.backoff.ms", &C::retry_backoff},
      {"retry.backoff.max.ms", &C::retry_backoff_max},
      {"reconnect.backoff.ms", &C::reconnect_backoff},
      {"reconnect.backoff.max.ms", &C::reconnect_backoff_max},
      {"socket.connection.setup.timeout.ms", &C::socket_connection_setup_timeout},
      {"socket.connection.setup.timeout.max.ms", &C::socket_connection_setup_timeout_max},
  };
  own.insert(own.end(), common.begin(), common.end());
  return own;
}

const std::vector<Setting<ProducerConfig>>& producer_settings() {
  using P = ProducerConfig;
  static const std::vector<Setting<P>> table = client_settings<P>({
      {"acks", &P::acks, 0, 0, {"all", "-1", "0", "1"}},
      {"batch.size", &P::batch_size, 0, INT32_MAX},
      {"buffer.memory", &P::buffer_memory},
      {"compression.type", &P::compression_type, 0, 0, {"none", "gzip", "snappy", "lz4", "zstd"}},
      {"compression.gzip.level", &P::compression_gzip_level, 1, 9, {}, -1},
      {"compression.lz4.level", &P::compression_lz4_level, 1, 17},
      {"compression.zstd.level", &P::compression_zstd_level, -131'072, 22},
      {"delivery.timeout.ms", &P::delivery_timeout},
      {"enable.idempotence", &P::enable_idempotence},
      {"linger.ms", &P::linger},
      {"max.in.flight.requests.per.connection", &P::max_in_flight, 1, INT32_MAX},
      {"max.block.ms", &P::max_block},
      {"max.request.size", &P::max_request_size, 0, INT32_MAX},
      {"retries", &P::retries, 0, INT32_MAX},
      {"transactional.id", &P::transactional_id},
      {"transaction.timeout.ms", &P::transaction_timeout, 1},
  });
  return table;
}

const std::vector<Setting<ConsumerConfig>>& consumer_settings() {
  using C = ConsumerConfig;
  static const std::vector<Setting<C>> table = client_settings<C>({
      {"auto.offset.reset", &C::auto_offset_reset, 0, 0, {"earliest", "latest", "none"}},
      {"client.rack", &C::client_rack},
      {"enable.auto.commit", &C::enable_auto_commit},
      {"auto.commit.interval.ms", &C::auto_commit_interval},
      {"fetch.min.bytes", &C::fetch_min_bytes, 0, INT32_MAX},
      {"fetch.max.bytes", &C::fetch_max_bytes, 0, INT32_MAX},
      {"fetch.max.wait.ms", &C::fetch_max_wait},
      {"heartbeat.interval.ms", &C::heartbeat_interval},
      {"isolation.level", &C::isolation_level, 0, 0, {"read_uncommitted", "read_committed"}},
      {"max.partition.fetch.bytes", &C::max_partition_fetch_bytes, 0, INT32_MAX},
      {"max.poll.interval.ms", &C::max_poll_interval, 1},
      {"max.poll.records", &C::max_poll_records, 1, INT32_MAX},
      {"session.timeout.ms", &C::session_timeout},
      {"partition.assignment.strategy", &C::partition_assignment_strategy, 0, 0, {"range"}},
  });
  return table;
}

template <class C>
std::vector<std::string_view> names_of(const std::vector<Setting<C>>& table) {
  std::vector<std::string_view> names;
  for (const auto& setting : table) names.push_back(setting.name);
  std::ranges::sort(names);
  return names;
}

std::optional<std::int64_t> as_number(const SettingValue& value) {
  if (const auto* n = std::get_if<std::int64_t>(&value)) return *n;
  if (const auto* text = std::get_if<std::string>(&value)) {
    std::int64_t n = 0;
    const char* end = text->data() + text->size();
    if (const auto [at, error] = std::from_chars(text->data(), end, n); error == std::errc{} && at == end) return n;
  }
  return std::nullopt;
}

// A decimal from 0 to 1 with at most six digits behind the point.
std::optional<Ratio> as_ratio(const SettingValue& value) {
  if (const std::optional<std::int64_t> n = as_number(value)) {
    return *n == 0 || *n == 1 ? std::optional{Ratio{*n * 1'000'000}} : std::nullopt;
  }
  const auto* text = std::get_if<std::string>(&value);
  if (text == nullptr || text->size() < 3 || text->size() > 8 || (*text)[1] != '.') return std::nullopt;
  std::string digits = text->substr(2);
  digits.resize(6, '0');
  const std::optional<std::int64_t> n = as_number(SettingValue{(*text)[0] + digits});
  if (!n || *n < 0 || *n > 1'000'000) return std::nullopt;
  return Ratio{*n};
}

std::optional<bool> as_bool(const SettingValue& value) {
  if (const auto* b = std::get_if<bool>(&value)) return *b;
  if (value == SettingValue{std::string{"true"}}) return true;
  if (value == SettingValue{std::string{"false"}}) return false;
  return std::nullopt;
}

std::string as_string(const SettingValue& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  if (const auto* n = std::get_if<std::int64_t>(&value)) return std::to_string(*n);
  return std::get<bool>(value) ? "true" : "false";
}

std::string quoted(std::string_view text) { return "'" + std::string{text} + "'"; }

template <class C>
Result<void> assign(C& config, const Setting<C>& setting, const SettingValue& value) {
  if (const auto* field = std::get_if<bool C::*>(&setting.field)) {
    const std::optional<bool> b = as_bool(value);
    if (!b) return fail(quoted(setting.name) + " must be true or false");
    config.*(*field) = *b;
    return {};
  }
  if (const auto* field = std::get_if<std::string C::*>(&setting.field)) {
    const std::string text = as_string(value);
    const bool free = setting.choices.empty();
    if (!free && std::ranges::find(setting.choices, std::string_view{text}) == setting.choices.end()) {
      std::string choices;
      for (const std::string_view c : setting.choices) choices += (choices.empty() ? "" : ", ") + quoted(c);
      return fail(quoted(setting.name) + " must be " + (setting.choices.size() > 1 ? "one of " : "") + choices + ", not " + quoted(text));
    }
    config.*(*field) = text;
    return {};
  }
  if (const auto* field = std::get_if<Ratio C::*>(&setting.field)) {
    const std::optional<Ratio> ratio = as_ratio(value);
    if (!ratio) return fail(quoted(setting.name) + " must be a number from 0 to 1 with at most six decimals");
    config.*(*field) = *ratio;
    return {};
  }
  const std::optional<std::int64_t> n = as_number(value);
  if (!n) return fail(quoted(setting.name) + " must be a whole number");
  if ((*n < setting.least || *n > setting.most) && n != setting.also) {
    return fail(quoted(setting.name) + " must be between " + std::to_string(setting.least) + " and " + std::to_string(setting.most) +
                (setting.also ? ", or " + std::to_string(*setting.also) : "") + ", not " + std::to_string(*n));
  }
  if (const auto* field = std::get_if<std::int64_t C::*>(&setting.field)) {
    config.*(*field) = *n;
  } else {
    config.*(*std::get_if<Duration C::*>(&setting.field)) = milliseconds(*n);
  }
  return {};
}

std::string text_of(Ratio ratio) {  // as Java prints a double
  std::string digits = std::to_string(1'000'000 + ratio.millionths % 1'000'000).substr(1);
  while (digits.size() > 1 && digits.back() == '0') digits.pop_back();
  return std::to_string(ratio.millionths / 1'000'000) + "." + digits;
}

std::string text_of(Duration duration) {
  return std::to_string(duration == milliseconds(INT64_MAX) ? INT64_MAX : duration.whole_ms());
}

template <class C>
std::string text_of(const C& config, const Setting<C>& setting) {
  if (const auto* field = std::get_if<bool C::*>(&setting.field)) return config.*(*field) ? "true" : "false";
  if (const auto* field = std::get_if<std::string C::*>(&setting.field)) return config.*(*field);
  if (const auto* field = std::get_if<Ratio C::*>(&setting.field)) return text_of(config.*(*field));
  if (const auto* field = std::get_if<Duration C::*>(&setting.field)) return text_of(config.*(*field));
  return std::to_string(config.*(*std::get_if<std::int64_t C::*>(&setting.field)));
}

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

template <class C>
Result<void> set_by_table(C& config, const std::vector<Setting<C>>& table, std::string_view name, const SettingValue& value,
                          const std::vector<std::string_view>& known, std::string_view owner) {
  for (const Setting<C>& setting : table) {
    if (setting.name == name) return assign(config, setting, value);
  }
  const std::string_view near = nearest_name(name, known);
  return fail("unknown " + std::string{owner} + " setting " + quoted(name) + (near.empty() ? "" : ", did you mean " + quoted(near) + "?"));
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t above = row[j];
      row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0U : 1U)});
      diagonal = above;
    }
  }
  return row[b.size()];
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

std::string_view nearest_name(std::string_view name, const std::vector<std::string_view>& known) {
  if (name.size() > 200) return {};
  std::string_view best;
  std::size_t least = std::max<std::size_t>(2, name.size() / 3) + 1;
  for (const std::string_view candidate : known) {
    const std::size_t distance = edit_distance(name, candidate);
    if (distance < least) {
      least = distance;
      best = candidate;
    }
  }
  return best;
}

Result<void> set(TopicConfig& config, std::string_view name, const SettingValue& value) {
  return set_by_table(config, topic_settings(), name, value, topic_setting_names(), "topic");
}

Result<void> set(NodeConfig& config, std::string_view name, const SettingValue& value) {
  for (const InUnits& setting : in_units) {
    if (setting.node == name) return set_in_unit(config, setting, value);
  }
  for (const Synonym& synonym : synonyms) {
    if (synonym.node == name) return set(config.topic_defaults, synonym.topic, value);
  }
  return set_by_table(config, node_settings(), name, value, node_setting_names(), "broker");
}

Result<void> set(ProducerConfig& config, std::string_view name, const SettingValue& value) {
  return set_by_table(config, producer_settings(), name, value, producer_setting_names(), "producer");
}

Result<void> set(ConsumerConfig& config, std::string_view name, const SettingValue& value) {
  return set_by_table(config, consumer_settings(), name, value, consumer_setting_names(), "consumer");
}

bool is_list_setting(std::string_view name) { return name == "cleanup.policy" || name == "log.cleanup.policy"; }

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
         || std::ranges::find_if(in_units, in_ms) != std::end(in_units);
}

std::vector<SettingView> settings_of(const TopicConfig& config) {
  std::vector<SettingView> views;
  for (const Topic& one : topic_settings()) views.push_back({one.name, type_of(one), text_of(config, one)});
  std::ranges::sort(views, {}, &SettingView::name);
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
std::vector<std::string_view> producer_setting_names() { return names_of(producer_settings()); }
std::vector<std::string_view> consumer_setting_names() { return names_of(consumer_settings()); }

}  // namespace kafkasim
