#include "core/base/strong.hpp"

#include <type_traits>

#include <catch2/catch.hpp>

using namespace kafkasim;

namespace {
using Apples = Ordinal<struct ApplesTag>;
using Pears = Ordinal<struct PearsTag>;
using Name = Id<struct NameTag>;

template <class A, class B>
concept can_subtract = requires(A a, B b) {
  a - b;
};
template <class A, class B>
concept can_add = requires(A a, B b) {
  a + b;
};
template <class A, class B>
concept can_compare = requires(A a, B b) {
  a < b;
};
}  // namespace

TEST_CASE("an ordinal counts and its difference is a number") {
  CHECK(Apples{4}.next() == Apples{5});
  CHECK(Apples{4}.plus(-6) == Apples{-2});
  CHECK(Apples{9} - Apples{4} == 5);
  CHECK(Apples{3} < Apples{4});
}

TEST_CASE("ordinals of different kinds do not mix and none turns into a number") {
  STATIC_REQUIRE(can_subtract<Apples, Apples>);
  STATIC_REQUIRE_FALSE(can_subtract<Apples, Pears>);
  STATIC_REQUIRE_FALSE(can_add<Apples, Apples>);
  STATIC_REQUIRE_FALSE(can_compare<Apples, Pears>);
  STATIC_REQUIRE_FALSE(can_subtract<Name, Name>);
  STATIC_REQUIRE_FALSE(std::is_convertible_v<Apples, std::int64_t>);
  STATIC_REQUIRE_FALSE(std::is_convertible_v<std::int64_t, Apples>);
}
