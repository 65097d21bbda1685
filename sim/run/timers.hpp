#pragma once
// How long a cluster may take to come to rest, from its timers: three times those that follow one another when leaders
// are lost (quorum.fetch.timeout.ms, election twice, broker.session.timeout.ms, replica.lag.time.max.ms), four of the
// longest back-off, and a group session, rounded up to 5 s. That makes 180 s with Kafka's defaults and 20 s with the
// fast profile.
#include "sim/scenario/scenario.hpp"

namespace kafkasim::sim {

[[nodiscard]] Duration time_to_rest(const Scenario& scenario);
// Whether something is done that can leave a client waiting for an answer that will not come, on a connection that nobody resets.
[[nodiscard]] bool answers_may_be_lost(const Scenario& scenario);
// The longest that a member waits for its JoinGroup: as long as a rebalance may take and 5 s (AbstractCoordinator).
[[nodiscard]] Duration longest_join(const Scenario& scenario);
// For how long what was done to it may echo.
[[nodiscard]] Duration time_to_settle(const Scenario& scenario);

}  // namespace kafkasim::sim
