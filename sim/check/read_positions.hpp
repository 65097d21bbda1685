#pragma once
// What a reader has been given, as Jepsen's Kafka workload looks at it: of each consumer and partition the offset at
// which it goes on. A rebalance, a new process and a seek or reset forget where it was; a seek and a reset say where
// the next record is looked for.
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "sim/check/history.hpp"

namespace kafkasim::sim {

// Records of one poll that stand and were sent one after the other.
struct DeliveredRun {
  Offset base;
  std::int64_t count{};
  Origin origin;  // of the first
  [[nodiscard]] Offset past() const { return base.plus(count); }
};
[[nodiscard]] std::vector<DeliveredRun> runs_of(const trace::RecordsDelivered& delivered);

class ReadPositions {
 public:
  struct Position {
    Offset next;
    std::optional<Origin> last;  // of the record before; absent after a reset
  };
  [[nodiscard]] const Position* find(HostId reader, const TopicPartition& partition) const;
  void on(HostId reader, const trace::PositionReset& e);
  void on(HostId reader, const trace::RecordsDelivered& e);
  void forget(HostId reader);
  void forget(HostId reader, const std::vector<TopicPartition>& partitions);

 private:
  std::map<std::pair<HostId, TopicPartition>, Position> positions_;
};

// The first record in [from, to) that a reader has to be given, as the log of the partition's leader has it: control
// records are for nobody, and what compaction or retention may have taken is not missed. Whether those of a transaction come depends on
// how it ended, so they are not counted on, but by a reader of uncommitted ones, whom all come to.
enum class OfTransactions : std::uint8_t { left_out, counted };
[[nodiscard]] std::optional<Offset> first_to_read(const PartitionHistory& partition, Offset from, Offset to,
                                                  OfTransactions transactional = OfTransactions::left_out);

// Whether the record after which the reader goes on still stands where it was given it. After a loss it may not: what
// goes on there is another log.
[[nodiscard]] bool still_there(const PartitionHistory& partition, const ReadPositions::Position& position);

}  // namespace kafkasim::sim
