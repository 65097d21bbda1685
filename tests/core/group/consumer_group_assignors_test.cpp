#include "core/group/consumer_group_assignors.hpp"

#include <catch2/catch.hpp>

using namespace kafkasim;

namespace {

constexpr Uuid t{1, 1};
constexpr Uuid u{2, 2};

PartitionSet some(const Uuid& topic, std::initializer_list<std::int32_t> indexes) {
  PartitionSet set;
  for (const std::int32_t index : indexes) set.insert({topic, PartitionIndex{index}});
  return set;
}

}  // namespace

TEST_CASE("the uniform assignor gives each member its quota and leaves it what it had", "[group]") {
  std::map<std::string, ConsumerGroupSubscriber> members;
  members["a"] = {{}, {t}, some(t, {1, 3, 5})};
  members["b"] = {{}, {t}, some(t, {0, 2})};
  members["c"] = {{}, {t}, {}};
  const TargetAssignment target = assign_on_the_server("uniform", members, {{t, 6}});
  CHECK(target.at("a") == some(t, {1, 3}));
  CHECK(target.at("b") == some(t, {0, 2}));
  CHECK(target.at("c") == some(t, {4, 5}));
}

TEST_CASE("the uniform assignor gives some members one more when it does not come out even", "[group]") {
  std::map<std::string, ConsumerGroupSubscriber> members;
  for (const char* id : {"a", "b", "c"}) members[id].topics = {t};
  const TargetAssignment target = assign_on_the_server("uniform", members, {{t, 7}});
  CHECK(target.at("a").size() == 3);
  CHECK(target.at("b").size() == 2);
  CHECK(target.at("c").size() == 2);
}

TEST_CASE("the uniform assignor balances members that want different topics", "[group]") {
  std::map<std::string, ConsumerGroupSubscriber> members;
  members["a"] = {{}, {t}, some(t, {0, 1, 2, 3})};
  members["b"] = {{}, {t, u}, {}};
  const TargetAssignment target = assign_on_the_server("uniform", members, {{t, 4}, {u, 2}});
  CHECK(target.at("a").size() == 3);
  CHECK(target.at("b").size() == 3);
}

TEST_CASE("the range assignor gives runs topic by topic to members in order and static ones come first", "[group]") {
  std::map<std::string, ConsumerGroupSubscriber> members;
  members["a"].topics = {t, u};
  members["b"] = {"1", {t, u}, {}};
  const TargetAssignment target = assign_on_the_server("range", members, {{t, 3}, {u, 3}});
  PartitionSet first = some(t, {0, 1});
  first.merge(some(u, {0, 1}));
  CHECK(target.at("b") == first);
  CHECK(target.at("a").size() == 2);
}
