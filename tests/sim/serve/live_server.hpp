#pragma once
// A server in a thread of the test's own, on free ports, and what talks to it: sockets that speak frames, and HTTP.
#include <catch2/catch.hpp>

#include <sys/socket.h>

#include <array>
#include <future>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/message/api_versions.hpp"
#include "sim/report/report.hpp"
#include "sim/serve/asio.hpp"
#include "sim/serve/server.hpp"
#include "tests/sim/serve/served_cluster.hpp"

namespace kafkasim::sim {

inline std::string http(std::uint16_t port, const std::string& head, const std::string& body = "") {
  asio::io_context io;
  Tcp::socket socket{io};
  socket.connect({asio::ip::address_v4::loopback(), port});
  const std::string request = head + " HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(port)
                              + "\r\nConnection: close\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  asio::write(socket, asio::buffer(request));
  std::string all;
  std::array<char, 4096> some{};
  NetError error;
  for (std::size_t n = 1; !error && n > 0;) {
    n = socket.read_some(asio::buffer(some), error);
    all.append(some.data(), n);
  }
  return all;
}
inline std::string body_of(const std::string& answer) { return answer.substr(answer.find("\r\n\r\n") + 4); }

class LiveServer {
 public:
  explicit LiveServer(ServeOptions options = {}, const std::string& more = "") {
    options.head = three_brokers(more);
    options.head.advertised.clear();
    options.listen.port = 0;
    options.control.port = 0;
    served_.ready = [this](const std::string& line) { ready_.set_value(line); };
    served_.look = [](const Simulation&) {};
    served_.state = [](const Simulation& run) { return report_json(run, {"f", Outcome::pass}); };
    served_.warn = [this](const std::string& line) { warnings_.push_back(line); };
    served_.judge = [](Session& session) { return report_json(session.run(), {"f", outcome_of(session.run(), Strict::no)}); };
    thread_ = std::thread{[this, options] { result_ = serve(options, served_); }};
    line_ = ready_.get_future().get();
    const auto ready = nlohmann::json::parse(line_);
    for (const auto& broker : ready.at("brokers")) ports_.push_back(broker.at("port").get<std::uint16_t>());
    const std::string control = ready.at("control").get<std::string>();
    control_ = static_cast<std::uint16_t>(std::stoi(control.substr(control.rfind(':') + 1)));
  }
  ~LiveServer() { (void)stop(); }
  LiveServer(const LiveServer&) = delete;
  LiveServer& operator=(const LiveServer&) = delete;

  [[nodiscard]] std::string stop() {
    if (!thread_.joinable()) return "";
    const std::string answer = http(control_, "POST /stop");
    thread_.join();
    return body_of(answer);
  }
  [[nodiscard]] const std::string& line() const { return line_; }
  [[nodiscard]] std::uint16_t port(std::size_t broker) const { return ports_.at(broker - 1); }
  [[nodiscard]] std::uint16_t control() const { return control_; }
  [[nodiscard]] const std::vector<std::string>& warnings() const { return warnings_; }  // once it has stopped
  void fire(const std::string& json) const {
    const std::string answer = http(control_, "POST /timeline", json);
    INFO(answer);
    REQUIRE(answer.starts_with("HTTP/1.1 200"));
  }

 private:
  Served served_;
  std::promise<std::string> ready_;
  std::string line_;
  std::vector<std::uint16_t> ports_;
  std::uint16_t control_{};
  std::vector<std::string> warnings_;
  Result<void> result_;
  std::thread thread_;
};

// A client's socket: blocking, with a timeout of ten seconds.
class Caller {
 public:
  explicit Caller(std::uint16_t port) : socket_{io_} {
    socket_.connect({asio::ip::address_v4::loopback(), port}, error_);
    const timeval patience{10, 0};
    (void)::setsockopt(socket_.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  }
  [[nodiscard]] bool connected() const { return !error_; }
  void send(const std::string& bytes) { asio::write(socket_, asio::buffer(bytes), error_); }
  void ask(const Message& message, std::int16_t version, std::int32_t id) {
    const SharedBytes frame = as_frame(message, version, id);
    ByteWriter out;
    out.i32(static_cast<std::int32_t>(frame.size()));
    out.bytes(frame.span());
    send(std::string{as_text(out.span())});
  }
  // The correlation id of the next answer; absent: the connection has ended.
  [[nodiscard]] std::optional<std::int32_t> answer() {
    std::array<std::byte, 4> size{};
    if (::recv(socket_.native_handle(), size.data(), 4, MSG_WAITALL) != 4) return std::nullopt;
    ByteReader in{size};
    std::vector<std::byte> body(static_cast<std::size_t>(in.i32()));
    if (::recv(socket_.native_handle(), body.data(), body.size(), MSG_WAITALL) != std::ssize(body)) return std::nullopt;
    ByteReader id{body};
    return id.i32();
  }
  void close() { socket_.close(error_); }

 private:
  asio::io_context io_;
  Tcp::socket socket_;
  NetError error_;
};

inline const Message which_versions = Message::of(ApiVersionsRequest{"test", "1"});

}  // namespace kafkasim::sim
