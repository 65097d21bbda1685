#pragma once
// EventQueue: what is to happen, in the one total order of the World: (time, sequence number). Events of equal time
// leave in the order in which they were pushed. A copyable value: a copy has the same events and gives out the same
// numbers.
//
// Keys of 16 bytes, (time, sequence number above slot), stand apart from the bodies, which lie in a slab and never move
// while they wait. The keys are in two parts: `near_`, sorted, which all leave before any other, and buckets by the
// digits (base 64) of their time, as in a radix heap (Ahuja, Mehlhorn, Orlin, Tarjan 1990) and in hashed hierarchical
// timing wheels (Varghese, Lauck 1987). A key stands at the highest digit in which its time differs from `base_`. When
// near_ has run out, the first bucket is sorted into it if it is small, and dealt out to lower digits if not; so that
// sorting is only ever done in small, and a key moves at most once a digit. Nothing depends on how far apart events
// are. It may be pushed into the past, which no World does; that is slower. Limits, checked: 2^24 events pending, 2^40
// pushed.
#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "core/base/check.hpp"
#include "core/base/time.hpp"

namespace kafkasim::sim {

template <class Body>
class EventQueue {
 public:
  struct Event {
    Instant at;
    std::uint64_t seq{};  // counts the pushes from 0
    Body body;
  };

  // The sequence number of the event.
  std::uint64_t push(Instant at, Body body) {
    KAFKASIM_CHECK(next_seq_ < most_seqs, "the event queue has run out of sequence numbers");
    const std::uint64_t seq = next_seq_++;
    const std::uint64_t slot = store(std::move(body));
    const Key key{ordered(at), seq << slot_bits | slot};
    if (key.at > near_last_) {
      put_into_bucket(key);
    } else {
      put_near(key);
    }
    ++size_;
    return seq;
  }

  // The first event; there must be one.
  Event pop() {
    KAFKASIM_CHECK(size_ > 0, "pop of an empty event queue");
    if (first_near_ == near_.size()) refill();
    const Key key = near_[first_near_++];
    --size_;
    const auto slot = static_cast<std::uint32_t>(key.seq_and_slot & (most_slots - 1));
    free_.push_back(slot);
    return Event{instant(key.at), key.seq_and_slot >> slot_bits, std::move(bodies_[slot])};
  }

  [[nodiscard]] std::optional<Instant> next_at() const {
    if (first_near_ < near_.size()) return instant(near_[first_near_].at);
    if (size_ == 0) return std::nullopt;
    return instant(buckets_[first_bucket()].least);
  }
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }
  [[nodiscard]] std::uint64_t pushed() const { return next_seq_; }

 private:
  static constexpr int slot_bits = 24;
  static constexpr std::uint64_t most_slots = std::uint64_t{1} << slot_bits;
  static constexpr std::uint64_t most_seqs = std::uint64_t{1} << (64 - slot_bits);
  static constexpr int digit_bits = 6;
  static constexpr std::size_t digits = 64 / digit_bits + (64 % digit_bits != 0);
  static constexpr std::size_t radix = std::size_t{1} << digit_bits;
  static constexpr std::size_t small_bucket = 32;  // is sorted, not dealt out
  static constexpr std::size_t most_near = 256;

  struct Key {
    std::uint64_t at{};  // ordered() of the time
    std::uint64_t seq_and_slot{};
    friend bool operator<(const Key& a, const Key& b) {
      return a.at < b.at || (a.at == b.at && a.seq_and_slot < b.seq_and_slot);
    }
  };
  struct Bucket {
    std::vector<Key> keys;  // those of one time in the order of their sequence numbers
    std::uint64_t least{};  // time of them; while there are any
  };

  static std::uint64_t ordered(Instant at) { return static_cast<std::uint64_t>(at.ns) ^ (std::uint64_t{1} << 63); }
  static Instant instant(std::uint64_t at) { return Instant{static_cast<std::int64_t>(at ^ (std::uint64_t{1} << 63))}; }

  std::uint64_t store(Body body) {
    if (free_.empty()) {
      KAFKASIM_CHECK(bodies_.size() < most_slots, "too many events are pending");
      bodies_.push_back(std::move(body));
      return bodies_.size() - 1;
    }
    const std::uint32_t slot = free_.back();
    free_.pop_back();
    bodies_[slot] = std::move(body);
    return slot;
  }

  void put_into_bucket(const Key& key) {  // later than near_last_, so later than base_
    const auto digit = static_cast<std::size_t>((63 - std::countl_zero(key.at ^ base_)) / digit_bits);
    const std::size_t value = key.at >> (digit * digit_bits) & (radix - 1);
    Bucket& bucket = buckets_[digit * radix + value];
    if (bucket.keys.empty() || key.at < bucket.least) bucket.least = key.at;
    bucket.keys.push_back(key);
    filled_[digit] |= std::uint64_t{1} << value;
    filled_digits_ |= 1U << digit;
  }

  void put_near(const Key& key) {
    if (first_near_ >= most_near && first_near_ * 2 >= near_.size()) {  // those that have left make room
      near_.erase(near_.begin(), near_.begin() + static_cast<std::ptrdiff_t>(first_near_));
      first_near_ = 0;
    }
    const auto first = near_.begin() + static_cast<std::ptrdiff_t>(first_near_);
    const auto place = std::upper_bound(first, near_.end(), key);
    const bool is_last = place == near_.end();
    if (first_near_ > 0 && place - first < near_.end() - place) {  // it is among the first, mostly
      std::move(first, place, first - 1);
      *(place - 1) = key;
      --first_near_;
    } else {
      near_.insert(place, key);
    }
    if (near_.size() - first_near_ > most_near && !is_last) spill();
  }

  // Too many for sorting one by one: the later half goes into buckets. What stands there is later still.
  void spill() {
    const std::uint64_t least = std::max(near_[first_near_].at, base_);
    const auto from = near_.begin() + static_cast<std::ptrdiff_t>(first_near_ + most_near / 2);
    const std::uint64_t bound = from->at > least ? from->at - 1 : least;
    const auto later = std::partition_point(near_.begin() + static_cast<std::ptrdiff_t>(first_near_), near_.end(),
                                            [&](const Key& key) { return key.at <= bound; });
    near_last_ = bound;
    for (auto key = later; key != near_.end(); ++key) put_into_bucket(*key);
    near_.erase(later, near_.end());
  }

  [[nodiscard]] std::size_t first_bucket() const {
    const auto digit = static_cast<std::size_t>(std::countr_zero(filled_digits_));
    return digit * radix + static_cast<std::size_t>(std::countr_zero(filled_[digit]));
  }

  void refill() {
    near_.clear();
    first_near_ = 0;
    while (near_.empty()) {
      const std::size_t index = first_bucket();
      const std::size_t digit = index / radix;
      const std::uint64_t value = index % radix;
      filled_[digit] &= ~(std::uint64_t{1} << value);
      if (filled_[digit] == 0) filled_digits_ &= ~(1U << digit);
      const int shift = static_cast<int>(digit) * digit_bits;
      const std::uint64_t below = (std::uint64_t{1} << shift) - 1;  // all that the lower digits can say
      base_ = (base_ >> shift & ~std::uint64_t{radix - 1}) << shift | value << shift;
      std::vector<Key>& keys = buckets_[index].keys;
      if (digit == 0 || keys.size() <= small_bucket) {
        near_.swap(keys);
        near_last_ = base_ + below;
        if (digit > 0) std::sort(near_.begin(), near_.end());
        return;
      }
      near_last_ = base_;
      dealt_.swap(keys);
      for (const Key& key : dealt_) {
        if (key.at > near_last_) {
          put_into_bucket(key);
        } else {
          near_.push_back(key);
        }
      }
      dealt_.clear();
    }
  }

  std::vector<Key> near_;  // sorted from first_near_ on; all that is due up to near_last_
  std::size_t first_near_{0};
  std::uint64_t near_last_{0};
  std::uint64_t base_{0};  // never later than near_last_
  std::vector<Bucket> buckets_ = std::vector<Bucket>(digits * radix);
  std::array<std::uint64_t, digits> filled_{};  // a bit for each bucket of a digit
  std::uint32_t filled_digits_{0};
  std::size_t size_{0};
  std::vector<Body> bodies_;
  std::vector<std::uint32_t> free_;
  std::vector<Key> dealt_;  // empty between calls
  std::uint64_t next_seq_{0};
};

}  // namespace kafkasim::sim
