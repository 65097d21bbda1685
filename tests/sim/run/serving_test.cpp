// What a run that is served can do besides.
#include "tests/sim/serve/served_cluster.hpp"

namespace kafkasim::sim {

TEST_CASE("a served run goes on behind its duration until it is ended") {
  RecordingHead head = three_brokers();
  head.until = seconds(2);
  const auto session = begun(std::move(head));
  Mailbox mail{*session};
  mail.run(seconds(5));
  CHECK(session->run().now() == seconds(5));
  session->end();
  CHECK(session->run().liveness().has_value());
  CHECK_FALSE(session->run().step());
}

TEST_CASE("nodes and clients take for the time what they are told at time 0") {
  RecordingHead head = three_brokers(R"(,
      "producers": [{"id": "shop", "topic": "orders", "rate": "100/s"}],
      "consumers": [{"group": "readers", "topics": ["orders"]}])");
  head.wall_clock = Timestamp{1'900'000'000'000};
  const auto session = begun(std::move(head));
  const World& world = session->run().world();
  for (const auto& [id, host] : session->run().cluster().brokers) CHECK(world.wall_clock(host) == Timestamp{1'900'000'000'000});
  for (const auto& client : session->run().cluster().clients) CHECK(world.wall_clock(client.host) == Timestamp{1'900'000'000'000});

  // So what simulated producers write is as old to the brokers as it is, and how long it took to its readers is told by that clock.
  Mailbox mail{*session};
  mail.run(seconds(10));
  const auto latency = session->run().measure(MetricQuery{.metric = Metric::latency_end_to_end_max});
  REQUIRE(latency);
  CHECK(std::get<std::int64_t>(*latency) > 0);
  CHECK(std::get<std::int64_t>(*latency) < seconds(5).ns);
}

TEST_CASE("time passes where nothing happens and no event is passed over") {
  const auto session = begun();
  Simulation& run = session->run();
  const Instant next = *run.next_event_at();
  run.advance(Instant{next.ns - 1});
  CHECK(run.world().now() == Instant{next.ns - 1});
  CHECK_THROWS(run.advance(next));
}

TEST_CASE("an epilogue without the guests comes to rest") {
  const auto session = begun();
  Mailbox mail{*session};
  for (int i = 0; i < 5; ++i) (void)session->dial(NodeId{1 + i % 3});
  mail.run(seconds(1));
  session->end();
  REQUIRE(session->run().liveness());
  CHECK(session->run().liveness()->after.has_value());
  CHECK(session->run().findings().violations() == 0);
}

}  // namespace kafkasim::sim
