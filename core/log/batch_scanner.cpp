#include "core/log/batch_scanner.hpp"

#include <algorithm>
#include <cstring>

namespace kafkasim {

BatchScanner::BatchScanner(const Disk& disk, FileId file, std::uint64_t from, std::uint64_t end, std::uint64_t chunk)
    : disk_{&disk},
      file_{file},
      position_{from},
      end_{end},
      chunk_{std::max<std::uint64_t>(chunk, batch_header_size)},
      loaded_end_{from} {}

std::uint64_t BatchScanner::ahead() const { return loaded_end_ - position_; }

bool BatchScanner::load(std::uint64_t length) {
  auto slices = disk_->read(file_, position_, std::min(length, end_ - position_));
  if (!slices) {
    disk_error_ = std::move(slices.error());
    return false;
  }
  slices_ = std::move(*slices);
  slice_ = 0;
  within_ = 0;
  loaded_end_ = position_;
  for (const SharedBytes& slice : slices_) loaded_end_ += slice.size();
  return true;
}

void BatchScanner::copy_out(std::uint64_t skip, std::uint64_t count, std::byte* to) const {
  std::size_t slice = slice_;
  std::uint64_t within = within_ + skip;
  while (count > 0) {
    const ByteSpan bytes = slices_[slice].span();
    if (within >= bytes.size()) {
      within -= bytes.size();
      ++slice;
      continue;
    }
    const std::uint64_t part = std::min<std::uint64_t>(count, bytes.size() - within);
    std::memcpy(to, bytes.data() + within, part);
    to += part;
    count -= part;
    within += part;
  }
}

SharedBytes BatchScanner::cut(std::uint64_t skip, std::uint64_t count) const {
  if (count == 0) return {};
  std::size_t slice = slice_;
  std::uint64_t within = within_ + skip;
  while (within >= slices_[slice].size()) within -= slices_[slice++].size();
  if (slices_[slice].size() - within >= count) return slices_[slice].slice(within, count);
  std::vector<std::byte> bytes(count);
  copy_out(skip, count, bytes.data());
  return SharedBytes{std::move(bytes), slices_[slice].origin()};
}

void BatchScanner::advance(std::uint64_t count) {
  position_ += count;
  within_ += count;
  while (slice_ < slices_.size() && within_ >= slices_[slice_].size()) within_ -= slices_[slice_++].size();
}

const ScannedBatch* BatchScanner::next() {
  if (position_ >= end_ || damage_ || disk_error_) return nullptr;
  const std::uint64_t left = end_ - position_;
  const auto stop = [this] { return damage_ = !disk_error_, nullptr; };
  if (left < batch_header_size) return stop();
  if (ahead() < batch_header_size && (!load(chunk_) || ahead() < batch_header_size)) return stop();
  BatchHeaderBytes header;
  copy_out(0, batch_header_size, header.data());
  found_.batch.header = decode_batch_header(header);
  if (batch_header_fault(found_.batch.header) != nullptr) return stop();
  const std::uint64_t size = log_overhead + static_cast<std::uint64_t>(found_.batch.header.batch_length);
  if (size > left) return stop();
  if (ahead() < size && (!load(std::max(chunk_, size)) || ahead() < size)) return stop();
  found_.position = position_;
  found_.batch.body = cut(batch_header_size, size - batch_header_size);
  advance(size);
  return &found_;
}

DiskResult<std::optional<BatchHeader>> header_at(const Disk& disk, FileId file, std::uint64_t position,
                                                 std::uint64_t end) {
  if (position > end || end - position < batch_header_size) return std::nullopt;
  const auto slices = disk.read(file, position, batch_header_size);
  if (!slices) return tl::unexpected(slices.error());
  BatchHeaderBytes bytes;
  std::size_t count = 0;
  for (const SharedBytes& slice : *slices) {
    const std::size_t part = std::min(slice.size(), bytes.size() - count);
    std::memcpy(bytes.data() + count, slice.span().data(), part);
    count += part;
  }
  if (count < batch_header_size) return std::nullopt;
  const BatchHeader header = decode_batch_header(bytes);
  if (batch_header_fault(header) != nullptr) return std::nullopt;
  if (log_overhead + static_cast<std::uint64_t>(header.batch_length) > end - position) return std::nullopt;
  return header;
}

}  // namespace kafkasim
