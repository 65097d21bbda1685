#include "sim/serve/posix_disk.hpp"

#include <algorithm>
#include <cerrno>

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "core/base/check.hpp"
#include "core/machine/disk_path.hpp"
#include "sim/serve/posix_io.hpp"

namespace kafkasim::sim {

namespace {

constexpr std::uint64_t most_file_size = std::uint64_t{1} << 44;  // ext4's, with blocks of 4 KiB

tl::unexpected<DiskError> failed(DiskErrorKind kind, std::string_view path) {
  return tl::unexpected<DiskError>{DiskError{kind, std::string{path}}};
}

tl::unexpected<DiskError> failed_by(int error, std::string_view path) { return failed(kind_of(error), path); }

std::string name_of(std::string_view path) { return std::string{disk_name_of(path)}; }

constexpr int directory_flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

enum class IfMissing : std::uint8_t { error, make };

// The directory at `path`, component by component; "" is the root itself.
DiskResult<Descriptor> open_directory(int root, std::string_view path, IfMissing missing = IfMissing::error) {
  Descriptor at{retry([&] { return ::openat(root, ".", directory_flags); })};
  if (!at.is_open()) return failed_by(errno, path);
  for (std::string_view left = path; !left.empty();) {
    const std::size_t slash = left.find('/');
    const std::string name{left.substr(0, slash)};
    left.remove_prefix(slash == std::string_view::npos ? left.size() : slash + 1);
    Descriptor next{retry([&] { return ::openat(at.get(), name.c_str(), directory_flags); })};
    if (!next.is_open() && errno == ENOENT && missing == IfMissing::make) {
      if (::mkdirat(at.get(), name.c_str(), 0777) != 0 && errno != EEXIST) return failed_by(errno, path);
      next = Descriptor{retry([&] { return ::openat(at.get(), name.c_str(), directory_flags); })};
    }
    // A file, or a link, stands where a directory is wanted.
    if (!next.is_open() && (errno == ENOTDIR || errno == ELOOP)) {
      return failed(missing == IfMissing::make ? DiskErrorKind::exists : DiskErrorKind::not_found, path);
    }
    if (!next.is_open()) return failed_by(errno, path);
    at = std::move(next);
  }
  return at;
}

enum class Entry : std::uint8_t { file, directory, other };

DiskResult<Entry> entry_at(int directory, const std::string& name, std::string_view path) {
  struct stat found {};
  if (::fstatat(directory, name.c_str(), &found, AT_SYMLINK_NOFOLLOW) != 0) return failed_by(errno, path);
  return S_ISREG(found.st_mode) ? Entry::file : S_ISDIR(found.st_mode) ? Entry::directory : Entry::other;
}

DiskResult<Entry> entry_of(int root, std::string_view path) {
  const auto parent = open_directory(root, disk_parent_of(path));
  if (!parent) return failed(parent.error().kind, path);
  return entry_at(parent->get(), name_of(path), path);
}

// Sorted, without "." and "..".
DiskResult<std::vector<std::string>> names_in(int directory, std::string_view path) {
  Descriptor own{::fcntl(directory, F_DUPFD_CLOEXEC, 0)};
  if (!own.is_open()) return failed_by(errno, path);
  DIR* stream = ::fdopendir(own.get());
  if (stream == nullptr) return failed_by(errno, path);
  (void)own.release();  // closedir closes it
  std::vector<std::string> names;
  errno = 0;
  while (const dirent* entry = ::readdir(stream)) {  // NOLINT(concurrency-mt-unsafe): the stream is ours alone
    const std::string_view name{entry->d_name};
    if (name != "." && name != "..") names.emplace_back(name);
    errno = 0;
  }
  const int error = errno;
  ::closedir(stream);
  if (error != 0) return failed_by(error, path);
  std::ranges::sort(names);
  return names;
}

// An entry of a directory, with all in it. Links are removed, not followed.
DiskResult<void> remove_entry(int directory, const std::string& name, std::string_view path, int depth) {
  constexpr int deepest = 64;
  const auto entry = entry_at(directory, name, path);
  if (!entry) return tl::unexpected(entry.error());
  if (*entry == Entry::directory) {
    if (depth == deepest) return failed(DiskErrorKind::io_error, path);
    const auto inside = open_directory(directory, name);
    if (!inside) return failed(inside.error().kind, path);
    const auto names = names_in(inside->get(), path);
    if (!names) return tl::unexpected(names.error());
    for (const std::string& each : *names) {
      if (DiskResult<void> done = remove_entry(inside->get(), each, path, depth + 1); !done) return done;
    }
  }
  const int flags = *entry == Entry::directory ? AT_REMOVEDIR : 0;
  if (::unlinkat(directory, name.c_str(), flags) != 0) return failed_by(errno, path);
  return {};
}

}  // namespace

void Descriptor::reset() {
  if (number_ >= 0) ::close(std::exchange(number_, -1));  // never again after EINTR: Linux has closed it
}

DiskResult<PosixDisk> PosixDisk::open(const std::string& root, Options options) {
  KAFKASIM_CHECK(options.most_open > 0);
  if (::mkdir(root.c_str(), 0777) != 0 && errno != EEXIST) return failed_by(errno, root);
  Descriptor directory{retry([&] { return ::open(root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); })};
  if (!directory.is_open()) return failed_by(errno, root);
  if (retry([&] { return ::flock(directory.get(), LOCK_EX | LOCK_NB); }) != 0) {
    return errno == EWOULDBLOCK ? failed(DiskErrorKind::exists, root) : failed_by(errno, root);
  }
  return PosixDisk{std::move(directory), options};
}

// ---- handles and descriptors ------------------------------------------------------------------------

DiskResult<PosixDisk::File*> PosixDisk::find(FileId file) const {
  const auto handle = handles_.find(file.value);
  if (handle == handles_.end() || handle->second->gone) return failed(DiskErrorKind::not_found, {});
  return handle->second.get();
}

DiskResult<PosixDisk::File*> PosixDisk::use(FileId id) const {
  const auto found = find(id);
  if (!found) return found;
  File& file = **found;
  if (file.descriptor.is_open()) {
    open_.splice(open_.begin(), open_, file.place);
    return &file;
  }
  auto descriptor = open_file(file.path, OpenMode::existing);
  if (!descriptor) return failed(DiskErrorKind::io_error, file.path);
  struct stat now {};
  const bool same = ::fstat(descriptor->get(), &now) == 0 && static_cast<std::uint64_t>(now.st_size) == file.size;
  if (!same) return failed(DiskErrorKind::io_error, file.path);  // somebody else has been there
  keep_open(file, std::move(*descriptor));
  return &file;
}

void PosixDisk::keep_open(File& file, Descriptor descriptor) const {
  while (open_.size() >= options_.most_open) shut(*open_.back());
  file.descriptor = std::move(descriptor);
  file.place = open_.insert(open_.begin(), &file);
}

void PosixDisk::shut(File& file) const {
  if (!file.descriptor.is_open()) return;
  file.descriptor.reset();
  open_.erase(file.place);
}

DiskResult<Descriptor> PosixDisk::open_file(std::string_view path, OpenMode mode) const {
  if (!is_disk_path(path)) return failed(DiskErrorKind::not_found, path);
  const IfMissing missing = mode == OpenMode::existing ? IfMissing::error : IfMissing::make;
  const auto parent = open_directory(root_.get(), disk_parent_of(path), missing);
  if (!parent) return failed(parent.error().kind, path);
  const std::string name = name_of(path);
  int flags = O_RDWR | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK;  // a pipe that somebody put there must not block
  if (mode != OpenMode::existing) flags |= O_CREAT;
  if (mode == OpenMode::create) flags |= O_EXCL;
  Descriptor file{retry([&] { return ::openat(parent->get(), name.c_str(), flags, 0666); })};
  if (!file.is_open() && errno == EISDIR) {
    return failed(mode == OpenMode::existing ? DiskErrorKind::not_found : DiskErrorKind::exists, path);
  }
  if (!file.is_open()) return failed_by(errno, path);
  struct stat found {};
  if (::fstat(file.get(), &found) != 0) return failed_by(errno, path);
  if (!S_ISREG(found.st_mode)) return failed(DiskErrorKind::io_error, path);
  return file;
}

DiskResult<FileId> PosixDisk::open(std::string_view path, OpenMode mode) {
  auto known = files_.find(path);
  if (known != files_.end() && mode == OpenMode::create) return failed(DiskErrorKind::exists, path);
  if (known == files_.end()) {
    auto descriptor = open_file(path, mode);
    if (!descriptor) return tl::unexpected(descriptor.error());
    struct stat found {};
    if (::fstat(descriptor->get(), &found) != 0) return failed_by(errno, path);
    auto file = std::make_shared<File>();
    file->path = path;
    file->size = static_cast<std::uint64_t>(found.st_size);
    keep_open(*file, std::move(*descriptor));
    const std::string_view key = file->path;
    known = files_.emplace(key, std::move(file)).first;
  }
  ++known->second->handles;
  handles_.emplace(next_handle_, known->second);
  return FileId{next_handle_++};
}

void PosixDisk::close(FileId id) {
  const auto handle = handles_.find(id.value);
  if (handle == handles_.end()) return;
  const std::shared_ptr<File> file = handle->second;
  handles_.erase(handle);
  if (--file->handles > 0 || file->gone) return;
  shut(*file);
  files_.erase(file->path);
}

void PosixDisk::forget(std::string_view path) {
  for (auto it = files_.lower_bound(path); it != files_.end() && it->first.starts_with(path);) {
    if (!is_disk_path_within(it->first, path)) {
      ++it;
      continue;
    }
    it->second->gone = true;
    shut(*it->second);
    it = files_.erase(it);
  }
}

void PosixDisk::move_names(std::string_view from, std::string_view to) {
  std::vector<std::shared_ptr<File>> moved;
  for (auto it = files_.lower_bound(from); it != files_.end() && it->first.starts_with(from);) {
    if (!is_disk_path_within(it->first, from)) {
      ++it;
      continue;
    }
    moved.push_back(std::move(it->second));
    it = files_.erase(it);
  }
  for (std::shared_ptr<File>& file : moved) {
    file->path = std::string{to} + file->path.substr(from.size());
    const std::string_view key = file->path;
    files_.emplace(key, std::move(file));
  }
}

// ---- bytes ------------------------------------------------------------------------------------------

DiskResult<std::uint64_t> PosixDisk::size(FileId id) const {
  const auto file = find(id);
  if (!file) return tl::unexpected(file.error());
  return (*file)->size;
}

DiskResult<void> PosixDisk::append(FileId id, std::span<const SharedBytes> slices) {
  const auto found = use(id);
  if (!found) return tl::unexpected(found.error());
  File& file = **found;
  std::uint64_t bytes = 0;
  for (const SharedBytes& slice : slices) bytes += slice.size();
  if (bytes > most_file_size - file.size) return failed(DiskErrorKind::no_space, file.path);
  const int error = write_all(file.descriptor.get(), file.size, slices);
  if (error == 0) {
    file.size += bytes;
    return {};
  }
  return failed(cut_back(file.descriptor.get(), file.size) ? kind_of(error) : DiskErrorKind::io_error, file.path);
}

DiskResult<void> PosixDisk::write(FileId id, std::uint64_t at, const SharedBytes& bytes) {
  const auto found = use(id);
  if (!found) return tl::unexpected(found.error());
  File& file = **found;
  if (bytes.size() > most_file_size || at > most_file_size - bytes.size()) {
    return failed(DiskErrorKind::no_space, file.path);
  }
  if (bytes.empty()) return {};
  const int error = write_all(file.descriptor.get(), at, {&bytes, 1});
  if (error == 0) {
    file.size = std::max(file.size, at + bytes.size());
    return {};
  }
  const bool extends = at + bytes.size() > file.size;
  const bool restored = !extends || cut_back(file.descriptor.get(), file.size);
  return failed(restored ? kind_of(error) : DiskErrorKind::io_error, file.path);
}

DiskResult<std::vector<SharedBytes>> PosixDisk::read(FileId id, std::uint64_t at, std::uint64_t length) const {
  const auto found = use(id);
  if (!found) return tl::unexpected(found.error());
  const File& file = **found;
  std::vector<SharedBytes> slices;
  if (at >= file.size || length == 0) return slices;
  SharedBytes::Unfilled read = SharedBytes::unfilled(static_cast<std::size_t>(std::min(length, file.size - at)));
  const int error = read_all(file.descriptor.get(), at, read.to);
  if (error != 0) return failed_by(error, file.path);
  slices.push_back(std::move(read.bytes));
  return slices;
}

DiskResult<void> PosixDisk::truncate(FileId id, std::uint64_t size) {
  const auto found = use(id);
  if (!found) return tl::unexpected(found.error());
  File& file = **found;
  if (size > most_file_size) return failed(DiskErrorKind::no_space, file.path);
  if (!cut_back(file.descriptor.get(), size)) return failed_by(errno, file.path);
  file.size = size;
  return {};
}

// ---- names ------------------------------------------------------------------------------------------

DiskResult<void> PosixDisk::rename(std::string_view from, std::string_view to) {
  if (!is_disk_path(from)) return failed(DiskErrorKind::not_found, from);
  if (!is_disk_path(to)) return failed(DiskErrorKind::not_found, to);
  const auto source = open_directory(root_.get(), disk_parent_of(from));
  if (!source) return failed(source.error().kind, from);
  const auto entry = entry_at(source->get(), name_of(from), from);
  if (!entry) return tl::unexpected(entry.error());
  const bool directory = *entry == Entry::directory;
  const auto target = open_directory(root_.get(), disk_parent_of(to));
  if (!target) return failed(target.error().kind, to);
  if (from == to) return {};
  if (directory && is_disk_path_within(to, from)) return failed(DiskErrorKind::exists, to);
  const auto taken = entry_at(target->get(), name_of(to), to);
  if (taken && (directory || *taken == Entry::directory)) return failed(DiskErrorKind::exists, to);
  if (!taken && taken.error().kind != DiskErrorKind::not_found) return tl::unexpected(taken.error());
  if (::renameat(source->get(), name_of(from).c_str(), target->get(), name_of(to).c_str()) != 0) {
    return failed_by(errno, from);
  }
  forget(to);
  move_names(from, to);
  return {};
}

DiskResult<void> PosixDisk::remove(std::string_view path) {
  if (!is_disk_path(path)) return failed(DiskErrorKind::not_found, path);
  const auto parent = open_directory(root_.get(), disk_parent_of(path));
  if (!parent) return failed(parent.error().kind, path);
  DiskResult<void> done = remove_entry(parent->get(), name_of(path), path, 0);
  // Of a directory that could not be removed whole a part may be gone.
  if (done || done.error().kind != DiskErrorKind::not_found) forget(path);
  return done;
}

DiskResult<std::vector<std::string>> PosixDisk::list(std::string_view directory) const {
  if (!directory.empty() && !is_disk_path(directory)) return failed(DiskErrorKind::not_found, directory);
  const auto opened = open_directory(root_.get(), directory);
  if (!opened) return failed(opened.error().kind, directory);
  return names_in(opened->get(), directory);
}

bool PosixDisk::exists(std::string_view path) const {
  return is_disk_path(path) && entry_of(root_.get(), path).has_value();
}

// ---- durability -------------------------------------------------------------------------------------

DiskResult<void> PosixDisk::sync(FileId id) {
  const auto file = use(id);
  if (!file) return tl::unexpected(file.error());
  if (retry([&] { return ::fdatasync((*file)->descriptor.get()); }) != 0) return failed_by(errno, (*file)->path);
  return {};
}

DiskResult<void> PosixDisk::sync_directory(std::string_view path) {
  if (!path.empty() && !is_disk_path(path)) return failed(DiskErrorKind::not_found, path);
  const auto directory = open_directory(root_.get(), path);
  if (!directory) return failed(directory.error().kind, path);
  if (retry([&] { return ::fsync(directory->get()); }) != 0) return failed_by(errno, path);
  return {};
}

std::uint64_t PosixDisk::free_bytes() const {
  struct statvfs found {};
  if (::fstatvfs(root_.get(), &found) != 0) return 0;
  return static_cast<std::uint64_t>(found.f_bavail) * found.f_frsize;
}

std::uint64_t PosixDisk::total_bytes() const {
  struct statvfs found {};
  if (::fstatvfs(root_.get(), &found) != 0) return 0;
  return static_cast<std::uint64_t>(found.f_blocks) * found.f_frsize;
}

// ---- sending ----------------------------------------------------------------------------------------

DiskResult<Sent> PosixDisk::send_file(FileId id, std::uint64_t at, std::uint64_t length, int socket) const {
  const auto found = use(id);
  if (!found) return tl::unexpected(found.error());
  const File& file = **found;
  const std::uint64_t there = at >= file.size ? 0 : std::min(length, file.size - at);
  SendAttempt attempt;
  if (options_.send == SendBy::kernel) attempt = send_by_kernel(file.descriptor.get(), at, there, socket);
  const bool copies = options_.send == SendBy::copy || attempt.cannot;
  if (copies) attempt = send_by_copy(file.descriptor.get(), at, there, socket);
  if (attempt.disk_error != 0) return failed_by(attempt.disk_error, file.path);
  Sent sent{attempt.bytes, Sent::End::all};
  if (attempt.bytes == there) {
    if (there < length) sent.end = Sent::End::file_end;
  } else {
    sent.end = attempt.would_block ? Sent::End::would_block : Sent::End::peer_gone;
  }
  return sent;
}

}  // namespace kafkasim::sim
