#include <catch2/catch.hpp>

#include "core/replica/replica_selector.hpp"

using namespace kafkasim;

namespace {

struct Racks {
  LeaderRole leader;
  BrokerMap brokers;

  Racks() {
    for (const auto& [id, rack] : std::map<int, std::string>{{1, "a"}, {2, "b"}, {3, "b"}, {4, "c"}}) {
      BrokerImage& broker = brokers[NodeId{id}];
      broker.id = NodeId{id};
      broker.rack = rack;
      broker.fenced = false;
    }
    leader.isr = IsrState{{NodeId{1}, NodeId{2}, NodeId{3}, NodeId{4}}};
    for (const int id : {2, 3, 4}) leader.remote[NodeId{id}].log_end = Offset{100};
  }
  [[nodiscard]] std::optional<NodeId> chosen(const std::string& rack, std::int64_t offset = 50) const {
    return preferred_read_replica(leader, NodeId{1}, rack, Offset{offset}, brokers);
  }
};

}  // namespace

TEST_CASE("A consumer is sent to a replica in its own rack") {
  const Racks racks;
  CHECK(racks.chosen("c") == NodeId{4});
  CHECK_FALSE(racks.chosen("a"));   // the leader is there
  CHECK_FALSE(racks.chosen("d"));   // nobody is
  CHECK_FALSE(racks.chosen(""));    // the consumer does not say where it is
}

TEST_CASE("Of several replicas in its rack a consumer is sent to the one that has most") {
  Racks racks;
  racks.leader.remote[NodeId{2}].log_end = Offset{101};
  CHECK(racks.chosen("b") == NodeId{2});
  racks.leader.remote[NodeId{3}].log_end = Offset{102};
  CHECK(racks.chosen("b") == NodeId{3});
}

TEST_CASE("A consumer is sent to no replica that is out of sync or fenced or lacks the offset") {
  Racks racks;
  CHECK(racks.chosen("c", 100) == NodeId{4});
  CHECK_FALSE(racks.chosen("c", 101));
  racks.leader.remote[NodeId{4}].log_start = Offset{51};
  CHECK_FALSE(racks.chosen("c"));
  CHECK(racks.chosen("c", 51) == NodeId{4});
  racks.brokers[NodeId{4}].fenced = true;
  CHECK_FALSE(racks.chosen("c", 51));
  racks.brokers[NodeId{4}].fenced = false;
  racks.leader.isr = IsrState{{NodeId{1}, NodeId{2}}};
  CHECK_FALSE(racks.chosen("c", 51));
}
