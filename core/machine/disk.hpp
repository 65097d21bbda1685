#pragma once
// Disk: what a machine sees of its files, that is, the page cache. Synchronous: a write is readable at once. Durability is
// another matter: either sync(), which the host charges to the step that called it, or a Flush effect that answers
// later with Flushed. After a process crash all written bytes are still there; after a power loss only what was synced,
// and any part of the rest, torn at any sector.
//
// Paths are relative to the node's disk, with '/' ("orders-0/00000000000000000000.log"). A FileId is a handle: it is valid
// until closed or removed, or until the process ends. Renaming does not disturb it.
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/bytes.hpp"
#include "core/base/result.hpp"
#include "core/base/strong.hpp"

namespace kafkasim {

using FileId = Id<struct FileIdTag, std::uint64_t>;

enum class DiskErrorKind : std::uint8_t { not_found, exists, no_space, io_error };
struct DiskError {
  DiskErrorKind kind{};
  std::string path;
};
template <class T>
using DiskResult = tl::expected<T, DiskError>;

enum class OpenMode : std::uint8_t { existing, create, create_or_existing };

class Disk {
 public:
  virtual ~Disk() = default;

  [[nodiscard]] virtual DiskResult<FileId> open(std::string_view path, OpenMode mode) = 0;  // makes missing directories
  virtual void close(FileId file) = 0;
  [[nodiscard]] virtual DiskResult<std::uint64_t> size(FileId file) const = 0;

  // All the slices at the end of the file, or none of them (no_space). The disk keeps references to the memory.
  [[nodiscard]] virtual DiskResult<void> append(FileId file, std::span<const SharedBytes> slices) = 0;
  // Overwrites, and extends the file where it must: for preallocated indexes.
  [[nodiscard]] virtual DiskResult<void> write(FileId file, std::uint64_t at, const SharedBytes& bytes) = 0;
  // At most `length` bytes from `at`; fewer at the end of the file, and none beyond it. Slices in order, together the bytes read.
  [[nodiscard]] virtual DiskResult<std::vector<SharedBytes>> read(FileId file, std::uint64_t at, std::uint64_t length) const = 0;
  [[nodiscard]] virtual DiskResult<void> truncate(FileId file, std::uint64_t size) = 0;  // or extends with zeros

  [[nodiscard]] virtual DiskResult<void> rename(std::string_view from, std::string_view to) = 0;  // replaces `to` atomically; directories too
  [[nodiscard]] virtual DiskResult<void> remove(std::string_view path) = 0;  // a file, or a directory with all in it
  [[nodiscard]] virtual DiskResult<std::vector<std::string>> list(std::string_view directory) const = 0;  // names, sorted; not_found if there is none
  [[nodiscard]] virtual bool exists(std::string_view path) const = 0;

  [[nodiscard]] virtual DiskResult<void> sync(FileId file) = 0;                        // fdatasync, within the step
  [[nodiscard]] virtual DiskResult<void> sync_directory(std::string_view path) = 0;    // makes creations, renames and removals in it durable

  [[nodiscard]] virtual std::uint64_t free_bytes() const = 0;
  [[nodiscard]] virtual std::uint64_t total_bytes() const = 0;  // of the volume, used or not
};

// The whole file in one piece.
[[nodiscard]] DiskResult<std::vector<std::byte>> read_file(Disk& disk, std::string_view path);
// Kafka's way to replace a small file: PATH.tmp, sync, rename, sync of the directory (CheckpointFile, FileQuorumStateStore).
[[nodiscard]] DiskResult<void> replace_file(Disk& disk, std::string_view path, std::string_view content);

}  // namespace kafkasim
