#include "sim/kernel/observation.hpp"

#include <set>

#include <catch2/catch.hpp>

#include "tests/sim/kernel/echo.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;

namespace {

struct Seen {
  std::uint64_t hash{};
  std::size_t steps{0};
  std::size_t unexplained{0};  // messages served that nobody was seen to send
  std::size_t left{0};
};

Seen run(World::Details details) {
  EchoWorld echo{7, WireMode::fast};
  echo.world.observe_details(details);
  Seen seen;
  std::set<MessageRef> sent;
  while (echo.world.now() < Instant{} + seconds(5) && echo.world.step()) {
    for (const Observation& o : echo.world.observations()) {
      if (const auto* message = o.get_if<MessageLeft>()) {
        ++seen.left;
        sent.insert(message->message);
      } else if (const auto* step = o.get_if<StepBegan>()) {
        ++seen.steps;
        if (step->message && !sent.contains(*step->message)) ++seen.unexplained;
      }
    }
  }
  seen.hash = echo.world.trace_hash();
  return seen;
}

}  // namespace

TEST_CASE("every message that a step begins with was seen to leave its sender") {
  const Seen seen = run(World::Details::yes);
  CHECK(seen.steps > 20);
  CHECK(seen.left > 10);
  CHECK(seen.unexplained == 0);
}

TEST_CASE("looking at the details of a World changes nothing in it") {
  const Seen quiet = run(World::Details::no);
  CHECK(quiet.steps == 0);
  CHECK(quiet.left == 0);
  CHECK(quiet.hash == run(World::Details::yes).hash);
}

TEST_CASE("a step tells by what kind of input it began") {
  CHECK(step_began(0, Input{Woken{}}).input == InputKind::woken);
  CHECK(step_began(0, Input{Flushed{FlushToken{1}, true}}).input == InputKind::flushed);
  CHECK_FALSE(step_began(0, Input{StopRequested{}}).message);
}
