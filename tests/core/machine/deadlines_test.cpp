#include "core/machine/deadlines.hpp"

#include <catch2/catch.hpp>

using namespace kafkasim;

TEST_CASE("the earliest of several deadlines is known and due ones come in order of their moment", "[machine]") {
  DeadlineIndex<int> index;
  index.set(1, Instant{30});
  index.set(2, Instant{10});
  index.set(3, Instant{20});
  CHECK(index.next() == Instant{10});
  CHECK(index.take_due(Instant{20}) == std::vector{2, 3});
  CHECK(index.next() == Instant{30});
  CHECK(index.of(2) == std::nullopt);
}

TEST_CASE("a deadline that is set again replaces the former one and an absent one removes it", "[machine]") {
  DeadlineIndex<int> index;
  index.set(1, Instant{30});
  index.set(1, Instant{50});
  CHECK(index.take_due(Instant{40}).empty());
  CHECK(index.of(1) == Instant{50});
  index.set(1, std::nullopt);
  CHECK(index.empty());
}

TEST_CASE("a copy of a deadline index goes its own way", "[machine]") {
  DeadlineIndex<int> a;
  a.set(1, Instant{5});
  DeadlineIndex<int> b = a;
  (void)b.take_due(Instant{9});
  CHECK(a.next() == Instant{5});
  CHECK(b.next() == std::nullopt);
}

TEST_CASE("of the deadlines that are due the first can be taken alone", "[machine]") {
  DeadlineIndex<int> index;
  index.set(1, Instant{30});
  index.set(2, Instant{20});
  CHECK_FALSE(index.take_first_due(Instant{10}));
  CHECK(index.take_first_due(Instant{40}) == 2);
  index.set(1, Instant{50});  // moved by the work on the other
  CHECK_FALSE(index.take_first_due(Instant{40}));
  CHECK(index.next() == Instant{50});
}
