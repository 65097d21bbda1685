#include "sim/serve/session.hpp"

#include "core/message/api_versions.hpp"
#include "core/message/fetch.hpp"
#include "core/message/metadata.hpp"
#include "core/message/vote.hpp"
#include "tests/sim/serve/served_cluster.hpp"
#include "tests/support/temporary_directory.hpp"

namespace kafkasim::sim {
namespace {

constexpr std::int16_t produce_version = 9;

NodeId leader_of(const Session& session) {
  return *session.run().checks().history().partition(TopicPartition{"orders", PartitionIndex{0}})->leader;
}

std::int64_t metric(const Session& session, Metric which) {
  return std::get<std::int64_t>(*session.run().measure({which, {}, {}, {}}));
}

GuestId connected(Session& session, Mailbox& mail, NodeId broker) {
  const GuestId guest = session.dial(broker);
  mail.run(milliseconds(50));
  REQUIRE(mail.of<GuestOpened>(guest).size() == 1);
  return guest;
}

}  // namespace

TEST_CASE("a real client's connection is accepted by the broker that it dials and a request is answered") {
  const auto session = begun();
  Mailbox mail{*session};
  const GuestId guest = connected(*session, mail, NodeId{2});
  const auto answer = mail.ask(guest, Message::of(ApiVersionsRequest{"client", "1"}), 3);
  REQUIRE(answer);
  CHECK(answer->message.as<ApiVersionsResponse>().error_code == ErrorCode::none);
}

TEST_CASE("metadata names the brokers by the endpoints at which they are served") {
  const auto session = begun();
  Mailbox mail{*session};
  const GuestId guest = connected(*session, mail, NodeId{1});
  const auto answer = mail.ask(guest, Message::of(MetadataRequest{}), 9);
  REQUIRE(answer);
  std::vector<std::pair<std::string, int>> endpoints;
  for (const auto& broker : answer->message.as<MetadataResponse>().brokers) endpoints.emplace_back(broker.host, broker.port);
  CHECK(endpoints == std::vector<std::pair<std::string, int>>{{"127.0.0.1", 9092}, {"127.0.0.1", 9093}, {"127.0.0.1", 9094}});
}

TEST_CASE("an ApiVersions of a version that nobody knows is answered in version 0 with the versions that there are") {
  const auto session = begun();
  Mailbox mail{*session};
  const GuestId guest = connected(*session, mail, NodeId{1});
  ByteWriter out;
  out.i16(18);
  out.i16(99);
  out.i32(7);
  out.i16(-1);
  REQUIRE(session->receive(guest, SharedBytes{out.take()}).has_value());
  mail.run(milliseconds(100));
  const auto answers = mail.of<GuestAnswer>(guest);
  REQUIRE(answers.size() == 1);
  const SharedBytes frame{std::vector<std::byte>(answers[0].frame.begin() + 4, answers[0].frame.end())};
  const Result<Envelope> answer = decode_response_frame(ApiKey::api_versions, 0, frame, {});
  REQUIRE(answer.has_value());
  CHECK(answer->correlation_id == 7);
  CHECK(answer->message.as<ApiVersionsResponse>().error_code == ErrorCode::unsupported_version);
  CHECK(answer->message.as<ApiVersionsResponse>().api_keys.size() == 1);
}

TEST_CASE("what a client must not send is refused with what it was") {
  const auto session = begun();
  Mailbox mail{*session};
  const GuestId guest = connected(*session, mail, NodeId{1});
  SECTION("a request of the metadata quorum") {
    const Result<void> taken = session->receive(guest, as_frame(Message::of(VoteRequest{}), 0, 1));
    REQUIRE_FALSE(taken.has_value());
    CHECK(taken.error().message.find("Vote version 0 of client 'test' is not served") != std::string::npos);
  }
  SECTION("a fetch in the name of a replica") {
    FetchRequest fetch;
    fetch.replica_state.replica_id = NodeId{2};
    const Result<void> taken = session->receive(guest, as_frame(Message::of(fetch), 12, 1));
    REQUIRE_FALSE(taken.has_value());
    CHECK(taken.error().message.find("in the name of a replica") != std::string::npos);
  }
  SECTION("messages from before Kafka 0.11") {
    ByteWriter out;
    out.i16(0);
    out.i16(2);
    out.i32(7);
    out.i16(-1);
    const Result<void> taken = session->receive(guest, SharedBytes{out.take()});
    REQUIRE_FALSE(taken.has_value());
    CHECK(taken.error().message.find("before Kafka 0.11") != std::string::npos);
  }
  SECTION("bytes that are no request") {
    CHECK_FALSE(session->receive(guest, SharedBytes::of("GET / HTTP/1.1")).has_value());
    CHECK_FALSE(session->receive(guest, SharedBytes{}).has_value());
  }
}

TEST_CASE("records that a real client was promised count as acknowledged and what a crash loses of them is found") {
  const auto session = begun(three_brokers(R"(, "producers": [], "expect": [{"violates": "acked-record-lost"}])"));
  Mailbox mail{*session};
  const NodeId leader = leader_of(*session);
  const GuestId guest = connected(*session, mail, leader);
  const auto answer = mail.ask(guest, Message::of(produce_values({"a", "b", "c"})), produce_version);
  REQUIRE(answer);
  CHECK(answer->message.as<ProduceResponse>().responses[0].partition_responses[0].error_code == ErrorCode::none);
  CHECK(metric(*session, Metric::records_acked) == 3);

  // The leader alone takes one more with acks=1 and is gone for good.
  CHECK(session->add_entries(R"j({"partition": ["followers(orders-0)"], "name": "cut"})j").empty());
  mail.run(milliseconds(5));
  const auto lost = mail.ask(guest, Message::of(produce_values({"d"}, 1)), produce_version, milliseconds(200));
  REQUIRE(lost);
  CHECK(metric(*session, Metric::records_acked) == 4);
  CHECK(session->add_entries(R"([{"wipe": )" + std::to_string(leader.value) + R"(, "for": "8s"}, {"undo": "cut"}])").empty());
  mail.run(seconds(10));
  session->end();
  CHECK(metric(*session, Metric::records_lost) == 1);
  CHECK(session->run().findings().findings_of("acked-record-lost") == 1);
}

TEST_CASE("a crash of the broker resets its clients' connections") {
  const auto session = begun();
  Mailbox mail{*session};
  const GuestId guest = connected(*session, mail, NodeId{3});
  CHECK(session->add_entries(R"({"crash": 3})").empty());
  mail.run(milliseconds(20));
  const auto ends = mail.of<GuestEnded>(guest);
  REQUIRE(ends.size() == 1);
  CHECK(ends[0].reason == DisconnectReason::reset);
  const GuestId late = session->dial(NodeId{3});
  mail.run(milliseconds(20));
  REQUIRE(mail.of<GuestEnded>(late).size() == 1);
  CHECK(mail.of<GuestEnded>(late)[0].reason == DisconnectReason::refused);
}

TEST_CASE("a machine without power answers nobody") {
  const auto session = begun();
  Mailbox mail{*session};
  const GuestId guest = connected(*session, mail, NodeId{3});
  CHECK(session->add_entries(R"({"power_off": 3})").empty());
  CHECK_FALSE(mail.ask(guest, Message::of(ApiVersionsRequest{}), 3, seconds(2)));
  CHECK(mail.of<GuestEnded>(guest).empty());
}

TEST_CASE("an entry that is posted fires at once without a trigger and may name what came before") {
  const auto session = begun();
  Mailbox mail{*session};
  CHECK(session->add_entries(R"([{"pause": 1, "for": "1s", "name": "first"}, {"after": "first", "plus": "1s", "note": "over"}])").empty());
  CHECK(session->add_entries(R"({"after": "first", "note": "later"})").empty());
  mail.run(seconds(2));
  std::vector<std::string> notes;
  for (std::size_t i = 0; i < session->run().story().lines().size(); ++i) {
    if (session->run().story().lines()[i].kind == "note") notes.push_back(session->run().story().lines()[i].text);
  }
  CHECK(notes == std::vector<std::string>{"later", "over"});
}

TEST_CASE("a record by hand has a producer of its own where the scenario has none") {
  const auto session = begun();
  Mailbox mail{*session};
  CHECK(session->add_entries(R"({"produce": {"topic": "orders", "value": "x"}})").empty());
  mail.run(seconds(3));
  CHECK(session->add_entries(R"([{"produce": {"topic": "orders", "value": "y"}}, {"produce": {"topic": "orders", "value": "z"}}])").empty());
  mail.run(seconds(3));
  CHECK(metric(*session, Metric::records_acked) == 3);
  CHECK(metric(*session, Metric::log_end) == 3);
}

TEST_CASE("an entry that is wrong says where and nothing is added") {
  const auto session = begun();
  const auto errors = session->add_entries("[{\"note\": \"x\"},\n {\"crash\": \"leeder(orders-0)\"}]");
  REQUIRE(errors.size() == 1);
  CHECK(errors[0].line == 2);
  CHECK(errors[0].pointer == "/1/crash");
  CHECK(errors[0].message.find("leader") != std::string::npos);
  CHECK_FALSE(session->add_entries("{").empty());
  CHECK_FALSE(session->add_entries("7").empty());
  CHECK_FALSE(session->add_entries(R"({"nothing": 1})").empty());
  CHECK(session->run().scenario().timeline.empty());
}

TEST_CASE("an entry may name a topic and a group that real clients bring") {
  const auto session = begun();
  CHECK(session->add_entries(R"j([{"crash": "leader(theirs-0)"}, {"crash": "coordinator(their-app)"}])j").empty());
}

TEST_CASE("a recorded session replays to the same hash and story") {
  const test::TemporaryDirectory folder;
  const std::string file = folder.path() + "/run.ksrec";
  const auto session = begun(three_brokers(), file);
  Mailbox mail{*session};
  const NodeId leader = leader_of(*session);
  const GuestId guest = connected(*session, mail, leader);
  (void)mail.ask(guest, Message::of(produce_values({"a", "b"})), produce_version);
  (void)session->receive(guest, SharedBytes::of("nonsense"));
  session->hang_up(guest);
  CHECK(session->add_entries(R"({"crash": )" + std::to_string(leader.value) + R"(, "for": "2s"})").empty());
  mail.run(seconds(3));
  const GuestId again = session->dial(leader);
  mail.run(milliseconds(700));
  (void)mail.ask(again, Message::of(produce_values({"c"}, 1)), produce_version);
  session->end();

  const Result<Recording> recording = read_recording(file);
  REQUIRE(recording.has_value());
  REQUIRE(recording->end());
  for (int i = 0; i < 3; ++i) {
    const Result<Replayed> replayed = replay(*recording, [](const Simulation&) {});
    REQUIRE(replayed.has_value());
    CHECK(replayed->difference == std::nullopt);
    CHECK(replayed->session->run().world().trace_hash() == session->run().world().trace_hash());
    CHECK(replayed->session->run().story().lines().size() == session->run().story().lines().size());
  }
}

TEST_CASE("a recording of another run is told apart") {
  const test::TemporaryDirectory folder;
  const std::string file = folder.path() + "/run.ksrec";
  {
    const auto session = begun(three_brokers(), file);
    Mailbox mail{*session};
    const GuestId guest = connected(*session, mail, NodeId{1});
    (void)mail.ask(guest, Message::of(ApiVersionsRequest{}), 3);
    session->end();
  }
  Result<Recording> recording = read_recording(file);
  REQUIRE(recording.has_value());
  SECTION("by its hash") { std::get<RecordedEnd>(recording->operations.back().what).hash ^= 1; }
  SECTION("by where something came") { recording->operations[1].at = recording->operations[1].at - milliseconds(1); }
  SECTION("by a broker that is not there") { std::get<RecordedDial>(recording->operations[0].what).broker = NodeId{9}; }
  const Result<Replayed> replayed = replay(*recording, [](const Simulation&) {});
  REQUIRE(replayed.has_value());
  CHECK(replayed->difference.has_value());
}

TEST_CASE("a copy of a served run goes on alike") {
  const auto session = begun();
  Mailbox mail{*session};
  const GuestId guest = connected(*session, mail, NodeId{1});
  REQUIRE(session->receive(guest, as_frame(Message::of(ApiVersionsRequest{}), 3, 1)).has_value());
  Simulation copy = session->run();
  for (int i = 0; i < 2000; ++i) {
    (void)session->run().step();
    (void)copy.step();
  }
  CHECK(copy.world().trace_hash() == session->run().world().trace_hash());
  CHECK(copy.take_news().size() == session->run().take_news().size());
}

}  // namespace kafkasim::sim
