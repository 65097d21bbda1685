#include "core/model/topic_regex.hpp"

#include <catch2/catch.hpp>

using namespace kafkasim;

TEST_CASE("a regular expression means the topics whose whole name it matches") {
  using Names = std::set<std::string>;
  const Names topics{"orders", "orders-eu", "orders-us", "my-orders", "invoices"};
  CHECK(topics_matching("orders", topics) == Names{"orders"});
  CHECK(topics_matching("orders-.*", topics) == Names{"orders-eu", "orders-us"});
  CHECK(topics_matching("orders-(eu|us)", topics) == Names{"orders-eu", "orders-us"});
  CHECK(topics_matching("(?i)INVOICES", topics) == Names{"invoices"});
  CHECK(topics_matching("nothing", topics).empty());
}

TEST_CASE("what is no regular expression of RE2 is refused and a hostile one takes no long time") {
  CHECK_FALSE(check_topic_regex("["));
  CHECK_FALSE(check_topic_regex("(a)\\1"));               // no back references: they cannot be matched in linear time
  CHECK_FALSE(check_topic_regex("((a{1000}){1000}){1000}"));  // too large
  CHECK(check_topic_regex("(a+)+b"));
  const std::set<std::string> topics{std::string(240, 'a')};
  CHECK(topics_matching("(a+)+b", topics).empty());
}
