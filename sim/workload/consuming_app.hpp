#pragma once
// ConsumingApp: an application in a poll loop that spends a fixed time on each record. A machine that owns a Consumer
// by value.
//
//   waiting (inside poll) --(records)--> working for count * process_time --> poll again
//   any --(StopRequested)--> finishes what it works on, then closes the consumer
//
// It may commit by hand what a poll gave it: before it works on it (a crash in between loses it for the group: at most
// once) or behind it (a crash in between repeats it: at least once). A poison record ends its process, or keeps it for
// ever: it does not poll again, so max.poll.interval.ms makes the member leave and another gets that record.
#include <cstdint>
#include <map>
#include <optional>

#include "core/client/consumer.hpp"
#include "core/machine/seam.hpp"
#include "sim/scenario/scenario.hpp"

namespace kafkasim::sim {

struct ConsumingPlan {
  Duration process_time{};
  CommitMoment commit{};
  std::optional<PoisonSpec> poison;
};

class ConsumingApp {
 public:
  ConsumingApp(const ClientIdentity& who, const ConsumerConfig& config, ConsumeWhat what, ConsumingPlan plan)
      : consumer_{who, config, std::move(what)}, plan_{std::move(plan)} {}

  void step(const Input& in, Env& env);
  [[nodiscard]] std::optional<Instant> next_deadline() const;

  [[nodiscard]] const Consumer& consumer() const { return consumer_; }
  [[nodiscard]] std::int64_t consumed() const { return consumed_; }

 private:
  enum class Work : std::uint8_t { goes_on, ended };
  void poll_loop(Env& env);
  Work begin_work(const ConsumerRecords& records, Env& env);
  void finish_work(Env& env);
  [[nodiscard]] std::optional<std::int64_t> poison_in(const ConsumerRecords& records) const;

  Consumer consumer_;
  ConsumingPlan plan_;
  std::optional<Instant> working_until_;
  bool stuck_{false};                        // on a poison record
  std::map<TopicPartition, Offset> to_commit_;  // when the work is done
  std::int64_t consumed_{0};
  bool in_poll_{false};  // waiting in it
  bool stop_requested_{false};
};

}  // namespace kafkasim::sim
