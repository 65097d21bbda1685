#include "tests/core/client/assigning.hpp"

#include <catch2/catch.hpp>

using namespace kafkasim;
using namespace kafkasim::test;

TEST_CASE("more members than partitions leave the surplus idle under each assignor") {
  for (const Assignor assignor :
       {Assignor::range, Assignor::round_robin, Assignor::sticky, Assignor::cooperative_sticky}) {
    std::vector<AssignorMember> members;
    for (int i = 0; i < 12; ++i) members.push_back(wants("m" + std::to_string(10 + i), {"t"}));
    std::int64_t idle = 0;
    for (const auto& [member, partitions] : assign(assignor, members, one_topic(3))) idle += partitions.empty() ? 1 : 0;
    CHECK(idle == 9);
  }
}
