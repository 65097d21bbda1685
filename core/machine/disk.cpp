#include "core/machine/disk.hpp"

#include <limits>

namespace kafkasim {

DiskResult<std::vector<std::byte>> read_file(Disk& disk, std::string_view path) {
  const DiskResult<FileId> file = disk.open(path, OpenMode::existing);
  if (!file) return tl::unexpected(file.error());
  const auto slices = disk.read(*file, 0, std::numeric_limits<std::int64_t>::max());
  disk.close(*file);
  if (!slices) return tl::unexpected(slices.error());
  std::vector<std::byte> bytes;
  for (const SharedBytes& slice : *slices) bytes.insert(bytes.end(), slice.span().begin(), slice.span().end());
  return bytes;
}

DiskResult<void> replace_file(Disk& disk, std::string_view path, std::string_view content) {
  const std::string temporary = std::string{path} + ".tmp";
  const DiskResult<FileId> file = disk.open(temporary, OpenMode::create_or_existing);
  if (!file) return tl::unexpected(file.error());
  const SharedBytes bytes = SharedBytes::of(content);
  DiskResult<void> done = disk.truncate(*file, 0);
  if (done) done = disk.append(*file, {&bytes, 1});
  if (done) done = disk.sync(*file);
  disk.close(*file);
  if (done) done = disk.rename(temporary, path);
  if (!done) return done;
  const std::size_t slash = path.rfind('/');
  return disk.sync_directory(slash == std::string_view::npos ? std::string_view{} : path.substr(0, slash));
}

}  // namespace kafkasim
