#pragma once
// A bench for one client: it feeds inputs, accepts connections, keeps what was sent, and answers by hand or by a model
// broker.
#include <algorithm>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "core/client/client_identity.hpp"
#include "core/machine/seam.hpp"

namespace kafkasim::test {

class NoDisk final : public Disk {  // clients have none
 public:
  DiskResult<FileId> open(std::string_view path, OpenMode) override { return none(path); }
  void close(FileId) override {}
  DiskResult<std::uint64_t> size(FileId) const override { return none(""); }
  DiskResult<void> append(FileId, std::span<const SharedBytes>) override { return none(""); }
  DiskResult<void> write(FileId, std::uint64_t, const SharedBytes&) override { return none(""); }
  DiskResult<std::vector<SharedBytes>> read(FileId, std::uint64_t, std::uint64_t) const override { return none(""); }
  DiskResult<void> truncate(FileId, std::uint64_t) override { return none(""); }
  DiskResult<void> rename(std::string_view path, std::string_view) override { return none(path); }
  DiskResult<void> remove(std::string_view path) override { return none(path); }
  DiskResult<std::vector<std::string>> list(std::string_view path) const override { return none(path); }
  bool exists(std::string_view) const override { return false; }
  DiskResult<void> sync(FileId) override { return none(""); }
  DiskResult<void> sync_directory(std::string_view path) override { return none(path); }
  std::uint64_t free_bytes() const override { return 0; }
  std::uint64_t total_bytes() const override { return 0; }

 private:
  static tl::unexpected<DiskError> none(std::string_view path) {
    return tl::unexpected<DiskError>{DiskError{DiskErrorKind::io_error, std::string{path}}};
  }
};

inline Endpoint endpoint_of(std::int32_t node) { return Endpoint{"broker-" + std::to_string(node), 9092}; }

struct Sent {  // a request that waits for its answer
  ConnectionId connection;
  Endpoint to;
  Envelope envelope;
};

template <class M>
class Bench {
 public:
  explicit Bench(M m, std::uint64_t seed = 1) : machine{std::move(m)}, random{seed} {}

  void start() { step(Started{StartKind::first, HostId{7}, 1}); }

  void step(const Input& in) {
    with_env([&](Env& env) { machine.step(in, env); });
  }
  // Anything that takes an Env, as an owner of the machine would call it within its step.
  template <class F>
  void with_env(F&& call) {
    Effects out;
    Env env{now, Timestamp{1'700'000'000'000 + now.ns / 1'000'000}, random, disk, out};
    call(env);
    for (const Effect& effect : out.list()) carry_out(effect);
    settle();
  }

  // Time goes on to `until`; the machine is woken at its deadlines. `between` is called after each step.
  template <class F>
  void run_until(Instant until, F&& between) {
    for (int steps = 0; steps < 100'000; ++steps) {
      between();
      const std::optional<Instant> next = machine.next_deadline();
      if (!next || *next > until) break;
      now = std::max(now, *next);
      step(Woken{});
    }
    now = std::max(now, until);
    between();
  }
  void run_until(Instant until) {
    run_until(until, [] {});
  }
  void run_for(Duration time) { run_until(now + time); }

  // The first unanswered request of that kind, taken out.
  template <class Request>
  std::optional<Sent> take() {
    const auto found =
        std::ranges::find_if(requests, [](const Sent& sent) { return sent.envelope.message.api() == Request::api; });
    if (found == requests.end()) return std::nullopt;
    Sent sent = *found;
    requests.erase(found);
    return sent;
  }
  template <class Request>
  [[nodiscard]] std::size_t waiting() const {
    return static_cast<std::size_t>(
        std::ranges::count_if(requests, [](const Sent& sent) { return sent.envelope.message.api() == Request::api; }));
  }
  void answer(const Sent& sent, Message message) {
    if (!open.contains(sent.connection)) return;
    step(Received{sent.connection,
                  Envelope{sent.envelope.correlation_id, sent.envelope.version, "", std::move(message)}});
  }
  template <class Response>
  void answer(const Sent& sent, Response response) {
    answer(sent, Message::of(std::move(response)));
  }

  void disconnect(ConnectionId connection) {
    if (!open.erase(connection)) return;
    std::erase_if(requests, [&](const Sent& sent) { return sent.connection == connection; });
    step(Disconnected{connection, DisconnectReason::reset});
  }
  void disconnect_all() {
    const auto all = open;
    for (const auto& [connection, to] : all) disconnect(connection);
  }

  template <class E>
  [[nodiscard]] std::vector<E> noted() const {
    std::vector<E> found;
    for (const trace::Event& event : notes) {
      if (const auto* one = event.get_if<E>()) found.push_back(*one);
    }
    return found;
  }

  M machine;
  Random random;
  NoDisk disk;
  Instant now{1'000'000'000};
  std::set<Endpoint> down;  // they refuse connections
  std::map<ConnectionId, Endpoint> open;
  std::deque<Sent> requests;
  std::vector<trace::Event> notes;
  std::optional<Exit> exit;

 private:
  void carry_out(const Effect& effect) {
    if (const auto* connect = std::get_if<Connect>(&effect)) {
      connecting_.push_back(*connect);
    } else if (const auto* send = std::get_if<Send>(&effect)) {
      const auto connection = open.find(send->connection);
      if (connection != open.end()) requests.push_back(Sent{send->connection, connection->second, send->envelope});
    } else if (const auto* close = std::get_if<Close>(&effect)) {
      open.erase(close->connection);
      std::erase_if(requests, [&](const Sent& sent) { return sent.connection == close->connection; });
      std::erase_if(connecting_, [&](const Connect& one) { return one.connection == close->connection; });
    } else if (const auto* note = std::get_if<Note>(&effect)) {
      notes.push_back(note->event);
    } else if (const auto* ended = std::get_if<Exit>(&effect)) {
      exit = *ended;
    }
  }
  void settle() {
    while (!connecting_.empty()) {
      const Connect connect = connecting_.front();
      connecting_.pop_front();
      if (down.contains(connect.to)) {
        step(Disconnected{connect.connection, DisconnectReason::refused});
      } else {
        open[connect.connection] = connect.to;
        step(Connected{connect.connection});
      }
    }
  }
  std::deque<Connect> connecting_;
};

inline ClientIdentity identity(std::string name = "shop") {
  ClientIdentity who;
  who.client_id = std::move(name);
  who.ordinal = 3;
  who.bootstrap = {endpoint_of(1)};
  return who;
}

}  // namespace kafkasim::test
