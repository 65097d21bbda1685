#include "sim/logtool/real_files.hpp"

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim/serve/posix_io.hpp"

namespace kafkasim::sim::logtool {

namespace {

tl::unexpected<DiskError> error(DiskErrorKind kind, std::string_view path) {
  return tl::unexpected<DiskError>{DiskError{kind, std::string{path}}};
}
tl::unexpected<DiskError> read_only(std::string_view path) { return error(DiskErrorKind::io_error, path); }

}  // namespace

RealFiles::~RealFiles() {
  for (const auto& [id, file] : files_) ::close(file.descriptor);
}

const RealFiles::OpenFile* RealFiles::find(FileId file) const {
  const auto found = files_.find(file);
  return found == files_.end() ? nullptr : &found->second;
}

DiskResult<FileId> RealFiles::open(std::string_view path, OpenMode mode) {
  if (mode != OpenMode::existing) return read_only(path);
  const std::string name{path};
  // A pipe would block the open, and has no size.
  const int descriptor = retry([&] { return ::open(name.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK); });
  if (descriptor < 0) return error(kind_of(errno), path);
  struct stat status {};
  if (::fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode)) {
    ::close(descriptor);
    return error(DiskErrorKind::io_error, path);
  }
  const FileId file{next_++};
  files_[file] = OpenFile{descriptor, name};
  return file;
}

void RealFiles::close(FileId file) {
  if (const OpenFile* open = find(file)) ::close(open->descriptor);
  files_.erase(file);
}

DiskResult<std::uint64_t> RealFiles::size(FileId file) const {
  const OpenFile* open = find(file);
  if (open == nullptr) return error(DiskErrorKind::not_found, "closed handle");
  struct stat status {};
  if (::fstat(open->descriptor, &status) != 0) return error(DiskErrorKind::io_error, open->path);
  return static_cast<std::uint64_t>(status.st_size);
}

DiskResult<std::vector<SharedBytes>> RealFiles::read(FileId file, std::uint64_t at, std::uint64_t length) const {
  const DiskResult<std::uint64_t> whole = size(file);
  if (!whole) return tl::unexpected(whole.error());
  std::vector<SharedBytes> slices;
  if (at >= *whole) return slices;
  const OpenFile* open = find(file);
  std::vector<std::byte> bytes(std::min(length, *whole - at));
  std::size_t count = 0;  // fewer where somebody has cut the file
  if (const int failed = read_up_to(open->descriptor, at, bytes, count)) return error(kind_of(failed), open->path);
  bytes.resize(count);
  if (!bytes.empty()) slices.emplace_back(std::move(bytes));
  return slices;
}

DiskResult<std::vector<std::string>> RealFiles::list(std::string_view directory) const {
  namespace fs = std::filesystem;
  std::error_code code;
  std::vector<std::string> names;
  auto entry = fs::directory_iterator{fs::path{directory}, code};
  for (; !code && entry != fs::directory_iterator{}; entry.increment(code))
    names.push_back(entry->path().filename().string());
  if (code) {
    const bool missing = code == std::errc::no_such_file_or_directory || code == std::errc::not_a_directory;
    return error(missing ? DiskErrorKind::not_found : DiskErrorKind::io_error, directory);
  }
  std::ranges::sort(names);
  return names;
}

bool RealFiles::exists(std::string_view path) const {
  std::error_code code;
  return std::filesystem::exists(std::filesystem::path{path}, code);
}

DiskResult<void> RealFiles::append(FileId file, std::span<const SharedBytes>) {
  const OpenFile* open = find(file);
  return read_only(open == nullptr ? "closed handle" : open->path);
}
DiskResult<void> RealFiles::write(FileId file, std::uint64_t, const SharedBytes&) { return append(file, {}); }
DiskResult<void> RealFiles::truncate(FileId file, std::uint64_t) { return append(file, {}); }
DiskResult<void> RealFiles::rename(std::string_view from, std::string_view) { return read_only(from); }
DiskResult<void> RealFiles::remove(std::string_view path) { return read_only(path); }
DiskResult<void> RealFiles::sync(FileId file) { return append(file, {}); }
DiskResult<void> RealFiles::sync_directory(std::string_view path) { return read_only(path); }

}  // namespace kafkasim::sim::logtool
