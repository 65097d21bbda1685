#pragma once
// Which partition a record without one goes to (BuiltInPartitioner, KIP-480, KIP-794): by murmur2 of its key; without a
// key the same partition until batch.size bytes went there, then another by chance among those with a leader. A switch
// waits for the batch to be full, at most until twice that many bytes.
//
// The choice is adaptive while the queues of batches to the topic's partitions differ: a partition with a queue of n out
// of at most m batches has the weight m + 1 - n, so that a slow broker, whose queues are long, gets less. Partitions of
// brokers that do not take what is ready for them may be left out altogether: see Accumulator::weigh().
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/base/random.hpp"
#include "core/client/cluster_view.hpp"

namespace kafkasim {

class StickyPartitioner {
 public:
  explicit StickyPartitioner(std::int64_t batch_size) : batch_size_{batch_size} {}

  enum class LastBatch : std::uint8_t {
    open,
    full
  };  // of the partition that is current for the topic; full where there is none
  [[nodiscard]] std::optional<PartitionIndex> current(const std::string& topic) const;
  PartitionIndex pick(const std::string& topic, const TopicView& view, LastBatch last, Random& random);
  void appended(const std::string& topic, std::int64_t bytes, const TopicView& view, LastBatch last, Random& random);

  // How long the queues to those partitions are that may be chosen, of `partitions` that the topic has: counts from the next switch on.
  // Of no use for a topic that has no current() partition.
  struct Load {
    PartitionIndex partition;
    std::int64_t queued{};
  };
  void weigh(const std::string& topic, std::span<const Load> loads, std::size_t partitions);
  void weigh_evenly(const std::string& topic);
  [[nodiscard]] bool in_use() const { return !sticky_.empty(); }

 private:
  struct Weighed {
    PartitionIndex partition;
    std::uint64_t upto{};  // the sum of the weights so far
  };
  struct Sticky {
    PartitionIndex partition;
    std::int64_t bytes{0};
    std::vector<Weighed> weights{};  // empty: all are alike
  };
  void maybe_switch(Sticky& sticky, const TopicView& view, LastBatch last, Random& random) const;
  [[nodiscard]] static PartitionIndex any(const TopicView& view, Random& random);
  [[nodiscard]] static PartitionIndex by_weight(const std::vector<Weighed>& weights, Random& random);

  std::int64_t batch_size_;
  std::map<std::string, Sticky> sticky_;
};

}  // namespace kafkasim
