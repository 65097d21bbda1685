// The event queue against std::priority_queue with events of 32 bytes: hold model (take the first, push one at a random
// distance behind it) and PHOLD (1000 nodes with 16 messages each, that hop from node to node).
#include <array>
#include <cmath>
#include <cstdint>
#include <memory>
#include <queue>
#include <utility>
#include <vector>

#include "core/base/random.hpp"
#include "sim/kernel/event_queue.hpp"
#include "tests/bench/paired.hpp"

namespace kafkasim::bench {
namespace {

struct Body {
  std::uint32_t node{};
  std::uint32_t kind{};
  std::uint64_t payload{};
};

struct StdEvent {  // 32 bytes
  std::int64_t at{};
  std::uint64_t seq{};
  Body body;
  friend bool operator>(const StdEvent& a, const StdEvent& b) { return a.at > b.at || (a.at == b.at && a.seq > b.seq); }
};
static_assert(sizeof(StdEvent) == 32);

template <class Event>
class StdQueue {
 public:
  template <class... Rest>
  void push(std::int64_t at, Rest... rest) {
    queue_.push(Event{at, next_++, std::move(rest)...});
  }
  Event pop() {
    Event event = std::move(const_cast<Event&>(queue_.top()));
    queue_.pop();
    return event;
  }

 private:
  std::priority_queue<Event, std::vector<Event>, std::greater<>> queue_;
  std::uint64_t next_{0};
};

enum class Spread { exponential, uniform, cluster };

// Distances in nanoseconds, drawn beforehand, so that drawing costs both sides the same and little.
std::vector<std::int64_t> distances(Spread spread) {
  Random random{42};
  std::vector<std::int64_t> table(1 << 14);
  for (std::int64_t& distance : table) {
    const double u = (static_cast<double>(random.below(1 << 30)) + 1) / (1 << 30);
    switch (spread) {
      case Spread::exponential: distance = static_cast<std::int64_t>(-std::log(u) * 1e6); break;
      case Spread::uniform: distance = random.between(0, 2'000'000); break;
      case Spread::cluster: {  // what a cluster has: hops of the network, service times, now and then a deadline
        const std::uint64_t kind = random.below(100);
        distance = kind < 60   ? random.between(200'000, 1'000'000)
                   : kind < 97 ? random.between(1'000, 50'000)
                               : random.between(100'000'000, 30'000'000'000);
        break;
      }
    }
  }
  return table;
}

void hold(benchmark::State& state, Spread spread) {
  const auto pending = static_cast<std::size_t>(state.range(0));
  constexpr std::size_t operations = 1'000'000;
  const std::vector<std::int64_t> table = distances(spread);
  const std::size_t mask = table.size() - 1;
  sim::EventQueue<Body> ours;
  StdQueue<StdEvent> theirs;
  Random random{7};
  for (std::size_t i = 0; i < pending; ++i) {
    const std::int64_t at = table[random.below(table.size())];
    ours.push(Instant{at}, Body{static_cast<std::uint32_t>(i), 0, i});
    theirs.push(at, Body{static_cast<std::uint32_t>(i), 0, i});
  }
  std::uint64_t sum_ours = 0;
  std::uint64_t sum_theirs = 0;
  std::size_t draw_ours = 0;
  std::size_t draw_theirs = 0;
  paired(
      state, operations,
      [&] {
        for (std::size_t i = 0; i < operations; ++i) {
          const auto event = ours.pop();
          sum_ours = sum_ours * 31 + event.body.payload;
          ours.push(Instant{event.at.ns + table[draw_ours++ & mask]}, event.body);
        }
      },
      [&] {
        for (std::size_t i = 0; i < operations; ++i) {
          const StdEvent event = theirs.pop();
          sum_theirs = sum_theirs * 31 + event.body.payload;
          theirs.push(event.at + table[draw_theirs++ & mask], event.body);
        }
      });
  if (sum_ours != sum_theirs) state.SkipWithError("the two queues disagree about the order");
}

BENCHMARK_CAPTURE(hold, exponential, Spread::exponential)->Arg(100)->Arg(10'000)->Arg(1'000'000)->Iterations(9);
BENCHMARK_CAPTURE(hold, uniform, Spread::uniform)->Arg(100)->Arg(10'000)->Arg(1'000'000)->Iterations(9);
BENCHMARK_CAPTURE(hold, cluster, Spread::cluster)->Arg(100)->Arg(10'000)->Arg(1'000'000)->Iterations(9);

// ---- PHOLD ------------------------------------------------------------------------------------------------

struct Message {
  std::uint64_t hops{};
  std::array<std::uint64_t, 6> content{};
};

struct StdMessageEvent {
  std::int64_t at{};
  std::uint64_t seq{};
  std::uint32_t node{};
  std::shared_ptr<const Message> message;
  friend bool operator>(const StdMessageEvent& a, const StdMessageEvent& b) {
    return a.at > b.at || (a.at == b.at && a.seq > b.seq);
  }
};
struct MessageBody {
  std::uint32_t node{};
  std::shared_ptr<const Message> message;
};

constexpr std::uint32_t phold_nodes = 1000;
constexpr std::uint32_t phold_messages = 16;
constexpr std::size_t phold_events = 1'000'000;

struct Node {
  std::uint64_t state{};
  std::uint64_t handled{};
};

// Where the message goes and how long it takes: from the node's own generator.
std::pair<std::uint32_t, std::int64_t> next_hop(Node& node, const std::vector<std::int64_t>& table) {
  node.state = node.state * 6364136223846793005ULL + 1442695040888963407ULL;
  ++node.handled;
  const std::uint64_t x = node.state >> 16;
  return {static_cast<std::uint32_t>((x >> 14) % phold_nodes), 100'000 + table[x & (table.size() - 1)]};
}

std::vector<Node> fresh_nodes() {
  std::vector<Node> nodes(phold_nodes);
  for (std::size_t i = 0; i < nodes.size(); ++i) nodes[i].state = i * 977;
  return nodes;
}

void phold(benchmark::State& state) {
  const std::vector<std::int64_t> table = distances(Spread::exponential);
  std::vector<Node> our_nodes = fresh_nodes();
  std::vector<Node> their_nodes = fresh_nodes();
  sim::EventQueue<Body> ours;
  StdQueue<StdEvent> theirs;
  for (std::uint32_t i = 0; i < phold_nodes * phold_messages; ++i) {
    const std::uint32_t node = i % phold_nodes;
    ours.push(Instant{table[i & (table.size() - 1)]}, Body{node, 0, i});
    theirs.push(table[i & (table.size() - 1)], Body{node, 0, i});
  }
  paired(
      state, phold_events,
      [&] {
        for (std::size_t i = 0; i < phold_events; ++i) {
          const auto event = ours.pop();
          const auto [to, distance] = next_hop(our_nodes[event.body.node], table);
          ours.push(Instant{event.at.ns + distance}, Body{to, 0, event.body.payload});
        }
      },
      [&] {
        for (std::size_t i = 0; i < phold_events; ++i) {
          const StdEvent event = theirs.pop();
          const auto [to, distance] = next_hop(their_nodes[event.body.node], table);
          theirs.push(event.at + distance, Body{to, 0, event.body.payload});
        }
      });
  for (std::size_t i = 0; i < phold_nodes; ++i) {
    if (our_nodes[i].handled != their_nodes[i].handled) state.SkipWithError("the two queues disagree about the order");
  }
}
BENCHMARK(phold)->Iterations(9);

void phold_with_messages(benchmark::State& state) {  // one allocated a hop
  const std::vector<std::int64_t> table = distances(Spread::exponential);
  std::vector<Node> our_nodes = fresh_nodes();
  std::vector<Node> their_nodes = fresh_nodes();
  sim::EventQueue<MessageBody> ours;
  StdQueue<StdMessageEvent> theirs;
  for (std::uint32_t i = 0; i < phold_nodes * phold_messages; ++i) {
    const std::uint32_t node = i % phold_nodes;
    const std::int64_t at = table[i & (table.size() - 1)];
    ours.push(Instant{at}, MessageBody{node, std::make_shared<const Message>()});
    theirs.push(at, node, std::make_shared<const Message>());
  }
  paired(
      state, phold_events,
      [&] {
        for (std::size_t i = 0; i < phold_events; ++i) {
          const auto event = ours.pop();
          const auto [to, distance] = next_hop(our_nodes[event.body.node], table);
          auto message = std::make_shared<const Message>(Message{event.body.message->hops + 1, {}});
          ours.push(Instant{event.at.ns + distance}, MessageBody{to, std::move(message)});
        }
      },
      [&] {
        for (std::size_t i = 0; i < phold_events; ++i) {
          const StdMessageEvent event = theirs.pop();
          const auto [to, distance] = next_hop(their_nodes[event.node], table);
          auto message = std::make_shared<const Message>(Message{event.message->hops + 1, {}});
          theirs.push(event.at + distance, to, std::move(message));
        }
      });
}
BENCHMARK(phold_with_messages)->Iterations(9);

}  // namespace
}  // namespace kafkasim::bench
