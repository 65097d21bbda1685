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
// With a store (the claim-check pattern) it first gets from there what the records point to, and then works.
#include <cstdint>
#include <map>
#include <optional>
#include <set>

#include "core/client/consumer.hpp"
#include "core/machine/seam.hpp"
#include "sim/scenario/scenario.hpp"
#include "sim/workload/object_store.hpp"

namespace kafkasim::sim {

struct ConsumingPlan {
  Duration process_time{};
  CommitMoment commit{};
  std::optional<PoisonSpec> poison;
};

class ConsumingApp {
 public:
  ConsumingApp(const ClientIdentity& who, const ConsumerConfig& config, ConsumeWhat what, ConsumingPlan plan,
               std::optional<BesideAddress> store = std::nullopt)
      : consumer_{who, config, std::move(what)}, plan_{std::move(plan)} {
    if (store) store_.emplace(who.client_id, std::move(*store));
  }

  void step(const Input& in, Env& env);
  [[nodiscard]] std::optional<Instant> next_deadline() const;

  [[nodiscard]] const Consumer& consumer() const { return consumer_; }
  [[nodiscard]] std::int64_t consumed() const { return consumed_; }

 private:
  void poll_loop(Env& env);
  void take_up(const ConsumerRecords& records, Env& env);
  void fetch_values(const ConsumerRecords& records, Env& env);
  void take_values(const Input& in, Env& env);
  void begin_work(std::int64_t records, Env& env);
  void finish_work(Env& env);
  [[nodiscard]] bool is_poisoned(const ConsumerRecords& records) const;

  Consumer consumer_;
  ConsumingPlan plan_;
  std::optional<Instant> working_until_;
  bool stuck_{false};                           // on a poison record
  std::map<TopicPartition, Offset> to_commit_;  // when the work is done
  std::optional<StoreClient> store_;
  std::set<std::uint64_t> awaited_;  // calls of the store
  std::int64_t in_hand_{0};          // records whose values are awaited
  std::int64_t consumed_{0};
  bool in_poll_{false};  // waiting in it
  bool stop_requested_{false};
};

}  // namespace kafkasim::sim
