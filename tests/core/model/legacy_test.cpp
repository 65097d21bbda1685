#include "core/model/legacy.hpp"

#include <set>

#include <catch2/catch.hpp>

using namespace kafkasim;

TEST_CASE("every historical behaviour has a name and a ticket and tells what it breaks") {
  std::set<std::string_view> names;
  std::set<Legacy> behaviours;
  for (const LegacyInfo& one : legacy_table()) {
    CAPTURE(std::string{one.name});
    CHECK(names.insert(one.name).second);
    CHECK(behaviours.insert(one.behaviour).second);
    CHECK(one.ticket.find('K') != std::string_view::npos);
    CHECK_FALSE(one.was.empty());
    CHECK_FALSE(one.breaks.empty());
    CHECK(legacy_by_name(one.name) == one.behaviour);
  }
  CHECK(names.size() >= 8);
  CHECK_FALSE(legacy_by_name("hw"));
}

TEST_CASE("no historical behaviour is there unless it was brought back") {
  LegacyBehaviours legacy;
  for (const LegacyInfo& one : legacy_table()) CHECK_FALSE(legacy.has(one.behaviour));
  legacy.bring_back(Legacy::isr_join_by_hw);
  CHECK(legacy.has(Legacy::isr_join_by_hw));
  CHECK_FALSE(legacy.has(Legacy::fenced_joins_isr));
}
