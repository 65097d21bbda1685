#pragma once
// QueueBroker: a classic message queue, for lessons that compare it with Kafka's log. A machine; one process, one queue, in memory; no
// fault befalls it but that of its clients.
//
//   a message:  ready --(handed to a worker)--> given --(acknowledged)--> deleted
//               given --push: the worker's connection is lost----> ready, in its old place, to be delivered again
//               given --poll: visibility timeout over------------> ready, likewise
//
// push (AMQP's basic.consume with a prefetch, as RabbitMQ has it): a worker has asked once for all, and is handed a message as soon as
// there is one, as long as fewer than `prefetch` of its own are unacknowledged; of several workers the one that waits longest. Here each
// handing over answers a request that the worker keeps open and renews at once.
// poll (as Amazon SQS has it): a worker asks for at most `prefetch` messages and waits up to the time it says; what it is given is
// invisible to others until it is deleted or the timeout is over. Connections do not matter.
//
// A message once deleted is gone: nobody can read it again. Messages go to whichever worker is free: no order among the workers.
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>

#include "core/base/cow.hpp"
#include "core/machine/seam.hpp"
#include "core/record/record_batch.hpp"
#include "sim/scenario/scenario.hpp"
#include "sim/workload/beside_kafka.hpp"

namespace kafkasim::sim {

class QueueBroker {
 public:
  QueueBroker(BesideAddress self, const QueueSpec& spec) : self_{std::move(self)}, spec_{spec} {}

  void step(const Input& in, Env& env);
  [[nodiscard]] std::optional<Instant> next_deadline() const;

  [[nodiscard]] std::int64_t ready() const { return std::ssize(ready_); }
  [[nodiscard]] std::int64_t given() const { return std::ssize(given_); }
  [[nodiscard]] std::int64_t depth() const { return ready() + given(); }       // not yet acknowledged
  [[nodiscard]] std::int64_t redelivered() const { return redelivered_; }      // handed over once more
  [[nodiscard]] std::int64_t out_of_order() const { return out_of_order_; }    // done after a later one of the same key

 private:
  struct Message {
    RecordBatch batch;
    std::string key;  // empty: it has none
    std::int32_t deliveries{0};
  };
  struct Given {
    Message message;
    std::string worker;
    ConnectionId connection;
    std::optional<Instant> visible_again;  // poll
  };
  struct Asked {
    Received request;
    std::optional<Instant> until;  // poll: then it is answered with nothing
  };

  void take(const Received& received, Env& env);
  void publish(const Received& received, Env& env);
  void acknowledge(const Received& received, Env& env);
  void ask(const Received& received, const Env& env);
  void done(std::int64_t number, const Message& message);
  void lost(const ConnectionId& connection, Env& env);
  void show_again(Env& env);
  void hand_out(Env& env);
  void give(const Asked& asked, std::int64_t most, Env& env);
  std::map<std::int64_t, Given>::iterator take_back(std::map<std::int64_t, Given>::iterator given);
  [[nodiscard]] std::int64_t room_of(const Asked& asked) const;

  BesideAddress self_;
  QueueSpec spec_;
  std::int64_t next_number_{0};
  std::map<std::int64_t, Message> ready_;
  std::map<std::int64_t, Given> given_;
  std::map<std::string, std::int64_t> held_;  // how many each worker has unacknowledged
  std::deque<Asked> asked_;                   // who waits longest first
  std::int64_t redelivered_{0};
  Cow<std::map<std::string, std::int64_t>> done_up_to_;  // the latest message of each key that was acknowledged
  std::int64_t out_of_order_{0};
};

}  // namespace kafkasim::sim
