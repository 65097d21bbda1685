#include <functional>

#include <catch2/catch.hpp>

#include "core/message/consumer_group_heartbeat.hpp"
#include "tests/core/client/consumer_rig.hpp"

using namespace kafkasim;
using namespace kafkasim::test;

namespace {

ConsumerConfig consumer_protocol() {
  ConsumerConfig config = from_earliest();
  config.group_protocol = "consumer";
  return config;
}

// A rig whose coordinator answers heartbeats as the test says.
struct HeartbeatRig : ConsumerRig {
  explicit HeartbeatRig(ConsumerConfig config = consumer_protocol()) : ConsumerRig{std::move(config)} {}

  using Answer = std::function<std::optional<ConsumerGroupHeartbeatResponse>(const ConsumerGroupHeartbeatRequest&)>;  // absent: none
  void run(Duration time, const Answer& answer) {
    bench.run_until(bench.now + time, [&] {
      for (int i = 0; i < 50; ++i) {
        (void)poll();
        if (bench.requests.empty()) break;
        const Sent sent = bench.requests.front();
        bench.requests.pop_front();
        if (const auto* beat = sent.envelope.message.get_if<ConsumerGroupHeartbeatRequest>()) {
          beats.push_back(*beat);
          if (const auto told = answer(*beat)) bench.answer(sent, *told);
        } else if (const auto told = cluster.handle(sent)) {
          bench.answer(sent, *told);
        } else if (sent.envelope.message.api() == ApiKey::fetch) {
          cluster.held.push_back(sent);
        }
      }
      cluster.serve_held(bench);
    });
  }
  [[nodiscard]] ConsumerGroupHeartbeatResponse gives(std::int32_t epoch, std::optional<std::vector<int>> partitions) const {
    ConsumerGroupHeartbeatResponse response;
    response.member_epoch = epoch;
    response.heartbeat_interval = seconds(5);
    if (!partitions) return response;
    response.assignment.emplace();
    if (partitions->empty()) return response;
    response.assignment->topic_partitions.push_back({cluster.topics.at("orders").id, {}});
    for (const int p : *partitions) response.assignment->topic_partitions.back().partitions.push_back(PartitionIndex{p});
    return response;
  }
  std::vector<ConsumerGroupHeartbeatRequest> beats;
};

// It owns partitions and has read from one, and for some seconds cannot commit, which comes before it takes over another.
struct StuckRig : HeartbeatRig {
  explicit StuckRig(std::vector<int> owned = {0}) : HeartbeatRig{rarely_committing()} {
    write(0, {"a"});
    run(seconds(1), [&](const auto& beat) { return gives(3, beat.member_epoch == 0 ? std::optional{owned} : std::nullopt); });
    REQUIRE(beats.size() == 2);
    cluster.errors[ApiKey::offset_commit] = std::deque<ErrorCode>(50, ErrorCode::coordinator_load_in_progress);
  }
  static ConsumerConfig rarely_committing() {
    ConsumerConfig config = consumer_protocol();
    config.auto_commit_interval = seconds(60);
    return config;
  }
};

}  // namespace

TEST_CASE("a member of a consumer group joins with epoch 0 and tells all and then what it owns") {
  HeartbeatRig rig;
  rig.run(seconds(1), [&](const auto& beat) { return rig.gives(3, beat.member_epoch == 0 ? std::optional{std::vector{0, 1}} : std::nullopt); });
  REQUIRE(rig.beats.size() == 2);
  CHECK(rig.beats[0].member_epoch == 0);
  CHECK_FALSE(rig.beats[0].member_id.empty());
  CHECK(rig.beats[0].rebalance_timeout == seconds(300));
  CHECK(rig.beats[0].subscribed_topic_names == std::vector<std::string>{"orders"});
  CHECK(rig.beats[0].topic_partitions->empty());
  CHECK(rig.beats[1].member_epoch == 3);
  CHECK(rig.beats[1].topic_partitions->at(0).partitions.size() == 2);
  CHECK_FALSE(rig.beats[1].subscribed_topic_names);
  const auto assigned = rig.bench.noted<trace::PartitionsAssigned>();
  REQUIRE(assigned.size() == 1);
  CHECK(assigned[0].partitions.size() == 2);
  CHECK(assigned[0].generation == Generation{3});
}

TEST_CASE("a member goes on with heartbeats every interval that the coordinator told") {
  HeartbeatRig rig;
  rig.run(seconds(21), [&](const auto& beat) { return rig.gives(3, beat.member_epoch == 0 ? std::optional{std::vector{0}} : std::nullopt); });
  CHECK(rig.beats.size() == 2 + 4);
  CHECK_FALSE(rig.beats.back().topic_partitions);
}

TEST_CASE("a member revokes only what is not in its new target and tells it at once") {
  HeartbeatRig rig;
  rig.run(seconds(1), [&](const auto& beat) { return rig.gives(3, beat.member_epoch == 0 ? std::optional{std::vector{0, 1}} : std::nullopt); });
  bool told = false;
  rig.run(seconds(6), [&](const auto&) { return rig.gives(told ? 4 : 3, std::exchange(told, true) ? std::nullopt : std::optional{std::vector{0}}); });
  const auto revoked = rig.bench.noted<trace::PartitionsRevoked>();
  REQUIRE(revoked.size() == 1);
  CHECK(revoked[0].partitions == std::vector{TopicPartition{"orders", PartitionIndex{1}}});
  CHECK_FALSE(revoked[0].lost);
  CHECK(rig.beats.back().topic_partitions->at(0).partitions == std::vector{PartitionIndex{0}});
  CHECK(rig.bench.noted<trace::PartitionsAssigned>().back().added.empty());
}

TEST_CASE("a member tells all again when its coordinator is lost before it has answered a heartbeat") {
  HeartbeatRig rig;
  rig.write(0, {"a"});
  rig.cluster.errors[ApiKey::offset_commit] = {ErrorCode::not_coordinator};
  rig.run(seconds(8), [&](const auto& beat) -> std::optional<ConsumerGroupHeartbeatResponse> {
    if (beat.member_epoch == 0) return rig.gives(3, std::vector{0, 1});
    if (rig.beats.size() == 2) return std::nullopt;  // what it owns, told and not heard
    return rig.gives(3, std::nullopt);
  });
  REQUIRE(rig.beats.size() >= 3);
  CHECK(rig.beats[2].subscribed_topic_names);
  REQUIRE(rig.beats[2].topic_partitions);
  CHECK(rig.beats[2].topic_partitions->at(0).partitions.size() == 2);
}

TEST_CASE("a member that has told what it owns no longer takes over the target from before") {
  StuckRig rig;
  rig.run(seconds(14), [&](const auto&) -> std::optional<ConsumerGroupHeartbeatResponse> {
    if (rig.beats.size() == 3) return rig.gives(3, std::vector{0, 1});
    if (rig.beats.size() > 4) return std::nullopt;  // under way: its coordinator may be giving partition 1 to another
    ConsumerGroupHeartbeatResponse not_now;
    not_now.error_code = ErrorCode::coordinator_load_in_progress;
    return not_now;
  });
  REQUIRE(rig.beats.size() == 5);
  CHECK(rig.beats[4].subscribed_topic_names);
  REQUIRE(rig.beats[4].topic_partitions);
  CHECK(rig.beats[4].topic_partitions->at(0).partitions == std::vector{PartitionIndex{0}});
  CHECK(rig.bench.noted<trace::PartitionsAssigned>().size() == 1);
}

TEST_CASE("a member whose target is what it owns again before it has taken over says so") {
  StuckRig rig;
  rig.run(seconds(10), [&](const auto&) { return rig.gives(3, rig.beats.size() == 3 ? std::vector{0, 1} : std::vector{0}); });
  REQUIRE(rig.beats.size() == 5);
  CHECK_FALSE(rig.beats[3].topic_partitions);
  REQUIRE(rig.beats[4].topic_partitions);
  CHECK(rig.beats[4].topic_partitions->at(0).partitions == std::vector{PartitionIndex{0}});
  CHECK(rig.bench.noted<trace::PartitionsAssigned>().size() == 1);
}

TEST_CASE("a member reads no more of what it is about to give up until it is to keep it") {
  StuckRig rig{{0, 1}};
  rig.got.clear();
  rig.run(seconds(10), [&](const auto&) { return rig.gives(3, std::vector{0}); });
  rig.write(0, {"kept"});
  rig.write(1, {"given up"});
  rig.run(seconds(2), [&](const auto&) { return rig.gives(3, std::nullopt); });
  CHECK(rig.bench.noted<trace::PartitionsRevoked>().empty());
  CHECK(rig.got == std::vector<std::string>{"kept"});
  rig.run(seconds(6), [&](const auto&) { return rig.gives(3, std::vector{0, 1}); });
  CHECK(rig.bench.noted<trace::PartitionsRevoked>().empty());
  CHECK(rig.got == std::vector<std::string>{"kept", "given up"});
}

TEST_CASE("a member whose partitions can be committed no more because their topic is gone gives them up at once") {
  StuckRig rig{{0, 1}};
  rig.cluster.errors[ApiKey::offset_commit] = std::deque<ErrorCode>(50, ErrorCode::unknown_topic_or_partition);
  rig.run(seconds(6), [&](const auto&) { return rig.gives(3, std::vector{0}); });
  CHECK(rig.bench.noted<trace::PartitionsRevoked>().size() == 1);
}

TEST_CASE("a fenced member loses what it owned and joins again with epoch 0 under its id") {
  HeartbeatRig rig;
  rig.run(seconds(1), [&](const auto& beat) { return rig.gives(3, beat.member_epoch == 0 ? std::optional{std::vector{0, 1}} : std::nullopt); });
  const std::string id = rig.beats[0].member_id;
  rig.run(seconds(6), [&](const auto& beat) {
    if (beat.member_epoch == 0) return rig.gives(9, std::vector{0});
    ConsumerGroupHeartbeatResponse fenced;
    if (beat.member_epoch == 3) fenced.error_code = ErrorCode::fenced_member_epoch;
    return beat.member_epoch == 3 ? fenced : rig.gives(9, std::nullopt);
  });
  CHECK(rig.bench.noted<trace::PartitionsRevoked>().at(0).lost);
  CHECK(rig.bench.noted<trace::PartitionsAssigned>().back().generation == Generation{9});
  CHECK(rig.beats.back().member_id == id);
}

TEST_CASE("a member of a consumer group that leaves because its application does not poll says so") {
  ConsumerConfig config = consumer_protocol();
  config.max_poll_interval = seconds(10);
  HeartbeatRig rig{config};
  rig.run(seconds(1), [&](const auto& beat) { return rig.gives(3, beat.member_epoch == 0 ? std::optional{std::vector{0}} : std::nullopt); });
  rig.write(0, {"a"});
  rig.poll_once();
  REQUIRE(rig.got.size() == 1);
  rig.cluster.run_for(rig.bench, milliseconds(9'900));
  CHECK(rig.bench.noted<trace::PollTimedOut>().empty());
  rig.cluster.run_for(rig.bench, milliseconds(200));
  REQUIRE(rig.bench.noted<trace::PollTimedOut>().size() == 1);
  CHECK(rig.bench.noted<trace::PollTimedOut>()[0].group == "analytics");
}

TEST_CASE("a member that closes says so with epoch -1 and a static one with -2") {
  for (const bool is_static : {false, true}) {
    ConsumerConfig config = consumer_protocol();
    if (is_static) config.group_instance_id = "one";
    HeartbeatRig rig{config};
    const auto answer = [&](const ConsumerGroupHeartbeatRequest& beat) {
      return rig.gives(beat.member_epoch < 0 ? beat.member_epoch : 3, beat.member_epoch == 0 ? std::optional{std::vector{0}} : std::nullopt);
    };
    rig.run(seconds(1), answer);
    rig.bench.step(StopRequested{});
    rig.run(seconds(1), answer);
    CHECK(rig.beats.back().member_epoch == (is_static ? leaving_for_a_while_epoch : leaving_epoch));
    CHECK(rig.bench.exit);
  }
}

TEST_CASE("a member that subscribes by regular expression learns by their ids what its topics are called") {
  struct RegexRig : HeartbeatRig {
    RegexRig() : HeartbeatRig{} { bench.machine = Consumer{identity("reader"), consumer_protocol(), ConsumeGroup{"analytics", {}, "ord.*"}}; }
  } rig;
  rig.bench.start();
  rig.write(0, {"x", "y"});
  const Uuid id = rig.cluster.topics.at("orders").id;
  bool by_id = false;
  rig.bench.run_until(rig.bench.now + seconds(3), [&] {
    for (int i = 0; i < 50; ++i) {
      (void)rig.poll();
      if (rig.bench.requests.empty()) break;
      Sent sent = rig.bench.requests.front();
      rig.bench.requests.pop_front();
      if (const auto* beat = sent.envelope.message.get_if<ConsumerGroupHeartbeatRequest>()) {
        rig.beats.push_back(*beat);
        rig.bench.answer(sent, rig.gives(3, beat->member_epoch == 0 ? std::optional{std::vector{0}} : std::nullopt));
        continue;
      }
      if (const auto* ask = sent.envelope.message.get_if<MetadataRequest>()) {
        MetadataRequest named = *ask;  // the model knows topics by name
        for (auto& topic : *named.topics) {
          by_id = by_id || topic.topic_id == id;
          if (topic.topic_id == id) topic = {Uuid{}, "orders"};
        }
        sent.envelope.message = Message::of(named);
      }
      if (const auto told = rig.cluster.handle(sent)) rig.bench.answer(sent, *told);
    }
  });
  REQUIRE(rig.beats.size() >= 2);
  CHECK(rig.beats[0].subscribed_topic_regex == "ord.*");
  CHECK(rig.beats[0].subscribed_topic_names->empty());
  CHECK(by_id);
  REQUIRE(rig.bench.noted<trace::PartitionsAssigned>().size() == 1);
  CHECK(rig.bench.noted<trace::PartitionsAssigned>()[0].partitions == std::vector{TopicPartition{"orders", PartitionIndex{0}}});
  CHECK(rig.got == std::vector<std::string>{"x", "y"});
}
