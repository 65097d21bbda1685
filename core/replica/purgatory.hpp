#pragma once
// Purgatories: requests that wait for something to happen in a partition (DelayedProduce, DelayedFetch,
// DelayedOperationPurgatory). They know no log: their owner tells what happened, gets back what is complete, and
// answers it. What an event costs follows the operations that watch its partition, not the partitions that they name.
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <tuple>
#include <variant>
#include <vector>

#include "core/base/cow.hpp"
#include "core/machine/deadlines.hpp"
#include "core/machine/request_ref.hpp"
#include "core/machine/trace.hpp"
#include "core/message/fetch.hpp"
#include "core/message/produce.hpp"
#include "core/replica/fetch_session_cache.hpp"

namespace kafkasim {

using OperationId = std::uint64_t;

// ---- acks=all ----------------------------------------------------------------------------------------
struct InternalAppend {  // of a coordinator on this broker, which named it so
  std::uint64_t token{};
};

struct ProduceTarget {  // one partition of a request
  TopicIdPartition id;
  ProduceResponse::Partition response;             // as it will be answered; error while it waits: REQUEST_TIMED_OUT
  std::optional<Offset> awaits;                    // the high watermark that settles it; absent: settled
  std::optional<trace::ProduceAnswered> observed;  // absent where this broker has no such partition
};

struct ProduceOperation {
  std::variant<RequestRef, InternalAppend> caller;
  std::int16_t acks{};
  std::vector<ProduceResponse::Topic> topics;       // names and ids only, in the order of the request
  std::vector<std::vector<ProduceTarget>> targets;  // by topic
  Instant deadline;
};

// How a target ends: filled in by the owner at the moment it is settled.
struct ProduceOutcome {
  ErrorCode error{};
  Offset high_watermark;
  std::uint32_t isr_size{};
  std::uint32_t min_insync_replicas{};
};
void settle(ProduceTarget& target, const ProduceOutcome& outcome);

class ProducePurgatory {
 public:
  void add(ProduceOperation operation);
  [[nodiscard]] bool has_waiting(const TopicIdPartition& partition) const { return waiting_.contains(partition); }
  // The high watermark of `partition` is now `outcome.high_watermark`: what awaits at most that is settled so.
  [[nodiscard]] std::vector<ProduceOperation> reached(const TopicIdPartition& partition, const ProduceOutcome& outcome);
  // Leadership lost, partition gone or offline: all that awaits anything there is settled so.
  [[nodiscard]] std::vector<ProduceOperation> lost(const TopicIdPartition& partition, const ProduceOutcome& outcome);
  // Those whose time is over; what still waits in them keeps its REQUEST_TIMED_OUT.
  [[nodiscard]] std::vector<ProduceOperation> expired(Instant now);
  [[nodiscard]] std::optional<Instant> next_deadline() const { return deadlines_.next(); }
  [[nodiscard]] std::size_t size() const { return operations_.size(); }

 private:
  struct Key {
    Offset awaits;
    OperationId operation{};
    std::size_t topic{};
    std::size_t target{};
    friend auto operator<=>(const Key&, const Key&) = default;
  };
  struct Waiting {
    ProduceOperation operation;
    std::size_t unsettled{};
  };
  void settle_one(const Key& key, const ProduceOutcome& outcome, std::vector<ProduceOperation>& complete);

  OperationId last_{0};
  std::map<OperationId, Cow<Waiting>> operations_;
  std::map<TopicIdPartition, std::set<Key>> waiting_;
  DeadlineIndex<OperationId> deadlines_;
};

// ---- fetches -----------------------------------------------------------------------------------------
struct FetchWait {  // one partition of a waiting fetch
  FetchRequest::Partition want;
  Offset counted_to;      // bytes below here are in `bytes`
  std::uint64_t bytes{};  // at most want.partition_max_bytes
};

struct FetchOperation {
  RequestRef ref;
  std::shared_ptr<const FetchRequest> request;
  FetchContext context;
  std::map<TopicIdPartition, FetchWait> waits;
  std::uint64_t min_bytes{};
  std::uint64_t bytes{};  // of all waits
  Instant deadline;
};

class FetchPurgatory {
 public:
  OperationId add(FetchOperation operation);
  [[nodiscard]] std::vector<OperationId> watchers(const TopicIdPartition& partition) const;
  [[nodiscard]] bool contains(OperationId id) const { return operations_.contains(id); }
  [[nodiscard]] const FetchOperation& at(OperationId id) const { return *operations_.at(id); }
  // One more partition to wait for: it was quiet in the session of the request, and something has happened in it.
  void watch(OperationId id, const TopicIdPartition& partition, const FetchWait& wait);
  // More bytes can be had there. True if the operation now has the min.bytes it asked for.
  [[nodiscard]] bool count(OperationId id, const TopicIdPartition& partition, Offset counted_to, std::uint64_t more);
  [[nodiscard]] FetchOperation take(OperationId id);
  // Those whose time is over: to be taken.
  [[nodiscard]] std::vector<OperationId> take_due(Instant now) { return deadlines_.take_due(now); }
  [[nodiscard]] std::optional<Instant> next_deadline() const { return deadlines_.next(); }
  [[nodiscard]] std::size_t size() const { return operations_.size(); }

 private:
  OperationId last_{0};
  std::map<OperationId, Cow<FetchOperation>> operations_;
  std::map<TopicIdPartition, std::set<OperationId>> watchers_;
  DeadlineIndex<OperationId> deadlines_;
};

}  // namespace kafkasim
