#include <catch2/catch.hpp>

#include "sim/scenario/parse.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;

namespace {

Parsed parse_beside(const std::string& rest) {
  return parse_scenario(R"({"name": "b", "duration": "10s", "cluster": {"brokers": 1}, "topics": [{"name": "orders"}], )" + rest + "}");
}
std::string first_message(const std::string& rest) {
  const Parsed parsed = parse_beside(rest);
  CHECK_FALSE(parsed.scenario);
  return parsed.diagnostics.empty() ? "" : parsed.diagnostics.front().message;
}
const std::string queue = R"("queues": [{"name": "tasks"}], )";

}  // namespace

TEST_CASE("queues and stores have names and queues say how they hand out") {
  const Parsed parsed = parse_beside(R"("queues": [{"name": "tasks", "mode": "poll", "prefetch": 3, "visibility_timeout": "5s"}, {"name": "mail"}],
    "stores": [{"name": "blobs"}])");
  REQUIRE(parsed.scenario);
  REQUIRE(parsed.scenario->queues.size() == 2);
  CHECK(parsed.scenario->queues[0].mode == QueueMode::poll);
  CHECK(parsed.scenario->queues[0].prefetch == 3);
  CHECK(parsed.scenario->queues[0].visibility_timeout == seconds(5));
  CHECK(parsed.scenario->queues[1].mode == QueueMode::push);
  CHECK(parsed.scenario->stores.at(0).name == "blobs");
}

TEST_CASE("a queue or store that cannot be is told why") {
  CHECK(first_message(R"("queues": [{"name": "orders"}])").starts_with("'orders' is the name of something else already"));
  CHECK(first_message(R"("queues": [{"name": "a/b"}])").starts_with("'a/b' is no name"));
  CHECK(first_message(R"("queues": [{"name": "q", "visibility_timeout": "5s"}])").starts_with("'visibility_timeout' is of a queue with 'mode' 'poll'"));
  CHECK(first_message(R"("queues": [{"name": "q", "mode": "poll", "visibility_timeout": "0s"}])") == "a message must stay invisible for some time");
  CHECK_FALSE(first_message(R"("queues": [{"name": "q", "prefetch": 0}])").empty());
  CHECK_FALSE(first_message(R"("queues": [{"mode": "push"}])").empty());
  CHECK(first_message(R"("stores": [{"name": "s"}, {"name": "s"}])").starts_with("'s' is the name of something else already"));
  std::string many = "{\"name\": \"q0\"}";
  for (int i = 1; i < 17; ++i) many += ", {\"name\": \"q" + std::to_string(i) + "\"}";
  CHECK(first_message("\"queues\": [" + many + "]") == "a scenario has at most 16 queues");
}

TEST_CASE("producers and consumers name a queue instead of topic and group") {
  const Parsed parsed = parse_beside(queue + R"("stores": [{"name": "blobs"}],
    "producers": [{"id": "p", "queue": "tasks", "rate": "5/s"}, {"id": "c", "topic": "orders", "rate": "1/s", "claim_check": "blobs"}],
    "consumers": [{"id": "w", "queue": "tasks", "count": 2}],
    "expect": [{"metric": "lag", "of": "tasks", "is": 0}, {"metric": "records.consumed", "of": "w", "at_least": 0}])");
  REQUIRE(parsed.scenario);
  CHECK(parsed.scenario->producers[0].queue == "tasks");
  CHECK_FALSE(parsed.scenario->producers[0].config.enable_idempotence);
  CHECK(parsed.scenario->producers[0].config.batch_size == 0);  // each message by itself
  CHECK(parsed.scenario->producers[1].claim_check == "blobs");
  CHECK(parsed.scenario->consumers[0].queue == "tasks");
}

TEST_CASE("clients that mix a queue with what is Kafka's are refused") {
  CHECK(first_message(queue + R"("producers": [{"id": "p", "queue": "task", "rate": "5/s"}])") == "there is no queue 'task', did you mean 'tasks'?");
  CHECK(first_message(queue + R"("producers": [{"id": "p", "queue": "tasks", "topic": "orders", "rate": "5/s"}])") == "a producer with 'queue' has no 'topic'");
  CHECK(first_message(queue + R"("producers": [{"id": "p", "queue": "tasks"}])") == "a producer with 'queue' needs 'rate' or 'records'");
  CHECK(first_message(queue + R"("consumers": [{"id": "w", "queue": "tasks", "config": {}}])") == "a consumer with 'queue' has no 'config'");
  CHECK(first_message(queue + R"("consumers": [{"group": "g", "topics": ["orders"], "queue": "tasks"}])")
            .starts_with("a consumer has either 'group' or 'assign' or 'queue'"));
  CHECK(first_message(R"("producers": [{"id": "p", "topic": "orders", "rate": "5/s", "claim_check": "blobs"}])") == "there is no store 'blobs'");
  CHECK(first_message(R"("stores": [{"name": "blobs"}], "producers": [{"id": "p", "topic": "orders", "claim_check": "blobs"}])")
            .starts_with("'claim_check' is of a producer with 'rate'"));
}
