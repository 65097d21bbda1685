#include "sim/workload/object_store.hpp"

#include <catch2/catch.hpp>

#include "tests/sim/run/support.hpp"
#include "tests/sim/workload/beside_rig.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;
using namespace kafkasim::sim::testing;

namespace {

// Documents of 200 kB through a store, into a topic that takes nothing above 1 MiB.
std::string claim_check(const std::string& more) {
  return small(1, "6s", R"("epilogue": false, "topics": [{"name": "t"}], "stores": [{"name": "blobs"}],
    "producers": [{"id": "p", "topic": "t", "records": 5, "rate": "5/s", "value_size": "200kB", "claim_check": "blobs"}],
    "consumers": [{"id": "r", "assign": ["t-0"], "claim_check": "blobs", "process_time": "1ms", "config": {"auto.offset.reset": "earliest"}}], )" + more);
}

}  // namespace

TEST_CASE("a store gives back what was put there and knows nothing else") {
  BesideRig<ObjectStore> rig{ObjectStore{beside}};
  const auto stored = rig.say(1, handed_in("large"));
  REQUIRE(stored.size() == 1);
  CHECK(stored[0].as<ProduceResponse>().responses.at(0).partition_responses.at(0).base_offset == Offset{0});
  const auto found = rig.say(2, fetch_question(beside, 0, Duration{}));
  REQUIRE(found.size() == 1);
  CHECK(numbers_in(found[0]) == std::vector<std::int64_t>{0});
  const auto missing = rig.say(2, fetch_question(beside, 7, Duration{}));
  CHECK(missing.at(0).as<FetchResponse>().responses.at(0).partitions.at(0).error_code == ErrorCode::offset_out_of_range);
  CHECK(rig.machine.objects() == 1);
  (void)rig.say(2, done_with(0));
  CHECK(rig.closed);
}

TEST_CASE("with a claim check the values go to the store and Kafka carries where they are") {
  const Simulation run = run_to_end(scenario(claim_check("")));
  const auto host = run.cluster().beside.at("blobs");
  REQUIRE(run.world().machine<ObjectStore>(host) != nullptr);
  CHECK(run.world().machine<ObjectStore>(host)->objects() == 5);
  CHECK(run.measures().counts("r", {}, {}).consumed == 5);
  CHECK(run.measures().counts("p", {}, {}).acked == 5);
  CHECK(run.measures().counts("p", {}, {}).bytes_in < 2000);
}

TEST_CASE("a consumer with a claim check works only when it has the values") {
  Simulation slow = formed(scenario(claim_check(R"("network": {"links": [{"between": ["r", "all brokers"], "latency": "1ms"}], "bandwidth": "100KiB/s"}, )")));
  while (slow.step()) {}
  CHECK(slow.measures().counts("p", {}, {}).acked < 5);  // an upload takes two seconds
  CHECK(slow.measures().counts("r", {}, {}).consumed <= slow.measures().counts("p", {}, {}).acked);
}
