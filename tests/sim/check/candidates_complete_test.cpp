#include "sim/check/candidates_complete.hpp"

#include <catch2/catch.hpp>

#include "tests/sim/check/story.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;
using namespace kafkasim::sim::test;

TEST_CASE("a replica that joins the ISR below what was ever committed breaks candidates-complete", "[check]") {
  Tale tale;
  commit_without_the_third(tale);
  tale.decide(2, 1, {2});
  tale.commit(2, 0, 5, trace::ReplicaRole::leader, 1);  // a fresh leader knows less than was committed
  CHECK(tale.findings(CandidatesComplete::id) == 0);
  SECTION("complete") {
    tale.append(3, second);
    tale.isr(2, 1, {2, 3});
    CHECK(tale.findings(CandidatesComplete::id) == 0);
  }
  SECTION("up to the high watermark of the leader only") {
    tale.isr(2, 1, {2, 3});
    CHECK(tale.violations(CandidatesComplete::id) == 1);
  }
}

TEST_CASE("a member of the ISR that truncates what was committed breaks candidates-complete", "[check]") {
  Tale tale;
  tale.append_everywhere(first);
  tale.append_everywhere(second);
  tale.commit(1, 0, 5);
  tale.truncate(2, 10, 5);
  CHECK(tale.findings(CandidatesComplete::id) == 0);
  tale.truncate(2, 5, 0);
  CHECK(tale.violations(CandidatesComplete::id) == 1);
}

TEST_CASE("what an unclean election lost no candidate needs to have", "[check]") {
  Tale tale;
  tale.append_everywhere(first);
  tale.isr(1, 0, {1});
  tale.append(1, second);
  tale.commit(1, 0, 10);
  tale.decide(2, 1, {2}, true);
  tale.append(2, {5, 6, 1, 77});
  tale.append(3, {5, 6, 1, 77});
  tale.commit(2, 0, 7, trace::ReplicaRole::leader, 1);
  tale.isr(2, 1, {2, 3});
  CHECK(tale.violations(CandidatesComplete::id) == 0);
}

TEST_CASE("a candidate may have deleted what retention took and compacted what the cleaner reached", "[check]") {
  Tale tale;
  tale.isr(1, 0, {1, 2});
  tale.append(1, first);
  tale.append(1, second);
  tale.append(2, first);
  tale.append(2, second);
  tale.commit(1, 0, 10);
  SECTION("deleted") {
    tale.tell(2, trace::LogStartMoved{tp, Offset{0}, Offset{5}});
    tale.append(3, second);
  }
  SECTION("compacted") {
    tale.tell(2, trace::LogCleaningBegan{tp, Offset{5}});
    tale.append(3, {0, 4, 0, 99, 0});
    tale.append(3, second);
  }
  tale.isr(1, 0, {1, 2, 3});
  CHECK(tale.findings(CandidatesComplete::id) == 0);
}

TEST_CASE("an eligible leader that lacks what was committed breaks candidates-complete", "[check][elr]") {
  Tale tale;
  commit_without_the_third(tale);
  SECTION("eligible") {
    tale.isr(1, 0, {1}, {1, 2, 3}, {2});
    CHECK(tale.findings(CandidatesComplete::id) == 0);
    tale.truncate(2, 10, 5);
    CHECK(tale.violations(CandidatesComplete::id) == 1);
  }
  SECTION("not so eligible") {
    tale.isr(1, 0, {1}, {1, 2, 3}, {3});
    CHECK(tale.violations(CandidatesComplete::id) == 1);
  }
}

TEST_CASE("what the leader has deleted a candidate need not have", "[check]") {
  Tale tale;
  commit_without_the_third(tale);
  SECTION("deleted") {
    tale.tell(0, trace::LogStartMoved{tp, Offset{0}, Offset{10}});
    tale.isr(1, 0, {1, 2, 3});
    CHECK(tale.findings(CandidatesComplete::id) == 0);
  }
  SECTION("there") {
    tale.isr(1, 0, {1, 2, 3});
    CHECK(tale.violations(CandidatesComplete::id) == 1);
  }
}
