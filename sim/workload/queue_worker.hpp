#pragma once
// QueueWorker: an application that takes messages from a QueueBroker, spends a fixed time on each, and acknowledges it. A machine.
//
//   push: it keeps one question open all the time, and is handed up to `prefetch` messages ahead of its work.
//   poll: it asks when it has worked on all that it was given.
//   any --(StopRequested)--> finishes the message it works on, acknowledges it --> Exit; what it had not begun goes back to the queue
//
// Notes: RecordsDelivered, when messages come.
#include <deque>
#include <optional>

#include "core/client/client_identity.hpp"
#include "core/machine/request_channel.hpp"
#include "core/machine/seam.hpp"
#include "sim/scenario/scenario.hpp"
#include "sim/workload/beside_kafka.hpp"

namespace kafkasim::sim {

class QueueWorker {
 public:
  QueueWorker(const ClientIdentity& who, BesideAddress queue, QueueMode mode, Duration process_time);

  void step(const Input& in, Env& env);
  [[nodiscard]] std::optional<Instant> next_deadline() const;

  [[nodiscard]] std::int64_t done() const { return done_; }  // worked on and acknowledged
  [[nodiscard]] std::size_t held() const { return held_.size(); }

 private:
  void receive(const Completion& done, Env& env);
  void ask(Env& env);
  void work(Env& env);
  void finish_one(Env& env);

  BesideAddress queue_;
  QueueMode mode_;
  Duration process_time_;
  RequestChannel receiving_;
  RequestChannel acknowledging_;
  std::deque<Offset> held_;  // the first is the one that it works on
  std::optional<Instant> working_until_;
  std::int64_t done_{0};
  bool asked_{false};
  bool stopping_{false};
  bool exited_{false};
};

}  // namespace kafkasim::sim
