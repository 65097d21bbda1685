// Messages on their way, in pictures of runs.
#include <catch2/catch.hpp>

#include "tests/sim/frame/support.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;
using namespace kafkasim::sim::testing;

namespace {

template <class Is>
const FrameMessage* message_that(const Frame& frame, const Is& is) {
  const auto found = std::ranges::find_if(frame.messages, is);
  return found == frame.messages.end() ? nullptr : &*found;
}
bool is_produce(const FrameMessage& m) { return m.api == ApiKey::produce && m.kind == MessageKind::request; }

}  // namespace

TEST_CASE("a message on the wire moves from its sender to its receiver") {
  Filmed film{three_brokers(R"("linger.ms": 0)", "")};
  REQUIRE(film.until_shown([](const Frame& f) { return message_that(f, is_produce) != nullptr; }));
  const Frame leaving = film.picture();
  const FrameMessage& sent = *message_that(leaving, is_produce);
  CHECK(sent.progress == 0.0F);
  CHECK(sent.state == MessageState::on_wire);
  CHECK(sent.traffic == Traffic2::produce);
  CHECK(sent.heavy);
  CHECK_FALSE(sent.error);
  CHECK(sent.by_dialler);
  CHECK(sent.bytes > 100);
  CHECK(leaving.node(sent.from)->name == "p");
  CHECK(leaving.node(sent.to)->name == "broker 1");

  // While nothing happens the picture of a later moment shows it further on.
  float last = 0;
  for (int i = 0; i < 50; ++i) {
    const Frame later = film.picture(film.run.now() + microseconds(20 * i));
    const FrameMessage* same = message_that(later, [&sent](const FrameMessage& m) {
      return m.connection == sent.connection && m.number == sent.number && m.by_dialler == sent.by_dialler;
    });
    REQUIRE(same != nullptr);
    CHECK(same->progress >= last);
    CHECK(same->progress <= 1.0F);
    last = same->progress;
  }
  CHECK(last > 0.5F);
}

TEST_CASE("messages are told apart by what they are for") {
  Filmed film{three_brokers(R"("linger.ms": 0)", "")};
  std::set<Traffic2> seen;
  while (film.run.now() < seconds(3) && film.step()) {
    for (const FrameMessage& m : film.picture().messages) seen.insert(m.traffic);
  }
  for (const Traffic2 kind : {Traffic2::produce, Traffic2::replication, Traffic2::quorum, Traffic2::control, Traffic2::metadata}) {
    CAPTURE(traffic_name(kind));
    CHECK(seen.contains(kind));
  }
  CHECK_FALSE(seen.contains(Traffic2::fetch));  // nobody reads
}

TEST_CASE("what is sent into a cut is lost and what follows it waits") {
  Filmed film{three_brokers(R"("linger.ms": 80)", R"({"at": "1s", "partition": [["p"], [1, 2, 3]], "for": "10s"})")};
  film.until(milliseconds(1500));
  const Frame frame = film.picture();
  CHECK(message_that(frame, [](const FrameMessage& m) { return is_produce(m) && m.state == MessageState::lost; }) != nullptr);
  const FrameMessage* waits = message_that(frame, [](const FrameMessage& m) { return m.state == MessageState::waiting; });
  REQUIRE(waits != nullptr);
  CHECK(waits->progress == 0.0F);
}

TEST_CASE("a message that an intercept holds or delays stands at its receiver's door") {
  Filmed film{three_brokers(R"("linger.ms": 0)", R"(
    {"at": "1s", "intercept": {"to": 1, "api": "Produce", "then": "hold", "count": 2}, "for": "2s"},
    {"at": "1s", "intercept": {"from": 1, "to": 2, "api": "Fetch", "kind": "response", "then": {"delay": "800ms"}, "count": 1}})")};
  film.until(milliseconds(1500));
  const Frame frame = film.picture();
  const FrameMessage* held = message_that(frame, [](const FrameMessage& m) { return m.state == MessageState::held; });
  REQUIRE(held != nullptr);
  CHECK(is_produce(*held));
  CHECK(held->progress == 1.0F);
  CHECK(frame.node(held->from)->name == "p");
  CHECK(frame.node(held->to)->name == "broker 1");
  const FrameMessage* delayed = message_that(frame, [](const FrameMessage& m) { return m.state == MessageState::delayed; });
  REQUIRE(delayed != nullptr);
  CHECK(delayed->api == ApiKey::fetch);
  CHECK(delayed->kind == MessageKind::response);
  CHECK(frame.node(delayed->from)->name == "broker 1");
  CHECK(frame.node(delayed->to)->name == "broker 2");
  film.until(milliseconds(3500));
  CHECK(message_that(film.picture(), [](const FrameMessage& m) { return m.state == MessageState::held || m.state == MessageState::delayed; })
        == nullptr);
}

TEST_CASE("an answer that carries an error says so") {
  Filmed film{three_brokers(R"("linger.ms": 0)",
                            R"({"at": "1s", "intercept": {"to": 1, "api": "Produce", "then": {"error": "NOT_LEADER_OR_FOLLOWER"}, "count": 1}})")};
  REQUIRE(film.until_shown([](const Frame& f) { return message_that(f, [](const FrameMessage& m) { return m.error; }) != nullptr; }));
  const Frame frame = film.picture();
  const FrameMessage& answer = *message_that(frame, [](const FrameMessage& m) { return m.error; });
  CHECK(answer.kind == MessageKind::response);
  CHECK(answer.api == ApiKey::produce);
  CHECK(answer.traffic == Traffic2::produce);
}
