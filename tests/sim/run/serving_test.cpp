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

TEST_CASE("nodes take for the time what they are told at time 0") {
  RecordingHead head = three_brokers();
  head.wall_clock = Timestamp{1'900'000'000'000};
  const auto session = begun(std::move(head));
  for (const auto& [id, host] : session->run().cluster().brokers)
    CHECK(session->run().world().wall_clock(host) == Timestamp{1'900'000'000'000});
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
