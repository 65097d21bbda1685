#include "sim/frame/space_time.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <set>

#include <catch2/catch.hpp>

#include "tests/sim/run/support.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;
using kafkasim::sim::testing::formed;
using kafkasim::sim::testing::scenario;
using kafkasim::sim::testing::small;

namespace {

// Three brokers hold t-0; its leader crashes at 2 s and comes back at 4 s.
std::string crashing_leader(std::string_view duration = "8s") {
  return small(3, duration, R"("topics": [{"name": "t", "replication_factor": 3, "assignment": [[1, 2, 3]]}],
    "producers": [{"id": "p", "topic": "t", "rate": "50/s"}],
    "timeline": [{"at": "2s", "crash": 1, "for": "2s"}], )");
}

struct Watched {
  Simulation run;
  Recorder recent;
  explicit Watched(const std::string& text) : run{formed(scenario(text))} { run.observe_details(); }
  void go_to(Duration at) {
    for (;;) {
      const auto next = run.world().next_event_at();
      if (!next || *next > run.origin() + at || !run.step()) return;
      recent.observe(run);
    }
  }
  [[nodiscard]] SpaceTime seen(Duration from, Duration to, Heartbeats heartbeats = Heartbeats::left_out, std::optional<Cone> cone = {}) const {
    return space_time(run, recent, from, to, heartbeats, cone);
  }
  [[nodiscard]] HostId broker(std::int32_t id) const { return *run.cluster().node(NodeId{id}); }
};

std::vector<Flight> flights_of(const SpaceTime& s, ApiKey api, MessageKind kind) {
  std::vector<Flight> found;
  std::ranges::copy_if(s.flights, std::back_inserter(found), [&](const Flight& f) { return f.message.api == api && f.message.kind == kind; });
  return found;
}

const LaneMark* mark_of(const SpaceTime& s, std::string_view text) {
  const auto found = std::ranges::find_if(s.marks, [text](const LaneMark& m) { return m.text.starts_with(text); });
  return found == s.marks.end() ? nullptr : &*found;
}

std::vector<LaneSpan> spans_of(const SpaceTime& s, HostId host) {
  std::vector<LaneSpan> found;
  std::ranges::copy_if(s.spans, std::back_inserter(found), [host](const LaneSpan& x) { return x.host == host; });
  return found;
}

}  // namespace

TEST_CASE("a record goes from its producer to the leader and to the followers and back") {
  Watched w{crashing_leader()};
  w.go_to(milliseconds(1500));
  const SpaceTime s = w.seen(milliseconds(1000), milliseconds(1200));
  const std::vector<Flight> requests = flights_of(s, ApiKey::produce, MessageKind::request);
  REQUIRE_FALSE(requests.empty());
  const HostId producer = w.run.cluster().client("p")->host;
  for (const Flight& f : requests) {
    CHECK(f.from == producer);
    CHECK(f.to == w.broker(1));
    CHECK(f.traffic == Traffic2::produce);
    REQUIRE(f.arrived.has_value());
    CHECK(*f.arrived > f.left);
    CHECK(*f.arrived - f.left < milliseconds(50));
  }
  const std::vector<Flight> copies = flights_of(s, ApiKey::fetch, MessageKind::response);
  REQUIRE_FALSE(copies.empty());
  std::set<HostId> followers;
  for (const Flight& f : copies) {
    CHECK(f.traffic == Traffic2::replication);
    CHECK(f.from == w.broker(1));
    followers.insert(f.to);
  }
  CHECK(followers == std::set{w.broker(2), w.broker(3)});
  CHECK(std::ranges::is_sorted(s.flights, {}, &Flight::left));
  CHECK_FALSE(flights_of(s, ApiKey::produce, MessageKind::response).empty());
}

TEST_CASE("heartbeats and what followers fetch in vain are shown to who asks for them") {
  Watched w{crashing_leader()};
  w.go_to(milliseconds(1500));
  const SpaceTime few = w.seen(milliseconds(500), milliseconds(1500));
  const SpaceTime all = w.seen(milliseconds(500), milliseconds(1500), Heartbeats::shown);
  CHECK(flights_of(few, ApiKey::broker_heartbeat, MessageKind::request).empty());
  CHECK_FALSE(flights_of(all, ApiKey::broker_heartbeat, MessageKind::request).empty());
  const auto quorum = [](const SpaceTime& s) { return std::ranges::count(s.flights, Traffic2::quorum, &Flight::traffic); };
  CHECK(quorum(few) == 0);
  CHECK(quorum(all) > 0);
  const auto requests = flights_of(few, ApiKey::fetch, MessageKind::request);
  const auto answers = flights_of(few, ApiKey::fetch, MessageKind::response);
  CHECK(flights_of(all, ApiKey::fetch, MessageKind::request).size() > requests.size());
  CHECK(std::ranges::all_of(answers, [](const Flight& f) { return f.bytes > 128; }));
  CHECK(few.flights.size() < all.flights.size());
}

TEST_CASE("a crash ends the process and its successor takes the lead") {
  Watched w{crashing_leader()};
  w.go_to(seconds(7));
  const SpaceTime s = w.seen(seconds(1), seconds(7));
  const LaneMark* crash = mark_of(s, "crashes");
  REQUIRE(crash != nullptr);
  CHECK(crash->host == w.broker(1));
  CHECK(crash->at == seconds(2));
  CHECK(crash->tone == Tone::fault);
  const LaneMark* leads = mark_of(s, "leads t-0 epoch 1");
  REQUIRE(leads != nullptr);
  CHECK(leads->host == w.broker(2));
  CHECK(leads->at > seconds(2));
  CHECK(mark_of(s, "starts") != nullptr);
  CHECK(mark_of(s, "is ready") != nullptr);
  const std::vector<LaneSpan> first = spans_of(s, w.broker(1));
  REQUIRE(first.size() == 2);
  CHECK(first[0].from == seconds(1));
  CHECK(first[0].to == seconds(2));
  CHECK(first[1].from == seconds(4));
  CHECK(first[1].to == seconds(7));
  CHECK(spans_of(s, w.broker(2)).size() == 1);
  CHECK(spans_of(s, w.broker(2)).front().to == seconds(7));
}

TEST_CASE("a process that is down throughout has no span") {
  Watched w{crashing_leader()};
  w.go_to(milliseconds(3500));
  CHECK(spans_of(w.seen(seconds(3), milliseconds(3400)), w.broker(1)).empty());
  CHECK(spans_of(w.seen(milliseconds(1500), milliseconds(1900)), w.broker(1)).size() == 1);
  w.go_to(seconds(7));  // what came later says how it was then
  CHECK(spans_of(w.seen(seconds(3), milliseconds(3400)), w.broker(1)).empty());
}

TEST_CASE("a message that has not arrived knows its receiver") {
  Watched w{crashing_leader()};
  w.go_to(milliseconds(1500));
  std::optional<Flight> under_way;
  for (Duration at = milliseconds(1500); !under_way && at < milliseconds(1900); at += microseconds(100)) {
    w.go_to(at);
    for (const Flight& f : flights_of(w.seen(at - milliseconds(20), at), ApiKey::produce, MessageKind::request)) {
      if (!f.arrived) under_way = f;
    }
  }
  REQUIRE(under_way.has_value());
  CHECK(under_way->to == w.broker(1));
  w.go_to(under_way->left + milliseconds(100));
  const SpaceTime later = w.seen(under_way->left, under_way->left);
  const auto same = std::ranges::find(later.flights, under_way->message, &Flight::message);
  REQUIRE(same != later.flights.end());
  CHECK(same->arrived.has_value());
}

TEST_CASE("in the causal past of an acknowledgement lies what the followers fetched but nothing later") {
  Watched w{crashing_leader()};
  w.go_to(milliseconds(1500));
  const auto answers = flights_of(w.seen(milliseconds(1200), milliseconds(1400)), ApiKey::produce, MessageKind::response);
  REQUIRE_FALSE(answers.empty());
  const Flight& answer = answers.front();
  const SpaceTime s = w.seen(answer.left - milliseconds(100), answer.left + milliseconds(100), Heartbeats::shown, Cone{answer.message});
  std::size_t inside = 0;
  std::size_t outside = 0;
  bool fetched = false;
  for (const Flight& f : s.flights) {
    ++(f.in_cone ? inside : outside);
    if (f.in_cone) CHECK((f.arrived && *f.arrived <= *answer.arrived));
    fetched = fetched || (f.in_cone && f.traffic == Traffic2::replication && f.message.kind == MessageKind::request);
  }
  CHECK(inside > 2);
  CHECK(outside > 2);
  CHECK(fetched);
  CHECK(std::ranges::find(s.flights, answer.message, &Flight::message)->in_cone);
}

TEST_CASE("the mark of an election lies in the past of the next acknowledgement by the new leader") {
  Watched w{crashing_leader()};
  w.go_to(seconds(7));
  const auto answers = flights_of(w.seen(seconds(2), seconds(7)), ApiKey::produce, MessageKind::response);
  const auto by_new = std::ranges::find(answers, w.broker(2), &Flight::from);
  REQUIRE(by_new != answers.end());
  const SpaceTime s = w.seen(seconds(1), seconds(7), Heartbeats::left_out, Cone{by_new->message});
  REQUIRE(mark_of(s, "leads t-0 epoch 1") != nullptr);
  CHECK(mark_of(s, "leads t-0 epoch 1")->in_cone);
  CHECK_FALSE(mark_of(s, "starts")->in_cone);
}

TEST_CASE("a long record of what happened is drawn in a moment") {
  Watched w{crashing_leader("60s")};
  w.go_to(seconds(30));
  const auto count = w.recent.observations().size();
  CHECK(count > 20'000);
  const auto least = [&](const std::optional<Cone>& cone) {  // of three, in microseconds: the machine has other things to do
    std::int64_t best = INT64_MAX;
    for (int i = 0; i < 3; ++i) {
      const auto began = std::chrono::steady_clock::now();
      const SpaceTime drawn = w.seen(milliseconds(29'500), milliseconds(29'900), Heartbeats::left_out, cone);
      best = std::min<std::int64_t>(best, (std::chrono::steady_clock::now() - began) / std::chrono::microseconds(1));
      CHECK_FALSE(drawn.flights.empty());
    }
    return best;
  };
  const SpaceTime s = w.seen(milliseconds(29'500), milliseconds(29'900));
  CHECK(least(std::nullopt) < 100'000);  // it takes 2 ms, with a cone 30; the sanitizers take longer
  CHECK(least(Cone{s.flights.back().message}) < 2'000'000);
}
