#include "sim/check/causality.hpp"

#include <catch2/catch.hpp>

using namespace kafkasim;
using namespace kafkasim::sim;

namespace {

constexpr HostId a{0};
constexpr HostId b{1};
constexpr HostId c{2};
const MessageRef hello{{a, 1}, 7, ApiKey::heartbeat, MessageKind::request};

class Told {
 public:
  template <class E>
  Causality::Node tell(HostId host, E event) {
    return past.observe({Instant{++time_}, ++seq_, host, KernelEvent{std::move(event)}});
  }
  Causality::Node step(HostId host, std::optional<MessageRef> message = std::nullopt) {
    return tell(host, StepBegan{0, message ? InputKind::message : InputKind::woken, message});
  }
  Causality past;

 private:
  std::int64_t time_{0};
  std::uint64_t seq_{0};
};

}  // namespace

TEST_CASE("what a message told of happened before what its receiver did") {
  Told t;
  const auto before = t.step(a);
  t.tell(a, MessageLeft{hello, 10});
  const auto elsewhere = t.step(c);
  const auto later_on_a = t.step(a);
  const auto received = t.step(b, hello);
  const auto next_on_b = t.step(b);
  const std::vector<bool> past = t.past.past_of(next_on_b);
  CHECK(past[before]);
  CHECK(past[received]);
  CHECK(past[next_on_b]);
  CHECK_FALSE(past[elsewhere]);
  CHECK_FALSE(past[later_on_a]);
}

TEST_CASE("nothing that came later is in the past of a step") {
  Told t;
  const auto first = t.step(a);
  t.tell(a, MessageLeft{hello, 10});
  const auto received = t.step(b, hello);
  const std::vector<bool> past = t.past.past_of(first);
  CHECK(past[first]);
  CHECK_FALSE(past[received]);
}

TEST_CASE("a crash is in the past of who loses a connection by it") {
  Told t;
  (void)t.step(b, MessageRef{{a, 4}, 1, ApiKey::heartbeat, MessageKind::request});  // so b accepted it
  const auto crash = t.tell(b, ProcessCrashed{});
  const auto lost = t.tell(a, ConnectionLost{{a, 4}, DisconnectReason::reset});
  const auto then = t.step(a);
  CHECK(t.past.past_of(then)[lost]);
  CHECK(t.past.past_of(then)[crash]);
}
