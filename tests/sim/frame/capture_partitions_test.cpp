// Partitions and the logs of their replicas, in pictures of runs.
#include <catch2/catch.hpp>

#include "tests/sim/frame/support.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;
using namespace kafkasim::sim::testing;

namespace {

// Broker 1 leads t-0 and goes on taking writes with acks=1 behind a cut, while broker 2 or 3 leads for everyone else.
const std::string two_leaders = small(3, "20s", R"("topics": [{"name": "t", "assignment": [[1, 2, 3]], "config": {"min.insync.replicas": 1}}],
  "producers": [{"id": "p", "topic": "t", "rate": "50/s", "config": {"acks": "1", "linger.ms": 0}},
                {"id": "q", "topic": "t", "rate": "5/s", "from": "3s", "config": {"acks": "1", "linger.ms": 0}}],
  "timeline": [{"at": "1s", "partition": [[1, "p"], [2, 3, "all controllers", "q"]], "for": "4s"}], "epilogue": false, "expect": [],)");

}  // namespace

TEST_CASE("a partition shows what the controller has decided and what each replica holds") {
  Filmed film{three_brokers(R"("linger.ms": 0)", "")};
  film.until(seconds(2));
  const Frame frame = film.picture();
  REQUIRE(frame.partitions.size() == 1);
  const FramePartition& p = frame.partitions[0];
  CHECK(p.name == t0);
  CHECK(p.leader == NodeId{1});
  CHECK(p.epoch == LeaderEpoch{0});
  CHECK(p.assigned == std::vector{NodeId{1}, NodeId{2}, NodeId{3}});
  CHECK(p.isr.size() == 3);
  CHECK(p.min_isr == 1);
  CHECK(p.lost == 0);
  CHECK(p.committed_to > Offset{50});
  REQUIRE(p.replicas.size() == 3);
  CHECK(p.replicas[0].state == ReplicaState::leader);
  CHECK(p.replicas[0].acting);
  for (const FrameReplica& replica : p.replicas) {
    CHECK(replica.in_isr);
    CHECK(replica.log_end > Offset{50});
    CHECK(replica.high_watermark <= replica.log_end);
    CHECK(replica.size_bytes > 50 * 100);
    CHECK(replica.segments == 1);
    CHECK(replica.runs.empty());  // nobody wished for them
    CHECK_FALSE(replica.last_stable_offset);
  }
  CHECK(p.replicas[1].state == ReplicaState::follower);
  CHECK_FALSE(p.replicas[1].acting);
}

TEST_CASE("internal topics come behind the scenario's and only if they are wished for") {
  Filmed film{small(1, "3s", R"("topics": [{"name": "u"}, {"name": "a", "partitions": 2}], "consumers": [{"group": "g", "topics": ["a"]}],)")};
  film.until(seconds(2));
  FrameWish all;
  all.internal_topics = true;
  std::vector<std::string> names;
  for (const FramePartition& p : film.picture(all).partitions) names.push_back(to_string(p.name));
  CHECK(names == std::vector<std::string>{"a-0", "a-1", "u-0", "__consumer_offsets-0"});
  CHECK(film.picture().partitions.size() == 3);
}

TEST_CASE("a strip tells the batches of each log up to its end") {
  Filmed film{three_brokers(R"("linger.ms": 0)", "")};
  film.until(milliseconds(1500));
  FrameWish wish = strip_of(t0);
  wish.tail = 20;
  const Frame frame = film.picture(wish);
  const FrameReplica& leader = replica_of(frame, t0, 1);
  REQUIRE(leader.runs.size() >= 10);
  CHECK(leader.runs.back().last.next() == leader.log_end);
  CHECK(leader.runs.front().last >= leader.log_end.plus(-20));
  CHECK(leader.runs.front().base <= leader.log_end.plus(-20));
  for (std::size_t i = 0; i < leader.runs.size(); ++i) {
    CHECK(leader.runs[i].batches == 1);
    CHECK(leader.runs[i].epoch == LeaderEpoch{0});
    CHECK_FALSE(leader.runs[i].differs);
    CHECK_FALSE(leader.runs[i].control);
    if (i > 0) CHECK(leader.runs[i].base == leader.runs[i - 1].last.next());
  }
  wish.strip_from = Offset{0};
  CHECK(replica_of(film.picture(wish), t0, 1).runs.front().base == Offset{0});
}

TEST_CASE("the high watermark stays below the log end while a replica in sync does not fetch") {
  Filmed film{three_brokers(R"("linger.ms": 0)", R"({"at": "1s", "pause": 3, "for": "300ms"})")};
  film.until(milliseconds(1250));
  const Frame frame = film.picture(strip_of(t0));
  const FrameReplica& leader = replica_of(frame, t0, 1);
  const FrameReplica& paused = replica_of(frame, t0, 3);
  CHECK(leader.high_watermark < leader.log_end);
  CHECK(paused.log_end < leader.log_end);
  CHECK(paused.runs.back().last < leader.runs.back().last);
  CHECK(paused.state == ReplicaState::follower);
  CHECK(paused.in_isr);
}

TEST_CASE("a replica whose broker is down keeps its log in the picture") {
  Filmed film{three_brokers(R"("linger.ms": 0)", R"({"at": "1s", "crash": 1})")};
  film.until(seconds(4));
  FrameWish wish = strip_of(t0);
  wish.strip_from = Offset{0};
  const Frame frame = film.picture(wish);
  const FrameReplica& down = replica_of(frame, t0, 1);
  CHECK(down.state == ReplicaState::offline);
  CHECK_FALSE(down.acting);
  CHECK_FALSE(down.in_isr);
  CHECK(down.log_end > Offset{30});
  CHECK_FALSE(down.runs.empty());
  const FramePartition& p = *frame.partition(t0);
  CHECK(p.leader != NodeId{1});
  CHECK(p.epoch > LeaderEpoch{0});
  CHECK(p.under_replicated());
  CHECK(replica_of(frame, t0, p.leader->value).runs.back().epoch == p.epoch);
}

TEST_CASE("an old leader behind a cut still acts and its batches differ from the leader's") {
  Filmed film{two_leaders};
  film.until(milliseconds(4900));
  FrameWish wish = strip_of(t0);
  wish.strip_from = Offset{0};
  const Frame frame = film.picture(wish);
  const FramePartition& p = *frame.partition(t0);
  REQUIRE(p.leader != NodeId{1});
  const FrameReplica& old = replica_of(frame, t0, 1);
  const FrameReplica& leader = replica_of(frame, t0, p.leader->value);
  CHECK(old.acting);
  CHECK(old.state == ReplicaState::follower);
  CHECK(leader.acting);
  CHECK(leader.state == ReplicaState::leader);
  CHECK(old.log_end > leader.log_end);
  std::size_t differing = 0;
  for (const LogRun& run : old.runs) {
    differing += run.differs ? 1U : 0U;
    if (run.base >= leader.log_end) CHECK_FALSE(run.differs);  // the leader's log does not reach there
  }
  CHECK(differing > 0);
  CHECK(std::ranges::none_of(leader.runs, &LogRun::differs));
  CHECK_FALSE(old.runs.front().differs);
}

TEST_CASE("the cut of a log is told for a while after an old leader came back") {
  Filmed film{two_leaders};
  film.until(seconds(5));
  CHECK(film.picture().partition(t0)->cuts.empty());
  REQUIRE(film.until_shown([](const Frame& f) { return !f.partition(t0)->cuts.empty(); }));
  const Frame frame = film.picture(strip_of(t0));
  const FrameCut& cut = frame.partition(t0)->cuts[0];
  CHECK(cut.node == NodeId{1});
  CHECK(cut.to < cut.from);
  CHECK(cut.at == frame.at);
  CHECK(std::ranges::none_of(replica_of(frame, t0, 1).runs, &LogRun::differs));
  CHECK(frame.partition(t0)->lost > 0);  // acks=1 had promised them
  film.until(cut.at + seconds(3));
  CHECK(film.picture().partition(t0)->cuts.size() == 1);
  CHECK(film.picture(cut.at + milliseconds(3001)).partition(t0)->cuts.empty());
}

TEST_CASE("neighbours of one kind are told as one where the stretch holds more than 240 batches") {
  Filmed film{three_brokers(R"("linger.ms": 0)", R"({"at": "3s", "elect_leader": {"partition": "t-0", "to": 2}})")};
  FrameWish wish = strip_of(t0);
  wish.strip_from = Offset{0};
  film.until(milliseconds(2900));
  const Frame detailed = film.picture(wish);
  const FrameReplica& before = replica_of(detailed, t0, 1);
  CHECK(before.runs.size() > 100);
  CHECK(before.runs.size() <= 240);
  film.until(seconds(8));
  const Frame frame = film.picture(wish);
  for (const std::int32_t node : {1, 2, 3}) {
    const FrameReplica& replica = replica_of(frame, t0, node);
    REQUIRE(replica.runs.size() >= 1);
    CHECK(replica.runs.size() < 10);
    CHECK(replica.runs.front().base == Offset{0});
    CHECK(replica.runs.back().last.next() == replica.log_end);
    std::uint32_t batches = 0;
    for (std::size_t i = 0; i < replica.runs.size(); ++i) {
      batches += replica.runs[i].batches;
      if (i > 0) CHECK(replica.runs[i].epoch > replica.runs[i - 1].epoch);  // else they were one
    }
    CHECK(batches > 240);
  }
  wish.strip_from.reset();  // the last 120 offsets
  CHECK(replica_of(film.picture(wish), t0, 1).runs.front().batches == 1);
}
