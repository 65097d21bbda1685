#pragma once
// DeletePurgatory: DeleteRecords requests that wait until the low watermark, the smallest log start of the live
// replicas, has come to what they ask for (DelayedDeleteRecords). It knows no log: its owner tells what the low watermark
// is now, gets back what is complete, and answers it.
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "core/base/cow.hpp"
#include "core/machine/deadlines.hpp"
#include "core/machine/request_ref.hpp"
#include "core/message/delete_records.hpp"

namespace kafkasim {

struct DeleteTarget {  // one partition of a request
  TopicIdPartition id;
  DeleteRecordsResponse::Partition response;  // as it will be answered; error while it waits: REQUEST_TIMED_OUT
  std::optional<Offset> awaits;               // the low watermark that settles it; absent: settled
};

struct DeleteOperation {
  RequestRef ref;
  std::vector<std::string> topics;                 // in the order of the request
  std::vector<std::vector<DeleteTarget>> targets;  // by topic
  Instant deadline;
  [[nodiscard]] bool waits() const;
  [[nodiscard]] DeleteRecordsResponse response() const;
};

class DeletePurgatory {
 public:
  void add(DeleteOperation operation);  // that waits
  [[nodiscard]] bool has_waiting(const TopicIdPartition& partition) const { return watchers_.contains(partition); }
  // The low watermark of `partition` is now that: what awaits at most that is settled so.
  [[nodiscard]] std::vector<DeleteOperation> reached(const TopicIdPartition& partition, Offset low_watermark);
  // Leadership lost, partition gone or offline: all that awaits anything there is settled so.
  [[nodiscard]] std::vector<DeleteOperation> lost(const TopicIdPartition& partition, ErrorCode error);
  // Those whose time is over; what still waits in them keeps its REQUEST_TIMED_OUT.
  [[nodiscard]] std::vector<DeleteOperation> expired(Instant now);
  [[nodiscard]] std::optional<Instant> next_deadline() const { return deadlines_.next(); }
  [[nodiscard]] std::size_t size() const { return operations_.size(); }

 private:
  struct Outcome {
    ErrorCode error{};
    std::optional<Offset> low_watermark;
  };
  [[nodiscard]] std::vector<DeleteOperation> settle(const TopicIdPartition& partition, const Outcome& outcome);
  [[nodiscard]] DeleteOperation take(std::uint64_t id);
  void unwatch(const TopicIdPartition& partition, std::uint64_t id);

  std::uint64_t last_{0};
  std::map<std::uint64_t, Cow<DeleteOperation>> operations_;
  std::map<TopicIdPartition, std::set<std::uint64_t>> watchers_;  // by what still waits
  DeadlineIndex<std::uint64_t> deadlines_;
};

}  // namespace kafkasim
