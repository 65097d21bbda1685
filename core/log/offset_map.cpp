#include "core/log/offset_map.hpp"

#include <utility>

#include "core/base/check.hpp"

namespace kafkasim {

// Where the key stands, or the free place where it belongs.
std::size_t OffsetMap::place_of(const Md5& key, const std::vector<Entry>& table) {
  std::size_t at = 0;
  for (std::size_t i = 0; i < 8; ++i) at = at << 8 | std::to_integer<std::size_t>(key[i]);
  for (at &= table.size() - 1; table[at].offset && table[at].key != key;) at = (at + 1) & (table.size() - 1);
  return at;
}

void OffsetMap::grow() {
  constexpr std::size_t least = 64;
  std::vector<Entry> larger(table_.empty() ? least : 2 * table_.size());
  for (const Entry& entry : table_) {
    if (entry.offset) larger[place_of(entry.key, larger)] = entry;
  }
  table_ = std::move(larger);
}

void OffsetMap::put(ByteSpan key, Offset offset) {
  if ((size_ + 1) * 4 > table_.size() * 3) grow();
  const Md5 hash = md5(key);
  Entry& entry = table_[place_of(hash, table_)];
  if (!entry.offset) {
    KAFKASIM_CHECK(size_ < slots_, "the offset map is full");
    ++size_;
    entry.key = hash;
  }
  entry.offset = offset;
}

std::optional<Offset> OffsetMap::get(ByteSpan key) const {
  if (table_.empty()) return std::nullopt;
  return table_[place_of(md5(key), table_)].offset;
}

}  // namespace kafkasim
