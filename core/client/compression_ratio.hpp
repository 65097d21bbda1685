#pragma once
// What share of their size the records of a topic keep when they are compressed: a producer guesses by it when a batch is
// full (org.apache.kafka.common.record.CompressionRatioEstimator, MemoryRecordsBuilder.estimatedBytesWritten). Ratios count
// in millionths. The guess falls slowly and rises fast. In Kafka all producers of a process share theirs; here each has its
// own.
#include <algorithm>
#include <cstdint>
#include <map>
#include <string>

namespace kafkasim {

class CompressionRatios {
 public:
  static constexpr std::int64_t one = 1'000'000;

  [[nodiscard]] std::int64_t of(const std::string& topic) const {
    const auto found = ratios_.find(topic);
    return found == ratios_.end() ? one : found->second;
  }

  void observe(const std::string& topic, std::int64_t plain_bytes, std::int64_t packed_bytes) {
    constexpr std::int64_t rise = 50'000;
    constexpr std::int64_t fall = 5'000;
    if (plain_bytes <= 0) return;
    const std::int64_t seen = packed_bytes * one / plain_bytes;
    const std::int64_t guess = of(topic);
    ratios_[topic] = seen > guess ? std::max(guess + rise, seen) : std::max(guess - fall, seen);
  }

  // A batch was too large for its broker: no less is expected than it took, nor than its plain size, so that batches
  // are not split time and again.
  void was_too_small(const std::string& topic, std::int64_t plain_bytes, std::int64_t packed_bytes) {
    if (plain_bytes > 0) ratios_[topic] = std::max(one, packed_bytes * one / plain_bytes);
  }

  // What so many bytes will take, with 5 % on top for safety.
  [[nodiscard]] static std::int64_t packed_size(std::int64_t plain_bytes, std::int64_t ratio) {
    constexpr std::int64_t safety_percent = 105;
    return plain_bytes * ratio / one * safety_percent / 100;
  }

 private:
  std::map<std::string, std::int64_t> ratios_;
};

}  // namespace kafkasim
