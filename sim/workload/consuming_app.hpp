#pragma once
// ConsumingApp: an application in a poll loop that spends a fixed time on each record. A machine that owns a Consumer
// by value.
//
//   waiting (inside poll) --(records)--> working for count * process_time --> poll again
//   any --(StopRequested)--> finishes what it works on, then closes the consumer
#include <cstdint>
#include <optional>

#include "core/client/consumer.hpp"
#include "core/machine/seam.hpp"

namespace kafkasim::sim {

class ConsumingApp {
 public:
  ConsumingApp(const ClientIdentity& who, const ConsumerConfig& config, ConsumeWhat what, Duration process_time)
      : consumer_{who, config, std::move(what)}, process_time_{process_time} {}

  void step(const Input& in, Env& env);
  [[nodiscard]] std::optional<Instant> next_deadline() const;

  [[nodiscard]] const Consumer& consumer() const { return consumer_; }
  [[nodiscard]] std::int64_t consumed() const { return consumed_; }

 private:
  void poll_loop(Env& env);

  Consumer consumer_;
  Duration process_time_;
  std::optional<Instant> working_until_;
  std::int64_t consumed_{0};
  bool in_poll_{false};  // waiting in it
  bool stop_requested_{false};
};

}  // namespace kafkasim::sim
