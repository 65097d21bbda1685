#include "sim/check/operation_unanswered.hpp"

#include <catch2/catch.hpp>

#include "tests/sim/check/story.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;
using namespace kafkasim::sim::test;

namespace {
ClientFacts impatient() {
  ClientFacts shop{"shop"};
  shop.host = HostId{producer};
  shop.delivery_timeout = seconds(2);
  return shop;
}
trace::RecordSent sent(std::int64_t send) { return {name, Origin{0, send}, false}; }
}  // namespace

TEST_CASE("a send without an answer for longer than delivery.timeout.ms breaks operation-unanswered once", "[check]") {
  Tale tale{impatient()};
  tale.tell(producer, sent(0));
  tale.tell(producer, sent(1));
  tale.wait(seconds(2) + OperationUnanswered::slack);
  tale.tell(producer, sent(2));
  CHECK(tale.violations(OperationUnanswered::id) == 1);
  tale.tell(producer, sent(3));
  CHECK(tale.violations(OperationUnanswered::id) == 1);
}

TEST_CASE("a send that failed was answered too", "[check]") {
  Tale tale{impatient()};
  tale.tell(producer, sent(0));
  tale.tell(producer, sent(1));
  tale.acked({0, 0, 0, 11, 0});
  tale.tell(producer, trace::RecordsFailed{name, Origin{0, 1}, 1, ErrorCode::request_timed_out, true});
  tale.wait(seconds(20));
  tale.tell(producer, sent(2));
  CHECK(tale.findings(OperationUnanswered::id) == 0);
}

TEST_CASE("a producer that is down or paused owes no answer", "[check]") {
  Tale tale{impatient()};
  tale.tell(producer, sent(0));
  SECTION("down") { tale.tell(producer, KernelEvent{ProcessCrashed{}}); }
  SECTION("paused") { tale.tell(producer, KernelEvent{ProcessPaused{}}); }
  tale.wait(seconds(20));
  tale.append(1, {0, 0, 0, 11, 0});
  CHECK(tale.findings(OperationUnanswered::id) == 0);
}

TEST_CASE("a producer that goes on after a pause has its time again", "[check]") {
  Tale tale{impatient()};
  tale.tell(producer, sent(0));
  tale.tell(producer, KernelEvent{ProcessPaused{}});
  tale.wait(seconds(20));
  tale.tell(producer, KernelEvent{ProcessResumed{}});
  tale.wait(seconds(6));
  tale.tell(producer, sent(1));
  CHECK(tale.findings(OperationUnanswered::id) == 0);
  tale.wait(seconds(2));
  tale.tell(producer, sent(2));
  CHECK(tale.violations(OperationUnanswered::id) == 1);
}
