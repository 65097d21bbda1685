#include "sim/workload/queue_broker.hpp"

#include <catch2/catch.hpp>

#include "tests/sim/workload/beside_rig.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;
using namespace kafkasim::sim::testing;

namespace {

using Numbers = std::vector<std::int64_t>;

BesideRig<QueueBroker> broker_with(QueueMode mode, std::int32_t prefetch, int messages) {
  BesideRig<QueueBroker> rig{QueueBroker{beside, QueueSpec{"tasks", mode, prefetch, seconds(30)}}};
  for (int i = 0; i < messages; ++i) (void)rig.say(9, handed_in("m"));
  return rig;
}
Message asks() { return fetch_question(beside, 0, seconds(1)); }

}  // namespace

TEST_CASE("a queue numbers the messages that it takes and confirms each") {
  BesideRig<QueueBroker> rig = broker_with(QueueMode::push, 10, 1);
  const auto answers = rig.say(9, handed_in("m"));
  REQUIRE(answers.size() == 1);
  CHECK(answers[0].as<ProduceResponse>().responses.at(0).partition_responses.at(0).base_offset == Offset{1});
  CHECK(rig.machine.ready() == 2);
  CHECK(rig.say(9, handed_in("m", 0)).empty());  // acks=0: no answer, but the next request may come
  CHECK(rig.unanswered);
}

TEST_CASE("a push queue hands out no more than its prefetch before something is acknowledged") {
  BesideRig<QueueBroker> rig = broker_with(QueueMode::push, 2, 5);
  const auto first = rig.say(1, asks());
  REQUIRE(first.size() == 1);
  CHECK(numbers_in(first[0]) == Numbers{0, 1});
  CHECK(rig.say(1, asks()).empty());
  const auto next = rig.say(1, done_with(0));
  REQUIRE(next.size() == 2);  // the confirmation, and what there is room for now
  CHECK(numbers_in(next[1]) == Numbers{2});
  CHECK(rig.machine.depth() == 4);
}

TEST_CASE("a push queue gives each message to the worker that waits longest") {
  BesideRig<QueueBroker> rig = broker_with(QueueMode::push, 10, 0);
  CHECK(rig.say(1, asks()).empty());
  CHECK(rig.say(2, asks()).empty());
  const auto first = rig.say(9, handed_in("m"));
  REQUIRE(first.size() == 2);
  CHECK(rig.machine.given() == 1);
  (void)rig.hang_up(2);  // it had got nothing
  CHECK(rig.machine.given() == 1);
}

TEST_CASE("what a worker of a push queue had not acknowledged goes to another when its connection is lost") {
  BesideRig<QueueBroker> rig = broker_with(QueueMode::push, 10, 3);
  (void)rig.say(1, asks());
  (void)rig.say(1, done_with(1));
  CHECK(rig.say(2, asks()).empty());
  const auto again = rig.hang_up(1);
  REQUIRE(again.size() == 1);
  CHECK(numbers_in(again[0]) == Numbers{0, 2});
  CHECK(rig.machine.redelivered() == 2);
}

TEST_CASE("a message that is acknowledged is gone") {
  BesideRig<QueueBroker> rig = broker_with(QueueMode::push, 10, 1);
  (void)rig.say(1, asks());
  (void)rig.say(1, done_with(0));
  (void)rig.hang_up(1);
  CHECK(rig.say(2, asks()).empty());
  CHECK(rig.machine.depth() == 0);
}

TEST_CASE("a polling queue hides what it gave until the visibility timeout is over whatever becomes of the worker") {
  BesideRig<QueueBroker> rig = broker_with(QueueMode::poll, 10, 2);
  (void)rig.say(1, asks());
  (void)rig.hang_up(1);
  CHECK(rig.say(2, asks()).empty());
  REQUIRE(rig.machine.next_deadline() == Instant{seconds(1).ns});
  rig.now = Instant{seconds(1).ns};
  const auto nothing = rig.step(Woken{});  // it waited as long as it wanted to
  REQUIRE(nothing.size() == 1);
  CHECK(numbers_in(nothing[0]).empty());
  REQUIRE(rig.machine.next_deadline() == Instant{seconds(30).ns});
  rig.now = Instant{seconds(30).ns};
  (void)rig.step(Woken{});
  const auto again = rig.say(2, asks());
  REQUIRE(again.size() == 1);
  CHECK(numbers_in(again[0]) == Numbers{0, 1});
}

TEST_CASE("a message that is deleted after its visibility timeout is not given out again") {
  BesideRig<QueueBroker> rig = broker_with(QueueMode::poll, 10, 1);
  (void)rig.say(1, asks());
  rig.now = Instant{seconds(31).ns};
  (void)rig.step(Woken{});
  CHECK(rig.machine.ready() == 1);
  (void)rig.say(1, done_with(0));
  CHECK(rig.machine.depth() == 0);
}

TEST_CASE("a queue that is stopped ends") {
  BesideRig<QueueBroker> rig = broker_with(QueueMode::push, 10, 0);
  (void)rig.step(StopRequested{});
  CHECK(rig.exited);
}
