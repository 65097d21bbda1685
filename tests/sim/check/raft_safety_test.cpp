#include "sim/check/raft_safety.hpp"

#include <catch2/catch.hpp>

#include "tests/sim/check/story.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;
using namespace kafkasim::sim::test;

namespace {
constexpr std::int32_t host_3000 = 20;  // where the controller 3000 runs
constexpr std::int32_t host_3001 = 21;
constexpr std::int32_t broker = 0;
}  // namespace

TEST_CASE("two controllers that lead one epoch break raft-safety", "[check]") {
  Tale tale;
  tale.tell(host_3000, trace::RaftRoleChanged{trace::RaftRole::leader, 3, NodeId{3000}});
  tale.tell(host_3001, trace::RaftRoleChanged{trace::RaftRole::leader, 4, NodeId{3001}});
  CHECK(tale.violations(RaftSafety::id) == 0);
  tale.tell(host_3001, trace::RaftRoleChanged{trace::RaftRole::leader, 3, NodeId{3001}});
  CHECK(tale.violations(RaftSafety::id) == 1);
}

TEST_CASE("a second vote in one epoch for another candidate breaks raft-safety", "[check]") {
  Tale tale;
  tale.tell(host_3000, trace::RaftVoted{3, NodeId{3001}});
  tale.tell(host_3000, trace::RaftVoted{3, NodeId{3001}});
  CHECK(tale.violations(RaftSafety::id) == 0);
  tale.tell(host_3000, trace::RaftVoted{3, NodeId{3002}});
  CHECK(tale.violations(RaftSafety::id) == 1);
}

TEST_CASE("a committed entry that another node holds differently breaks raft-safety", "[check]") {
  Tale tale;
  tale.tell(host_3000, trace::RaftAppended{0, 1, 1, 111});
  tale.tell(host_3000, trace::RaftCommitted{2, 1});
  tale.tell(host_3001, trace::RaftAppended{0, 1, 2, 222});
  CHECK(tale.violations(RaftSafety::id) == 0);
  tale.tell(host_3001, trace::RaftCommitted{2, 1});
  CHECK(tale.violations(RaftSafety::id) == 1);
}

TEST_CASE("a voter that cuts what it knew as committed breaks raft-safety", "[check]") {
  Tale tale;
  tale.tell(host_3000, trace::RaftAppended{0, 1, 1, 111});
  tale.tell(host_3000, trace::RaftCommitted{2, 1});
  tale.tell(host_3000, trace::RaftTruncated{1});
  CHECK(tale.violations(RaftSafety::id) == 1);
}

TEST_CASE("after a power loss an observer may fetch again what it had and a voter may not", "[check]") {
  Tale tale;
  for (const std::int32_t host : {broker, host_3000}) {
    tale.tell(host, trace::RaftAppended{0, 1, 1, 111});
    tale.tell(host, trace::RaftCommitted{2, 1});
    tale.tell(host, KernelEvent{PowerLost{}});
  }
  tale.tell(broker, trace::RaftAppended{0, 1, 1, 111});
  tale.tell(broker, trace::RaftTruncated{1});
  trace::RaftLogReplaced snapshot;
  snapshot.end = 0;
  tale.tell(broker, snapshot);
  CHECK(tale.violations(RaftSafety::id) == 0);
  tale.tell(host_3000, trace::RaftAppended{0, 1, 1, 111});
  CHECK(tale.violations(RaftSafety::id) == 1);
}

TEST_CASE("two logs with an entry of the same offset and epoch that differ below it break raft-safety", "[check]") {
  Tale tale;
  tale.tell(host_3000, trace::RaftAppended{0, 1, 1, 111});
  tale.tell(host_3000, trace::RaftAppended{2, 2, 3, 112});
  tale.tell(host_3001, trace::RaftAppended{0, 1, 2, 222});
  CHECK(tale.violations(RaftSafety::id) == 0);
  tale.tell(host_3001, trace::RaftAppended{2, 2, 3, 112});
  CHECK(tale.violations(RaftSafety::id) == 1);
}

TEST_CASE("a leader without all that is committed breaks raft-safety", "[check]") {
  Tale tale;
  for (const std::int32_t host : {host_3000, host_3001}) tale.tell(host, trace::RaftAppended{0, 1, 1, 111});
  tale.tell(host_3000, trace::RaftCommitted{2, 1});
  tale.tell(host_3001, trace::RaftRoleChanged{trace::RaftRole::leader, 2, NodeId{3001}});
  CHECK(tale.violations(RaftSafety::id) == 0);
  tale.tell(22, trace::RaftRoleChanged{trace::RaftRole::leader, 3, NodeId{3002}});
  CHECK(tale.violations(RaftSafety::id) == 1);
}

TEST_CASE("a leader that commits what no majority holds breaks raft-safety", "[check]") {
  Tale tale;
  tale.tell(host_3000, trace::RaftRoleChanged{trace::RaftRole::leader, 1, NodeId{3000}});
  tale.tell(host_3000, trace::RaftAppended{0, 1, 1, 111});
  tale.tell(host_3001, trace::RaftAppended{0, 1, 1, 111});
  tale.tell(host_3000, trace::RaftCommitted{2, 1});
  CHECK(tale.violations(RaftSafety::id) == 0);
  tale.tell(host_3000, trace::RaftAppended{2, 2, 1, 112});
  tale.tell(broker, trace::RaftAppended{0, 1, 1, 111});  // no voter
  tale.tell(broker, trace::RaftAppended{2, 2, 1, 112});
  tale.tell(host_3000, trace::RaftCommitted{3, 1});
  CHECK(tale.violations(RaftSafety::id) == 1);
}

TEST_CASE("a broker that applies metadata that is not committed breaks raft-safety", "[check]") {
  Tale tale;
  tale.tell(host_3000, trace::RaftAppended{0, 1, 1, 111});
  tale.tell(host_3000, trace::RaftCommitted{2, 1});
  tale.tell(broker, trace::MetadataApplied{2});
  CHECK(tale.violations(RaftSafety::id) == 0);
  tale.tell(broker, trace::MetadataApplied{3});
  CHECK(tale.violations(RaftSafety::id) == 1);
}

TEST_CASE("a voter whose disks were wiped has forgotten its votes and what follows is excused", "[check]") {
  Tale tale;
  tale.tell(host_3000, trace::RaftVoted{3, NodeId{3001}});
  tale.tell(host_3000, KernelEvent{DisksWiped{}});
  tale.tell(host_3000, trace::RaftVoted{3, NodeId{3002}});
  CHECK(tale.checks().findings().findings_of(RaftSafety::id) == 0);
  tale.tell(host_3001, trace::RaftVoted{3, NodeId{3001}});
  tale.tell(host_3001, trace::RaftVoted{3, NodeId{3002}});
  CHECK(tale.violations(RaftSafety::id) == 0);
  CHECK(tale.checks().findings().excused() == 1);
}

TEST_CASE("a snapshot of what is not committed breaks raft-safety", "[check]") {
  Tale tale;
  tale.tell(host_3000, trace::RaftAppended{0, 1, 1, 111});
  tale.tell(host_3000, trace::RaftAppended{2, 2, 1, 112});
  tale.tell(host_3000, trace::RaftCommitted{2, 1});
  tale.tell(host_3000, trace::RaftSnapshotKept{2, 1, 99, false});
  CHECK(tale.violations(RaftSafety::id) == 0);
  tale.tell(host_3000, trace::RaftSnapshotKept{3, 1, 99, false});
  CHECK(tale.violations(RaftSafety::id) == 1);
  tale.tell(host_3001, trace::RaftSnapshotKept{2, 5, 99, true});  // of another epoch than was committed there
  CHECK(tale.violations(RaftSafety::id) == 2);
}

TEST_CASE("a log that a snapshot replaced counts as having all that is committed below it", "[check]") {
  Tale tale;
  tale.tell(host_3000, trace::RaftAppended{0, 1, 1, 111});
  tale.tell(host_3000, trace::RaftAppended{2, 2, 1, 112});
  tale.tell(host_3000, trace::RaftCommitted{3, 1});
  tale.tell(host_3001, trace::RaftAppended{0, 1, 2, 666});  // never committed
  tale.tell(host_3001, trace::RaftLogReplaced{3, 1});
  tale.tell(host_3001, trace::RaftRoleChanged{trace::RaftRole::leader, 2, NodeId{3001}});
  CHECK(tale.violations(RaftSafety::id) == 0);
  tale.tell(host_3000, trace::RaftLogReplaced{2, 1});
  CHECK(tale.violations(RaftSafety::id) == 1);
}
