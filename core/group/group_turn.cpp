#include "core/group/group_turn.hpp"

namespace kafkasim {

GroupLimits GroupLimits::of(const NodeConfig& config) {
  return {config.group_initial_rebalance_delay, config.group_min_session_timeout, config.group_max_session_timeout,
          config.group_max_size, config.offset_metadata_max_bytes};
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
