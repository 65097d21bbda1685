#include "sim/workload/queue_worker.hpp"

#include <catch2/catch.hpp>

#include "sim/workload/queue_broker.hpp"
#include "tests/sim/run/support.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;
using namespace kafkasim::sim::testing;

namespace {

std::string with_queue(const std::string& queue, const std::string& more = "") {
  return small(1, "8s", R"("epilogue": false, "queues": [)" + queue + R"(],
    "producers": [{"id": "p", "queue": "tasks", "records": 100, "rate": "100/s", "keys": {"cardinality": 2}}],
    "consumers": [{"id": "w", "queue": "tasks", "count": 2, "process_time": "15ms"}], )" + more);
}
const std::string push = R"({"name": "tasks", "mode": "push", "prefetch": 5})";
const std::string poll = R"({"name": "tasks", "mode": "poll", "prefetch": 5, "visibility_timeout": "2s"})";

const QueueBroker& queue_of(const Simulation& run) { return *run.world().machine<QueueBroker>(run.cluster().beside.at("tasks")); }
MetricValue measured(const Simulation& run, Metric metric) { return run.measure({metric, {}, TopicName{"tasks"}, {}}).value(); }

}  // namespace

TEST_CASE("workers take every message of either queue once while nothing fails") {
  for (const std::string& queue : {push, poll}) {
    CAPTURE(queue);
    const Simulation run = run_to_end(scenario(with_queue(queue)));
    CHECK(queue_of(run).depth() == 0);
    CHECK(measured(run, Metric::records_acked) == MetricValue{std::int64_t{100}});
    CHECK(measured(run, Metric::records_consumed) == MetricValue{std::int64_t{100}});
    CHECK(measured(run, Metric::records_duplicated) == MetricValue{std::int64_t{0}});
    CHECK(run.measures().counts("w/1", {}, {}).consumed > 20);
    CHECK(run.measures().counts("w/2", {}, {}).consumed > 20);
    CHECK(run.findings().violations() == 0);  // what is no part of Kafka breaks none of its promises
  }
}

TEST_CASE("messages of a crashed worker come again: at once where they are pushed and after the timeout where they are polled") {
  const std::string crash = R"("timeline": [{"at": "1s", "crash": "w/1"}], )";
  for (const std::string& queue : {push, poll}) {
    CAPTURE(queue);
    Simulation run = formed(scenario(with_queue(queue, crash)));
    run_until(run, milliseconds(1'500));
    CHECK((queue_of(run).redelivered() > 0) == (queue == push));
    while (run.step()) {}
    CHECK(queue_of(run).redelivered() > 0);
    CHECK(queue_of(run).depth() == 0);
    CHECK(measured(run, Metric::lag) == MetricValue{std::int64_t{0}});
  }
}

TEST_CASE("a message that comes again after its timeout is done after later ones of its key") {
  const Simulation crashed = run_to_end(scenario(with_queue(poll, R"("timeline": [{"at": "500ms", "crash": "w/1"}], )")));
  CHECK(std::get<std::int64_t>(measured(crashed, Metric::records_out_of_order)) >= queue_of(crashed).redelivered());
  const Simulation one_worker = run_to_end(scenario(with_queue(poll, R"("timeline": [{"at": "0s", "stop": "w/1"}], )")));
  CHECK(measured(one_worker, Metric::records_consumed) == MetricValue{std::int64_t{100}});
  CHECK(measured(one_worker, Metric::records_out_of_order) == MetricValue{std::int64_t{0}});
}

TEST_CASE("a worker that is stopped finishes its message and gives the others back") {
  Simulation run = formed(scenario(with_queue(push, R"("timeline": [{"at": "500ms", "stop": "w/1"}], )")));
  while (run.step()) {}
  CHECK(queue_of(run).depth() == 0);
  CHECK_FALSE(run.world().is_up(run.cluster().client("w/1")->host));
  CHECK(run.measures().counts("w/2", {}, {}).consumed > run.measures().counts("w/1", {}, {}).consumed);
}

TEST_CASE("a copy of a run with a queue goes on alike") {
  Simulation run = formed(scenario(with_queue(push, R"("timeline": [{"at": "1s", "crash": "w/1", "for": "1s"}], )")));
  run_until(run, milliseconds(1'200));
  Simulation copy = run;
  while (run.step()) {}
  while (copy.step()) {}
  CHECK(run.world().trace_hash() == copy.world().trace_hash());
}
