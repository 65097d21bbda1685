#include "core/log/verifications.hpp"

namespace kafkasim {

VerificationGuard Verifications::begin(ProducerId producer, Sequence sequence, ProducerEpoch epoch,
                                       EpochBumps epoch_bumps, Timestamp now) {
  const auto [found, is_new] = pending_.try_emplace(producer);
  Verification& entry = found->second;
  if (is_new) {
    entry = {VerificationGuard{++last_guard_}, now, sequence, epoch, epoch_bumps};
  } else if (epoch == entry.epoch && sequence < entry.lowest_sequence) {
    entry.lowest_sequence = sequence;
  } else if (epoch > entry.epoch) {
    entry.epoch = epoch;
    entry.lowest_sequence = sequence;
  }
  return entry.guard;
}

const Verification* Verifications::find(ProducerId producer) const {
  const auto found = pending_.find(producer);
  return found == pending_.end() ? nullptr : &found->second;
}

bool Verifications::is_verified(ProducerId producer, std::optional<VerificationGuard> guard) const {
  const Verification* entry = find(producer);
  return entry != nullptr && guard == entry->guard;
}

void Verifications::on_marker(ProducerId producer, ProducerEpoch epoch) {
  const Verification* entry = find(producer);
  const bool is_of_the_next = entry != nullptr && entry->epoch_bumps == EpochBumps::yes && entry->epoch == epoch;
  if (!is_of_the_next) clear(producer);
}

void Verifications::remove_expired(Timestamp now, std::int64_t expiration_ms) {
  std::erase_if(pending_, [&](const auto& entry) { return now - entry.second.begun >= expiration_ms; });
}

}  // namespace kafkasim
