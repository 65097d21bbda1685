#pragma once
// ProducingApp: an application that produces at a rate; and HandProducerApp, which produces only what it is told to.
// Machines that own a Producer by value.
//
// Record number n is due at a moment drawn from [from + n / rate, from + (n + 1) / rate): the rate is exact and does not
// drift, but nothing keeps step with it (a crash at a whole second would else always meet the same phase of a linger).
// While the producer blocks (can_accept() is false) nothing is sent; what came due meanwhile follows at once when it is free again, as from a thread that is
// behind. SetRate counts anew from the moment it comes, and so does each change of the plan's rate; a factor holds for
// all of the plan's rates, a rate for all times until it is taken back. A rate of 0 is a lull. Finish, `to` and `records`
// end it: what was sent is still delivered.
//
// With a transaction_size every so many records make a transaction: the next begins with the next record, and waits until the one before
// is over. One in so many is aborted instead. One that fails is aborted; the application goes on with the next, unless its producer was
// fenced: then it produces no more. What is open when it ends is committed.
//
// A value is text, "shop/1 #42", filled up with dots to the size drawn: no two records have the same, unless their
// sizes are too small. With a store (the claim-check pattern) what is so large goes there first, and the record that is sent when the store has it
// says where it is: "shop/1 #42 blobs/17". While `most_uploads` are under way the application waits.
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/client/producer.hpp"
#include "core/machine/seam.hpp"
#include "sim/scenario/scenario.hpp"
#include "sim/workload/key_chooser.hpp"
#include "sim/workload/object_store.hpp"

namespace kafkasim::sim {

struct ProducingPlan {
  std::string topic;
  std::optional<PartitionIndex> partition;
  std::int64_t records_per_1000_s{1'000'000};  // from `from` on
  struct Change {
    Instant at;
    std::int64_t records_per_1000_s{};
  };
  std::shared_ptr<const std::vector<Change>> changes{};  // ascending, later than `from`; shared by copies; null: none
  Instant from{};
  std::optional<Instant> to;
  std::optional<std::int64_t> records;
  std::optional<KeySpec> keys;
  Range<std::int64_t> value_bytes{100, 100};
  std::optional<BesideAddress> store;  // claim check: where the values go
  std::optional<std::int64_t> transaction_size{};  // records of a transaction; absent: none are made
  std::int64_t aborts_per_million{0};              // of the transactions, drawn
};

class ProducingApp {
 public:
  ProducingApp(const ClientIdentity& who, const ProducerConfig& config, ProducingPlan plan);

  void step(const Input& in, Env& env);  // also SetRate, Finish, ProduceCommand
  [[nodiscard]] std::optional<Instant> next_deadline() const;

  [[nodiscard]] const Producer& producer() const { return producer_; }
  [[nodiscard]] std::int64_t produced() const { return produced_; }  // handed to the producer by plan
  [[nodiscard]] bool finished() const { return finished_; }          // produces no more by plan

 private:
  void produce_due(Env& env);
  void hand_over(ProduceCommand record, Env& env);
  [[nodiscard]] bool can_accept() const;
  void end_transaction(Env& env);
  void set_rate(const SetRate& change, Env& env);
  void draw_arrival();
  void begin_schedule(Instant now);
  void schedule_next();
  [[nodiscard]] std::int64_t current_rate() const;
  [[nodiscard]] const ProducingPlan::Change* next_change() const;
  [[nodiscard]] std::optional<Instant> next_due() const;
  [[nodiscard]] ProduceCommand make_record();

  std::string client_id_;
  ProducingPlan plan_;
  Producer producer_;
  std::optional<KeyChooser> keys_;
  std::optional<StoreClient> store_;
  std::map<std::uint64_t, ProduceCommand> uploads_;  // records that wait for their value to be stored, by the store's call
  std::int64_t stored_bytes_{0};                     // of the value of the record just made, where there is a store
  std::optional<Random> random_;  // forked from the host's at Started
  std::optional<Random> arrivals_;
  std::int64_t within_{0};        // where in its interval the next record is due, in parts of 2^32
  std::size_t changed_{0};        // how many of the plan's changes the schedule has passed
  SetRate traffic_{};             // what the timeline says
  std::int64_t rate_;             // in records per 1000 s, in the schedule
  Instant schedule_start_;        // since the rate last changed
  std::optional<Instant> due_;    // of the next record; absent: none at this rate
  std::int64_t in_schedule_{0};   // records due since then that were produced
  std::int64_t produced_{0};
  std::int64_t in_transaction_{0};  // records of the open one
  std::optional<Random> aborts_;
  bool finished_{false};
};

class HandProducerApp {
 public:
  HandProducerApp(const ClientIdentity& who, const ProducerConfig& config) : producer_{who, config} {}
  void step(const Input& in, Env& env) { producer_.step(in, env); }
  [[nodiscard]] std::optional<Instant> next_deadline() const { return producer_.next_deadline(); }
  [[nodiscard]] const Producer& producer() const { return producer_; }

 private:
  Producer producer_;
};

}  // namespace kafkasim::sim
