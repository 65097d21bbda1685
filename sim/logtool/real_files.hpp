#pragma once
// The real file system as a Disk that can only be read: nothing that is opened here is ever changed, whatever is asked.
// Paths are those of the process, relative or absolute. Every read asks the system for at most what the file holds.
#include <cstdint>
#include <map>
#include <string>

#include "core/machine/disk.hpp"

namespace kafkasim::sim::logtool {

class RealFiles final : public Disk {
 public:
  RealFiles() = default;
  ~RealFiles() override;
  RealFiles(const RealFiles&) = delete;
  RealFiles& operator=(const RealFiles&) = delete;

  [[nodiscard]] DiskResult<FileId> open(std::string_view path, OpenMode mode) override;  // OpenMode::existing only
  void close(FileId file) override;
  [[nodiscard]] DiskResult<std::uint64_t> size(FileId file) const override;
  [[nodiscard]] DiskResult<std::vector<SharedBytes>> read(FileId file, std::uint64_t at,
                                                          std::uint64_t length) const override;
  [[nodiscard]] DiskResult<std::vector<std::string>> list(std::string_view directory) const override;
  [[nodiscard]] bool exists(std::string_view path) const override;
  [[nodiscard]] std::uint64_t free_bytes() const override { return 0; }
  [[nodiscard]] std::uint64_t total_bytes() const override { return 0; }

  // These change something, so they fail with io_error.
  [[nodiscard]] DiskResult<void> append(FileId file, std::span<const SharedBytes> slices) override;
  [[nodiscard]] DiskResult<void> write(FileId file, std::uint64_t at, const SharedBytes& bytes) override;
  [[nodiscard]] DiskResult<void> truncate(FileId file, std::uint64_t size) override;
  [[nodiscard]] DiskResult<void> rename(std::string_view from, std::string_view to) override;
  [[nodiscard]] DiskResult<void> remove(std::string_view path) override;
  [[nodiscard]] DiskResult<void> sync(FileId file) override;
  [[nodiscard]] DiskResult<void> sync_directory(std::string_view path) override;

 private:
  struct OpenFile {
    int descriptor{};
    std::string path;
  };
  [[nodiscard]] const OpenFile* find(FileId file) const;

  std::map<FileId, OpenFile> files_;
  std::uint64_t next_{1};
};

}  // namespace kafkasim::sim::logtool
