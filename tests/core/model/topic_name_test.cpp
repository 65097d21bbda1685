#include "core/model/topic_name.hpp"

#include <catch2/catch.hpp>

using namespace kafkasim;

TEST_CASE("a topic's name must do as a file's name") {
  for (const char* good : {"orders", "Orders_2.eu-west", "a", "..."}) CHECK_FALSE(topic_name_fault(good));
  for (const char* bad : {"", ".", "..", "a b", "a/b", "gr\xc3\xbc\xc3\x9f"}) CHECK(topic_name_fault(bad));
  CHECK_FALSE(topic_name_fault(std::string(249, 'x')));
  CHECK(topic_name_fault(std::string(250, 'x')));
}

TEST_CASE("names that differ only in dots and underscores collide") {
  CHECK(topic_names_collide("a.b", "a_b"));
  CHECK_FALSE(topic_names_collide("a.b", "a-b"));
  CHECK_FALSE(topic_names_collide("a", "ab"));
}
