#include "sim/explore/shrink_recording.hpp"

#include "core/message/api_versions.hpp"
#include "tests/sim/serve/served_cluster.hpp"
#include "tests/support/temporary_directory.hpp"

namespace kafkasim::sim {

namespace {

const Message versions = Message::of(ApiVersionsRequest{"idle", "1"});

// Idle clients come and go, one produces with acks=1 to a leader that is alone and then gone for good.
Recording recorded(const std::string& file) {
  const auto session = begun(three_brokers(), file);
  Mailbox mail{*session};
  const NodeId leader = *session->run().checks().history().partition(TopicPartition{"orders", PartitionIndex{0}})->leader;
  for (std::int32_t i = 1; i <= 3; ++i) {
    const GuestId idle = session->dial(NodeId{i});
    mail.run(milliseconds(20));
    for (int n = 0; n < 3; ++n) (void)mail.ask(idle, versions, 3);
  }
  const GuestId guest = session->dial(leader);
  mail.run(milliseconds(20));
  (void)mail.ask(guest, Message::of(produce_values({"a", "b"})), 9);
  CHECK(session->add_entries(R"({"note": "nothing to do with it"})").empty());
  CHECK(session->add_entries(R"j({"partition": ["followers(orders-0)"], "name": "cut"})j").empty());
  mail.run(milliseconds(5));
  (void)mail.ask(guest, Message::of(produce_values({"doomed"}, 1)), 9, milliseconds(300));
  CHECK(session->add_entries(R"([{"wipe": )" + std::to_string(leader.value) + R"(, "for": "9s"}, {"undo": "cut"}])").empty());
  mail.run(seconds(8));
  const GuestId late = session->dial(NodeId{leader.value % 3 + 1});
  mail.run(milliseconds(50));
  session->hang_up(late);
  session->end();
  return read_recording(file).value();
}

}  // namespace

TEST_CASE("a recording shrinks to the client and the faults that matter and replays by itself") {
  const test::TemporaryDirectory folder;
  const Recording whole = recorded(folder.path() + "/whole.ksrec");
  const std::string least = folder.path() + "/least.ksrec";
  const Result<ShrunkRecording> shrunk = shrink_recording(whole, least, {});
  REQUIRE(shrunk.has_value());
  CHECK(shrunk->invariant == "acked-record-lost");
  CHECK(shrunk->complete);
  CHECK(shrunk->operations <= 4);  // it connects, it produces, the followers are cut off, the leader is wiped
  CHECK(shrunk->of > 15);
  const Result<Recording> written = read_recording(least);
  REQUIRE(written.has_value());
  REQUIRE(written->end());
  const Result<Replayed> replayed = replay(*written, [](const Simulation&) {});
  REQUIRE(replayed.has_value());
  CHECK_FALSE(replayed->difference.has_value());
  CHECK(replayed->session->run().findings().findings_of("acked-record-lost") >= 1);
}

TEST_CASE("a recording that breaks nothing is not shrunk and a limit is kept") {
  const test::TemporaryDirectory folder;
  const std::string file = folder.path() + "/good.ksrec";
  {
    const auto session = begun(three_brokers(), file);
    session->end();
  }
  const Result<ShrunkRecording> nothing = shrink_recording(read_recording(file).value(), folder.path() + "/x.ksrec", {});
  REQUIRE_FALSE(nothing.has_value());
  CHECK(nothing.error().message.find("breaks no promise") != std::string::npos);
  const Recording whole = recorded(folder.path() + "/whole.ksrec");
  const Result<ShrunkRecording> some = shrink_recording(whole, folder.path() + "/some.ksrec", {2, {}});
  REQUIRE(some.has_value());
  CHECK_FALSE(some->complete);
  CHECK(some->runs <= 2);
  CHECK_FALSE(shrink_recording(whole, "/no/such/folder/x.ksrec", {1, {}}).has_value());
}

}  // namespace kafkasim::sim
