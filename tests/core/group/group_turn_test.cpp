#include "core/group/group_turn.hpp"

#include <catch2/catch.hpp>

using namespace kafkasim;

TEST_CASE("why a record could not be stored is told to clients as where to try again", "[group]") {
  CHECK(coordinator_error(ErrorCode::none) == ErrorCode::none);
  for (const ErrorCode error : {ErrorCode::unknown_topic_or_partition, ErrorCode::not_enough_replicas,
                                ErrorCode::not_enough_replicas_after_append, ErrorCode::request_timed_out}) {
    CHECK(coordinator_error(error) == ErrorCode::coordinator_not_available);
  }
  CHECK(coordinator_error(ErrorCode::not_leader_or_follower) == ErrorCode::not_coordinator);
  CHECK(coordinator_error(ErrorCode::kafka_storage_error) == ErrorCode::not_coordinator);
  CHECK(coordinator_error(ErrorCode::message_too_large) == ErrorCode::unknown_server_error);
  CHECK(coordinator_error(ErrorCode::corrupt_message) == ErrorCode::corrupt_message);
}

TEST_CASE("the limits of groups are the settings of the broker", "[group]") {
  NodeConfig config;
  config.group_initial_rebalance_delay = seconds(1);
  config.group_max_size = 5;
  const GroupLimits limits = GroupLimits::of(config);
  CHECK(limits.initial_rebalance_delay == seconds(1));
  CHECK(limits.least_session_timeout == seconds(6));
  CHECK(limits.most_session_timeout == seconds(1800));
  CHECK(limits.most_members == 5);
  CHECK(limits.most_metadata_bytes == 4096);
}
