#pragma once
// EventQueue: what is to happen, in the one total order of the World: (time, sequence number). Events of equal time
// leave in the order in which they were pushed. A copyable value: a copy has the same events and gives out the same
// numbers.
//
// A heap of four children a node over keys of 16 bytes, beside a slab of bodies that never move while they wait. The
// key is (time, sequence number above slot), so that comparing two pairs of integers is comparing events. Limits,
// checked: 2^24 events pending, 2^40 pushed.
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
    heap_.push_back(Key{});
    sift_up(heap_.size() - 1, Key{at, seq << slot_bits | slot});
    return seq;
  }

  // The first event; there must be one.
  Event pop() {
    KAFKASIM_CHECK(!heap_.empty(), "pop of an empty event queue");
    const Key first = heap_.front();
    const Key last = heap_.back();
    heap_.pop_back();
    if (!heap_.empty()) sift_down(last);
    const auto slot = static_cast<std::uint32_t>(first.seq_and_slot & (most_slots - 1));
    free_.push_back(slot);
    return Event{first.at, first.seq_and_slot >> slot_bits, std::move(bodies_[slot])};
  }

  [[nodiscard]] std::optional<Instant> next_at() const {
    if (heap_.empty()) return std::nullopt;
    return heap_.front().at;
  }
  [[nodiscard]] std::size_t size() const { return heap_.size(); }
  [[nodiscard]] bool empty() const { return heap_.empty(); }
  [[nodiscard]] std::uint64_t pushed() const { return next_seq_; }

 private:
  static constexpr int slot_bits = 24;
  static constexpr std::uint64_t most_slots = std::uint64_t{1} << slot_bits;
  static constexpr std::uint64_t most_seqs = std::uint64_t{1} << (64 - slot_bits);

  struct Key {
    Instant at;
    std::uint64_t seq_and_slot{};
    friend bool operator<(const Key& a, const Key& b) {
      return a.at.ns < b.at.ns || (a.at.ns == b.at.ns && a.seq_and_slot < b.seq_and_slot);
    }
  };

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

  void sift_up(std::size_t i, Key key) {
    while (i > 0) {
      const std::size_t parent = (i - 1) / 4;
      if (!(key < heap_[parent])) break;
      heap_[i] = heap_[parent];
      i = parent;
    }
    heap_[i] = key;
  }

  void sift_down(Key key) {  // from the root, whose key has been taken
    const std::size_t size = heap_.size();
    std::size_t i = 0;
    for (std::size_t child = 1; child < size; child = 4 * i + 1) {
      const std::size_t end = child + 4 < size ? child + 4 : size;
      std::size_t least = child;
      for (std::size_t c = child + 1; c < end; ++c) least = heap_[c] < heap_[least] ? c : least;
      if (!(heap_[least] < key)) break;
      heap_[i] = heap_[least];
      i = least;
    }
    heap_[i] = key;
  }

  std::vector<Key> heap_;
  std::vector<Body> bodies_;
  std::vector<std::uint32_t> free_;
  std::uint64_t next_seq_{0};
};

}  // namespace kafkasim::sim
