#pragma once
// A pair of small machines to try the kernel with: a client that sends a heartbeat every so often, and a server that
// writes each to its disk, makes it durable, and answers.
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/message/broker_heartbeat.hpp"
#include "core/message/heartbeat.hpp"
#include "core/message/version.hpp"
#include "sim/kernel/world.hpp"

namespace kafkasim::sim {

inline const Endpoint server_address{"server", 9092};

enum class Durable : std::uint8_t { no, synced, flushed };

class EchoServer {
 public:
  explicit EchoServer(Durable durable) : durable_{durable} {}

  void step(const Input& in, Env& env) {
    if (std::holds_alternative<Started>(in)) {
      file_ = *env.disk.open("echo.log", OpenMode::create_or_existing);
      found_ = *env.disk.size(file_);
    } else if (const auto* received = std::get_if<Received>(&in)) {
      ++requests_;
      env.out.note(trace::Remark{"request " + std::to_string(received->envelope.correlation_id)});
      on_request(*received, env);
    } else if (const auto* flushed = std::get_if<Flushed>(&in)) {
      const auto waiting = waiting_.find(flushed->token.value);
      if (flushed->ok) answer(waiting->second, env);
      waiting_.erase(waiting);
    } else if (std::holds_alternative<StopRequested>(in)) {
      env.out.add(Exit{true, "stopped"});
    } else if (const auto* lost = std::get_if<Disconnected>(&in)) {
      lost_.push_back(lost->reason);
    }
  }
  [[nodiscard]] std::optional<Instant> next_deadline() const { return std::nullopt; }
  [[nodiscard]] std::uint64_t requests() const { return requests_; }
  [[nodiscard]] std::uint64_t found() const { return found_; }  // bytes of its file when it started
  [[nodiscard]] const std::vector<DisconnectReason>& lost() const { return lost_; }

 private:
  void on_request(const Received& received, Env& env) {
    const std::vector<SharedBytes> line{SharedBytes::of(std::string(99, 'x') + "\n")};
    if (!env.disk.append(file_, line)) return env.out.add(Exit{false, "disk"});
    if (durable_ == Durable::flushed) {
      waiting_.emplace(++tokens_, received);
      return env.out.add(Flush{file_, FlushToken{tokens_}});
    }
    if (durable_ == Durable::synced) (void)env.disk.sync(file_);
    answer(received, env);
  }
  static void answer(const Received& request, Env& env) {
    const Envelope& asked = request.envelope;
    Message body = asked.message.api() == ApiKey::heartbeat ? Message::of(HeartbeatResponse{})
                                                            : Message::of(BrokerHeartbeatResponse{});
    env.out.add(Send{request.connection, Envelope{asked.correlation_id, asked.version, "", std::move(body)}});
  }

  Durable durable_;
  FileId file_{};
  std::uint64_t found_{0};
  std::uint64_t requests_{0};
  std::uint64_t tokens_{0};
  std::map<std::uint64_t, Received> waiting_;
  std::vector<DisconnectReason> lost_;
};

struct EchoPlan {
  Duration every{milliseconds(100)};
  std::int32_t burst{1};  // requests sent together
  ApiKey api{ApiKey::heartbeat};
};

class EchoClient {
 public:
  explicit EchoClient(EchoPlan plan) : plan_{plan} {}

  void step(const Input& in, Env& env) {
    if (const auto* started = std::get_if<Started>(&in)) {
      host_ = started->host;
      incarnation_ = started->incarnation;
      dial(env);
    } else if (std::holds_alternative<Connected>(in)) {
      connected_ = true;
      next_ = env.now;
    } else if (const auto* lost = std::get_if<Disconnected>(&in)) {
      lost_.push_back({env.now, lost->reason});
      connected_ = false;
      next_ = env.now + env.random.between(milliseconds(50), milliseconds(150));
    } else if (const auto* received = std::get_if<Received>(&in)) {
      answers_.push_back({env.now, received->envelope.correlation_id});
      env.out.note(trace::Remark{"answer " + std::to_string(received->envelope.correlation_id)});
    } else if (std::holds_alternative<Woken>(in)) {
      ++woken_;
      if (!next_ || *next_ > env.now) return;
      if (connected_) {
        ask(env);
      } else {
        dial(env);
      }
    } else if (std::holds_alternative<StopRequested>(in)) {
      env.out.add(Exit{true, "stopped"});
    } else if (std::holds_alternative<Command>(in)) {
      ask(env);
    }
  }
  [[nodiscard]] std::optional<Instant> next_deadline() const { return next_; }
  [[nodiscard]] const std::vector<std::pair<Instant, std::int32_t>>& answers() const { return answers_; }
  [[nodiscard]] const std::vector<std::pair<Instant, DisconnectReason>>& lost() const { return lost_; }
  [[nodiscard]] std::uint64_t woken() const { return woken_; }
  [[nodiscard]] std::int32_t asked() const { return correlation_; }

 private:
  void dial(Env& env) {
    connection_ = ConnectionId{host_, std::uint64_t{incarnation_} << 32 | ++dialled_};
    next_.reset();
    env.out.add(Connect{connection_, server_address});
  }
  void ask(Env& env) {
    for (std::int32_t i = 0; i < plan_.burst; ++i) {
      Message body = plan_.api == ApiKey::heartbeat
                         ? Message::of(HeartbeatRequest{"group", Generation{1}, "member", std::nullopt})
                         : Message::of(BrokerHeartbeatRequest{});
      ++correlation_;
      env.out.add(Send{connection_, Envelope{correlation_, spoken_version(plan_.api), "echo", std::move(body)}});
    }
    next_ = env.now + plan_.every;
  }

  EchoPlan plan_;
  HostId host_{};
  std::uint32_t incarnation_{0};
  std::uint32_t dialled_{0};
  ConnectionId connection_{};
  bool connected_{false};
  std::optional<Instant> next_;
  std::int32_t correlation_{0};
  std::uint64_t woken_{0};
  std::vector<std::pair<Instant, std::int32_t>> answers_;
  std::vector<std::pair<Instant, DisconnectReason>> lost_;
};

inline HostSpec server_spec(Durable durable = Durable::flushed) {
  HostSpec spec;
  spec.name = "server";
  spec.endpoint = server_address;
  spec.factory = [durable] { return AnyMachine{EchoServer{durable}}; };
  spec.disk.sync = milliseconds(2);
  return spec;
}

inline HostSpec client_spec(const std::string& name, EchoPlan plan = {}) {
  HostSpec spec;
  spec.name = name;
  spec.factory = [plan] { return AnyMachine{EchoClient{plan}}; };
  return spec;
}

// A server and two clients, started.
struct EchoWorld {
  explicit EchoWorld(std::uint64_t seed = 1, WireMode mode = WireMode::fast, HostSpec serving = server_spec(),
                     EchoPlan plan = {}, LinkQuality links = {})
      : world{seed, mode, links} {
    server = world.add_host(std::move(serving));
    one = world.add_host(client_spec("one", plan));
    two = world.add_host(client_spec("two", plan));
    for (const HostId host : {server, one, two}) world.start(host);
  }
  [[nodiscard]] const EchoClient& client(HostId host) const { return *world.machine<EchoClient>(host); }
  [[nodiscard]] const EchoServer& echo() const { return *world.machine<EchoServer>(server); }
  void run(Duration duration) { (void)world.run_until(world.now() + duration); }

  World world;
  HostId server;
  HostId one;
  HostId two;
};

}  // namespace kafkasim::sim
