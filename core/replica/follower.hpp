#pragma once
// A partition as a follower: where its log parts from the leader's and what it cuts (AbstractFetcherThread,
// KIP-101, KIP-279, KIP-595). The leader's answer to a fetch names the largest epoch that it knows at or below the
// follower's last one, and where that epoch ends in its log.
#include <cstdint>
#include <optional>

#include "core/log/unified_log.hpp"
#include "core/message/fetch.hpp"

namespace kafkasim {

enum class TruncationIs : std::uint8_t { complete, one_step };  // after a step the next fetch tells where to go on

struct Truncation {
  Offset to;
  TruncationIs is{};
  friend bool operator==(const Truncation&, const Truncation&) = default;
};

// The rule of KIP-279: if the follower does not know the leader's epoch, it goes back to the end of its own largest
// epoch below that one, and asks again; else to the smaller of both ends.
[[nodiscard]] Truncation truncation_for(const UnifiedLog& log, const FetchResponse::EpochEndOffset& leader_says);

// What to do about OFFSET_OUT_OF_RANGE (fetchOffsetAndTruncate). The leader's log ends before the own one: cut to
// there.
[[nodiscard]] std::optional<Offset> cut_for_leader_end(const UnifiedLog& log, Offset leader_end);
// Else its log may begin behind the end of the own one: then drop everything and start there. Else fetch on.
[[nodiscard]] std::optional<Offset> restart_for_leader_start(const UnifiedLog& log, Offset leader_start);

}  // namespace kafkasim
