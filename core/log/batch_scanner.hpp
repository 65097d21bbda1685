#pragma once
// Walks the batches of a segment file in order, from a position at which one begins. Bodies share the disk's memory
// where the disk holds them in one piece. Reads ahead in chunks; never takes a length that it read for granted.
//   BatchScanner scan{disk, file, 0, size};
//   while (const ScannedBatch* found = scan.next()) use(found->position, found->batch);
//   if (scan.disk_error()) ...; if (scan.damage()) cut at scan.position();
#include <cstdint>
#include <optional>
#include <vector>

#include "core/machine/disk.hpp"
#include "core/record/record_batch.hpp"

namespace kafkasim {

struct ScannedBatch {
  std::uint64_t position{};
  RecordBatch batch;
};

class BatchScanner {
 public:
  static constexpr std::uint64_t default_chunk = 64 * 1024;
  // Scans [from, end); `end` is at most the size of the file. The disk is lent for the scanner's life.
  BatchScanner(const Disk& disk, FileId file, std::uint64_t from, std::uint64_t end,
               std::uint64_t chunk = default_chunk);

  // The next whole batch with a sane header, or null at the end, at damage and at a disk error. Does not check the CRC.
  // Valid until the next call.
  [[nodiscard]] const ScannedBatch* next();
  // Where the next batch would begin: all before it was whole.
  [[nodiscard]] std::uint64_t position() const { return position_; }
  // Bytes that are not a whole batch stand between position() and the end: a torn tail, or garbage.
  [[nodiscard]] bool damage() const { return damage_; }
  [[nodiscard]] const std::optional<DiskError>& disk_error() const { return disk_error_; }

 private:
  [[nodiscard]] bool load(std::uint64_t length);  // slices_ from position_ on
  [[nodiscard]] std::uint64_t ahead() const;      // bytes of slices_ from position_ on
  void copy_out(std::uint64_t skip, std::uint64_t count, std::byte* to) const;
  [[nodiscard]] SharedBytes cut(std::uint64_t skip, std::uint64_t count) const;
  void advance(std::uint64_t count);

  const Disk* disk_;
  FileId file_;
  std::uint64_t position_;
  std::uint64_t end_;
  std::uint64_t chunk_;
  std::vector<SharedBytes> slices_;
  std::size_t slice_{0};         // position_ stands in slices_[slice_] ...
  std::uint64_t within_{0};      // ... at this byte
  std::uint64_t loaded_end_{0};  // file position after the last slice
  ScannedBatch found_;
  bool damage_{false};
  std::optional<DiskError> disk_error_;
};

// The header of the batch that begins at `position`, if a sane one stands there and the file, `end` long, holds all of
// it.
[[nodiscard]] DiskResult<std::optional<BatchHeader>> header_at(const Disk& disk, FileId file, std::uint64_t position,
                                                               std::uint64_t end);

}  // namespace kafkasim
