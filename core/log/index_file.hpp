#pragma once
// A file of entries of one size, in order, on the disk: what the two indexes of a segment have in common
// (AbstractIndex). The value holds no entries, only their count; the page cache does. Entries are appended and cut off
// at the end, never changed. Kafka preallocates these files; here they only grow.
#include <cstdint>
#include <string>
#include <vector>

#include "core/machine/disk.hpp"

namespace kafkasim {

class IndexFile {
 public:
  IndexFile() = default;
  // Opens or makes the file. A last entry that is not whole is left out of the count.
  [[nodiscard]] static DiskResult<IndexFile> open(Disk& disk, const std::string& path, std::uint64_t entry_size);
  void close(Disk& disk) { disk.close(file_); }

  [[nodiscard]] std::uint64_t count() const { return count_; }
  [[nodiscard]] FileId file() const { return file_; }
  [[nodiscard]] bool has_odd_size() const { return odd_size_; }  // bytes beyond the last whole entry were there

  [[nodiscard]] DiskResult<void> append(Disk& disk, std::vector<std::byte> entry);
  // The same for one who has very many: entries count from now on, and are written in larger pieces, the last by
  // write_held(). In between nothing of the file may be read or cut.
  struct Held {
    std::vector<std::byte> bytes{};
  };
  [[nodiscard]] DiskResult<void> append(Disk& disk, ByteSpan entry, Held& held);
  [[nodiscard]] DiskResult<void> write_held(Disk& disk, Held& held);
  [[nodiscard]] DiskResult<void> truncate(Disk& disk, std::uint64_t count);
  // Entries [first, first + count), in one piece; must lie inside.
  [[nodiscard]] DiskResult<std::vector<std::byte>> read(const Disk& disk, std::uint64_t first,
                                                        std::uint64_t count) const;

  // Written since the last sync.
  [[nodiscard]] bool dirty() const { return dirty_; }
  [[nodiscard]] DiskResult<void> sync(Disk& disk);
  void mark_synced() { dirty_ = false; }
  void mark_dirty() { dirty_ = true; }

  // The number of entries whose key is at most `key`, by binary search. A key is a big-endian signed number inside the
  // entry that never falls from entry to entry (in a damaged file it may: then the answer is just some number up to
  // count()).
  struct KeyField {
    std::size_t at{};
    std::size_t size{};  // 4 or 8
  };
  [[nodiscard]] DiskResult<std::uint64_t> count_at_most(const Disk& disk, KeyField field, std::int64_t key) const;

 private:
  FileId file_;
  std::uint64_t entry_size_{1};
  std::uint64_t count_{0};
  bool odd_size_{false};
  bool dirty_{false};
};

}  // namespace kafkasim
