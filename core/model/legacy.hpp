#pragma once
// Historical behaviours of Kafka that can be brought back, each by a switch that is consulted at the one place where the
// rule of today lives. All are off by default: they are there so that one can watch them fail, and so that checkers show
// that they can see. `legacy_table()` tells what each one is and what it breaks.
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace kafkasim {

enum class Legacy : std::uint8_t {
  hw_truncate_loss,
  single_epoch_lookup,
  isr_join_by_hw,
  committed_isr_for_hw,
  local_isr_shrink,
  fenced_joins_isr,
  stale_broker_epoch_joins_isr,
  last_replica_standing,
  double_hw_read,
  no_fetch_fencing,
  no_epoch_on_reelection,
  no_check_quorum,
  no_client_epoch_check,
  offsets_expire_by_commit_time,
  static_rejoin_not_persisted,
  fetch_during_revocation,
  no_generation_fencing,
  txn_timeout_no_epoch_bump,
  hanging_txn,
  verify_aba,
  producer_state_of_leaders_only,
  producer_state_by_log_retention,
  tv2_completing_race,
  marker_entry_wrong_delete,
  producer_state_early_expiry,
  idle_partition_seq_not_reset,
  init_pid_epoch_inflation,
  cleaner_drops_last_batch,
  tombstone_horizon_by_mtime,
  cleaner_gap_loop,
  no_epoch_on_elect,
  skip_missed_epoch_truncation,
  hw_before_truncate,
  full_truncate_keeps_hw,
  truncate_noop_keeps_epochs,
  hw_waits_for_ineligible,
  removed_partition_truncates,
  stale_fetch_answer,
};

class LegacyBehaviours {
 public:
  void bring_back(Legacy behaviour) { set_ |= bit(behaviour); }
  [[nodiscard]] constexpr bool has(Legacy behaviour) const { return (set_ & bit(behaviour)) != 0; }
  friend bool operator==(const LegacyBehaviours&, const LegacyBehaviours&) = default;

 private:
  static constexpr std::uint64_t bit(Legacy behaviour) { return std::uint64_t{1} << static_cast<unsigned>(behaviour); }
  std::uint64_t set_{0};
};

struct LegacyInfo {
  Legacy behaviour{};
  std::string_view name;    // "hw-truncate-loss"
  std::string_view ticket;  // "KIP-101, 2017"
  std::string_view was;     // what Kafka did
  std::string_view breaks;  // and what comes of it
};
[[nodiscard]] std::span<const LegacyInfo> legacy_table();
[[nodiscard]] std::optional<Legacy> legacy_by_name(std::string_view name);

}  // namespace kafkasim
