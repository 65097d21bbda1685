#pragma once
// Control: the HTTP interface of a served cluster, so that a test in any language can steer it.
//   GET /            a page for people            GET /state      the report so far
//   GET /timeline    NDJSON; ?follow=1 goes on    POST /timeline  entries, fired now or at their time
//   POST /pause, /resume, /speed {"speed": 2}     POST /stop      ends the run; its report is the answer
// Bad input gets 400 and {"error": ..., "errors": [{line, column, message, at}]}. Request bodies are at most 10 MiB; a follower who
// does not read is dropped.
#include <functional>
#include <memory>
#include <set>
#include <string>

#include "sim/serve/asio.hpp"
#include "sim/serve/pace.hpp"
#include "sim/serve/session.hpp"

namespace kafkasim::sim {

struct Steering {  // what the server does for it
  std::function<void()> catch_up;              // virtual time up to the present moment
  std::function<std::string()> report;         // of the run so far, JSON
  std::function<void()> stop;                  // soon; stopped() follows
};

class ControlConnection;

class Control {
 public:
  Control(asio::io_context& io, Tcp::acceptor acceptor, Session& session, Pace& pace, Steering steering);
  ~Control();
  Control(const Control&) = delete;
  Control& operator=(const Control&) = delete;

  void settle();                             // tells followers what is new
  void stopped(const std::string& report);   // the answer to who asked for the end
  void close();
  [[nodiscard]] bool has_unsent() const;     // answers that are still on their way

 private:
  friend class ControlConnection;
  void accept();

  asio::io_context& io_;
  Tcp::acceptor acceptor_;
  Session& session_;
  Pace& pace_;
  Steering steering_;
  std::set<std::shared_ptr<ControlConnection>> connections_;
  bool closed_{false};
};

}  // namespace kafkasim::sim
