#pragma once
// What a checker has found: a promise of Kafka that did not hold, with the evidence; or held only because the run's own
// faults excuse it.
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/time.hpp"
#include "core/model/ids.hpp"

namespace kafkasim::sim {

enum class Excuse : std::uint8_t { unclean_election, power_loss, corruption, acks, last_replica_standing, unknown_producer, group_downgrade,
                                    quiet_high_watermark, start_within_a_batch, missed_epoch };
[[nodiscard]] std::string_view excuse_name(Excuse excuse);  // "unclean-election"

struct Finding {
  std::string invariant;
  Instant at;
  std::string subject;  // "orders-0", "controller 3001"
  std::string detail;
  std::vector<std::string> evidence;
  std::optional<Excuse> excuse;  // absent: a violation
  bool in_epilogue{false};
  std::optional<Offset> offset{};  // of the first record that it is about, where subject is a partition
};

// Keeps the first cases of each kind and counts all.
class Findings {
 public:
  void add(Finding finding);
  [[nodiscard]] const std::vector<Finding>& kept() const { return kept_; }
  [[nodiscard]] std::uint64_t violations() const { return violations_; }
  [[nodiscard]] std::uint64_t excused() const { return excused_; }
  [[nodiscard]] std::uint64_t violations_of(std::string_view invariant) const;
  [[nodiscard]] std::uint64_t findings_of(std::string_view invariant) const;  // excused or not
  void enter_epilogue() { epilogue_ = true; }

 private:
  struct Count {
    std::uint64_t violations{};
    std::uint64_t excused{};
  };
  std::vector<Finding> kept_;
  std::map<std::string, Count, std::less<>> counts_;
  std::uint64_t violations_{0};
  std::uint64_t excused_{0};
  bool epilogue_{false};
};

}  // namespace kafkasim::sim
