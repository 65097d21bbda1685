// Transactions, in pictures of runs.
#include <algorithm>
#include <set>

#include <catch2/catch.hpp>

#include "tests/sim/frame/support.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;
using namespace kafkasim::sim::testing;

namespace {

// The bank writes transactions of two records, one of which it commits and one aborts; markers take a tenth of a second.
std::string bank(const std::string& timeline) {
  return small(3, "20s", R"("topics": [{"name": "t", "partitions": 2, "replication_factor": 3}],
  "producers": [{"id": "bank", "config": {"transactional.id": "transfers", "linger.ms": 0}}], "epilogue": false, "expect": [],
  "timeline": [{"at": "500ms", "intercept": {"api": "WriteTxnMarkers", "kind": "request", "then": {"delay": "100ms"}}}, )"
                          + timeline + "],");
}
const std::string one_commit = R"({"at": "2s", "transaction": {"as": "bank", "do": "begin"}},
  {"at": "2s", "produce": {"topic": "t", "partition": 1, "value": "a", "as": "bank"}},
  {"at": "4s", "transaction": {"as": "bank", "do": "commit"}})";

const FrameTransaction* transfers(const Frame& frame) {
  const auto found = std::ranges::find(frame.transactions, "transfers", &FrameTransaction::id);
  return found == frame.transactions.end() ? nullptr : &*found;
}

}  // namespace

TEST_CASE("an open transaction shows its coordinator and its producer and where its records wait") {
  Filmed film{bank(one_commit)};
  film.until(seconds(3));
  const Frame frame = film.picture();
  const FrameTransaction* open = transfers(frame);
  REQUIRE(open != nullptr);
  CHECK(open->status == "Ongoing");
  CHECK(open->client == "bank");
  CHECK(open->epoch.has_value());
  CHECK(frame.node(open->coordinator) != nullptr);
  REQUIRE(open->parts.size() == 1);
  CHECK(open->parts[0].partition == TopicPartition{"t", PartitionIndex{1}});
  CHECK(open->parts[0].open_since == Offset{0});
}

TEST_CASE("a transaction is seen to be prepared and then complete when its marker is written") {
  Filmed film{bank(one_commit)};
  std::vector<std::string> seen;
  bool waited = false;
  while (film.step()) {
    const Frame frame = film.picture();
    const FrameTransaction* now = transfers(frame);
    if (now == nullptr) continue;
    if (seen.empty() || seen.back() != now->status) seen.push_back(now->status);
    if (now->status == "PrepareCommit") waited = waited || (!now->parts.empty() && now->parts[0].open_since == Offset{0});
    if (now->status == "CompleteCommit") CHECK(now->parts.empty());
  }
  CHECK(seen == std::vector<std::string>{"Empty", "Ongoing", "PrepareCommit", "CompleteCommit"});
  CHECK(waited);
}

TEST_CASE("of two producers with one transactional id the one that has fenced the other is shown") {
  Filmed film{small(3, "20s", R"("topics": [{"name": "t"}],
      "producers": [{"id": "old", "config": {"transactional.id": "transfers", "linger.ms": 0}},
                    {"id": "new", "from": "4s", "config": {"transactional.id": "transfers", "linger.ms": 0}}], "epilogue": false, "expect": [],
      "timeline": [{"at": "2s", "transaction": {"as": "old", "do": "begin"}}, {"at": "2s", "produce": {"topic": "t", "value": "a", "as": "old"}},
                   {"at": "6s", "transaction": {"as": "new", "do": "begin"}}, {"at": "6s", "produce": {"topic": "t", "value": "b", "as": "new"}}],)")};
  film.until(seconds(3));
  REQUIRE(transfers(film.picture()) != nullptr);
  CHECK(transfers(film.picture())->client == "old");
  film.until(seconds(7));
  CHECK(transfers(film.picture())->client == "new");
}

TEST_CASE("where nobody leads a partition it is not known what of a transaction stands there") {
  Filmed film{small(3, "20s", R"("topics": [{"name": "t", "assignment": [[1]]}],
      "producers": [{"id": "bank", "config": {"transactional.id": "transfers", "linger.ms": 0}}], "epilogue": false, "expect": [],
      "timeline": [{"at": "2s", "transaction": {"as": "bank", "do": "begin"}}, {"at": "2s", "produce": {"topic": "t", "value": "a", "as": "bank"}},
                   {"at": "3s", "crash": 1}],)")};
  film.until(milliseconds(2'900));
  REQUIRE(transfers(film.picture()) != nullptr);
  CHECK(transfers(film.picture())->parts.at(0).known);
  REQUIRE(film.until_shown([](const Frame& frame) {
    const FrameTransaction* now = transfers(frame);
    return now != nullptr && !now->parts.empty() && !now->parts[0].known;
  }));
  CHECK_FALSE(transfers(film.picture())->parts[0].open_since);
}

TEST_CASE("a transaction is shown as its coordinator has it when that has moved") {
  Filmed film{bank(one_commit + R"x(, {"at": "2500ms", "crash": "transaction_coordinator(transfers)", "for": "10s"})x")};
  film.until(milliseconds(2'400));
  const Frame before = film.picture();
  REQUIRE(transfers(before) != nullptr);
  const NodeId first = transfers(before)->coordinator;
  REQUIRE(film.until_shown([&](const Frame& frame) {
    const FrameTransaction* now = transfers(frame);
    return now != nullptr && now->coordinator != first;
  }));
  const Frame after = film.picture();
  CHECK(transfers(after)->status == "Ongoing");
  CHECK(after.transactions.size() == 1);
}
