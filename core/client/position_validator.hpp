#pragma once
// PositionValidator: whether a consumer's positions still mean what they did when the leader changes (KIP-320;
// SubscriptionState.maybeValidatePosition, OffsetsForLeaderEpochClient).
//
//   fetching --(another leader or leader epoch; the epoch of the record before the position is known)--> validating
//   validating --(the epoch ends at the position or later)--> fetching
//   validating --(it ends before: the log was truncated)--> fetching, from where it ends
//   validating --(the leader knows no such epoch)--> reset_wanted
//   With auto.offset.reset=none the last two end the consumer: a LogTruncationException.
//
// While a position is validated its partition is not fetched, and what is in store of it is dropped.
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/client/fetcher.hpp"
#include "core/message/offset_for_leader_epoch.hpp"

namespace kafkasim {

class PositionValidator {
 public:
  PositionValidator(const ConsumerConfig& config, LegacyBehaviours legacy)
      : resets_{config.auto_offset_reset != "none"}, checks_{!legacy.has(Legacy::no_client_epoch_check)}, backoff_{config} {}

  void start() { requests_.clear(); }  // the process begins
  void pump(Fetcher::Parts parts, Env& env);  // notices other leaders, and asks them
  [[nodiscard]] bool take(const Completion& done, Fetcher::Parts parts, Env& env);

  // What the application would get as an exception.
  [[nodiscard]] const std::optional<std::string>& fatal() const { return fatal_; }

 private:
  struct Asked {
    TopicPartition tp;
    Offset position;
    LeaderEpoch epoch;         // of the record before it
    LeaderEpoch leader_epoch;  // of the leader that is asked
  };
  void follow_leaders(Fetcher::Parts parts);
  void ask_leaders(Fetcher::Parts parts, Env& env);
  void on_answer(const Asked& asked, const OffsetForLeaderEpochResponse::Partition& got, Fetcher::Parts parts, Env& env);
  void ask_again(const Asked& asked, Fetcher::Parts parts, Env& env);
  [[nodiscard]] bool is_asked(const TopicPartition& tp) const;

  bool resets_;
  bool checks_;
  Backoff backoff_;
  std::map<std::uint64_t, std::vector<Asked>> requests_;  // unanswered
  std::optional<std::string> fatal_;
};

}  // namespace kafkasim
