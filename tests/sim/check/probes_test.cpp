#include "sim/check/probes.hpp"

#include <set>

#include <catch2/catch.hpp>

#include "tests/sim/check/story.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;
using namespace kafkasim::sim::test;

namespace {

class ProbedTale {  // hosts 0 to 2 are brokers 1 to 3
 public:
  ProbedTale() : history_{subjects()} {
    probes_.begin();
    tell(0, trace::TopicCreated{1, "orders", tp.topic_id});
    decide(1, 0, {1, 2, 3});
  }
  template <class E>
  void tell(std::int32_t host, E event) {
    Observation o{now, ++seq_, HostId{host}, KernelEvent{}};
    if constexpr (requires { KernelEvent{event}; }) {
      o.what = KernelEvent{std::move(event)};
    } else {
      o.what = trace::Event{std::move(event)};
    }
    history_.observe(o);
    probes_.observe(o, history_);
  }
  void decide(std::optional<std::int32_t> leader, std::int32_t epoch, const std::vector<std::int32_t>& isr, bool unclean = false) {
    trace::PartitionChanged e;
    e.metadata_offset = ++metadata_;
    e.partition = tp;
    if (leader) e.leader = NodeId{*leader};
    e.leader_epoch = LeaderEpoch{epoch};
    for (const std::int32_t id : {1, 2, 3}) e.replicas.push_back(NodeId{id});
    for (const std::int32_t id : isr) e.isr.push_back(NodeId{id});
    e.unclean = unclean;
    tell(0, e);
    tell(1, e);  // every controller tells it
  }
  void append(std::int32_t host, std::int32_t epoch, std::int16_t producer_epoch) {
    trace::AppendedBatch batch;
    batch.producer_id = 1;
    batch.producer_epoch = producer_epoch;
    tell(host, trace::LogAppended{tp, trace::ReplicaRole::leader, LeaderEpoch{epoch}, {batch}});
  }
  // Each that was reached, with its count.
  std::string reached() const {
    std::string all;
    for (const ProbeInfo& info : probe_table()) {
      if (probes_.count(info.probe) > 0) all += std::string{info.name} + "=" + std::to_string(probes_.count(info.probe)) + " ";
    }
    return all;
  }
  Instant now{};

 private:
  static Subjects subjects() {
    Subjects s;
    for (std::int32_t i = 0; i < 3; ++i) s.nodes[HostId{i}] = NodeId{i + 1};
    return s;
  }
  History history_;
  Probes probes_;
  std::uint64_t seq_{0};
  std::int64_t metadata_{1};
};

}  // namespace

TEST_CASE("probes have different names in the order of their enumeration") {
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < probe_table().size(); ++i) {
    CHECK(static_cast<std::size_t>(probe_table()[i].probe) == i);
    CHECK(names.insert(probe_table()[i].name).second);
  }
}

TEST_CASE("a decision that every controller tells counts once") {
  ProbedTale t;
  t.decide(1, 0, {1});
  t.decide(1, 0, {1, 2});
  CHECK(t.reached() == "isr-shrank=1 isr-grew=1 isr-of-one=1 ");
}

TEST_CASE("elections are told by their kind") {
  ProbedTale unclean;
  unclean.decide(std::nullopt, 0, {1});
  unclean.decide(2, 1, {2}, true);
  CHECK(unclean.reached() == "isr-shrank=1 isr-of-one=1 partition-without-leader=1 unclean-election=1 ");
  ProbedTale quick;
  quick.now = Instant{seconds(10).ns};
  quick.decide(2, 1, {1, 2, 3});
  quick.now = Instant{seconds(11).ns};
  quick.decide(3, 2, {1, 2, 3});
  quick.now = Instant{seconds(13).ns};
  quick.decide(1, 3, {1, 2, 3});
  CHECK(quick.reached() == "elections-in-quick-succession=1 ");
}

TEST_CASE("a leader that is replaced while it asks for another ISR and one that goes on writing are rare") {
  ProbedTale t;
  t.tell(0, trace::IsrChangeRequested{tp, LeaderEpoch{0}, {}, {}});
  t.decide(2, 1, {1, 2, 3});
  t.append(0, 0, 0);
  t.append(1, 1, 1);
  t.tell(0, trace::LogTruncated{tp, Offset{5}, Offset{3}});
  t.tell(2, trace::LogTruncated{tp, Offset{5}, Offset{3}});
  CHECK(t.reached()
        == "isr-change-met-election=1 stale-leader-appended=1 replica-truncated=2 former-leader-truncated=1 producer-epoch-bumped=1 ");
}

TEST_CASE("what disks and clients tell is counted") {
  ProbedTale t;
  t.tell(0, trace::LogLoaded{tp, Offset{0}, Offset{5}, Offset{0}, 17, false, {}});
  t.tell(0, trace::LogDirectoryFailed{"no space"});
  trace::ProduceAnswered answer{};
  answer.duplicate = true;
  t.tell(0, answer);
  answer = {};
  answer.error = ErrorCode::not_enough_replicas;
  t.tell(0, answer);
  t.tell(9, trace::ClientSawError{ApiKey::fetch, ErrorCode::offset_out_of_range});
  t.tell(9, trace::ClientSawError{ApiKey::fetch, ErrorCode::fenced_leader_epoch});
  t.tell(9, trace::ClientSawError{ApiKey::offset_commit, ErrorCode::illegal_generation});
  t.tell(9, trace::ClientSawError{ApiKey::join_group, ErrorCode::unknown_member_id});
  CHECK(t.reached()
        == "log-recovered=1 log-torn=1 log-directory-failed=1 duplicate-recognised=1 not-enough-replicas=1 position-out-of-range=1 "
           "consumer-fenced-by-epoch=1 commit-refused=1 ");
}

TEST_CASE("failures of controllers are told apart") {
  ProbedTale t;
  t.tell(5, trace::ControllerActivated{1});
  t.tell(6, trace::RaftRoleChanged{trace::RaftRole::candidate, 2, std::nullopt});
  t.tell(7, trace::RaftRoleChanged{trace::RaftRole::candidate, 3, std::nullopt});
  t.tell(7, trace::RaftRoleChanged{trace::RaftRole::leader, 3, NodeId{3002}});
  t.tell(6, trace::RaftRoleChanged{trace::RaftRole::candidate, 4, std::nullopt});
  t.tell(7, trace::ControllerActivated{3});
  t.tell(5, trace::RaftTruncated{9});
  CHECK(t.reached() == "controller-failed-over=1 votes-split=1 metadata-log-truncated=1 ");
}

TEST_CASE("a broker that is fenced while it runs is rare and one that crashed before is not") {
  ProbedTale t;
  t.tell(0, ProcessStarted{});
  t.tell(1, ProcessStarted{});
  t.tell(1, ProcessCrashed{});
  t.tell(0, trace::BrokerFenced{20, NodeId{2}, false});
  CHECK(t.reached().empty());
  t.tell(0, trace::BrokerFenced{21, NodeId{1}, false});
  t.tell(1, trace::BrokerFenced{21, NodeId{1}, false});
  CHECK(t.reached() == "live-broker-fenced=1 ");
}

TEST_CASE("a group whose rebalance goes on at another coordinator is rare") {
  ProbedTale t;
  t.tell(0, trace::GroupChanged{"g", "PreparingRebalance", Generation{1}, {}, ""});
  t.tell(0, trace::GroupChanged{"g", "Stable", Generation{1}, {}, ""});
  t.tell(1, trace::GroupsLoaded{PartitionIndex{0}, 1});
  t.tell(1, trace::GroupChanged{"g", "PreparingRebalance", Generation{2}, {}, ""});
  CHECK(t.reached() == "coordinator-moved=1 ");
  t.tell(2, trace::GroupChanged{"g", "PreparingRebalance", Generation{2}, {}, ""});
  CHECK(t.reached() == "coordinator-moved=1 rebalance-met-coordinator-move=1 ");
}

TEST_CASE("what happens before the cluster has formed does not count") {
  Probes probes;
  History history{Subjects{}};
  const Observation o{Instant{}, 1, HostId{0}, trace::Event{trace::LogDirectoryFailed{"x"}}};
  probes.observe(o, history);
  CHECK(probes.count(Probe::log_directory_failed) == 0);
  probes.begin();
  probes.observe(o, history);
  CHECK(probes.count(Probe::log_directory_failed) == 1);
}
