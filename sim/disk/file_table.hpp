#pragma once
// FileTable: the files of a disk by number, in chunks that copies share: changing one file of a copied disk copies the
// file, 32 pointers and a pointer a chunk. A number is used again when its file is gone; the serial never is.
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/base/check.hpp"
#include "core/base/cow.hpp"
#include "core/base/strong.hpp"
#include "sim/disk/disk_file.hpp"

namespace kafkasim::sim {

using FileNumber = Id<struct FileNumberTag, std::uint32_t>;

class FileTable {
 public:
  FileNumber add() {
    if (free_.empty()) {
      const FileNumber number{static_cast<std::uint32_t>(chunks_.size() * chunk_size)};
      chunks_.emplace_back(std::vector<Slot>(chunk_size));
      for (std::uint32_t i = chunk_size; i-- > 0;) free_.push_back({number.value + i});
    }
    const FileNumber number = free_.back();
    free_.pop_back();
    slot(number) = Slot{Cow<DiskFile>{}, next_serial_++};
    return number;
  }
  void erase(FileNumber number) {
    slot(number) = Slot{};
    free_.push_back(number);
  }
  // Of a file that is there: 0 otherwise.
  [[nodiscard]] std::uint64_t serial(FileNumber number) const {
    if (number.value / chunk_size >= chunks_.size()) return 0;
    return slot(number).serial;
  }
  [[nodiscard]] const DiskFile& get(FileNumber number) const {
    KAFKASIM_CHECK(serial(number) != 0, "no such file");
    return **slot(number).file;
  }
  [[nodiscard]] DiskFile& edit(FileNumber number) {
    KAFKASIM_CHECK(serial(number) != 0, "no such file");
    return slot(number).file->edit();
  }
  [[nodiscard]] std::vector<FileNumber> all() const {
    std::vector<FileNumber> numbers;
    for (std::uint32_t i = 0; i < chunks_.size() * chunk_size; ++i) {
      if (serial({i}) != 0) numbers.push_back({i});
    }
    return numbers;
  }

 private:
  static constexpr std::uint32_t chunk_size = 32;
  struct Slot {
    std::optional<Cow<DiskFile>> file;
    std::uint64_t serial{0};
  };
  [[nodiscard]] const Slot& slot(FileNumber n) const { return (*chunks_[n.value / chunk_size])[n.value % chunk_size]; }
  [[nodiscard]] Slot& slot(FileNumber n) { return chunks_[n.value / chunk_size].edit()[n.value % chunk_size]; }

  std::vector<Cow<std::vector<Slot>>> chunks_;
  std::vector<FileNumber> free_;
  std::uint64_t next_serial_{1};
};

}  // namespace kafkasim::sim
