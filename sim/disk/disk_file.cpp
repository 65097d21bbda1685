#include "sim/disk/disk_file.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace kafkasim::sim {

namespace {

constexpr std::uint64_t the_end = std::numeric_limits<std::uint64_t>::max();

std::uint64_t sector_end(std::uint64_t position) { return (position / sector_size + 1) * sector_size; }

}  // namespace

void DiskFile::append(std::span<const SharedBytes> slices, std::uint64_t clock) {
  for (const SharedBytes& slice : slices) {
    bytes_.put(size_, slice, clock);
    size_ += slice.size();
    dirty_ += slice.size();
  }
}

void DiskFile::write(std::uint64_t at, const SharedBytes& bytes, std::uint64_t clock) {
  if (bytes.empty()) return;
  if (at < size_) ++changes_;
  protect(at, at + bytes.size());
  mend(at, at + bytes.size());
  bytes_.put(at, bytes, clock);
  size_ = std::max(size_, at + bytes.size());
  dirty_ += bytes.size();
}

void DiskFile::truncate(std::uint64_t size) {
  if (size < size_) {
    ++changes_;
    protect(size, the_end);
    mend(size, the_end);
    agree_ = std::min(agree_, size);
    bytes_.clear(size, the_end);
  }
  size_ = size;
}

void DiskFile::flip(std::uint64_t at, std::byte mask) {
  if (at >= size_ || mask == std::byte{0}) return;
  if (!flipped_) flipped_.emplace();
  Flipped& flipped = flipped_->edit();
  std::byte& bits = flipped[at];
  bits ^= mask;
  if (bits == std::byte{0}) flipped.erase(at);
  if (flipped.empty()) flipped_.reset();
}

const DiskFile::Flipped& DiskFile::flipped_bits() const {
  static const Flipped none;
  return flipped_ ? **flipped_ : none;
}

void DiskFile::mend(std::uint64_t from, std::uint64_t to) {
  const Flipped& known = flipped_bits();
  if (known.lower_bound(from) == known.lower_bound(to)) return;
  Flipped& flipped = flipped_->edit();
  flipped.erase(flipped.lower_bound(from), flipped.lower_bound(to));
  if (flipped.empty()) flipped_.reset();
}

std::vector<SharedBytes> DiskFile::read(std::uint64_t from, std::uint64_t to) const {
  std::vector<SharedBytes> slices = bytes_.read(from, to);
  const Flipped& flipped = flipped_bits();
  if (flipped.empty()) return slices;
  std::uint64_t at = from;
  for (SharedBytes& slice : slices) {
    const std::uint64_t end = at + slice.size();
    const auto first = flipped.lower_bound(at);
    if (first != flipped.end() && first->first < end) {
      std::vector<std::byte> bytes = to_vector(slice.span());
      for (auto bit = first; bit != flipped.end() && bit->first < end; ++bit)
        bytes[static_cast<std::size_t>(bit->first - at)] ^= bit->second;
      slice = SharedBytes{std::move(bytes), slice.origin()};
    }
    at = end;
  }
  return slices;
}

// Keeps the durable bytes of [from, to) that have not been kept yet. Those beyond agree_ have.
void DiskFile::protect(std::uint64_t from, std::uint64_t to) {
  to = std::min(to, agree_);
  if (from >= to) return;
  if (!pristine_) pristine_.emplace();
  Pristine& pristine = pristine_->edit();
  std::uint64_t at = from;
  auto range = pristine.ranges.upper_bound(at);
  if (range != pristine.ranges.begin() && std::prev(range)->second > at) at = std::prev(range)->second;
  while (at < to) {
    const std::uint64_t gap_end = range == pristine.ranges.end() ? to : std::min(to, range->first);
    if (at < gap_end) {
      for (const Extents::Piece& piece : bytes_.pieces(at, gap_end)) pristine.bytes.put(piece.at, piece.bytes, 0);
      pristine.ranges.emplace(at, gap_end);
    }
    if (range == pristine.ranges.end()) break;
    at = std::max(at, range->second);
    ++range;
  }
}

void DiskFile::sync() {
  durable_size_ = agree_ = size_;
  pristine_.reset();
  dirty_ = 0;
}

void DiskFile::sync_to(const FileMark& mark) {
  if (changes_ != mark.changes) return sync();
  // Without a change since, everything pristine is from before. A sync in between may have gone further than the mark.
  const bool cut_before = agree_ < durable_size_;
  durable_size_ = agree_ = cut_before ? mark.size : std::max(durable_size_, mark.size);
  pristine_.reset();
  dirty_ -= std::min(dirty_, mark.dirty_bytes);
}

void DiskFile::restore(std::uint64_t from, std::uint64_t to) {
  if (!pristine_) return;
  for (const auto& [range_from, range_to] : (*pristine_)->ranges) {
    const std::uint64_t begin = std::max(from, range_from);
    const std::uint64_t end = std::min(to, range_to);
    if (begin >= end) continue;
    bytes_.clear(begin, end);
    for (const Extents::Piece& piece : (*pristine_)->bytes.pieces(begin, end)) bytes_.put(piece.at, piece.bytes, 0);
  }
}

// Sectors are written whole or not at all.
void DiskFile::restore_some_sectors(std::uint64_t end, Random& random) {
  if (!pristine_) return;
  std::uint64_t decided_to = 0;
  for (const auto& [range_from, range_to] : (*pristine_)->ranges) {
    const std::uint64_t last = std::min(range_to, end);
    for (std::uint64_t at = std::max(range_from, decided_to); at < last; at = decided_to) {
      decided_to = sector_end(at);
      if (random.chance(1, 2)) restore(at / sector_size * sector_size, std::min(decided_to, end));
    }
  }
}

void DiskFile::cut(std::uint64_t size) {
  mend(size, the_end);
  bytes_.clear(size, the_end);
  size_ = size;
}

// [from, to): `real` bytes as they are, zeros or garbage behind them.
void DiskFile::tear(std::uint64_t from, std::uint64_t to, std::uint64_t real, Random& random) {
  cut(from + real);
  size_ = to;
  if (random.chance(1, 2)) return;
  std::vector<std::byte> garbage;
  for (std::uint64_t i = from + real; i < to; ++i) garbage.push_back(static_cast<std::byte>(random.below(256)));
  bytes_.put(from + real, SharedBytes{std::move(garbage)}, 0);
}

void DiskFile::lose_tail(std::uint64_t base, Torn torn, Random& random) {
  if (base >= size_) return;
  const std::uint64_t sectors = (size_ - 1) / sector_size - base / sector_size + 1;  // that hold a part of the tail
  const std::uint64_t most = torn == Torn::always ? sectors - 1 : sectors;
  const std::uint64_t extreme = random.below(4);
  const std::uint64_t survive = extreme == 0 ? 0 : extreme == 1 ? most : random.below(most + 1);
  if (survive == sectors) return;
  const std::uint64_t from = survive == 0 ? base : (base / sector_size + survive) * sector_size;
  const bool tears = torn == Torn::always || (torn == Torn::drawn && random.chance(1, 2));
  if (!tears) return cut(from);
  const std::uint64_t to = std::min(sector_end(from), size_);
  const std::uint64_t real = random.below(to - from);
  tear(from, to, real, random);
}

void DiskFile::keep_exactly(const Fate& fate, Random& random) {
  const std::uint64_t from = std::clamp(fate.length, std::min(agree_, size_), size_);
  const std::uint64_t to = fate.garbage_to ? std::clamp(*fate.garbage_to, from, size_) : from;
  if (from == to) return cut(from);
  const std::uint64_t real = random.below(to - from);
  tear(from, to, real, random);
}

void DiskFile::lose_power(const Fate& fate, Random& random) {
  switch (fate.keep) {
    case Keep::all: break;
    case Keep::none:
      restore(0, the_end);
      cut(durable_size_);
      break;
    case Keep::exactly: keep_exactly(fate, random); break;
    case Keep::drawn: {
      const bool cut_undone = agree_ < durable_size_ && random.chance(1, 2);
      restore_some_sectors(agree_, random);
      if (cut_undone) {
        restore(agree_, the_end);
        cut(durable_size_);
      } else {
        lose_tail(agree_, fate.torn, random);
      }
      break;
    }
  }
  ++changes_;  // a flush that was under way means nothing any more
  sync();
}

}  // namespace kafkasim::sim
