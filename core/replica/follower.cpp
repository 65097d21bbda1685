#include "core/replica/follower.hpp"

#include <algorithm>

namespace kafkasim {

Truncation truncation_for(const UnifiedLog& log, const FetchResponse::EpochEndOffset& leader_says) {
  const Offset log_end = log.log_end_offset();
  // Without an offset, or without an epoch (older than KIP-279), there is less to go by.
  if (leader_says.end_offset < Offset{0}) return {log.high_watermark(), TruncationIs::complete};
  if (leader_says.epoch < LeaderEpoch{0}) return {std::min(leader_says.end_offset, log_end), TruncationIs::complete};

  const std::optional<OffsetAndEpoch> own = log.end_offset_for_epoch(leader_says.epoch);
  if (!own) return {std::min(leader_says.end_offset, log_end), TruncationIs::complete};
  if (own->epoch != leader_says.epoch) return {std::min(own->offset, log_end), TruncationIs::one_step};
  return {std::min({own->offset, leader_says.end_offset, log_end}), TruncationIs::complete};
}

std::optional<Offset> cut_for_leader_end(const UnifiedLog& log, Offset leader_end) {
  return leader_end < log.log_end_offset() ? std::optional{leader_end} : std::nullopt;
}

std::optional<Offset> restart_for_leader_start(const UnifiedLog& log, Offset leader_start) {
  return leader_start > log.log_end_offset() ? std::optional{leader_start} : std::nullopt;
}

}  // namespace kafkasim
