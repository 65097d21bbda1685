#pragma once
// Which kind of file a name is, and reading them in pieces.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/log/batch_scanner.hpp"
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

[[nodiscard]] std::optional<LeaderEpoch> epoch_in(std::string_view name);  // "00...05-0000000001.checkpoint" -> 1
// "orders-0.<id>-future": the partition of a directory on its way, with that suffix.
[[nodiscard]] std::optional<TopicPartition> partition_on_its_way(std::string_view name, std::string_view suffix);
inline constexpr std::string_view future_dir_suffix = "-future";  // a log that comes here from another log directory
inline constexpr std::string_view bootstrap_snapshot_file = "bootstrap.checkpoint";
inline constexpr std::string_view empty_snapshot_text = "is empty: a snapshot has a header and a footer at least";

// Kafka counts the bytes of a segment and of its indexes in 32 bits: what is longer is none, and is not read further.
inline constexpr std::uint64_t longest_segment_file = INT32_MAX;

// What of a log is no record batch, after a BatchScanner has read up to longest_segment_file at most.
struct LogRest {
  std::uint64_t position{};
  std::string reason;
  bool reserved{false};  // zeros up to the end of the file, as log.preallocate leaves them
};
[[nodiscard]] std::optional<LogRest> rest_of_log(const Disk& disk, FileId file, const BatchScanner& scan,
                                                 std::uint64_t size);

// A text file, which must be small: none that Kafka writes comes near the limit.
[[nodiscard]] Result<std::string> read_small(Disk& disk, const std::string& path);

// What an entry of zeros is: the offset and time index of a live segment are preallocated, a transaction index is not.
enum class Zeros : std::uint8_t { end_it, are_damage };

// The entries of an index, which all have one size, in order.
class EntryReader {
 public:
  [[nodiscard]] static DiskResult<EntryReader> open(Disk& disk, const std::string& path, std::size_t entry_size,
                                                    Zeros zeros);
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
  Zeros zeros_{};
  std::uint64_t size_{0};  // as far as it is read
  bool too_long_{false};
  std::uint64_t at_{0};  // the next entry's
  std::uint64_t position_{0};
  std::vector<std::byte> piece_;
  std::uint64_t piece_at_{0};
  bool failed_{false};
};

}  // namespace kafkasim::sim::logtool
