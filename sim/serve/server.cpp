#include "sim/serve/server.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <charconv>
#include <csignal>

#include <fmt/format.h>

#include "sim/scenario/units.hpp"
#include "sim/serve/asio.hpp"
#include "sim/serve/control.hpp"
#include "sim/serve/gateway.hpp"
#include "sim/serve/mirror.hpp"
#include "sim/serve/pace.hpp"

namespace kafkasim::sim {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t events_a_turn = 256;                    // then sockets have their turn
constexpr std::chrono::milliseconds longest_sleep{100};
constexpr std::chrono::milliseconds most_behind{50};          // then virtual time goes on from where the World is
constexpr std::chrono::seconds flush_every{1};                // of the recording, and of the mirrored disks
constexpr std::chrono::seconds patience_at_the_end{5};        // with clients of the control interface

Result<asio::ip::address> resolve(asio::io_context& io, const std::string& host) {
  NetError error;
  const auto address = asio::ip::make_address(host, error);
  if (!error) return address;
  Tcp::resolver resolver{io};
  const auto found = resolver.resolve(host, "", error);
  if (error || found.empty()) return fail("cannot find the host " + quote(host));
  for (const auto& one : found) {
    if (one.endpoint().address().is_v4()) return one.endpoint().address();
  }
  return found.begin()->endpoint().address();
}

class Listeners {
 public:
  Listeners(asio::io_context& io, bool allow_remote) : io_{io}, allow_remote_{allow_remote} {}
  // Port 0: any that is free. It is then asked for by its number, for Linux keeps only such a one while nobody listens (gateway.cpp).
  Result<Tcp::acceptor> open(const std::string& host, std::uint16_t port) const {
    if (port != 0) return open_at(host, port);
    constexpr int tries = 20;  // somebody else may be quicker
    Result<Tcp::acceptor> found = fail("");
    for (int i = 0; i < tries; ++i) {
      found = open_at(host, 0);
      if (!found) return found;
      const std::uint16_t free = found->local_endpoint().port();
      found->close();
      found = open_at(host, free);
      if (found) break;
    }
    return found;
  }

 private:
  Result<Tcp::acceptor> open_at(const std::string& host, std::uint16_t port) const {
    const Result<asio::ip::address> address = resolve(io_, host);
    if (!address) return tl::unexpected<Error>{address.error()};
    if (!address->is_loopback() && !allow_remote_)
      return fail(fmt::format("{} is not on this machine alone: anyone could reach the cluster; --allow-remote if that is wanted", host));
    const Tcp::endpoint endpoint{*address, port};
    Tcp::acceptor acceptor{io_};
    NetError error;
    acceptor.open(endpoint.protocol(), error);
    if (!error) acceptor.set_option(asio::socket_base::reuse_address{true}, error);
    if (!error) acceptor.bind(endpoint, error);
    if (!error) acceptor.listen(1024, error);
    if (error) return fail(fmt::format("cannot listen on {}:{}: {}", host, port, error.message()));
    return acceptor;
  }

  asio::io_context& io_;
  bool allow_remote_;
};

// Thousands of connections need as many descriptors.
void raise_file_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  (void)::setrlimit(RLIMIT_NOFILE, &limit);
}

std::string shown(const std::string& host) { return host.find(':') == std::string::npos ? host : "[" + host + "]"; }

class Server {
 public:
  Server(ServeOptions options, const Served& served) : options_{std::move(options)}, served_{served} {}

  Result<void> run() {
    raise_file_limit();
    (void)std::signal(SIGPIPE, SIG_IGN);
    const auto since_1970 = std::chrono::system_clock::now().time_since_epoch();
    options_.head.wall_clock = Timestamp{std::chrono::duration_cast<std::chrono::milliseconds>(since_1970).count()};
    if (Result<void> open = open_ports(); !open) return open;
    Result<std::unique_ptr<Session>> session = Session::begin(options_.head, options_.record);
    if (!session) return tl::unexpected<Error>{session.error()};
    session_ = std::move(*session);
    if (options_.data) {
      Result<Mirror> mirror = Mirror::create(*options_.data);
      if (!mirror) return tl::unexpected<Error>{mirror.error()};
      mirror_.emplace(std::move(*mirror));
    }
    pace_.emplace(Clock::now(), session_->run().world().now(), options_.speed_permille);
    begin();
    loop();
    end();
    return {};
  }

 private:
  Result<void> open_ports() {
    const Result<Scenario> scenario = scenario_of(options_.head);
    if (!scenario) return tl::unexpected<Error>{scenario.error()};
    const Listeners listeners{io_, options_.allow_remote};
    std::uint32_t port = options_.listen.port;
    for (const NodeSpec& broker : scenario->cluster.brokers) {
      if (port > UINT16_MAX) return fail("there are not enough ports above that of --listen");
      Result<Tcp::acceptor> acceptor = listeners.open(options_.listen.host, static_cast<std::uint16_t>(port));
      if (!acceptor) return tl::unexpected<Error>{acceptor.error()};
      const std::uint16_t bound = acceptor->local_endpoint().port();
      options_.head.advertised.emplace_back(broker.id, Endpoint{advertised_host(), bound});
      ports_.emplace_back(broker.id, std::move(*acceptor));
      if (options_.listen.port != 0) ++port;  // else any that is free, each time
    }
    Result<Tcp::acceptor> control = listeners.open(options_.control.host, options_.control.port);
    if (!control) return tl::unexpected<Error>{control.error()};
    control_port_.emplace(std::move(*control));
    return {};
  }
  std::string advertised_host() const {
    if (options_.advertise) return *options_.advertise;
    const bool any = options_.listen.host == "0.0.0.0" || options_.listen.host == "::";
    return any ? "127.0.0.1" : options_.listen.host;
  }

  void begin() {
    const auto catch_up = [this] { (void)turn(); };
    gateway_.emplace(io_, *session_, GatewayLimits{}, catch_up, served_.warn);
    for (auto& [broker, acceptor] : ports_) gateway_->listen(broker, std::move(acceptor));
    const Steering steering{catch_up, [this] { return served_.state(session_->run()); }, [this] { stopping_ = true; }};
    const std::uint16_t control_port = control_port_->local_endpoint().port();
    control_.emplace(io_, std::move(*control_port_), *session_, *pace_, steering);
    signals_.emplace(io_, SIGINT, SIGTERM);
    signals_->async_wait([this](const NetError& error, int) {
      if (!error) stopping_ = true;
    });
    served_.look(session_->run());
    std::string brokers;
    for (const auto& [id, endpoint] : options_.head.advertised)
      brokers += fmt::format("{}{{\"id\": {}, \"host\": \"{}\", \"port\": {}}}", brokers.empty() ? "" : ", ", id.value, endpoint.host, endpoint.port);
    served_.ready(fmt::format("{{\"ready\": true, \"brokers\": [{}], \"control\": \"http://{}:{}\"}}", brokers,
                              shown(options_.control.host), control_port));
  }

  // Steps what is due by now, a turn's worth at most. True if nothing more is.
  bool turn() { return session_->step_to(std::max(pace_->at(Clock::now()), session_->run().world().now()), events_a_turn); }

  void loop() {
    auto flushed = Clock::now();
    while (!stopping_) {
      const bool all_done = turn();
      gateway_->settle();
      served_.look(session_->run());
      control_->settle();
      const auto now = Clock::now();
      if (!all_done) {
        const Instant reached = session_->run().world().now();
        const std::optional<Clock::time_point> was_due = pace_->when(reached);
        if (was_due && now - *was_due > most_behind) pace_->slip(now, reached);
        io_.poll();
      } else {
        auto until = now + longest_sleep;
        if (const auto next = session_->run().next_event_at()) {
          if (const auto due = pace_->when(*next)) until = std::min(until, *due);
        }
        (void)io_.run_one_until(until);
        io_.poll();
      }
      if (io_.stopped()) io_.restart();
      if (now - flushed > flush_every) {
        flushed = now;
        keep();
      }
    }
  }

  void keep() {
    session_->flush();
    if (session_->recording_failed() && !told_of_recording_) {
      told_of_recording_ = true;
      served_.warn("the recording cannot be written any more");
    }
    if (mirror_) mirror(); 
  }
  void mirror() {
    const Result<void> kept = mirror_->keep_up(session_->run().cluster(), session_->run().world());
    if (kept || told_of_mirror_) return;
    told_of_mirror_ = true;
    served_.warn(kept.error().message);
  }

  void end() {
    gateway_->close();
    if (mirror_) mirror();
    session_->end();
    served_.look(session_->run());
    const std::string report = served_.judge(*session_);
    control_->stopped(report);
    const auto deadline = Clock::now() + patience_at_the_end;
    while (control_->has_unsent() && Clock::now() < deadline) {
      if (io_.stopped()) io_.restart();
      (void)io_.run_one_until(deadline);
    }
    control_->close();
  }

  ServeOptions options_;
  const Served& served_;
  asio::io_context io_{1};
  std::vector<std::pair<NodeId, Tcp::acceptor>> ports_;
  std::optional<Tcp::acceptor> control_port_;
  std::unique_ptr<Session> session_;
  std::optional<Mirror> mirror_;
  std::optional<Pace> pace_;
  std::optional<Gateway> gateway_;
  std::optional<Control> control_;
  std::optional<asio::signal_set> signals_;
  bool stopping_{false};
  bool told_of_recording_{false};
  bool told_of_mirror_{false};
};

}  // namespace

Result<Endpoint> parse_endpoint(const std::string& text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string::npos || colon == 0) return fail("an address is HOST:PORT, not " + quote(text));
  std::string host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  std::uint16_t port = 0;
  const char* end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data() + colon + 1, end, port);
  const bool odd_host = host.empty() || host.find_first_of("\"\\/ ") != std::string::npos;
  if (error != std::errc{} || at != end || odd_host) return fail("an address is HOST:PORT with a port from 0 to 65535, not " + quote(text));
  return Endpoint{host, port};
}

Result<void> serve(ServeOptions options, const Served& served) { return Server{std::move(options), served}.run(); }

}  // namespace kafkasim::sim
