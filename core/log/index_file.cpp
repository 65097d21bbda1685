#include "core/log/index_file.hpp"

#include <utility>

#include "core/base/check.hpp"

namespace kafkasim {

DiskResult<IndexFile> IndexFile::open(Disk& disk, const std::string& path, std::uint64_t entry_size) {
  KAFKASIM_CHECK(entry_size > 0);
  const DiskResult<FileId> file = disk.open(path, OpenMode::create_or_existing);
  if (!file) return tl::unexpected(file.error());
  const DiskResult<std::uint64_t> size = disk.size(*file);
  if (!size) return tl::unexpected(size.error());
  IndexFile index;
  index.file_ = *file;
  index.entry_size_ = entry_size;
  index.count_ = *size / entry_size;
  index.odd_size_ = *size % entry_size != 0;
  return index;
}

DiskResult<void> IndexFile::append(Disk& disk, std::vector<std::byte> entry) {
  KAFKASIM_CHECK(entry.size() == entry_size_ && !odd_size_);
  const SharedBytes slice{std::move(entry)};
  DiskResult<void> done = disk.append(file_, {&slice, 1});
  if (!done) return done;
  ++count_;
  dirty_ = true;
  return {};
}

DiskResult<void> IndexFile::append(Disk& disk, ByteSpan entry, Held& held) {
  constexpr std::size_t piece = 64 * 1024;
  KAFKASIM_CHECK(entry.size() == entry_size_ && !odd_size_);
  held.bytes.insert(held.bytes.end(), entry.begin(), entry.end());
  ++count_;
  dirty_ = true;
  return held.bytes.size() < piece ? DiskResult<void>{} : write_held(disk, held);
}

DiskResult<void> IndexFile::write_held(Disk& disk, Held& held) {
  if (held.bytes.empty()) return {};
  const SharedBytes slice{std::exchange(held.bytes, {})};
  return disk.append(file_, {&slice, 1});
}

DiskResult<void> IndexFile::truncate(Disk& disk, std::uint64_t count) {
  KAFKASIM_CHECK(count <= count_);
  if (count == count_ && !odd_size_) return {};
  DiskResult<void> done = disk.truncate(file_, count * entry_size_);
  if (!done) return done;
  count_ = count;
  odd_size_ = false;
  dirty_ = true;
  return {};
}

DiskResult<std::vector<std::byte>> IndexFile::read(const Disk& disk, std::uint64_t first, std::uint64_t count) const {
  KAFKASIM_CHECK(first <= count_ && count <= count_ - first);
  const auto slices = disk.read(file_, first * entry_size_, count * entry_size_);
  if (!slices) return tl::unexpected(slices.error());
  std::vector<std::byte> bytes;
  bytes.reserve(count * entry_size_);
  for (const SharedBytes& slice : *slices) bytes.insert(bytes.end(), slice.span().begin(), slice.span().end());
  if (bytes.size() != count * entry_size_)
    return tl::unexpected(DiskError{DiskErrorKind::io_error, "an index file shrank"});
  return bytes;
}

DiskResult<void> IndexFile::sync(Disk& disk) {
  if (!dirty_) return {};
  DiskResult<void> done = disk.sync(file_);
  if (done) dirty_ = false;
  return done;
}

DiskResult<std::uint64_t> IndexFile::count_at_most(const Disk& disk, KeyField field, std::int64_t key) const {
  KAFKASIM_CHECK((field.size == 4 || field.size == 8) && field.at + field.size <= entry_size_);
  const auto is_above = [&](ByteSpan entry) {
    ByteReader in{entry.subspan(field.at, field.size)};
    return (field.size == 4 ? in.i32() : in.i64()) > key;
  };
  constexpr std::uint64_t page = 512;  // entries read at once in the end
  std::uint64_t low = 0;
  std::uint64_t high = count_;
  while (high - low > page) {
    const std::uint64_t middle = low + (high - low) / 2;
    const auto entry = read(disk, middle, 1);
    if (!entry) return tl::unexpected(entry.error());
    if (is_above(*entry)) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  if (low == high) return low;
  const auto entries = read(disk, low, high - low);
  if (!entries) return tl::unexpected(entries.error());
  std::uint64_t first = 0;
  std::uint64_t last = high - low;
  while (first < last) {
    const std::uint64_t middle = first + (last - first) / 2;
    if (is_above(ByteSpan{*entries}.subspan(middle * entry_size_, entry_size_))) {
      last = middle;
    } else {
      first = middle + 1;
    }
  }
  return low + first;
}

}  // namespace kafkasim
