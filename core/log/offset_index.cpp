#include "core/log/offset_index.hpp"

#include <limits>

#include "core/base/check.hpp"

namespace kafkasim {

DiskResult<OffsetIndex> OffsetIndex::open(Disk& disk, const std::string& path, Offset base, std::int64_t max_bytes) {
  DiskResult<IndexFile> file = IndexFile::open(disk, path, entry_size);
  if (!file) return tl::unexpected(file.error());
  OffsetIndex index;
  index.file_ = *file;
  index.base_ = base;
  index.max_entries_ = max_bytes < 0 ? 0 : static_cast<std::uint64_t>(max_bytes) / entry_size;
  if (file->count() > 0) {
    const auto last = index.entry_at(disk, file->count() - 1);
    if (!last) return tl::unexpected(last.error());
    index.last_ = *last;
  }
  return index;
}

DiskResult<OffsetPosition> OffsetIndex::entry_at(const Disk& disk, std::uint64_t index) const {
  const auto bytes = file_.read(disk, index, 1);
  if (!bytes) return tl::unexpected(bytes.error());
  ByteReader in{*bytes};
  OffsetPosition entry;
  const std::uint32_t relative = in.u32();
  entry.offset = base_.value > INT64_MAX - relative ? Offset{INT64_MAX} : base_.plus(relative);  // of a damaged file's name
  entry.position = in.u32();
  return entry;
}

DiskResult<void> OffsetIndex::append(Disk& disk, OffsetPosition entry, IndexFile::Held* held) {
  const std::int64_t relative = entry.offset - base_;
  KAFKASIM_CHECK(relative >= 0 && relative <= std::numeric_limits<std::int32_t>::max());
  KAFKASIM_CHECK(entry.position <= static_cast<std::uint64_t>(std::numeric_limits<std::int32_t>::max()));
  if (last_ && entry.offset <= last_->offset) {  // only a damaged file holds such an entry
    if (DiskResult<void> done = reset(disk); !done) return done;
  }
  ByteWriter out;
  out.reserve(entry_size);
  out.i32(static_cast<std::int32_t>(relative));
  out.i32(static_cast<std::int32_t>(entry.position));
  DiskResult<void> done = held != nullptr ? file_.append(disk, out.span(), *held) : file_.append(disk, out.take());
  if (done) last_ = entry;
  return done;
}

DiskResult<std::optional<OffsetPosition>> OffsetIndex::lookup(const Disk& disk, Offset offset) const {
  if (!last_) return std::nullopt;
  if (last_->offset <= offset) return last_;
  const DiskResult<std::uint64_t> count = file_.count_at_most(disk, {0, 4}, offset - base_);
  if (!count) return tl::unexpected(count.error());
  if (*count == 0) return std::nullopt;
  const auto entry = entry_at(disk, *count - 1);
  if (!entry) return tl::unexpected(entry.error());
  return *entry;
}

DiskResult<std::optional<Offset>> OffsetIndex::upper_bound(const Disk& disk, std::uint64_t position) const {
  if (!last_ || position > last_->position) return std::nullopt;
  const DiskResult<std::uint64_t> before = file_.count_at_most(disk, {4, 4}, static_cast<std::int64_t>(position) - 1);
  if (!before) return tl::unexpected(before.error());
  if (*before == file_.count()) return std::nullopt;
  const auto entry = entry_at(disk, *before);
  if (!entry) return tl::unexpected(entry.error());
  return entry->offset;
}

DiskResult<void> OffsetIndex::truncate_to(Disk& disk, Offset offset) {
  if (file_.has_odd_size() || (last_ && last_->offset >= offset)) {
    const DiskResult<std::uint64_t> count = file_.count_at_most(disk, {0, 4}, offset - base_ - 1);
    if (!count) return tl::unexpected(count.error());
    DiskResult<void> done = file_.truncate(disk, *count);
    if (!done) return done;
    last_.reset();
    if (*count == 0) return {};
    const auto last = entry_at(disk, *count - 1);
    if (!last) return tl::unexpected(last.error());
    last_ = *last;
  }
  return {};
}

DiskResult<void> OffsetIndex::reset(Disk& disk) {
  last_.reset();
  return file_.truncate(disk, 0);
}

bool OffsetIndex::is_sane(std::uint64_t log_size) const {
  if (file_.has_odd_size()) return false;
  return !last_
         || (last_->offset - base_ >= 0 && last_->offset - base_ <= std::numeric_limits<std::int32_t>::max()
             && last_->position < log_size);
}

}  // namespace kafkasim
