#include "core/group/group_turn.hpp"

namespace kafkasim {

GroupLimits GroupLimits::of(const NodeConfig& config, LegacyBehaviours legacy) {
  GroupLimits limits;
  limits.initial_rebalance_delay = config.group_initial_rebalance_delay;
  limits.least_session_timeout = config.group_min_session_timeout;
  limits.most_session_timeout = config.group_max_session_timeout;
  limits.most_members = config.group_max_size;
  limits.most_metadata_bytes = config.offset_metadata_max_bytes;
  limits.offsets_retention = seconds(60) * config.offsets_retention_minutes;
  limits.retention_check_interval = config.offsets_retention_check_interval;
  limits.consumer = group_defaults(config);
  limits.most_consumer_members = config.group_consumer_max_size;
  limits.migration_policy = config.group_consumer_migration_policy;
  limits.legacy = legacy;
  std::string_view names = config.group_consumer_assignors;
  while (!names.empty()) {
    const std::size_t comma = names.find(',');
    limits.consumer_assignors.emplace_back(names.substr(0, comma));
    names = comma == std::string_view::npos ? std::string_view{} : names.substr(comma + 1);
  }
  return limits;
}

ErrorCode coordinator_error(ErrorCode append_error) {
  using enum ErrorCode;
  if (append_error == unknown_topic_or_partition || append_error == not_enough_replicas
      || append_error == not_enough_replicas_after_append || append_error == request_timed_out) {
    return coordinator_not_available;
  }
  if (append_error == not_leader_or_follower || append_error == kafka_storage_error) return not_coordinator;
  if (append_error == message_too_large || append_error == record_list_too_large
      || append_error == invalid_fetch_size) {
    return unknown_server_error;
  }
  return append_error;
}

}  // namespace kafkasim
