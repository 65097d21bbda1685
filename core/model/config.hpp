#pragma once
// Settings under Kafka's own names, units and defaults (KafkaConfig, TopicConfig, ProducerConfig, ConsumerConfig of 4.1). Each struct holds
// what our code reads; set() takes a name and a value as a scenario file, a topic's configs or AlterConfigs give them.
// A setting that is not listed does not exist here: set() says so with the nearest name that does. Those that Kafka has and nothing
// here follows (is_unsimulated) are taken, whatever their value, and forgotten.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/base/result.hpp"
#include "core/base/time.hpp"

namespace kafkasim {

using SettingValue = std::variant<bool, std::int64_t, std::string>;

// A number from 0 to 1 that Kafka has as a double; set() takes "0.5" as well as 0 and 1.
struct Ratio {
  std::int64_t millionths{};
  friend bool operator==(const Ratio&, const Ratio&) = default;
};

struct TopicConfig {  // a topic's own; where it says nothing, the node's log.* settings stand
  std::string cleanup_policy{"delete"};
  std::string compression_type{"producer"};
  std::int64_t compression_gzip_level{-1};
  std::int64_t compression_lz4_level{9};
  std::int64_t compression_zstd_level{3};
  Duration delete_retention{milliseconds(86'400'000)};
  Duration file_delete_delay{milliseconds(60'000)};
  std::int64_t flush_messages{INT64_MAX};  // an append after which as many records are not synced syncs them before it is answered
  Duration flush{milliseconds(INT64_MAX)};  // looked at every log.flush.scheduler.interval.ms; unset: whenever it is looked at
  std::int64_t index_interval_bytes{4096};
  std::int64_t max_message_bytes{1'048'588};
  std::string message_timestamp_type{"CreateTime"};
  Duration message_timestamp_after_max{milliseconds(3'600'000)};
  Duration message_timestamp_before_max{milliseconds(INT64_MAX)};
  Duration max_compaction_lag{milliseconds(INT64_MAX)};
  Ratio min_cleanable_dirty_ratio{500'000};
  Duration min_compaction_lag{};
  std::int64_t min_insync_replicas{1};
  std::int64_t retention_bytes{-1};
  std::int64_t retention_ms{604'800'000};  // -1: for ever
  std::int64_t segment_bytes{1'073'741'824};
  std::int64_t segment_index_bytes{10'485'760};
  Duration segment_jitter{};
  Duration segment{milliseconds(604'800'000)};
  bool unclean_leader_election_enable{false};
  std::string leader_throttled_replicas;    // KIP-73: "0:1,1:2" are partitions and brokers, "*" all; see throttled_replicas.hpp
  std::string follower_throttled_replicas;
  friend bool operator==(const TopicConfig&, const TopicConfig&) = default;
};

// A duration may be set in several units; the finest wins, in whatever order they come.
enum class TimeUnit : std::uint8_t { unset, hours, minutes, milliseconds };

// The one selector of replicas that there is, for replica.selector.class (KIP-392).
inline constexpr std::string_view rack_aware_selector = "org.apache.kafka.common.replica.RackAwareReplicaSelector";

struct NodeConfig {  // of a broker or a controller
  // threads and requests
  std::int64_t num_io_threads{8};
  std::int64_t num_network_threads{3};
  std::int64_t num_replica_fetchers{1};
  Duration request_timeout{milliseconds(30'000)};
  // registration
  Duration broker_heartbeat_interval{milliseconds(2'000)};
  Duration broker_session_timeout{milliseconds(9'000)};
  Duration initial_broker_registration_timeout{milliseconds(60'000)};
  // quorum
  Duration quorum_election_timeout{milliseconds(1'000)};
  Duration quorum_election_backoff_max{milliseconds(1'000)};
  Duration quorum_fetch_timeout{milliseconds(2'000)};
  Duration quorum_request_timeout{milliseconds(2'000)};
  Duration quorum_retry_backoff{milliseconds(20)};
  Duration metadata_max_idle_interval{milliseconds(500)};
  std::int64_t metadata_snapshot_after_bytes{20'971'520};
  Duration metadata_snapshot_interval{milliseconds(3'600'000)};  // 0: by bytes alone
  std::int64_t metadata_log_segment_bytes{1'073'741'824};
  Duration metadata_log_segment{milliseconds(604'800'000)};
  std::int64_t metadata_retention_bytes{104'857'600};  // of log and snapshots; -1: no limit
  std::int64_t metadata_retention_ms{604'800'000};     // of snapshots; -1: for ever
  // replication
  Duration replica_lag_time_max{milliseconds(30'000)};
  std::int64_t max_incremental_fetch_session_cache_slots{1000};
  Duration replica_fetch_wait_max{milliseconds(500)};
  std::int64_t replica_fetch_min_bytes{1};
  std::int64_t replica_fetch_max_bytes{1'048'576};
  std::int64_t replica_fetch_response_max_bytes{10'485'760};
  Duration replica_fetch_backoff{milliseconds(1'000)};
  Duration replica_socket_timeout{milliseconds(30'000)};
  Duration replica_high_watermark_checkpoint_interval{milliseconds(5'000)};
  std::int64_t fetch_max_bytes{57'671'680};
  std::int64_t leader_throttled_rate{INT64_MAX};  // bytes a second (KIP-73)
  std::int64_t follower_throttled_rate{INT64_MAX};
  std::int64_t replication_quota_samples{11};
  std::int64_t replication_quota_window_seconds{1};
  std::string replica_selector_class;  // empty: consumers read from leaders (KIP-392)
  std::int64_t default_replication_factor{1};
  std::int64_t num_partitions{1};
  bool controlled_shutdown_enable{true};
  bool auto_create_topics_enable{true};
  bool delete_topic_enable{true};
  // the controller's care for leaders
  bool auto_leader_rebalance_enable{true};
  std::int64_t leader_imbalance_check_interval_seconds{300};
  Duration unclean_leader_election_interval{milliseconds(300'000)};
  // logs
  bool log_cleaner_enable{true};
  Duration log_cleaner_backoff{milliseconds(15'000)};
  std::int64_t log_cleaner_dedupe_buffer_size{134'217'728};
  std::int64_t log_cleaner_io_buffer_size{524'288};
  Ratio log_cleaner_io_buffer_load_factor{900'000};
  std::int64_t log_cleaner_io_max_bytes_per_second{INT64_MAX};
  Duration log_flush_offset_checkpoint_interval{milliseconds(60'000)};
  Duration log_flush_scheduler_interval{milliseconds(INT64_MAX)};
  Duration log_retention_check_interval{milliseconds(300'000)};
  Duration log_initial_task_delay{milliseconds(30'000)};
  TimeUnit log_retention_unit{TimeUnit::unset};  // in which topic_defaults.retention_ms was given
  TimeUnit log_roll_unit{TimeUnit::unset};
  TimeUnit log_roll_jitter_unit{TimeUnit::unset};
  Duration producer_id_expiration{milliseconds(86'400'000)};
  Duration producer_id_expiration_check_interval{milliseconds(600'000)};
  // groups
  Duration group_initial_rebalance_delay{milliseconds(3'000)};
  Duration group_min_session_timeout{milliseconds(6'000)};
  Duration group_max_session_timeout{milliseconds(1'800'000)};
  std::int64_t group_max_size{INT32_MAX};
  std::int64_t offsets_topic_num_partitions{50};
  std::int64_t offsets_topic_replication_factor{3};
  std::int64_t offsets_topic_segment_bytes{104'857'600};
  Duration offsets_commit_timeout{milliseconds(5'000)};
  std::int64_t offset_metadata_max_bytes{4096};
  std::int64_t offsets_retention_minutes{10'080};
  Duration offsets_retention_check_interval{milliseconds(600'000)};
  Duration group_consumer_session_timeout{milliseconds(45'000)};
  Duration group_consumer_min_session_timeout{milliseconds(45'000)};  // these four bound what a group may set for itself
  Duration group_consumer_max_session_timeout{milliseconds(60'000)};
  Duration group_consumer_heartbeat_interval{milliseconds(5'000)};
  Duration group_consumer_min_heartbeat_interval{milliseconds(5'000)};
  Duration group_consumer_max_heartbeat_interval{milliseconds(15'000)};
  std::int64_t group_consumer_max_size{INT32_MAX};
  std::string group_consumer_assignors{"uniform,range"};
  std::string group_consumer_migration_policy{"bidirectional"};
  // transactions
  Duration transaction_max_timeout{milliseconds(900'000)};
  Duration transactional_id_expiration{milliseconds(604'800'000)};
  Duration transaction_abort_timed_out_interval{milliseconds(10'000)};
  Duration transaction_remove_expired_interval{milliseconds(3'600'000)};
  std::int64_t transaction_state_log_num_partitions{50};
  std::int64_t transaction_state_log_replication_factor{3};
  std::int64_t transaction_state_log_min_isr{2};
  std::int64_t transaction_state_log_segment_bytes{104'857'600};
  bool transaction_partition_verification_enable{true};
  Duration add_partitions_to_txn_retry_backoff{milliseconds(20)};
  Duration add_partitions_to_txn_retry_backoff_max{milliseconds(100)};
  TopicConfig topic_defaults;  // set through log.retention.ms, min.insync.replicas and so on
  friend bool operator==(const NodeConfig&, const NodeConfig&) = default;
};

struct GroupConfig {  // a group's own (of KIP-848); where it says nothing, the node's group.consumer.* settings stand
  Duration consumer_session_timeout{milliseconds(45'000)};
  Duration consumer_heartbeat_interval{milliseconds(5'000)};
  friend bool operator==(const GroupConfig&, const GroupConfig&) = default;
};
[[nodiscard]] GroupConfig group_defaults(const NodeConfig& node);
// Whether it keeps to the bounds of the node, and its settings to each other (GroupConfig.validateValues).
[[nodiscard]] Result<void> check_bounds(const GroupConfig& config, const NodeConfig& node);

struct ClientConfig {  // what producers and consumers have in common
  Duration metadata_max_age{milliseconds(300'000)};
  Duration request_timeout{milliseconds(30'000)};
  Duration retry_backoff{milliseconds(100)};
  Duration retry_backoff_max{milliseconds(1'000)};
  Duration reconnect_backoff{milliseconds(50)};
  Duration reconnect_backoff_max{milliseconds(1'000)};
  Duration socket_connection_setup_timeout{milliseconds(10'000)};
  Duration socket_connection_setup_timeout_max{milliseconds(30'000)};
  friend bool operator==(const ClientConfig&, const ClientConfig&) = default;
};

struct ProducerConfig : ClientConfig {
  std::string acks{"all"};  // "all", "-1", "0", "1"
  std::int64_t batch_size{16'384};
  std::int64_t buffer_memory{33'554'432};
  std::string compression_type{"none"};
  std::int64_t compression_gzip_level{-1};
  std::int64_t compression_lz4_level{9};
  std::int64_t compression_zstd_level{3};
  Duration delivery_timeout{milliseconds(120'000)};
  bool enable_idempotence{true};
  Duration linger{milliseconds(5)};
  std::int64_t max_in_flight{5};
  Duration max_block{milliseconds(60'000)};
  std::int64_t max_request_size{1'048'576};
  bool partitioner_adaptive_partitioning_enable{true};
  Duration partitioner_availability_timeout{};  // 0: no broker is too slow
  bool partitioner_ignore_keys{false};
  std::int64_t retries{INT32_MAX};
  std::string transactional_id;  // empty: none
  Duration transaction_timeout{milliseconds(60'000)};
  friend bool operator==(const ProducerConfig&, const ProducerConfig&) = default;
};

struct ConsumerConfig : ClientConfig {
  std::string auto_offset_reset{"latest"};  // "earliest", "latest", "none", "by_duration:PT1H"
  bool enable_auto_commit{true};
  Duration auto_commit_interval{milliseconds(5'000)};
  std::int64_t fetch_min_bytes{1};
  std::int64_t fetch_max_bytes{52'428'800};
  Duration fetch_max_wait{milliseconds(500)};
  Duration heartbeat_interval{milliseconds(3'000)};
  std::string isolation_level{"read_uncommitted"};
  std::int64_t max_partition_fetch_bytes{1'048'576};
  Duration max_poll_interval{milliseconds(300'000)};
  std::int64_t max_poll_records{500};
  Duration session_timeout{milliseconds(45'000)};
  std::string partition_assignment_strategy{"range,cooperative-sticky"};
  std::string group_protocol{"classic"};
  std::string group_remote_assignor;  // empty: the broker's first
  std::string group_instance_id;      // empty: a dynamic member
  bool allow_auto_create_topics{true};
  std::string client_rack;            // where it is: assignors and brokers may choose replicas there; empty: none
  friend bool operator==(const ConsumerConfig&, const ConsumerConfig&) = default;
};

// Sets one setting by its Kafka name. Fails with a sentence that says what is wrong: unknown (and the nearest known name), not
// of that type, out of range, not one of the choices. NodeConfig also knows the topic defaults by their broker-side names.
[[nodiscard]] Result<void> set(TopicConfig& config, std::string_view name, const SettingValue& value);
[[nodiscard]] Result<void> set(NodeConfig& config, std::string_view name, const SettingValue& value);
[[nodiscard]] Result<void> set(GroupConfig& config, std::string_view name, const SettingValue& value);
[[nodiscard]] Result<void> set(ProducerConfig& config, std::string_view name, const SettingValue& value);
[[nodiscard]] Result<void> set(ConsumerConfig& config, std::string_view name, const SettingValue& value);

enum class SettingsOf : std::uint8_t { topic, node, producer, consumer };
[[nodiscard]] bool is_unsimulated(SettingsOf whose, std::string_view setting);

// Of auto.offset.reset=by_duration:DURATION (KIP-1106) the duration, in ISO 8601 as java.time.Duration reads it: days,
// hours, minutes and seconds. Absent: it is none.
[[nodiscard]] std::optional<Duration> reset_by_duration(std::string_view auto_offset_reset);

// A setting as DescribeConfigs tells it: the numbers are those of its ConfigType.
enum class SettingType : std::int8_t {
  boolean = 1,
  string = 2,
  integer = 3,
  short_integer = 4,
  long_integer = 5,
  real = 6,
  list = 7
};
struct SettingView {
  std::string_view name;
  SettingType type{};
  std::optional<std::string> value;  // absent: null
  friend bool operator==(const SettingView&, const SettingView&) = default;
};
[[nodiscard]] std::vector<SettingView> settings_of(const TopicConfig& config);  // sorted by name
[[nodiscard]] std::vector<SettingView> settings_of(const NodeConfig& config);
[[nodiscard]] std::vector<SettingView> settings_of(const GroupConfig& config);

// The broker's names of what a topic's setting falls back to: the first that is set wins (ServerTopicConfigSynonyms,
// DynamicBrokerConfig.brokerConfigSynonyms). None: there is no such setting of a broker.
[[nodiscard]] std::vector<std::string_view> node_names_of(std::string_view topic_setting);
// Whether AlterConfigs may change it on a running node (DynamicBrokerConfig.DynamicLogConfig); of Kafka's dynamic
// settings only those for logs and the rates of throttled replication are dynamic here.
[[nodiscard]] bool is_dynamic_node_setting(std::string_view name);
// Whether its value is a list, so that AlterConfigs may append to it.
[[nodiscard]] bool is_list_setting(std::string_view name);

// The names that set() knows, sorted.
[[nodiscard]] std::vector<std::string_view> topic_setting_names();
[[nodiscard]] std::vector<std::string_view> node_setting_names();
[[nodiscard]] std::vector<std::string_view> producer_setting_names();
[[nodiscard]] std::vector<std::string_view> consumer_setting_names();

// The known name nearest to a misspelt one by edit distance; empty if none is near.
[[nodiscard]] std::string_view nearest_name(std::string_view name, const std::vector<std::string_view>& known);

}  // namespace kafkasim
