#include "sim/kernel/event_queue.hpp"

#include <limits>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include <catch2/catch.hpp>

#include "core/base/random.hpp"

namespace kafkasim::sim {
namespace {

using Model = std::map<std::pair<Instant, std::uint64_t>, int>;

Instant at(std::int64_t ns) { return Instant{ns}; }

template <class Queue>
void expect_next(Queue& queue, Model& model) {
  REQUIRE(queue.next_at() == model.begin()->first.first);
  const auto event = queue.pop();
  REQUIRE(event.at == model.begin()->first.first);
  REQUIRE(event.seq == model.begin()->first.second);
  REQUIRE(event.body == model.begin()->second);
  model.erase(model.begin());
  REQUIRE(queue.size() == model.size());
}

TEST_CASE("Events leave in the order of their time") {
  EventQueue<std::string> queue;
  queue.push(at(30), "third");
  queue.push(at(10), "first");
  queue.push(at(20), "second");
  CHECK(queue.next_at() == at(10));
  CHECK(queue.pop().body == "first");
  CHECK(queue.pop().body == "second");
  CHECK(queue.pop().body == "third");
  CHECK(queue.empty());
  CHECK_FALSE(queue.next_at().has_value());
}

TEST_CASE("Events of one time leave in the order in which they were pushed") {
  EventQueue<int> queue;
  for (int i = 0; i < 1000; ++i) CHECK(queue.push(at(5), i) == static_cast<std::uint64_t>(i));
  for (int i = 0; i < 500; ++i) CHECK(queue.pop().body == i);
  for (int i = 1000; i < 1500; ++i) queue.push(at(5), i);
  for (int i = 500; i < 1500; ++i) REQUIRE(queue.pop().body == i);
}

TEST_CASE("The event queue does what a sorted map does whatever the distances of the events") {
  // From all at one moment to hours apart: each spread fills other parts of the queue.
  for (const std::int64_t spread : {1, 2, 50, 1'000, 1'000'000, 1'000'000'000}) {
    for (const std::size_t pending : {3U, 40U, 3000U}) {
      Random random{static_cast<std::uint64_t>(spread) * 31 + pending};
      EventQueue<int> queue;
      Model model;
      Instant now = at(1'000'000'007);
      for (int i = 0; i < 20'000; ++i) {
        const bool grow = random.below(2 * pending) >= model.size();
        if (grow || model.empty()) {
          const std::int64_t far = random.chance(1, 50) ? 1000 : 1;
          const Instant when = now + nanoseconds(random.between(0, spread * far));
          const std::uint64_t seq = queue.push(when, i);
          model.emplace(std::pair{when, seq}, i);
        } else {
          now = model.begin()->first.first;
          expect_next(queue, model);
        }
      }
      while (!model.empty()) expect_next(queue, model);
      CHECK(queue.empty());
    }
  }
}

TEST_CASE("A far deadline alone in the event queue does not disturb the order of what comes before it") {
  Random random{5};
  EventQueue<int> queue;
  Model model;
  const auto push = [&](Instant when, int body) {
    const std::uint64_t seq = queue.push(when, body);
    model.emplace(std::pair{when, seq}, body);
  };
  push(at(0), 0);
  push(at(30'000'000'000), 1);
  push(at(30'000'000'500), 2);
  expect_next(queue, model);
  for (int i = 0; i < 5000; ++i) push(at(random.between(1, 29'000'000'000)), i);
  for (int i = 0; i < 4990; ++i) expect_next(queue, model);
  for (int round = 0; round < 20'000; ++round) {  // a few that follow each other closely
    const Instant now = *queue.next_at();
    expect_next(queue, model);
    push(now + nanoseconds(random.between(0, 1000)), round);
  }
  for (int i = 0; i < 2000; ++i) push(*queue.next_at() + nanoseconds(random.between(0, 3)), i);
  while (!model.empty()) expect_next(queue, model);
}

TEST_CASE("What is pushed into the past leaves first") {
  Random random{6};
  EventQueue<int> queue;
  Model model;
  for (int i = 0; i < 20'000; ++i) {
    if (random.chance(11, 20) || model.empty()) {
      const Instant when = at(random.between(-1'000'000, 1'000'000));
      const std::uint64_t seq = queue.push(when, i);
      model.emplace(std::pair{when, seq}, i);
    } else {
      expect_next(queue, model);
    }
  }
  while (!model.empty()) expect_next(queue, model);
}

TEST_CASE("A copy of the event queue has the same future and goes its own way") {
  Random random{11};
  EventQueue<int> queue;
  Model model;
  for (int i = 0; i < 2000; ++i) {
    const Instant when = at(random.between(0, 100'000));
    const std::uint64_t seq = queue.push(when, i);
    model.emplace(std::pair{when, seq}, i);
  }
  for (int i = 0; i < 500; ++i) expect_next(queue, model);
  EventQueue<int> copy = queue;
  Model copied_model = model;
  for (int i = 0; i < 700; ++i) expect_next(queue, model);
  const Instant later = *queue.next_at() + nanoseconds(500);
  const std::uint64_t seq = queue.push(later, -1);
  model.emplace(std::pair{later, seq}, -1);
  CHECK(copy.push(at(200'000), -2) == seq);
  copied_model.emplace(std::pair{at(200'000), seq}, -2);
  while (!copied_model.empty()) expect_next(copy, copied_model);
  while (!model.empty()) expect_next(queue, model);
}

TEST_CASE("The body of an event is released when it leaves") {
  EventQueue<std::shared_ptr<int>> queue;
  const auto body = std::make_shared<int>(7);
  queue.push(at(1), body);
  CHECK(body.use_count() == 2);
  (void)queue.pop();
  CHECK(body.use_count() == 1);
}

TEST_CASE("An event may be due at the end of all time") {
  EventQueue<int> queue;
  queue.push(Instant{std::numeric_limits<std::int64_t>::max()}, 2);
  queue.push(Instant{std::numeric_limits<std::int64_t>::min()}, 0);
  queue.push(at(0), 1);
  CHECK(queue.pop().body == 0);
  CHECK(queue.pop().body == 1);
  CHECK(queue.pop().body == 2);
}

TEST_CASE("Taking from an empty event queue is a bug that is seen") {
  EventQueue<int> queue;
  CHECK_THROWS_AS(queue.pop(), InternalError);
}

}  // namespace
}  // namespace kafkasim::sim
