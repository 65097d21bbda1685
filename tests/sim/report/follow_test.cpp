#include "sim/report/follow.hpp"

#include "tests/sim/run/support.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;
using namespace kafkasim::sim::testing;

namespace {

std::string life(const std::shared_ptr<const Scenario>& s, const std::string& what) {
  const Simulation run = run_to_end(s);
  std::string text;
  for (const std::string& line : follow(run, s, WireMode::fast, *parse_follow(what))) text += line + "\n";
  return text;
}
bool in_order(const std::string& text, const std::vector<std::string>& parts) {
  std::size_t from = 0;
  for (const std::string& part : parts) {
    INFO(part << " in\n" << text);
    from = text.find(part, from);
    CHECK(from != std::string::npos);
    if (from == std::string::npos) return false;
  }
  return true;
}

}  // namespace

TEST_CASE("which record to follow is a partition and an offset") {
  const auto request = parse_follow("web-logs-2@501");
  REQUIRE(request);
  CHECK(to_string(request->partition) == "web-logs-2");
  CHECK(request->offset == Offset{501});
  for (const char* wrong : {"", "orders", "orders-0", "orders@5", "-0@5", "orders-x@5", "orders-0@", "orders-0@-1", "orders-0@5x"})
    CHECK_FALSE(parse_follow(wrong));
}

TEST_CASE("the life of a record goes from its key to the committed offset of its group") {
  const std::string text = life(
      scenario(small(2, "9s", R"("topics": [{"name": "t", "replication_factor": 2}], "consumers": [{"group": "g", "topics": ["t"],
      "config": {"auto.commit.interval.ms": 500, "auto.offset.reset": "earliest"}}],
      "timeline": [{"at": "4s", "produce": {"topic": "t", "key": "user_123", "value": "click_event"}}], "epilogue": false, )")),
      "t-0@0");
  CHECK(in_order(text, {"The life of t-0@0", "user_123", "partition 0 of 1", "click_event", "hands it to the producer", "appends it",
                        "copies it", "it is committed", "gets it from poll", "stores offset 1 for group g", "held now by broker"}));
  CHECK(text.find("missing") == std::string::npos);
}

TEST_CASE("where a step is missing the life of a record says why") {
  const std::string text = life(
      scenario(small(1, "3s", R"("topics": [{"name": "t"}], "timeline": [{"at": "1s", "produce": {"topic": "t", "value": "v"}}],
      "epilogue": false, )")),
      "t-0@0");
  CHECK(in_order(text, {"none: the producer chose the partition", "is answered", "missing  no consumer has got it"}));
  CHECK(life(scenario(small(1, "1s", R"("topics": [{"name": "t"}], "epilogue": false, )")), "t-0@9").find("nothing ever stood there: the log goes from 0 to 0")
        != std::string::npos);
}

TEST_CASE("the life of a record of a transaction tells how that was decided and when readers may have it") {
  const auto of = [](const std::string& end) {
    return scenario(R"j({"name": "t", "seed": 5, "duration": "9s", "epilogue": false,
      "cluster": {"brokers": 2, "controllers": 1, "profile": "fast", "config": {"transaction.state.log.num.partitions": 1}},
      "topics": [{"name": "t", "replication_factor": 2}], "producers": [{"id": "bank", "config": {"transactional.id": "bank"}}],
      "timeline": [{"at": "4s", "transaction": {"as": "bank", "do": "begin"}}, {"at": "4s", "produce": {"topic": "t", "value": "v", "as": "bank"}})j" + end
                    + "]}");
  };
  const std::string committed = life(of(R"j(, {"at": "5s", "transaction": {"as": "bank", "do": "commit"}})j"), "t-0@0");
  CHECK(in_order(committed, {"begins its transaction 1, of bank", "hands it to the producer", "appends it", "it is committed",
                             "decides its transaction, to commit bank, with 1 partition(s)", "appends the marker that commits it, at offset 1",
                             "past the marker: read_committed may be given it"}));
  CHECK(committed.find("is told that its transaction is committed") != std::string::npos);
  const std::string aborted = life(of(R"j(, {"at": "5s", "transaction": {"as": "bank", "do": "abort"}})j"), "t-0@0");
  CHECK(in_order(aborted, {"to abort bank", "read_committed passes over it", "missing  its transaction was aborted"}));
  CHECK(life(of(""), "t-0@0").find("missing  its transaction is open: nobody has decided it") != std::string::npos);
}
