#include "core/replica/isr.hpp"

#include <catch2/catch.hpp>

#include "core/base/check.hpp"

using namespace kafkasim;

namespace {
const std::vector<NodeId> one_two{NodeId{1}, NodeId{2}};
const std::vector<NodeId> one_two_three{NodeId{1}, NodeId{2}, NodeId{3}};
}  // namespace

TEST_CASE("a replica that asks to join counts in the maximal ISR at once but not in the committed one", "[replica]") {
  IsrState isr{one_two};
  isr.expand(NodeId{3}, 9);
  CHECK(isr.committed() == one_two);
  CHECK(isr.maximal() == one_two_three);
  CHECK(isr.maximal_size() == 3);
  CHECK(isr.proposed() == one_two_three);
  CHECK(isr.in_maximal(NodeId{3}));
  CHECK_FALSE(isr.in_committed(NodeId{3}));
}

TEST_CASE("a replica that is to leave the ISR counts in it until the controller has agreed", "[replica]") {
  IsrState isr{one_two_three};
  isr.shrink({NodeId{2}, NodeId{3}}, 9);
  CHECK(isr.maximal() == one_two_three);
  CHECK(isr.proposed() == std::vector{NodeId{1}});
  isr.commit({NodeId{1}});
  CHECK(isr.maximal() == std::vector{NodeId{1}});
  CHECK_FALSE(isr.is_pending());
}

TEST_CASE("only one change of an ISR is under way at a time and it is known by its number", "[replica]") {
  IsrState isr{one_two};
  isr.expand(NodeId{3}, 9);
  CHECK(isr.is_pending(9));
  CHECK_FALSE(isr.is_pending(8));
  CHECK_THROWS_AS(isr.shrink({NodeId{2}}, 10), InternalError);
  isr.revert();
  CHECK(isr.maximal() == one_two);
  CHECK_FALSE(isr.is_pending(9));
}

TEST_CASE("a refused ISR change is dropped or awaits metadata or is asked again according to the error", "[replica]") {
  using E = ErrorCode;
  for (const E error : {E::operation_not_attempted, E::ineligible_replica})
    CHECK(after_refusal(error) == AfterRefusal::revert);
  for (const E error : {E::unknown_topic_or_partition, E::unknown_topic_id, E::fenced_leader_epoch,
                        E::invalid_update_version, E::invalid_request, E::new_leader_elected}) {
    CHECK(after_refusal(error) == AfterRefusal::await_metadata);
  }
  for (const E error : {E::not_controller, E::request_timed_out, E::unknown_server_error}) {
    CHECK(after_refusal(error) == AfterRefusal::ask_again);
  }
}
