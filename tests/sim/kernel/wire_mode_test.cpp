#include "sim/kernel/wire_mode.hpp"

#include <catch2/catch.hpp>

#include "core/message/heartbeat.hpp"
#include "core/message/produce.hpp"
#include "core/message/version.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;

namespace {

Envelope heartbeat() {
  return {7, spoken_version(ApiKey::heartbeat), "echo",
          Message::of(HeartbeatRequest{"group", Generation{3}, "member", std::nullopt})};
}

}  // namespace

TEST_CASE("a message through the codec is what it was and has the size that the fast way charges") {
  const Wired fast = through_wire(heartbeat(), WireMode::fast);
  const Wired exact = through_wire(heartbeat(), WireMode::exact);
  CHECK(fast.bytes == exact.bytes);
  CHECK(fast.bytes > 20);
  CHECK(exact.envelope.correlation_id == 7);
  CHECK(exact.envelope.client_id == "echo");
  CHECK(exact.envelope.message.as<HeartbeatRequest>() == heartbeat().message.as<HeartbeatRequest>());
  CHECK(wire_hash(fast.envelope) == wire_hash(exact.envelope));
}

TEST_CASE("a response comes back under the version of its request") {
  Envelope answer{7, spoken_version(ApiKey::heartbeat), "",
                  Message::of(HeartbeatResponse{{}, ErrorCode::illegal_generation})};
  const Wired exact = through_wire(answer, WireMode::exact);
  CHECK(exact.envelope.version == answer.version);
  CHECK(exact.envelope.message.as<HeartbeatResponse>().error_code == ErrorCode::illegal_generation);
}

TEST_CASE("the hash of a message tells its fields apart") {
  Envelope other = heartbeat();
  other.message = Message::of(HeartbeatRequest{"group", Generation{4}, "member", std::nullopt});
  CHECK(wire_hash(other) != wire_hash(heartbeat()));
}
