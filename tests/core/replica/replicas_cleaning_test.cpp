// Replicas and the log cleaner: compacted topics are cleaned in the background, on leader and follower alike.
#include "core/replica/replicas.hpp"
#include "tests/core/replica/cluster.hpp"

using namespace kafkasim;
using namespace kafkasim::test;

namespace {

const std::map<std::string, std::string> compacted{
    {"cleanup.policy", "compact"}, {"segment.ms", "1"}, {"min.cleanable.dirty.ratio", "0.1"}};

// Eight records of one key, each in a segment of its own, durable and replicated.
void fill_segments(Cluster& c) {
  for (int i = 0; i < 8; ++i) {
    c.produce(1, make_batch({.timestamp = c.now.ns / 1'000'000 - 100 + 10 * i, .value = "v" + std::to_string(i)}));
    c.run(seconds(1));
    for (auto& [id, broker] : c.brokers) c.flush(id);
  }
}

}  // namespace

TEST_CASE("leader and follower each compact their log within the backoff of the cleaner", "[replica]") {
  Cluster c{2};
  c.add_topic({1, 2}, compacted);
  fill_segments(c);
  c.run(seconds(16));
  for (const std::int32_t id : {1, 2}) {
    const auto cleaned = c.notes<trace::LogCleaned>(id);
    REQUIRE_FALSE(cleaned.empty());
    CHECK(cleaned.back().partition == orders);
    CHECK(cleaned.back().bytes_after < cleaned.front().bytes_before);
    CHECK_FALSE(c.notes<trace::LogCleaningBegan>(id).empty());
    CHECK(c.batches(id).size() == 2);  // the last of the key below the active segment, and the active one
    CHECK(c.log_end(id) == 8);
    CHECK(c.brokers.at(id).disk.exists("cleaner-offset-checkpoint"));
  }
}

TEST_CASE("a compacted replica that crashes comes back with all of its offsets", "[replica]") {
  Cluster c{2};
  c.add_topic({1, 2}, compacted);
  fill_segments(c);
  c.run(seconds(16));
  REQUIRE(c.batches(2).size() == 2);
  c.kill(2);
  c.boot(2);
  const auto loaded = c.notes<trace::LogLoaded>(2);
  REQUIRE_FALSE(loaded.empty());
  CHECK(loaded.back().log_end == Offset{8});
  CHECK(loaded.back().bytes_cut == 0);
  CHECK(loaded.back().batches.size() == 2);
}

TEST_CASE("a topic that is not compacted is left as it is", "[replica]") {
  Cluster c{2};
  c.add_topic({1, 2}, {{"segment.ms", "1"}});
  fill_segments(c);
  c.run(seconds(60));
  CHECK(c.notes<trace::LogCleaned>(1).empty());
  CHECK(c.batches(1).size() == 8);
}
