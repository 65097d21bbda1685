#pragma once
// A network by itself: three machines, a queue of its events, and a list of what was delivered.
#include <optional>
#include <string>
#include <vector>

#include "core/message/heartbeat.hpp"
#include "sim/kernel/event_queue.hpp"
#include "sim/net/network.hpp"

namespace kafkasim::sim {

inline constexpr HostId client{0};
inline constexpr HostId server{1};
inline constexpr HostId third{2};

struct Heard {
  Instant at;
  HostId host;
  Input input;
};

class NetBench {
 public:
  explicit NetBench(LinkQuality quality = {milliseconds(1), milliseconds(1), std::nullopt, 0}, std::uint64_t seed = 1)
      : net{Random{seed}, quality} {
    net.add_host(client, "client", std::nullopt, std::nullopt);
    net.add_host(server, "server", std::string{"a"}, Endpoint{"server", 9092});
    net.add_host(third, "third", std::string{"b"}, Endpoint{"third", 9092});
    for (const HostId host : {client, server, third}) net.set_machine(host, MachineState::listening);
  }

  ConnectionId dial(HostId from = client, const std::string& to = "server") {
    const ConnectionId connection{from, ++dialled_};
    NetOut out;
    net.connect(now, connection, Endpoint{to, 9092}, out);
    take(out);
    return connection;
  }
  ConnectionId connected(HostId from = client, const std::string& to = "server") {
    const ConnectionId connection = dial(from, to);
    run_for(seconds(1));
    heard.clear();
    return connection;
  }
  void send(HostId from, const ConnectionId& connection, std::int32_t number, std::uint64_t bytes = 100) {
    NetOut out;
    net.send(now, from, connection, Envelope{number, 4, "", Message::of(HeartbeatRequest{})}, bytes, out);
    take(out);
  }
  void close(HostId host, const ConnectionId& connection) {
    NetOut out;
    net.close(now, host, connection, out);
    take(out);
  }
  void process_ends(HostId host, ProcessEnd how) {
    NetOut out;
    net.set_machine(host, how == ProcessEnd::power_loss ? MachineState::dead : MachineState::not_listening);
    net.process_ended(now, host, how, out);
    take(out);
  }
  CutId cut(HostId a, HostId b, OneWay one_way = OneWay::no) { return net.edit_topology().cut({a}, {b}, one_way); }

  void run_until(Instant until) {
    while (queue.next_at() && *queue.next_at() <= until) {
      const auto event = queue.pop();
      now = event.at;
      NetOut out;
      net.execute(now, event.body, out);
      take(out);
    }
    now = until;
  }
  void run_for(Duration duration) { run_until(now + duration); }
  void take(NetOut& out) {
    for (auto& [at, event] : out.events) queue.push(at, event);
    for (Delivery& delivery : out.deliveries) heard.push_back({now, delivery.host, std::move(delivery.input)});
  }

  template <class T>
  [[nodiscard]] std::vector<Heard> all(HostId host) const {
    std::vector<Heard> found;
    for (const Heard& one : heard) {
      if (one.host == host && std::holds_alternative<T>(one.input)) found.push_back(one);
    }
    return found;
  }
  [[nodiscard]] std::vector<std::int32_t> received(HostId host) const {
    std::vector<std::int32_t> numbers;
    for (const Heard& one : all<Received>(host)) {
      numbers.push_back(std::get<Received>(one.input).envelope.correlation_id);
    }
    return numbers;
  }
  [[nodiscard]] std::optional<DisconnectReason> lost(HostId host) const {
    const auto found = all<Disconnected>(host);
    if (found.size() != 1) return std::nullopt;
    return std::get<Disconnected>(found.front().input).reason;
  }

  Network net;
  EventQueue<NetEvent> queue;
  Instant now{};
  std::vector<Heard> heard;

 private:
  std::uint64_t dialled_{0};
};

}  // namespace kafkasim::sim
