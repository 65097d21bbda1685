#include "sim/kernel/trace_hash.hpp"

#include <set>

#include <catch2/catch.hpp>

#include "core/message/heartbeat.hpp"
#include "tests/sim/kernel/echo.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;

namespace {

std::uint64_t hash_of(const Input& input) {
  RunningHash hash;
  hash_input(hash, input);
  return hash.value();
}
std::uint64_t hash_of(Effect effect, std::uint64_t bytes = 0) {
  RunningHash hash;
  hash_effect(hash, Leaving{std::move(effect), bytes});
  return hash.value();
}

const ConnectionId c1{HostId{1}, 7};
const ConnectionId c2{HostId{2}, 7};

Envelope heartbeat(std::int32_t correlation_id, const std::string& member) {
  return {correlation_id, spoken_version(ApiKey::heartbeat), "echo",
          Message::of(HeartbeatRequest{"group", Generation{1}, member, std::nullopt})};
}

// All hashes differ.
template <class T>
void check_different(const std::vector<T>& things) {
  std::set<std::uint64_t> hashes;
  for (std::size_t i = 0; i < things.size(); ++i) {
    CAPTURE(i);
    CHECK(hashes.insert(hash_of(things[i])).second);
    CHECK(hash_of(things[i]) == hash_of(T{things[i]}));
  }
}

ProduceCommand produce(const std::optional<std::string>& key, const std::optional<std::string>& value) {
  return {"t", key, value, std::nullopt, {}};
}

}  // namespace

TEST_CASE("the hash tells inputs apart by kind and by every field that decides something") {
  check_different<Input>({Started{StartKind::first, HostId{1}, 1}, Started{StartKind::restart, HostId{1}, 1},
                          Started{StartKind::first, HostId{1}, 2}, Connected{c1}, Connected{c2},
                          Connected{{HostId{1}, 8}}, Disconnected{c1, DisconnectReason::reset},
                          Disconnected{c1, DisconnectReason::timed_out}, Received{c1, heartbeat(1, "m")},
                          Received{c1, heartbeat(2, "m")}, Woken{}, Flushed{FlushToken{1}, true},
                          Flushed{FlushToken{1}, false}, Flushed{FlushToken{2}, true}, StopRequested{}});
}

TEST_CASE("the hash tells commands apart by every field") {
  ProduceCommand at_0 = produce("k", "v");
  at_0.partition = PartitionIndex{0};
  ProduceCommand with_header = produce("k", "v");
  with_header.headers = {{"h", "x"}};
  ProduceCommand with_null_header = produce("k", "v");
  with_null_header.headers = {{"h", std::nullopt}};
  ProduceCommand elsewhere = produce("k", "v");
  elsewhere.topic = "u";
  check_different<Input>({Command{produce("k", "v")}, Command{produce("k", "w")}, Command{produce("j", "v")},
                          Command{produce(std::nullopt, "v")}, Command{produce("k", std::nullopt)},
                          Command{produce("", "v")}, Command{at_0}, Command{with_header}, Command{with_null_header},
                          Command{elsewhere}, Command{SetRate{1000, std::nullopt}},
                          Command{SetRate{std::nullopt, 1000}}, Command{SetRate{}}, Command{Finish{}}});
}

TEST_CASE("the hash tells effects apart by kind and by every field") {
  check_different<Effect>({Connect{c1, {"a", 1}}, Connect{c1, {"a", 2}}, Connect{c1, {"b", 1}}, Connect{c2, {"a", 1}},
                           Send{c1, heartbeat(1, "m")}, Send{c1, heartbeat(2, "m")}, Send{c2, heartbeat(1, "m")},
                           Send{c1, heartbeat(1, "n")}, NoAnswer{c1, 1}, NoAnswer{c1, 2}, Close{c1}, Close{c2},
                           Flush{FileId{1}, FlushToken{1}}, Flush{FileId{2}, FlushToken{1}}, Flush{std::nullopt, FlushToken{1}},
                           Flush{FileId{1}, FlushToken{2}}, Exit{true, "a"}, Exit{false, "a"}, Exit{true, "b"}});
  CHECK(hash_of(Effect{Close{c1}}, 1) != hash_of(Effect{Close{c1}}, 2));
}

TEST_CASE("the body of a note is no part of the hash") {
  CHECK(hash_of(Effect{Note{trace::Remark{"a"}}}) == hash_of(Effect{Note{trace::Remark{"b"}}}));
}

TEST_CASE("the order of two effects is part of the hash") {
  RunningHash one;
  hash_effect(one, Leaving{Close{c1}, 0});
  hash_effect(one, Leaving{Close{c2}, 0});
  RunningHash other;
  hash_effect(other, Leaving{Close{c2}, 0});
  hash_effect(other, Leaving{Close{c1}, 0});
  CHECK_FALSE(one == other);
}

TEST_CASE("events of the network differ by kind and side and connection and number") {
  const auto hash = [](const NetEvent& event) {
    RunningHash running;
    hash_net_event(running, event);
    return running.value();
  };
  NetEvent event{};
  event.connection = c1;
  const std::uint64_t first = hash(event);
  CHECK(hash(event) == first);
  NetEvent other = event;
  other.connection = c2;
  CHECK(hash(other) != first);
  other = event;
  other.connection.number = 8;
  CHECK(hash(other) != first);
  other = event;
  ++other.number;
  CHECK(hash(other) != first);
  other = event;
  other.kind = static_cast<decltype(other.kind)>(static_cast<int>(event.kind) + 1);
  CHECK(hash(other) != first);
  other = event;
  other.from = static_cast<decltype(other.from)>(static_cast<int>(event.from) + 1);
  CHECK(hash(other) != first);
}
