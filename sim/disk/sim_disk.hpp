#pragma once
// SimDisk: a Disk in memory that knows what would be left of it. A copyable value: copies share everything until one
// writes.
//
// Page cache and platter. Every operation is seen at once by all later ones (the page cache); what survives a power
// loss is
//   data    what sync(file) or a completed flush found written. Of the rest a drawn prefix survives, by sectors, the
//           last one perhaps torn; an overwritten sector may come back as it was; a truncation may be undone.
//   names   creations, renames and removals go through one ordered journal, as in ext4 (data=ordered) and XFS: a power
//           loss undoes a drawn number of the last ones. sync_directory(d) makes durable all up to the last one in d;
//           sync(file) all up to the last one that concerned the file, which is how these file systems let a new file be
//           found after an fsync of it. The journal holds at most 128 operations; older ones are durable.
// A process crash closes the handles and loses nothing.
//
// Errors: not_found for a path that is not there, that is no path (absolute, "..", empty component), or a handle that
// is no longer valid; io_error for everything while failing; no_space where the bytes stored would exceed the capacity.
// Holes (zeros that nobody wrote) are not stored. Costs are counted, never charged: the host takes them after each step
// (disk_spec.hpp).
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/cow.hpp"
#include "core/base/random.hpp"
#include "core/machine/disk.hpp"
#include "sim/disk/directory_tree.hpp"
#include "sim/disk/disk_file.hpp"
#include "sim/disk/disk_spec.hpp"
#include "sim/disk/file_table.hpp"
#include "sim/disk/power_loss.hpp"

namespace kafkasim::sim {

// A flush that is under way: what complete_flush will make durable.
struct FlushPoint {
  FileNumber file;
  std::uint64_t serial{};  // so that a later file with the same number is not meant
  FileMark mark;
  std::uint64_t dirty_bytes{};
};

struct FlippedBits {
  std::string path;
  std::uint64_t at{};
  std::byte mask{};
  friend bool operator==(const FlippedBits&, const FlippedBits&) = default;
};

struct FileInfo {
  std::string path;
  std::uint64_t size{};
  std::uint64_t durable_size{};
  // Where both are what they were, it is the same file and was at most appended to.
  std::uint64_t identity{};
  std::uint64_t version{};
};

class SimDisk final : public Disk {
 public:
  explicit SimDisk(DiskSpec spec = {}) : spec_{spec} {}

  [[nodiscard]] DiskResult<FileId> open(std::string_view path, OpenMode mode) override;
  void close(FileId file) override;
  [[nodiscard]] DiskResult<std::uint64_t> size(FileId file) const override;
  [[nodiscard]] DiskResult<void> append(FileId file, std::span<const SharedBytes> slices) override;
  [[nodiscard]] DiskResult<void> write(FileId file, std::uint64_t at, const SharedBytes& bytes) override;
  [[nodiscard]] DiskResult<std::vector<SharedBytes>> read(FileId file, std::uint64_t at,
                                                          std::uint64_t length) const override;
  [[nodiscard]] DiskResult<void> truncate(FileId file, std::uint64_t size) override;
  [[nodiscard]] DiskResult<void> rename(std::string_view from, std::string_view to) override;
  [[nodiscard]] DiskResult<void> remove(std::string_view path) override;
  [[nodiscard]] DiskResult<std::vector<std::string>> list(std::string_view directory) const override;
  [[nodiscard]] bool exists(std::string_view path) const override;
  [[nodiscard]] DiskResult<void> sync(FileId file) override;
  [[nodiscard]] DiskResult<void> sync_directory(std::string_view path) override;
  [[nodiscard]] std::uint64_t free_bytes() const override;
  [[nodiscard]] std::uint64_t total_bytes() const override { return spec_.capacity; }

  // ---- for the host ------------------------------------------------------------------------------
  // The Flush effect: begin_flush when it leaves the machine (nothing while failing, or if the file is gone),
  // complete_flush when its time is over. What was appended in between stays as it is; if the file was overwritten or
  // cut in between, that becomes durable as well. False while failing. Of a file that was removed nothing has to last.
  [[nodiscard]] std::optional<FlushPoint> begin_flush(FileId file) const;
  [[nodiscard]] bool complete_flush(const FlushPoint& point);
  [[nodiscard]] DiskCosts take_costs() { return std::exchange(costs_, {}); }
  [[nodiscard]] const DiskSpec& spec() const { return spec_; }
  void set_spec(DiskSpec spec) { spec_ = spec; }

  // ---- faults --------------------------------------------------------------------------------------
  void process_crash();
  void power_loss(const PowerLossSpec& spec, Random& random);
  void set_failing(Switch to) { failing_ = to; }
  [[nodiscard]] bool is_failing() const { return failing_ == Switch::on; }
  void set_full(Switch to) { full_ = to; }
  void wipe();  // a new, empty disk; what it can do stays
  // Flips the bits of `mask` in one stored byte, on the platter and in the page cache. What was written stays known
  // beside it, so that the fault can be explained, until the byte is written anew.
  [[nodiscard]] DiskResult<void> corrupt(std::string_view path, std::uint64_t at, std::byte mask);

  // ---- to look at, without a handle or a cost, also while failing --------------------------------------
  [[nodiscard]] std::uint64_t used_bytes() const { return used_; }
  [[nodiscard]] std::vector<FileInfo> files() const;  // by path
  [[nodiscard]] std::vector<FlippedBits> flipped_bits() const;  // by path and place
  [[nodiscard]] std::vector<std::string> directories() const {
    return tree_->directories();
  }  // by path, without the root
  [[nodiscard]] std::optional<FileInfo> info(std::string_view path) const;
  [[nodiscard]] std::optional<std::vector<SharedBytes>> content(std::string_view path) const;

 private:
  struct Handle {
    std::uint64_t id{};
    FileNumber file;
    std::uint64_t serial{};
  };
  // What was read from the platter lately: reads that go on there need no seek, reads within it are from the page
  // cache.
  struct ReadWindow {
    std::uint64_t serial{};  // of the file
    std::uint64_t from{};
    std::uint64_t to{};
    std::uint64_t used{};
  };

  [[nodiscard]] DiskResult<void> usable(std::string_view path) const;
  [[nodiscard]] const Handle* find(FileId file) const;
  [[nodiscard]] DiskResult<FileNumber> resolve(FileId file) const;
  [[nodiscard]] bool is_live(FileNumber file, std::uint64_t serial) const;
  [[nodiscard]] DiskResult<void> room_for(std::uint64_t bytes, FileNumber file) const;
  void written(std::uint64_t bytes);
  void unlink(FileNumber file);
  void release(const std::vector<FileNumber>& files);
  [[nodiscard]] FileInfo info_of(std::string path, FileNumber file) const;
  void commit(std::size_t count);
  void bound_journal();
  [[nodiscard]] std::uint64_t warm_since() const;
  void charge_read(FileNumber file, std::uint64_t from, std::uint64_t to) const;

  DiskSpec spec_;
  Cow<FileTable> files_;
  Cow<DirectoryTree> tree_;
  Cow<std::vector<Handle>> handles_;  // by id
  std::vector<FileNumber> unlinked_;  // sorted: they have no name any more, but a power loss may give it back
  std::uint64_t next_handle_{1};
  std::uint64_t used_{0};
  std::uint64_t wipes_{0};
  std::uint64_t clock_{0};        // bytes written so far: the age of what the page cache holds
  std::uint64_t cold_before_{0};  // what is older than this was lost from the page cache with the power
  Switch failing_{Switch::off};
  Switch full_{Switch::off};
  mutable DiskCosts costs_;
  mutable std::array<ReadWindow, 8> windows_{};
  mutable std::uint64_t window_clock_{0};
};

}  // namespace kafkasim::sim
