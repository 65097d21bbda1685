#pragma once
// PosixDisk: a Disk of real files below one directory, for a broker that runs in real time. What Disk promises is kept by
// the kernel's page cache: a write is readable at once and outlives the process; sync is fdatasync(2), a name is durable
// after fsync(2) of its directory.
//
// The directory belongs to one PosixDisk at a time, as a log directory does to one broker: it holds flock(2) on it, and
// remembers the sizes of files that are open. Nothing outside is ever reached: a path has no "..", and no symbolic link is
// followed at any component.
//
// A FileId is no descriptor. Descriptors are opened when needed and at most `most_open` are kept, those used last, so
// that 10,000 partitions of three files each fit any limit of the system. A FileId is never used again.
//
// Errors: not_found for a path that is not there or is no path (absolute, "..", empty component), and for a handle that
// is closed or whose file was removed or replaced; exists; no_space for ENOSPC, EDQUOT and EFBIG; io_error for the rest.
// append() puts all bytes or none; write() of which a part failed leaves the size as it was.
//
// Reads copy (preadv) into memory of their own. Mapped memory would not do: slices are immutable and outlive a truncation,
// after which touching a mapped page is SIGBUS.
#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/machine/disk.hpp"

namespace kafkasim::sim {

class Descriptor {  // a file descriptor that is closed when its owner goes
 public:
  Descriptor() = default;
  explicit Descriptor(int number) : number_{number} {}
  Descriptor(Descriptor&& o) noexcept : number_{o.release()} {}
  Descriptor& operator=(Descriptor&& o) noexcept {
    if (this != &o) {
      reset();
      number_ = o.release();
    }
    return *this;
  }
  ~Descriptor() { reset(); }
  void reset();
  [[nodiscard]] int release() { return std::exchange(number_, -1); }
  [[nodiscard]] int get() const { return number_; }
  [[nodiscard]] bool is_open() const { return number_ >= 0; }

 private:
  int number_{-1};
};

enum class SendBy : std::uint8_t {
  kernel,  // sendfile(2): the page cache goes to the socket without a copy here
  copy,    // pread and send
};

struct Sent {
  enum class End : std::uint8_t { all, file_end, would_block, peer_gone };
  std::uint64_t bytes{};
  End end{End::all};
};

class PosixDisk final : public Disk {
 public:
  struct Options {
    std::size_t most_open{512};  // descriptors kept open, at least 1
    SendBy send{SendBy::kernel};
  };
  // Makes the directory if it is not there (its parent must be). `exists` if another PosixDisk holds it.
  [[nodiscard]] static DiskResult<PosixDisk> open(const std::string& root, Options options);
  [[nodiscard]] static DiskResult<PosixDisk> open(const std::string& root) { return open(root, Options{}); }

  PosixDisk(PosixDisk&&) = default;
  PosixDisk& operator=(PosixDisk&&) = default;
  ~PosixDisk() override = default;

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
  [[nodiscard]] std::uint64_t total_bytes() const override;

  // Bytes [at, at + length) of a file to a connected stream socket, as far as both go now. With SendBy::kernel the
  // process must ignore SIGPIPE. Where the kernel cannot, for that socket or that file system, it copies.
  [[nodiscard]] DiskResult<Sent> send_file(FileId file, std::uint64_t at, std::uint64_t length, int socket) const;
  void set_send(SendBy send) { options_.send = send; }

  [[nodiscard]] std::size_t open_descriptors() const { return open_.size(); }

 private:
  struct File {  // that has a handle; a path is a file, there being no links
    std::string path;
    std::uint64_t size{};
    Descriptor descriptor;             // closed while the file is not among those used last
    std::list<File*>::iterator place;  // in open_, if the descriptor is open
    std::uint32_t handles{0};
    bool gone{false};  // removed or replaced
  };
  using Files = std::map<std::string_view, std::shared_ptr<File>>;  // the key is a view of File::path

  PosixDisk(Descriptor root, Options options) : root_{std::move(root)}, options_{options} {}
  [[nodiscard]] DiskResult<File*> use(FileId file) const;   // with its descriptor open
  [[nodiscard]] DiskResult<File*> find(FileId file) const;  // as it is
  void keep_open(File& file, Descriptor descriptor) const;
  void shut(File& file) const;
  [[nodiscard]] DiskResult<Descriptor> open_file(std::string_view path, OpenMode mode) const;
  void forget(std::string_view path);  // a file, or all in a directory: their handles are no longer valid
  void move_names(std::string_view from, std::string_view to);

  Descriptor root_;
  Options options_;
  Files files_;
  std::unordered_map<std::uint64_t, std::shared_ptr<File>> handles_;
  mutable std::list<File*> open_;  // that have a descriptor, those used last in front
  std::uint64_t next_handle_{1};
};

}  // namespace kafkasim::sim
