#pragma once
// TimeIndex: which offsets may have a timestamp. Entries of 12 bytes: timestamp i64, (offset - base) i32, both rising.
// An entry says that no record before that offset has a larger timestamp. A closing entry is written on roll, clean
// close and recovery.
#include <cstdint>
#include <optional>
#include <string>

#include "core/base/time.hpp"
#include "core/log/index_file.hpp"
#include "core/model/ids.hpp"

namespace kafkasim {

struct TimestampOffset {
  Timestamp timestamp;
  Offset offset;
  friend bool operator==(const TimestampOffset&, const TimestampOffset&) = default;
};

enum class Closing : std::uint8_t { no, yes };

class TimeIndex {
 public:
  static constexpr std::uint64_t entry_size = 12;

  [[nodiscard]] static DiskResult<TimeIndex> open(Disk& disk, const std::string& path, Offset base,
                                                  std::int64_t max_bytes);
  void close(Disk& disk) { file_.close(disk); }

  // Nothing happens if the timestamp is not above the last one, or the index is full; a closing entry always fits. If
  // the last entry is of a later offset, the file was damaged at rest: it is emptied first. With `held`, it is written
  // later: IndexFile::Held.
  [[nodiscard]] DiskResult<void> maybe_append(Disk& disk, TimestampOffset entry, Closing closing,
                                              IndexFile::Held* held = nullptr);
  // The last entry at or below `timestamp`; absent if there is none.
  [[nodiscard]] DiskResult<std::optional<TimestampOffset>> lookup(const Disk& disk, Timestamp timestamp) const;
  [[nodiscard]] std::optional<TimestampOffset> last() const { return last_; }
  // Leaves entries with offsets below `offset`.
  [[nodiscard]] DiskResult<void> truncate_to(Disk& disk, Offset offset);
  [[nodiscard]] DiskResult<void> reset(Disk& disk);

  [[nodiscard]] bool is_full() const { return file_.count() + 1 >= max_entries_; }  // one is kept for the closing entry
  [[nodiscard]] std::uint64_t count() const { return file_.count(); }
  [[nodiscard]] bool is_sane() const;
  [[nodiscard]] IndexFile& file() { return file_; }
  [[nodiscard]] const IndexFile& file() const { return file_; }

 private:
  [[nodiscard]] DiskResult<TimestampOffset> entry_at(const Disk& disk, std::uint64_t index) const;

  IndexFile file_;
  Offset base_;
  std::uint64_t max_entries_{0};
  std::optional<TimestampOffset> last_;
};

}  // namespace kafkasim
