#pragma once
// Server: `kafkasim serve` at work. One thread: sockets and the World take turns; virtual time follows real time.
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "sim/serve/recording.hpp"
#include "sim/serve/session.hpp"

namespace kafkasim::sim {

struct ServeOptions {
  RecordingHead head;  // `advertised` is filled in
  Endpoint listen{"127.0.0.1", 9092};
  Endpoint control{"127.0.0.1", 9099};
  std::optional<std::string> advertise;  // the host that clients are told; absent: the one of `listen`
  std::int64_t speed_permille{1000};
  bool allow_remote{false};
  std::optional<std::string> record;  // file
  std::optional<std::string> data;    // folder: the disks, as real files
};

struct Served {                     // what the caller does with it
  std::function<void(const std::string& line)> ready;           // the line that says so
  std::function<void(const Simulation& run)> look;              // after each turn
  std::function<std::string(const Simulation& run)> state;      // of the run so far, JSON
  std::function<std::string(Session& session)> judge;           // the run has ended: tells its verdict; its report, JSON
  std::function<void(const std::string& line)> warn;
};

// "HOST:PORT" or "[IPv6]:PORT".
[[nodiscard]] Result<Endpoint> parse_endpoint(const std::string& text);

// Serves until it is told to stop (SIGINT, SIGTERM, POST /stop). Fails if it cannot begin.
[[nodiscard]] Result<void> serve(ServeOptions options, const Served& served);

}  // namespace kafkasim::sim
