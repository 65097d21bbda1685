#pragma once
// Verifications: transactional batches that wait until their transaction's coordinator has said that the transaction is
// open and knows of this partition (KIP-890; VerificationStateEntry, VerificationGuard). Without that, a batch that
// comes late, after the end of its transaction, would open one that nobody ends: the last stable offset would stand
// still for good. Only a leader's memory, not a function of the log.
//
//   begin()                   a guard: the same for all who ask while the producer's verification is under way
//   append under that guard   taken; clear() then, so that a stale answer of the coordinator opens nothing (ABA)
//   marker                    clear(), but for the one of the transaction before that one (version 2, KAFKA-18654): it carries the epoch
//                             under which the next is verified, and may well come after the question
//   nothing                   forgotten with idle producers
#include <cstdint>
#include <map>
#include <optional>

#include "core/base/time.hpp"
#include "core/model/ids.hpp"

namespace kafkasim {

using VerificationGuard = Id<struct VerificationGuardTag, std::uint64_t>;
enum class EpochBumps : std::uint8_t { no, yes };  // the producer's epoch rises with every transaction: transactions V2
// transaction.partition.verification.enable. any_answer: the answer to a question that is over counts as well (legacy: verify-aba).
enum class RequireVerification : std::uint8_t { no, yes, any_answer };

struct Verification {
  VerificationGuard guard;
  Timestamp begun;
  // A batch that was refused for now must come before those behind it: none of a higher sequence is taken meanwhile.
  Sequence lowest_sequence;
  ProducerEpoch epoch;
  EpochBumps epoch_bumps{};
  friend bool operator==(const Verification&, const Verification&) = default;
};

class Verifications {
 public:
  VerificationGuard begin(ProducerId producer, Sequence sequence, ProducerEpoch epoch, EpochBumps epoch_bumps,
                          Timestamp now);
  [[nodiscard]] const Verification* find(ProducerId producer) const;  // null: none is under way
  [[nodiscard]] bool is_verified(ProducerId producer, std::optional<VerificationGuard> guard) const;
  void clear(ProducerId producer) { pending_.erase(producer); }
  void on_marker(ProducerId producer, ProducerEpoch epoch);
  void remove_expired(Timestamp now, std::int64_t expiration_ms);

 private:
  std::map<ProducerId, Verification> pending_;
  std::uint64_t last_guard_{0};  // never given twice by one log
};

}  // namespace kafkasim
