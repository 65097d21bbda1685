#pragma once
// Which kind of file a name is, and reading them in pieces.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/machine/disk.hpp"
#include "core/model/ids.hpp"

namespace kafkasim::sim::logtool {

enum class FileKind : std::uint8_t {
  log,
  metadata_snapshot,
  offset_index,
  time_index,
  transaction_index,
  producer_snapshot,
  epoch_checkpoint,
  offset_checkpoint,
  partition_metadata,
  meta_properties,
  clean_shutdown,
  quorum_state,
};

// Absent: none that Kafka's log writes. What is on its way (".deleted", ".cleaned", ".swap") is what it was.
[[nodiscard]] std::optional<FileKind> file_kind(std::string_view name);
[[nodiscard]] std::string_view name_of(std::string_view path);         // "orders-0/000.log" -> "000.log"
[[nodiscard]] std::string directory_of(std::string_view path);         // -> "orders-0", "." where there is none
[[nodiscard]] std::optional<Offset> offset_in(std::string_view name);  // "00000000000000000042.log" -> 42

// Why no whole record batch stands at `position`; `end` is the file's size. For after a BatchScanner has stopped.
[[nodiscard]] std::string why_no_batch(const Disk& disk, FileId file, std::uint64_t position, std::uint64_t end);

// A text file, which must be small: none that Kafka writes comes near the limit.
[[nodiscard]] Result<std::string> read_small(Disk& disk, const std::string& path);

// The entries of an index, which all have one size, in order. Indexes of live segments are preallocated: the first entry
// of zeros only ends them.
class EntryReader {
 public:
  [[nodiscard]] static DiskResult<EntryReader> open(Disk& disk, const std::string& path, std::size_t entry_size);
  void close(Disk& disk) { disk.close(file_); }

  // Valid until the next call. Absent at the end, at zeros and at a disk error.
  [[nodiscard]] std::optional<ByteSpan> next(const Disk& disk);
  [[nodiscard]] std::uint64_t position() const { return position_; }  // of the entry that next() gave last
  // After next() has returned nothing: what is wrong with the rest, and where. Absent: nothing.
  struct Rest {
    std::uint64_t position{};
    std::string reason;
  };
  [[nodiscard]] std::optional<Rest> rest(const Disk& disk);

 private:
  [[nodiscard]] bool load(const Disk& disk);
  FileId file_;
  std::size_t entry_size_{1};
  std::uint64_t size_{0};
  std::uint64_t at_{0};  // the next entry's
  std::uint64_t position_{0};
  std::vector<std::byte> piece_;
  std::uint64_t piece_at_{0};
  bool failed_{false};
};

}  // namespace kafkasim::sim::logtool
