#include <algorithm>

#include "sim/scenario/keys.hpp"
#include "tests/sim/scenario/support.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;
using namespace kafkasim::sim::testing;

namespace {
std::string with_producer(const std::string& config) {
  return head
         + R"("cluster": {"brokers": 1}, "topics": [{"name": "t"}], "producers": [{"id": "p", "topic": "t", "config": )"
         + config + "}]}";
}
std::string with_consumer(const std::string& identity, const std::string& config) {
  return head + R"("cluster": {"brokers": 1}, "topics": [{"name": "t"}], "consumers": [{)" + identity
         + R"(, "config": )" + config + "}]}";
}
const std::string grouped = R"("group": "g", "topics": ["t"])";
const std::string alone = R"("assign": ["t-0"])";
const std::string at = "/producers/0/config";
}  // namespace

TEST_CASE("a setting is unknown at its key and wrong at its value") {
  check_error(with_producer(R"({@"linger.s": 5})"), at + "/linger.s",
              "unknown producer setting 'linger.s', did you mean 'linger.ms'?");
  check_error(with_producer(R"({"linger.ms": @"soon"})"), at + "/linger.ms", "'linger.ms' must be a whole number");
  check_error(with_producer(R"({"linger.ms": @1.5})"), at + "/linger.ms", "'linger.ms' must be a whole number");
  CHECK(good(with_producer(R"({"transactional.id": "x"})")).producers.at(0).config.transactional_id == "x");
  check_error(with_consumer(grouped, R"({"partition.assignment.strategy": @"range,sticki"})"),
              "/consumers/0/config/partition.assignment.strategy",
              "'partition.assignment.strategy' must be of 'range', 'roundrobin', 'sticky', 'cooperative-sticky', by commas, not 'range,sticki'");
  CHECK(good(with_consumer(grouped, R"({"group.protocol": "classic"})")).consumers.size() == 1);
}

TEST_CASE("acks=1 turns idempotence off and warns where it was asked for") {
  CHECK_FALSE(good(with_producer(R"({"acks": 1})")).producers[0].config.enable_idempotence);
  CHECK_FALSE(good(with_producer(R"({"retries": 0})")).producers[0].config.enable_idempotence);
  CHECK(good(with_producer(R"({"acks": -1})")).producers[0].config.enable_idempotence);
  CHECK(good(with_producer(R"({"acks": -1})")).producers[0].config.acks == "all");
  check_warning(
      with_producer(R"({"acks": @1, "enable.idempotence": true})"), at + "/acks",
      "'acks' is not 'all', so this producer is not idempotent; a real one refuses 'enable.idempotence' here");
  check_error(with_producer(R"({"retries": @0, "enable.idempotence": true})"), at + "/retries",
              "'retries' must not be 0 with 'enable.idempotence'");
}

TEST_CASE("more than five requests in flight are an error with the idempotent producer") {
  check_error(with_producer(R"({"max.in.flight.requests.per.connection": @6})"),
              at + "/max.in.flight.requests.per.connection",
              "'max.in.flight.requests.per.connection' must be at most 5 with the idempotent producer, not 6: "
              "'enable.idempotence' is true by default");
  const std::string off = R"({"max.in.flight.requests.per.connection": 6, "enable.idempotence": false})";
  CHECK(good(with_producer(off)).producers[0].config.max_in_flight == 6);
}

TEST_CASE("a delivery timeout that is set must cover linger and request timeout") {
  check_error(with_producer(R"({"delivery.timeout.ms": @100})"), at + "/delivery.timeout.ms",
              "'delivery.timeout.ms' must be at least 'linger.ms' + 'request.timeout.ms', that is 30005");
  CHECK(good(with_producer(R"({"request.timeout.ms": 200000})")).producers[0].config.delivery_timeout
        == milliseconds(200'005));
}

TEST_CASE("a reconnect backoff without a maximum does not grow") {
  CHECK(good(with_producer(R"({"reconnect.backoff.ms": 77})")).producers[0].config.reconnect_backoff_max
        == milliseconds(77));
}

TEST_CASE("a consumer without a group commits nothing by itself") {
  CHECK_FALSE(good(with_consumer(alone, "{}")).consumers[0].config.enable_auto_commit);
  CHECK(good(with_consumer(grouped, "{}")).consumers[0].config.enable_auto_commit);
  check_error(with_consumer(alone, R"({"enable.auto.commit": @true})"), "/consumers/0/config/enable.auto.commit",
              "'enable.auto.commit' must not be true without a group");
}

TEST_CASE("a session must be longer than the heartbeat interval and allowed by the brokers") {
  check_error(with_consumer(grouped, R"({"heartbeat.interval.ms": @45000})"),
              "/consumers/0/config/heartbeat.interval.ms",
              "'heartbeat.interval.ms' must be lower than 'session.timeout.ms'");
  check_warning(with_consumer(grouped, R"({"session.timeout.ms": @5000})"), "/consumers/0/config/session.timeout.ms",
                "the brokers refuse this 'session.timeout.ms': it is not between 'group.min.session.timeout.ms' and "
                "'group.max.session.timeout.ms'");
}

TEST_CASE("a setting of the other group protocol gives a warning and has no effect") {
  const auto refused = [](const std::string& name, const std::string& protocol) {
    return "'" + name + "' has no effect with 'group.protocol' '" + protocol + "': a real consumer refuses it";
  };
  const auto of = [](const std::string& name) { return "/consumers/0/config/" + name; };
  for (const std::string setting : {R"("partition.assignment.strategy": @"range")", R"("heartbeat.interval.ms": @3000)", R"("heartbeat.interval.ms": @45000)",
                                    R"("session.timeout.ms": @45000)", R"("session.timeout.ms": @5000)"}) {
    const std::string name = setting.substr(1, setting.find('"', 1) - 1);
    CAPTURE(name);
    check_warning(with_consumer(grouped, R"({"group.protocol": "consumer", )" + setting + "}"), of(name), refused(name, "consumer"));
  }
  check_warning(with_consumer(grouped, R"({"group.remote.assignor": @"uniform"})"), of("group.remote.assignor"), refused("group.remote.assignor", "classic"));
  (void)good(with_consumer(grouped, R"({"group.protocol": "consumer", "group.remote.assignor": "uniform"})"));
  (void)good(with_consumer(grouped, R"({"partition.assignment.strategy": "range", "heartbeat.interval.ms": 2000, "session.timeout.ms": 9000})"));
}

TEST_CASE("a broker waits for fetches no longer than its followers may lag") {
  check_error(head + R"("cluster": {"brokers": 1, "config": {"replica.lag.time.max.ms": @100}}})",
              "/cluster/config/replica.lag.time.max.ms",
              "'replica.fetch.wait.max.ms' must be at most 'replica.lag.time.max.ms'");
}

TEST_CASE("a setting of Kafka that nothing here follows gives a warning and is accepted") {
  const std::string cluster = head + R"("cluster": {"brokers": 1)";
  const auto has_no_effect = [](const std::string& name) { return "'" + name + "' has no effect: Kafka has this setting, and nothing here follows it"; };
  for (const std::string name : {"log.cleaner.threads", "controller.quorum.append.linger.ms", "ssl.keystore.location", "num.recovery.threads.per.data.dir"}) {
    check_warning(cluster + R"(, "config": {")" + name + R"(": @5}}})", "/cluster/config/" + name, has_no_effect(name));
  }
  check_warning(cluster + R"(}, "topics": [{"name": "a", "config": {"preallocate": @true}}]})", "/topics/0/config/preallocate", has_no_effect("preallocate"));
  check_warning(with_producer(R"({"client.id": @"shop"})"), "/producers/0/config/client.id", has_no_effect("client.id"));
  check_warning(with_consumer(grouped, R"({"default.api.timeout.ms": @60000})"), "/consumers/0/config/default.api.timeout.ms",
                has_no_effect("default.api.timeout.ms"));
  check_error(with_consumer(grouped, R"({@"partitioner.class": "x"})"), "/consumers/0/config/partitioner.class",
              "unknown consumer setting 'partitioner.class'");
}

TEST_CASE("a setting that asks for what happens anyway gives no warning") {
  (void)good(head + R"("cluster": {"brokers": 1, "config": {"min.insync.replicas": 1, "log.cleanup.policy": "delete"}},
                       "topics": [{"name": "a", "config": {"retention.bytes": "-1", "retention.ms": -1}}]})");
  CHECK(good(with_producer(R"({"compression.type": "none"})")).producers[0].config.compression_type == "none");
}
