#include "core/base/check.hpp"

#include <catch2/catch.hpp>

using namespace kafkasim;

TEST_CASE("a check that holds does nothing and one that fails says what and where") {
  KAFKASIM_CHECK(1 + 1 == 2);
  try {
    KAFKASIM_CHECK(1 + 1 == 3, "so much for sums");
    FAIL("the check passed");
  } catch (const InternalError& error) {
    const std::string text = error.what();
    CHECK(text.find("check_test.cpp") != std::string::npos);
    CHECK(text.find("1 + 1 == 3") != std::string::npos);
    CHECK(text.find("so much for sums") != std::string::npos);
  }
}
