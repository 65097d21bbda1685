#include "sim/run/timers.hpp"

#include <algorithm>

namespace kafkasim::sim {

namespace {

constexpr Duration whole_patience = seconds(5);

// When a controller is lost, another is elected; it notices that a leader is lost, and the followers that lag.
Duration longest_chain(const ClusterSpec& cluster) {
  Duration longest{};
  for (const auto* nodes : {&cluster.controllers, &cluster.brokers}) {
    for (const NodeSpec& node : *nodes) {
      const NodeConfig& c = node.config;
      longest = std::max(longest, c.quorum_fetch_timeout + c.quorum_election_timeout * 2 + c.broker_session_timeout
                                      + c.replica_lag_time_max);
    }
  }
  return longest;
}

Duration longest_backoff(const Scenario& scenario) {
  Duration longest{};
  for (const NodeSpec& node : scenario.cluster.brokers) longest = std::max(longest, node.config.replica_fetch_backoff);
  for (const ProducerSpec* p : all_producers(scenario)) longest = std::max(longest, p->config.retry_backoff_max);
  for (const ConsumerSpec* c : all_consumers(scenario)) longest = std::max(longest, c->config.retry_backoff_max);
  return longest;
}

Duration longest_group_session(const Scenario& scenario) {
  constexpr Duration fast = milliseconds(3'000);
  Duration longest = scenario.cluster.profile == Profile::fast ? fast : ConsumerConfig{}.session_timeout;
  for (const ConsumerSpec* c : all_consumers(scenario)) {
    longest = std::max(longest, c->config.session_timeout);
    if (c->config.group_protocol != "consumer") continue;  // there the session is the brokers' to say
    for (const NodeSpec& node : scenario.cluster.brokers)
      longest = std::max(longest, node.config.group_consumer_session_timeout);
  }
  return longest;
}

}  // namespace

Duration time_to_rest(const Scenario& scenario) {
  const Duration timers =
      longest_chain(scenario.cluster) * 3 + longest_backoff(scenario) * 4 + longest_group_session(scenario);
  return whole_patience * ((timers.ns + whole_patience.ns - 1) / whole_patience.ns);
}

bool answers_may_be_lost(const Scenario& scenario) {
  return std::ranges::any_of(scenario.timeline, [](const TimelineEntry& entry) {
    const Operation& op = entry.operation;
    return std::holds_alternative<PowerOff>(op) || std::holds_alternative<Wipe>(op) || std::holds_alternative<Partition>(op)
           || std::holds_alternative<Intercept>(op) || std::holds_alternative<SlowLink>(op) || std::holds_alternative<Pause>(op);
  });
}

Duration longest_join(const Scenario& scenario) {
  Duration longest{};
  for (const ConsumerSpec* consumer : all_consumers(scenario)) {
    if (consumer->group) longest = std::max(longest, consumer->config.max_poll_interval + seconds(5));
  }
  return longest;
}

Duration time_to_settle(const Scenario& scenario) {
  const Duration rest = nanoseconds(time_to_rest(scenario).ns / 3);
  return answers_may_be_lost(scenario) ? rest + longest_join(scenario) : rest;
}

}  // namespace kafkasim::sim
