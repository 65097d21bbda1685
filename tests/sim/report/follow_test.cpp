#include "sim/report/follow.hpp"

#include "tests/sim/run/support.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;
using namespace kafkasim::sim::testing;

namespace {

std::string life(const std::shared_ptr<const Scenario>& s, const std::string& what) {
  const Simulation run = run_to_end(s);
  std::string text;
  const auto lines = follow(run, s, WireMode::fast, *parse_follow(what));
  REQUIRE(lines);
  for (const std::string& line : *lines) text += line + "\n";
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

TEST_CASE("each group that reads a record is told to have stored its offset though one broker coordinates them all") {
  const std::string text = life(
      scenario(small(1, "9s", R"("topics": [{"name": "t"}], "consumers": [
      {"group": "one", "topics": ["t"], "config": {"auto.commit.interval.ms": 500, "auto.offset.reset": "earliest"}},
      {"group": "two", "topics": ["t"], "config": {"auto.commit.interval.ms": 500, "auto.offset.reset": "earliest"}}],
      "timeline": [{"at": "4s", "produce": {"topic": "t", "value": "v"}}], "epilogue": false, )")),
      "t-0@0");
  for (const char* group : {"one", "two"}) {
    const std::string line = std::string{"stores offset 1 for group "} + group;
    INFO(text);
    CHECK(text.find(line) != std::string::npos);
    CHECK(text.find(line) == text.rfind(line));
  }
}

TEST_CASE("the offset of a marker is told to hold the end of a transaction and no record") {
  const auto s = scenario(R"j({"name": "t", "seed": 5, "duration": "9s", "epilogue": false,
      "cluster": {"brokers": 2, "controllers": 1, "profile": "fast", "config": {"transaction.state.log.num.partitions": 1,
        "offsets.topic.num.partitions": 1}},
      "topics": [{"name": "t", "replication_factor": 2}], "producers": [{"id": "bank", "config": {"transactional.id": "bank"}}],
      "consumers": [{"group": "g", "topics": ["t"], "config": {"auto.commit.interval.ms": 500, "auto.offset.reset": "earliest"}}],
      "timeline": [{"at": "3s", "transaction": {"as": "bank", "do": "begin"}}, {"at": "3s", "produce": {"topic": "t", "value": "v", "as": "bank"}},
        {"at": "4s", "transaction": {"as": "bank", "do": "commit"}},
        {"at": "5s", "transaction": {"as": "bank", "do": "begin"}}, {"at": "5s", "produce": {"topic": "t", "value": "w", "as": "bank"}},
        {"at": "6s", "transaction": {"as": "bank", "do": "abort"}}]})j");
  const std::string committed = life(s, "t-0@1");
  CHECK(in_order(committed, {"the commit marker of the transaction of producer id 1000, of client bank, whose records here begin at offset 0",
                             "written by the leader when the coordinator asked for it: no consumer is given it, and no key places it",
                             "begins its transaction 1, of bank", "decides its transaction, to commit bank",
                             "appends it, as the coordinator asked, in the batch of offsets 1 to 1 of epoch 0, producer id 1000, epoch 1\n",
                             "copies it", "it is committed, and read_committed may be given what it commits", "held now by broker 1, 2"}));
  const std::string aborted = life(s, "t-0@3");
  CHECK(in_order(aborted, {"the abort marker of the transaction of producer id 1000, of client bank, whose records here begin at offset 2",
                           "begins its transaction 2, of bank", "decides its transaction, to abort bank", "appends it", "copies it",
                           "it is committed, and read_committed passes over what it aborts"}));
  for (const std::string& text : {committed, aborted}) {
    for (const char* wrong : {"murmur2", "value", "missing", "group g", "hands it"}) {
      INFO(wrong << " in\n" << text);
      CHECK(text.find(wrong) == std::string::npos);
    }
  }
}

TEST_CASE("a record that was written twice tells of the lost answer and of its other copy") {
  const auto s = scenario(small(1, "4s", R"j("topics": [{"name": "t"}],
      "producers": [{"id": "p", "topic": "t", "records": 10, "rate": "20/s", "config": {"enable.idempotence": false}}],
      "timeline": [{"at": "200ms", "intercept": {"from": "leader(t-0)", "to": "p", "api": "Produce", "kind": "response",
        "then": "disconnect", "count": 1}}], "epilogue": false, )j"));
  CHECK(in_order(life(s, "t-0@4"), {"hands it to the producer", "appends it, in the batch of offsets 4 to 4", "it is committed",
                                    "sends it again: the answer of broker 1 did not come", "appends it at offset 5, in the batch of offsets 5 to 5",
                                    "is answered: stored, from offset 5 on", "it also stands at offset 5: its producer is not idempotent"}));
  CHECK(in_order(life(s, "t-0@5"), {"hands it to the producer", "appends it at offset 4, in the batch of offsets 4 to 4",
                                    "sends it again: the answer of broker 1 did not come", "appends it, in the batch of offsets 5 to 5",
                                    "it is committed", "is answered: stored, from offset 5 on", "it also stands at offset 4"}));
  const std::string once = life(s, "t-0@3");
  CHECK(once.find("again") == std::string::npos);
  CHECK(once.find("also stands") == std::string::npos);
}

TEST_CASE("to follow what stands in no partition fails and names the nearest that there is") {
  const auto s = scenario(small(1, "1s", R"("topics": [{"name": "orders"}], "epilogue": false, )"));
  const Simulation run = run_to_end(s);
  for (const auto& [wanted, near] : std::vector<std::pair<std::string, std::string>>{
           {"order-0@0", ", did you mean 'orders-0'?"}, {"orders-7@0", ", did you mean 'orders-0'?"}, {"something-else-0@0", ""}}) {
    const auto lines = follow(run, s, WireMode::fast, *parse_follow(wanted));
    REQUIRE_FALSE(lines);
    CHECK(lines.error().message == "--follow: there is no partition " + wanted.substr(0, wanted.find('@')) + " at the end of the run" + near);
  }
}
