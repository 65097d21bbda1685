#include "tests/core/group/harness.hpp"

using namespace kafkasim;
using namespace kafkasim::test;

TEST_CASE("a group moves between its states only as the table says", "[group]") {
  using enum GroupState;
  const std::vector<GroupState> all{empty, preparing_rebalance, completing_rebalance, stable, dead};
  const std::vector<std::string> table{".P..D", "E.C.D", ".P.SD", ".P..D", "....."};  // from row to column
  for (std::size_t from = 0; from < all.size(); ++from) {
    for (std::size_t to = 0; to < all.size(); ++to) CHECK(may_become(all[from], all[to]) == (table[from][to] != '.'));
  }
}

TEST_CASE("states are told under Kafka's names", "[group]") {
  CHECK(group_state_name(GroupState::empty) == "Empty");
  CHECK(group_state_name(GroupState::preparing_rebalance) == "PreparingRebalance");
  CHECK(group_state_name(GroupState::completing_rebalance) == "CompletingRebalance");
  CHECK(group_state_name(GroupState::stable) == "Stable");
  CHECK(group_state_name(GroupState::dead) == "Dead");
}

TEST_CASE("each change of state is noted with members and what they are assigned", "[group]") {
  Harness h;
  h.elect();
  const std::vector<std::string> members = h.stable(2);
  h.leave({members[1]});
  h.resign();
  std::vector<std::string> states;
  for (const auto& change : h.noted<trace::GroupChanged>()) {
    states.push_back(change.state);
    CHECK_FALSE(change.reason.empty());
  }
  CHECK(
      states
      == std::vector<std::string>{"PreparingRebalance", "CompletingRebalance", "Stable", "PreparingRebalance", "Dead"});
  const trace::GroupChanged stable = h.noted<trace::GroupChanged>().at(2);
  CHECK(stable.generation == Generation{1});
  REQUIRE(stable.members.size() == 2);
  for (const auto& member : stable.members) {
    CHECK(member.client_id == "app");
    CHECK(member.assignment
          == std::vector<TopicPartition>{{"orders", PartitionIndex{member.id == members[0] ? 0 : 1}}});
  }
}

TEST_CASE("a group whose members all fall silent becomes empty", "[group]") {
  Harness h;
  h.elect();
  (void)h.stable(3);
  h.pass(seconds(10));
  CHECK(h.state() == "Empty");
  CHECK(h.generation() == Generation{2});
  CHECK(*h.coordinator.next_deadline() > h.now + seconds(400));  // then it looks for offsets that expire
}

TEST_CASE("a lost leader is followed by another member", "[group]") {
  Harness h;
  h.elect();
  const std::vector<std::string> members = h.stable(2);
  h.leave({members[0]});
  CHECK(h.joined(h.join(members[1])).leader == members[1]);
}

TEST_CASE("an empty group may be entered under another protocol type", "[group]") {
  Harness h;
  h.elect();
  h.leave(h.stable(1));
  JoinGroupRequest join;
  join.group_id = group_name;
  join.session_timeout = seconds(10);
  join.protocol_type = "connect";
  join.protocols.push_back({"compatible", {}});
  const int request = h.send(join, std::int16_t{0});  // without a rebalance timeout
  h.pass(seconds(10));
  CHECK(h.joined(request).protocol_type == "connect");
  CHECK(h.joined(request).generation_id == Generation{3});
}
