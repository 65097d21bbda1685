#pragma once
// OffsetMap: the latest offset of each key, as the log cleaner needs it (SkimpyOffsetMap): a key is its MD5, an entry 24
// bytes, and there are at most as many entries as fit the memory given. Two keys of one MD5 would be one key.
//
// Open addressing in a table that grows as it fills; nothing depends on the order in it.
#include <cstdint>
#include <optional>
#include <vector>

#include "core/base/md5.hpp"
#include "core/model/ids.hpp"

namespace kafkasim {

class OffsetMap {
 public:
  static constexpr std::uint64_t entry_bytes = 24;
  explicit OffsetMap(std::uint64_t memory_bytes) : slots_{memory_bytes / entry_bytes} {}

  // Replaces what was known of the key. A new key when size() is slots() is our own bug.
  void put(ByteSpan key, Offset offset);
  [[nodiscard]] std::optional<Offset> get(ByteSpan key) const;
  [[nodiscard]] std::uint64_t size() const { return size_; }
  [[nodiscard]] std::uint64_t slots() const { return slots_; }

  // All up to this offset is in the map. Never falls.
  void reached(Offset offset) {
    if (!latest_ || offset > *latest_) latest_ = offset;
  }
  [[nodiscard]] std::optional<Offset> latest() const { return latest_; }

 private:
  struct Entry {
    Md5 key{};
    std::optional<Offset> offset;
  };
  [[nodiscard]] static std::size_t place_of(const Md5& key, const std::vector<Entry>& table);
  void grow();

  std::vector<Entry> table_;  // a power of two, at most three quarters full
  std::uint64_t size_{0};
  std::uint64_t slots_;
  std::optional<Offset> latest_;
};

}  // namespace kafkasim
