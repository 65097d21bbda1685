#include "core/base/cow.hpp"

#include <string>

#include <catch2/catch.hpp>

using namespace kafkasim;

TEST_CASE("copies share a value until one of them writes") {
  Cow<std::string> a{"one"};
  Cow<std::string> b = a;
  CHECK(a.shares_with(b));
  b.edit() += " two";
  CHECK_FALSE(a.shares_with(b));
  CHECK(*a == "one");
  CHECK(*b == "one two");
  CHECK(b->size() == 7);
}

TEST_CASE("the only owner writes in place") {
  Cow<std::string> a{"one"};
  const std::string* before = &*a;
  a.edit() = "two";
  CHECK(&*a == before);
  CHECK(*Cow<int>{} == 0);
}
