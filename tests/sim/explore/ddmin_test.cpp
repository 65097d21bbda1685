#include "sim/explore/ddmin.hpp"

#include <algorithm>
#include <set>

#include <catch2/catch.hpp>

using namespace kafkasim::sim;

namespace {
using List = std::vector<std::size_t>;
bool holds(const List& list, const List& needed) {
  return std::ranges::all_of(needed, [&](std::size_t n) { return std::ranges::find(list, n) != list.end(); });
}
}  // namespace

TEST_CASE("of many faults those remain that the failure needs") {
  for (const List& needed : {List{}, List{0}, List{99}, List{3, 50, 98}, List{0, 1, 2, 3}}) {
    int asked = 0;
    const List kept = ddmin(100, [&](const List& list) {
      ++asked;
      return holds(list, needed);
    });
    CHECK(kept == needed);
    CHECK(asked < 100);
  }
}

TEST_CASE("what remains fails and nothing of it can go alone") {
  // Fails with 2 and any of the threes, and never with 7 but without 8.
  const auto fails = [](const List& list) {
    const bool three = std::ranges::any_of(list, [](std::size_t n) { return n % 3 == 0; });
    return holds(list, {2}) && three && (!holds(list, {7}) || holds(list, {8}));
  };
  const List kept = ddmin(20, fails);
  CHECK(fails(kept));
  CHECK(kept.size() == 2);
}

TEST_CASE("where no part fails the whole remains and the question comes to an end") {
  CHECK(ddmin(5, [](const List&) { return false; }) == List{0, 1, 2, 3, 4});
  CHECK(ddmin(0, [](const List&) { return false; }).empty());
}
