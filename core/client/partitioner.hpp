#pragma once
// Which partition a record without one goes to (BuiltInPartitioner, KIP-794, without adaptive weights): by murmur2 of
// its key; without a key the same partition until batch.size bytes went there, then another by chance among those with
// a leader. A switch waits for the batch to be full, at most until twice that many bytes.
#include <cstdint>
#include <map>
#include <optional>
#include <string>

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

 private:
  struct Sticky {
    PartitionIndex partition;
    std::int64_t bytes{0};
  };
  void maybe_switch(Sticky& sticky, const TopicView& view, LastBatch last, Random& random) const;
  [[nodiscard]] static PartitionIndex any(const TopicView& view, Random& random);

  std::int64_t batch_size_;
  std::map<std::string, Sticky> sticky_;
};

}  // namespace kafkasim
