#pragma once
// OffsetIndex: where in the segment an offset is, roughly. Entries of 8 bytes: (last offset of a batch - base) i32,
// position of that batch i32; one whenever more than index.interval.bytes were appended since the last. No checksum:
// who follows an entry looks whether the batch is there.
#include <cstdint>
#include <optional>
#include <string>

#include "core/log/index_file.hpp"
#include "core/model/ids.hpp"

namespace kafkasim {

struct OffsetPosition {
  Offset offset;
  std::uint64_t position{};
  friend bool operator==(const OffsetPosition&, const OffsetPosition&) = default;
};

class OffsetIndex {
 public:
  static constexpr std::uint64_t entry_size = 8;

  [[nodiscard]] static DiskResult<OffsetIndex> open(Disk& disk, const std::string& path, Offset base,
                                                    std::int64_t max_bytes);
  void close(Disk& disk) { file_.close(disk); }

  // Offsets rise. If the last entry is not below this one, the file was damaged at rest: it is emptied first.
  // With `held`, it is written later: IndexFile::Held.
  [[nodiscard]] DiskResult<void> append(Disk& disk, OffsetPosition entry, IndexFile::Held* held = nullptr);
  // The last entry at or below `offset`; absent if there is none: begin at the segment's start.
  [[nodiscard]] DiskResult<std::optional<OffsetPosition>> lookup(const Disk& disk, Offset offset) const;
  // The offset of the first entry at or behind `position`: all batches that end in front of it have lower offsets.
  // Absent if there is none.
  [[nodiscard]] DiskResult<std::optional<Offset>> upper_bound(const Disk& disk, std::uint64_t position) const;
  [[nodiscard]] std::optional<OffsetPosition> last() const { return last_; }
  // Leaves entries with offsets below `offset`.
  [[nodiscard]] DiskResult<void> truncate_to(Disk& disk, Offset offset);
  [[nodiscard]] DiskResult<void> reset(Disk& disk);

  [[nodiscard]] bool is_full() const { return file_.count() >= max_entries_; }
  [[nodiscard]] std::uint64_t count() const { return file_.count(); }
  // What can be seen without the log: whole entries, the last one inside a segment of `log_size` bytes.
  [[nodiscard]] bool is_sane(std::uint64_t log_size) const;
  [[nodiscard]] IndexFile& file() { return file_; }
  [[nodiscard]] const IndexFile& file() const { return file_; }

 private:
  [[nodiscard]] DiskResult<OffsetPosition> entry_at(const Disk& disk, std::uint64_t index) const;

  IndexFile file_;
  Offset base_;
  std::uint64_t max_entries_{0};
  std::optional<OffsetPosition> last_;
};

}  // namespace kafkasim
