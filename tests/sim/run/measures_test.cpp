#include "sim/run/measures.hpp"

#include <catch2/catch.hpp>

#include "tests/sim/run/watch.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;
using namespace kafkasim::sim::testing;

namespace {

const TopicPartition second_partition{"orders", PartitionIndex{1}};

trace::AppendedBatch batch(std::int64_t base, std::int64_t last, std::uint32_t bytes, std::int32_t client = -1) {
  trace::AppendedBatch b;
  b.base = Offset{base};
  b.last = Offset{last};
  b.epoch = LeaderEpoch{0};
  b.size_bytes = bytes;
  if (client >= 0) b.origin = Origin{client, base};
  return b;
}

trace::GroupChanged group(const std::string& state, std::int32_t generation, std::size_t members) {
  trace::GroupChanged e{"g", state, Generation{generation}, {}, ""};
  for (std::size_t i = 0; i < members; ++i) e.members.push_back({"m" + std::to_string(i), "reader", {orders_0}});
  return e;
}

}  // namespace

TEST_CASE("records count for the client and the partition that they belong to") {
  Watch w;
  w.begin();
  for (std::int64_t i = 0; i < 3; ++i) w.tell(shop, trace::RecordSent{orders_0, Origin{0, i}, false});
  w.tell(shop, trace::RecordsAcked{orders_0, Origin{0, 0}, 2, -1, Offset{0}, milliseconds(3)});
  w.tell(shop, trace::RecordsFailed{orders_0, Origin{0, 2}, 1, ErrorCode::request_timed_out, true});
  w.tell(reader, trace::RecordSent{second_partition, Origin{0, 9}, false});
  const Counts mine = w.measures.counts("shop", std::nullopt, std::nullopt);
  CHECK(mine.produced == 3);
  CHECK(mine.acked == 2);
  CHECK(mine.failed == 1);
  CHECK(w.measures.counts(std::nullopt, std::nullopt, second_partition).produced == 1);
  CHECK(w.measures.counts(std::nullopt, "orders", std::nullopt).produced == 4);
  CHECK(w.measures.counts(std::nullopt, "payments", std::nullopt).produced == 0);
  CHECK(w.measures.counts(std::nullopt, std::nullopt, std::nullopt).produced == 4);
}

TEST_CASE("what a poll returns is consumed and its latency is from the record's timestamp on") {
  Watch w;
  w.begin();
  w.at(milliseconds(500));
  const Timestamp sent{wall_clock_at_zero.value + (Duration{w.now.ns} - milliseconds(40)).whole_ms()};
  trace::RecordsDelivered e{orders_0, {}, LeaderEpoch{0}, Offset{2}};
  for (std::int64_t i = 0; i < 2; ++i) e.records.push_back({Offset{i}, Origin{0, i}, sent});
  w.tell(reader, e);
  CHECK(w.measures.counts("reader", std::nullopt, std::nullopt).consumed == 2);
  CHECK(w.measures.counts("shop", std::nullopt, std::nullopt).consumed == 0);
  CHECK(w.measures.latency(LatencyOf::end_to_end).most() == milliseconds(40));
}

TEST_CASE("a record is out of order that comes after a later one unless the reader went back") {
  Watch w;
  w.begin();
  const auto deliver = [&w](std::int64_t from, std::int64_t to) {
    trace::RecordsDelivered e{orders_0, {}, LeaderEpoch{0}, Offset{to}};
    for (std::int64_t i = from; i < to; ++i) e.records.push_back({Offset{i}, Origin{0, i}, wall_clock_at_zero});
    w.tell(reader, e);
  };
  deliver(0, 10);
  w.tell(reader, trace::PositionReset{orders_0, Offset{4}, "committed offset"});
  deliver(4, 12);
  CHECK(w.measures.out_of_order(orders_0, std::nullopt) == 0);
  deliver(9, 11);
  CHECK(w.measures.out_of_order(orders_0, std::nullopt) == 2);
  CHECK(w.measures.out_of_order(orders_0, "reader") == 2);
  CHECK(w.measures.out_of_order(orders_0, "another") == 0);
}

TEST_CASE("records expire that retention deletes at the leader before they were read") {
  Watch w;
  w.begin();
  CHECK(w.measures.expired(orders_0, std::nullopt) == 0);
  w.tell(reader, trace::RecordsDelivered{orders_0, {}, LeaderEpoch{0}, Offset{30}});
  using trace::DeletionReason;
  w.tell(broker_host(1), trace::SegmentsDeleted{orders, Offset{0}, Offset{20}, 1, DeletionReason::retention_bytes});
  w.tell(broker_host(1), trace::LogStartMoved{orders, Offset{0}, Offset{20}});
  CHECK(w.measures.expired(orders_0, std::nullopt) == 0);
  CHECK(w.measures.expired(orders_0, "reader") == 0);
  CHECK(w.measures.expired(orders_0, "another") == 20);
  w.tell(broker_host(2), trace::SegmentsDeleted{orders, Offset{0}, Offset{50}, 1, DeletionReason::retention_ms});
  w.tell(broker_host(1), trace::SegmentsDeleted{orders, Offset{20}, Offset{50}, 1, DeletionReason::retention_ms});
  w.tell(broker_host(1), trace::LogStartMoved{orders, Offset{20}, Offset{50}});
  CHECK(w.measures.expired(orders_0, std::nullopt) == 20);
  CHECK(w.measures.expired(orders_0, "reader") == 20);
  CHECK(w.measures.expired(orders_0, "another") == 50);
  // By hand is not by retention.
  w.tell(broker_host(1), trace::SegmentsDeleted{orders, Offset{50}, Offset{60}, 1, DeletionReason::log_start_offset});
  CHECK(w.measures.expired(orders_0, std::nullopt) == 20);
}

TEST_CASE("bytes in are what the leader appends and not what followers copy") {
  Watch w;
  w.begin();
  for (const trace::AppendedBatch& one : {batch(0, 1, 100, 0), batch(2, 2, 50)}) {
    w.tell(broker_host(1), trace::LogAppended{orders, trace::ReplicaRole::leader, LeaderEpoch{0}, {one}});
    w.tell(broker_host(2), trace::LogAppended{orders, trace::ReplicaRole::follower, LeaderEpoch{0}, {one}});
  }
  CHECK(w.measures.counts(std::nullopt, std::nullopt, orders_0).bytes_in == 150);
  CHECK(w.measures.counts("shop", std::nullopt, std::nullopt).bytes_in == 100);
  CHECK(w.measures.bytes_of(NodeId{1}).bytes_in == 150);
  CHECK(w.measures.bytes_of(NodeId{2}).bytes_in == 0);
}

TEST_CASE("bytes in of what a leader compresses anew are those that the producer sent") {
  Watch w;
  w.begin();
  w.tell(broker_host(1), trace::LogAppended{orders, trace::ReplicaRole::leader, LeaderEpoch{0}, {batch(0, 1, 30, 0), batch(2, 3, 20, 0)}, 400});
  CHECK(w.measures.counts("shop", std::nullopt, std::nullopt).bytes_in == 400);
  CHECK(w.measures.counts(std::nullopt, std::nullopt, orders_0).bytes_in == 400);
  CHECK(w.measures.bytes_of(NodeId{1}).bytes_in == 400);
}

TEST_CASE("a record that send refuses is produced and failed for its client and topic and of no partition") {
  Watch w;
  w.begin();
  w.tell(shop, trace::SendRefused{"orders", ErrorCode::message_too_large});
  for (const Counts& counts : {w.measures.counts("shop", std::nullopt, std::nullopt), w.measures.counts(std::nullopt, "orders", std::nullopt),
                               w.measures.counts(std::nullopt, std::nullopt, std::nullopt)}) {
    CHECK(counts.produced == 1);
    CHECK(counts.failed == 1);
    CHECK(counts.acked == 0);
  }
  CHECK(w.measures.counts("reader", std::nullopt, std::nullopt).failed == 0);
  CHECK(w.measures.counts(std::nullopt, "payments", std::nullopt).failed == 0);
  CHECK(w.measures.counts(std::nullopt, std::nullopt, orders_0).failed == 0);
}

TEST_CASE("bytes out are what fetches of consumers return") {
  Watch w;
  w.begin();
  trace::FetchAnswered e{orders, LeaderEpoch{0}, Offset{0}, Offset{2}, Offset{2}, Offset{2}, 300, reader};
  w.tell(broker_host(1), e);
  e.size_bytes = 30;
  w.tell(broker_host(2), e);
  CHECK(w.measures.counts(std::nullopt, std::nullopt, orders_0).bytes_out == 330);
  CHECK(w.measures.counts("reader", std::nullopt, std::nullopt).bytes_out == 330);
  CHECK(w.measures.counts("shop", std::nullopt, std::nullopt).bytes_out == 0);
  CHECK(w.measures.bytes_of(NodeId{1}).bytes_out == 300);
  CHECK(w.measures.bytes_of(NodeId{2}).bytes_out == 30);
}

TEST_CASE("a percentile is at most a sixteenth above the truth and the greatest latency is exact") {
  LatencyHistogram h;
  CHECK_FALSE(h.percentile(50).has_value());
  CHECK_FALSE(h.most().has_value());
  for (std::int64_t ms = 1; ms <= 100; ++ms) h.add(milliseconds(ms));
  for (const std::int64_t percent : {1, 50, 99}) {
    CAPTURE(percent);
    CHECK(*h.percentile(percent) >= milliseconds(percent));
    CHECK(h.percentile(percent)->ns * 16 <= milliseconds(percent).ns * 17);
  }
  CHECK(h.percentile(100) == milliseconds(100));
  CHECK(h.most() == milliseconds(100));
}

TEST_CASE("latencies below 16 us are exact and the longest and negative ones have a place") {
  LatencyHistogram h;
  h.add(microseconds(7));
  CHECK(h.percentile(50) == microseconds(7));
  h.add(microseconds(-5));
  CHECK(h.percentile(1) == Duration{});
  h.add(seconds(86'400 * 3650));
  CHECK(h.most() == seconds(86'400 * 3650));
  CHECK(*h.percentile(100) > seconds(86'400));
}

TEST_CASE("the latency of a produce is that of the answer") {
  Watch w;
  w.begin();
  w.tell(shop, trace::RecordsAcked{orders_0, Origin{0, 0}, 2, -1, Offset{0}, milliseconds(3)});
  w.tell(shop, trace::RecordsAcked{orders_0, Origin{0, 2}, 1, -1, Offset{2}, milliseconds(9)});
  CHECK(w.measures.latency(LatencyOf::produce).most() == milliseconds(9));
  CHECK(*w.measures.latency(LatencyOf::produce).percentile(50) < milliseconds(4));
}

TEST_CASE("latencies are told apart by client and partition") {
  Watch w;
  w.begin();
  w.tell(shop, trace::RecordsAcked{orders_0, Origin{0, 0}, 2, -1, Offset{0}, milliseconds(3)});
  w.tell(reader, trace::RecordsAcked{second_partition, Origin{1, 2}, 1, -1, Offset{2}, milliseconds(9)});
  const auto most = [&w](const std::optional<std::vector<std::string>>& clients,
                         const std::optional<std::string>& topic, const std::optional<TopicPartition>& partition) {
    return w.measures.latency(LatencyOf::produce, clients, topic, partition).most();
  };
  CHECK(most(std::vector<std::string>{"shop"}, std::nullopt, std::nullopt) == milliseconds(3));
  CHECK(most(std::vector<std::string>{"shop", "reader"}, std::nullopt, std::nullopt) == milliseconds(9));
  CHECK(most(std::nullopt, std::nullopt, orders_0) == milliseconds(3));
  CHECK(most(std::nullopt, "orders", std::nullopt) == milliseconds(9));
  CHECK(most(std::vector<std::string>{"shop"}, std::nullopt, second_partition) == std::nullopt);
}

TEST_CASE("over all a percentile is that of the client with the most of which the members of a group are one") {
  Watch w;
  w.begin();
  CHECK_FALSE(w.measures.most_percentile(LatencyOf::produce, 50));
  w.measures.name_client(HostId{6}, "g/1");
  w.measures.name_client(HostId{7}, "g/2");
  const auto acked = [&w](HostId who, std::int64_t from, std::int64_t count, Duration latency) {
    for (std::int64_t i = from; i < from + count; ++i)
      w.tell(who, trace::RecordsAcked{orders_0, Origin{0, i}, 1, -1, Offset{i}, latency});
  };
  acked(HostId{6}, 0, 60, milliseconds(1));
  acked(HostId{7}, 60, 40, milliseconds(9));
  acked(shop, 100, 4, milliseconds(3));
  const auto of = [&w](const std::vector<std::string>& clients, std::int64_t percent) {
    return w.measures.latency(LatencyOf::produce, clients).percentile(percent);
  };
  CHECK(w.measures.most_percentile(LatencyOf::produce, 50) == of({"shop"}, 50));
  CHECK(w.measures.most_percentile(LatencyOf::produce, 99) == of({"g/1", "g/2"}, 99));
  CHECK(of({"g/1", "g/2"}, 50) < of({"shop"}, 50));
  CHECK(of({"shop"}, 50) < of({"g/2"}, 50));
  CHECK_FALSE(w.measures.most_percentile(LatencyOf::end_to_end, 50));
}

TEST_CASE("a new generation of a group is a rebalance and a change of state alone is none") {
  Watch w;
  w.begin();
  w.tell(broker_host(1), group("CompletingRebalance", 1, 1));
  w.tell(broker_host(1), group("Stable", 1, 1));
  w.tell(broker_host(1), group("Stable", 2, 2));
  const sim::GroupState& state = w.measures.groups().at("g");
  CHECK(state.rebalances == 2);
  CHECK(state.state == "Stable");
  CHECK(state.members.size() == 2);
}

TEST_CASE("a partition that another member gets has moved and each that a member gives up is counted") {
  Watch w;
  w.begin();
  w.tell(shop, trace::PartitionsAssigned{"g", "m0", Generation{1}, {orders_0}, {orders_0}});
  w.tell(shop, trace::PartitionsRevoked{"g", "m0", false, {orders_0}});
  w.tell(shop, trace::PartitionsAssigned{"g", "m0", Generation{2}, {orders_0}, {orders_0}});
  w.tell(shop, trace::PartitionsRevoked{"g", "m0", false, {orders_0}});
  w.tell(reader, trace::PartitionsAssigned{"g", "m1", Generation{3}, {orders_0}, {orders_0}});
  const sim::GroupState& state = w.measures.groups().at("g");
  CHECK(state.partitions_revoked == 2);
  CHECK(state.partitions_moved == 1);
}

TEST_CASE("errors count for the client that saw them") {
  Watch w;
  w.begin();
  w.tell(shop, trace::ClientSawError{ApiKey::produce, ErrorCode::not_leader_or_follower});
  w.tell(shop, trace::ClientSawError{ApiKey::metadata, ErrorCode::not_leader_or_follower});
  w.tell(reader, trace::ClientSawError{ApiKey::fetch, ErrorCode::not_leader_or_follower});
  w.tell(reader, trace::ClientSawError{ApiKey::fetch, ErrorCode::offset_out_of_range});
  CHECK(w.measures.errors(ErrorCode::not_leader_or_follower, std::nullopt) == 3);
  CHECK(w.measures.errors(ErrorCode::not_leader_or_follower, "shop") == 2);
  CHECK(w.measures.errors(ErrorCode::request_timed_out, std::nullopt) == 0);
  CHECK(w.measures.errors_seen() == std::vector{ErrorCode::offset_out_of_range, ErrorCode::not_leader_or_follower});
}

TEST_CASE("the active controller is the last that was told until it resigns or ends") {
  Watch w;
  CHECK_FALSE(w.measures.controller().has_value());
  w.tell(controller_host, trace::ControllerActivated{4});
  REQUIRE(w.measures.controller().has_value());
  CHECK(w.measures.controller()->first == NodeId{3000});
  CHECK(w.measures.controller_epoch() == 4);
  w.tell(controller_host, trace::ControllerResigned{3});  // of an older epoch: heard late
  CHECK(w.measures.controller().has_value());
  w.tell(controller_host, trace::ControllerResigned{4});
  CHECK_FALSE(w.measures.controller().has_value());
  w.tell(controller_host, trace::ControllerActivated{5});
  w.tell(broker_host(1), ProcessCrashed{});
  CHECK(w.measures.controller().has_value());
  w.tell(controller_host, ProcessCrashed{});
  CHECK_FALSE(w.measures.controller().has_value());
  CHECK(w.measures.controller_epoch() == 5);
}

TEST_CASE("brokers are online from unfencing to fencing and every decision counts once") {
  Watch w;
  const std::int64_t from = w.metadata;
  w.tell(controller_host, trace::BrokerRegistered{from + 1, NodeId{1}, BrokerEpoch{9}});
  CHECK(w.measures.brokers_fenced().at(NodeId{1}));
  w.tell(controller_host, trace::BrokerUnfenced{from + 2, NodeId{1}});
  CHECK_FALSE(w.measures.brokers_fenced().at(NodeId{1}));
  w.tell(controller_host, trace::BrokerRegistered{from + 1, NodeId{1}, BrokerEpoch{9}});  // by another controller
  CHECK_FALSE(w.measures.brokers_fenced().at(NodeId{1}));
  w.tell(controller_host, trace::BrokerFenced{from + 3, NodeId{1}, true});  // it only asked to leave
  CHECK_FALSE(w.measures.brokers_fenced().at(NodeId{1}));
  w.tell(controller_host, trace::BrokerFenced{from + 4, NodeId{1}, false});
  CHECK(w.measures.brokers_fenced().at(NodeId{1}));
}

TEST_CASE("a partition is unavailable from the end of its leader until another leads") {
  Watch w;
  w.begin();
  w.at(seconds(1));
  w.tell(broker_host(2), ProcessCrashed{});  // a follower
  CHECK(w.measures.unavailable(orders_0, w.now) == Duration{});
  w.at(seconds(2));
  w.tell(broker_host(1), ProcessCrashed{});
  CHECK(w.measures.unavailable(orders_0, w.now + milliseconds(300)) == milliseconds(300));
  w.at(seconds(3));
  (void)w.decide(3, 1, {3}, Watch::Replicas::not_told);
  CHECK(w.measures.unavailable(orders_0, w.now) == seconds(1));  // decided, but it does not lead yet
  w.at(seconds(4));
  w.tell(broker_host(3), trace::BecameLeader{orders, LeaderEpoch{1}, Offset{0}, {}});
  w.at(seconds(9));
  CHECK(w.measures.unavailable(orders_0, w.now) == seconds(2));
  CHECK(w.measures.unavailable(second_partition, w.now) == Duration{});
}

TEST_CASE("a leader that is frozen takes no writes") {
  Watch w;
  w.begin();
  w.at(seconds(1));
  w.tell(broker_host(1), ProcessPaused{});
  w.at(seconds(3));
  w.tell(broker_host(1), ProcessResumed{});
  w.at(seconds(5));
  CHECK(w.measures.unavailable(orders_0, w.now) == seconds(2));
}

TEST_CASE("what was unavailable before time 0 does not count") {
  Watch w;
  w.now = Instant{} + seconds(4);
  w.tell(broker_host(1), ProcessCrashed{});
  w.begin();
  w.at(seconds(1));
  CHECK(w.measures.unavailable(orders_0, w.now) == seconds(1));
}
