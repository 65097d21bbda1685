#include "sim/disk/sim_disk.hpp"

#include <algorithm>
#include <limits>

#include "core/base/check.hpp"

namespace kafkasim::sim {

namespace {

constexpr std::uint64_t most_simulated_size = std::uint64_t{1} << 44;  // ext4's, with blocks of 4 KiB

tl::unexpected<DiskError> disk_error(DiskErrorKind kind, std::string_view path) {
  return tl::unexpected<DiskError>{DiskError{kind, std::string{path}}};
}

}  // namespace

DiskResult<void> SimDisk::usable(std::string_view path) const {
  if (failing_ == Switch::on) return disk_error(DiskErrorKind::io_error, path);
  if (!is_valid_path(path)) return disk_error(DiskErrorKind::not_found, path);
  return {};
}

// ---- handles ----------------------------------------------------------------------------------------

const SimDisk::Handle* SimDisk::find(FileId file) const {
  const auto it = std::lower_bound(handles_->begin(), handles_->end(), file.value,
                                   [](const Handle& handle, std::uint64_t id) { return handle.id < id; });
  return it != handles_->end() && it->id == file.value ? &*it : nullptr;
}

DiskResult<FileNumber> SimDisk::resolve(FileId file) const {
  const Handle* handle = find(file);
  const bool known = handle != nullptr && is_live(handle->file, handle->serial);
  if (failing_ == Switch::on) {
    return disk_error(DiskErrorKind::io_error, known ? tree_->path_of(handle->file) : std::string{});
  }
  if (!known) return disk_error(DiskErrorKind::not_found, {});
  return handle->file;
}

bool SimDisk::is_live(FileNumber file, std::uint64_t serial) const {
  return files_->serial(file) == serial && !std::binary_search(unlinked_.begin(), unlinked_.end(), file);
}

DiskResult<FileId> SimDisk::open(std::string_view path, OpenMode mode) {
  if (const auto ok = usable(path); !ok) return tl::unexpected(ok.error());
  std::optional<FileNumber> number = tree_->file(path);
  if (number && mode == OpenMode::create) return disk_error(DiskErrorKind::exists, path);
  if (!number && mode == OpenMode::existing) return disk_error(DiskErrorKind::not_found, path);
  if (!number) {
    if (tree_->is_directory(path)) return disk_error(DiskErrorKind::exists, path);
    if (full_ == Switch::on) return disk_error(DiskErrorKind::no_space, path);
    const bool made = tree_.edit().make_directories(parent_of(path));
    if (made) {
      number = files_.edit().add();
      tree_.edit().add(path, *number);
    }
    bound_journal();
    if (!made) return disk_error(DiskErrorKind::exists, path);
  }
  handles_.edit().push_back({next_handle_, *number, files_->serial(*number)});
  return FileId{next_handle_++};
}

void SimDisk::close(FileId file) {
  const Handle* handle = find(file);
  if (handle == nullptr) return;
  const auto index = handle - handles_->data();
  std::vector<Handle>& handles = handles_.edit();
  handles.erase(handles.begin() + index);
}

DiskResult<std::uint64_t> SimDisk::size(FileId file) const {
  const auto number = resolve(file);
  if (!number) return tl::unexpected(number.error());
  return files_->get(*number).size();
}

// ---- bytes --------------------------------------------------------------------------------------------

DiskResult<void> SimDisk::room_for(std::uint64_t bytes, FileNumber file) const {
  if (full_ == Switch::off && bytes <= spec_.capacity && used_ <= spec_.capacity - bytes) return {};
  return disk_error(DiskErrorKind::no_space, tree_->path_of(file));
}

void SimDisk::written(std::uint64_t bytes) {
  clock_ += bytes;
  costs_.written_bytes += bytes;
  ++costs_.writes;
}

DiskResult<void> SimDisk::append(FileId file, std::span<const SharedBytes> slices) {
  const auto number = resolve(file);
  if (!number) return tl::unexpected(number.error());
  std::uint64_t bytes = 0;
  for (const SharedBytes& slice : slices) bytes += slice.size();
  if (const auto room = room_for(bytes, *number); !room) return room;
  if (files_->get(*number).size() > most_simulated_size - bytes) {
    return disk_error(DiskErrorKind::no_space, tree_->path_of(*number));
  }
  written(bytes);
  files_.edit().edit(*number).append(slices, clock_);
  used_ += bytes;
  return {};
}

DiskResult<void> SimDisk::write(FileId file, std::uint64_t at, const SharedBytes& bytes) {
  const auto number = resolve(file);
  if (!number) return tl::unexpected(number.error());
  if (at > most_simulated_size - bytes.size()) return disk_error(DiskErrorKind::no_space, tree_->path_of(*number));
  const std::uint64_t more = bytes.size() - files_->get(*number).stored_in(at, at + bytes.size());
  if (const auto room = room_for(more, *number); !room) return room;
  written(bytes.size());
  files_.edit().edit(*number).write(at, bytes, clock_);
  used_ += more;
  return {};
}

DiskResult<std::vector<SharedBytes>> SimDisk::read(FileId file, std::uint64_t at, std::uint64_t length) const {
  const auto number = resolve(file);
  if (!number) return tl::unexpected(number.error());
  const DiskFile& content = files_->get(*number);
  if (at >= content.size()) return std::vector<SharedBytes>{};
  const std::uint64_t to = at + std::min(length, content.size() - at);
  charge_read(*number, at, to);
  return content.read(at, to);
}

DiskResult<void> SimDisk::truncate(FileId file, std::uint64_t size) {
  const auto number = resolve(file);
  if (!number) return tl::unexpected(number.error());
  if (size > most_simulated_size) return disk_error(DiskErrorKind::no_space, tree_->path_of(*number));
  if (size > files_->get(*number).size()) {
    if (const auto room = room_for(0, *number); !room) return room;
  }
  DiskFile& content = files_.edit().edit(*number);
  used_ -= content.stored_bytes();
  content.truncate(size);
  used_ += content.stored_bytes();
  return {};
}

std::uint64_t SimDisk::free_bytes() const {
  return full_ == Switch::on || used_ >= spec_.capacity ? 0 : spec_.capacity - used_;
}

// ---- what the page cache has ----------------------------------------------------------------------------

std::uint64_t SimDisk::warm_since() const {
  return std::max(cold_before_, clock_ > spec_.page_cache ? clock_ - spec_.page_cache : 0);
}

void SimDisk::charge_read(FileNumber file, std::uint64_t from, std::uint64_t to) const {
  costs_.read_bytes += to - from;
  const DiskFile& content = files_->get(file);
  const std::uint64_t warm = warm_since();
  if (warm == 0 || content.cold_bytes(from, to, warm) == 0) return;
  const std::uint64_t serial = files_->serial(file);
  ReadWindow* window = &windows_.front();
  for (ReadWindow& each : windows_) {
    if (each.serial == serial && each.from <= from && from <= each.to) {
      window = &each;
      break;
    }
    if (each.used < window->used) window = &each;
  }
  window->used = ++window_clock_;
  const bool follows = window->serial == serial && window->from <= from && from <= window->to;
  if (!follows) {
    ++costs_.seeks;
    *window = ReadWindow{serial, from, from, window->used};
  }
  if (to <= window->to) return;
  costs_.platter_bytes += content.cold_bytes(window->to, to, warm);
  window->to = to;
  const std::uint64_t most = spec_.page_cache / windows_.size();
  if (to - window->from > most) window->from = to - most;
}

// ---- names ------------------------------------------------------------------------------------------------

void SimDisk::release(const std::vector<FileNumber>& files) {
  for (const FileNumber file : files) {
    files_.edit().erase(file);
    unlinked_.erase(std::lower_bound(unlinked_.begin(), unlinked_.end(), file));
  }
}

void SimDisk::unlink(FileNumber file) {
  used_ -= files_->get(file).stored_bytes();
  unlinked_.insert(std::lower_bound(unlinked_.begin(), unlinked_.end(), file), file);
}

void SimDisk::commit(std::size_t count) {
  if (count > 0) release(tree_.edit().commit_first(count));
}

void SimDisk::bound_journal() {
  if (tree_->journal_is_long()) commit(tree_->journal_size() - DirectoryTree::most_changes);
}

DiskResult<void> SimDisk::rename(std::string_view from, std::string_view to) {
  if (const auto ok = usable(from); !ok) return ok;
  if (const auto ok = usable(to); !ok) return ok;
  const bool directory = tree_->is_directory(from);
  if (!directory && !tree_->file(from)) return disk_error(DiskErrorKind::not_found, from);
  if (!tree_->is_directory(parent_of(to))) return disk_error(DiskErrorKind::not_found, to);
  if (from == to) return {};
  const bool taken = tree_->is_directory(to) || (directory && (tree_->file(to) || is_within(to, from)));
  if (taken) return disk_error(DiskErrorKind::exists, to);
  if (const auto replaced = tree_.edit().rename(from, to)) unlink(*replaced);
  bound_journal();
  return {};
}

DiskResult<void> SimDisk::remove(std::string_view path) {
  if (const auto ok = usable(path); !ok) return ok;
  if (!tree_->file(path) && !tree_->is_directory(path)) return disk_error(DiskErrorKind::not_found, path);
  for (const auto& [name, file] : tree_->files_within(path)) unlink(file);
  tree_.edit().remove(path);
  bound_journal();
  return {};
}

DiskResult<std::vector<std::string>> SimDisk::list(std::string_view directory) const {
  if (!directory.empty()) {
    if (const auto ok = usable(directory); !ok) return tl::unexpected(ok.error());
  } else if (failing_ == Switch::on) {
    return disk_error(DiskErrorKind::io_error, directory);
  }
  if (!tree_->is_directory(directory)) return disk_error(DiskErrorKind::not_found, directory);
  return tree_->list(directory);
}

bool SimDisk::exists(std::string_view path) const {
  return usable(path).has_value() && (tree_->file(path) || tree_->is_directory(path));
}

// ---- durability -----------------------------------------------------------------------------------------------

DiskResult<void> SimDisk::sync(FileId file) {
  const auto number = resolve(file);
  if (!number) return tl::unexpected(number.error());
  ++costs_.syncs;
  costs_.synced_bytes += files_->get(*number).dirty_bytes();
  if (files_->get(*number).is_dirty()) files_.edit().edit(*number).sync();
  commit(tree_->needed_for_file(*number));
  return {};
}

DiskResult<void> SimDisk::sync_directory(std::string_view path) {
  if (failing_ == Switch::on) return disk_error(DiskErrorKind::io_error, path);
  if (!path.empty() && !is_valid_path(path)) return disk_error(DiskErrorKind::not_found, path);
  if (!tree_->is_directory(path)) return disk_error(DiskErrorKind::not_found, path);
  ++costs_.syncs;
  commit(tree_->needed_for_directory(path));
  return {};
}

std::optional<FlushPoint> SimDisk::begin_flush(FileId file) const {
  const auto number = resolve(file);
  if (!number) return std::nullopt;
  const DiskFile& content = files_->get(*number);
  return FlushPoint{*number, files_->serial(*number), content.mark(), content.dirty_bytes()};
}

bool SimDisk::complete_flush(const FlushPoint& point) {
  if (failing_ == Switch::on) return false;
  if (!is_live(point.file, point.serial)) return true;  // removed meanwhile: nothing of it has to last
  if (files_->get(point.file).is_dirty()) files_.edit().edit(point.file).sync_to(point.mark);
  commit(tree_->needed_for_file(point.file));
  return true;
}

// ---- faults -----------------------------------------------------------------------------------------------------

void SimDisk::process_crash() { handles_ = Cow<std::vector<Handle>>{}; }

void SimDisk::power_loss(const PowerLossSpec& spec, Random& random) {
  KAFKASIM_CHECK(spec.keep != Keep::exactly, "a length belongs to a file");
  // Streams of their own, so that what happens to one file does not depend on the others.
  const Random root{random.next()};
  const auto rule_of = [&](std::string_view path) -> const KeepRule* {
    const auto rule = std::find_if(spec.rules.begin(), spec.rules.end(),
                                   [&](const KeepRule& each) { return is_within(path, each.path); });
    return rule == spec.rules.end() ? nullptr : &*rule;
  };
  std::size_t least = spec.keep == Keep::all ? tree_->journal_size() : 0;
  for (const auto& [path, file] : tree_->files_within({})) {  // what is to survive needs its name
    const KeepRule* rule = rule_of(path);
    const bool kept = rule != nullptr && (rule->keep == Keep::all || rule->keep == Keep::exactly);
    if (kept) least = std::max(least, tree_->needed_for_file(file));
  }
  const std::size_t more = tree_->journal_size() - least;
  const std::uint64_t drawn = spec.keep == Keep::drawn ? root.fork("names").below(more + 1) : 0;
  commit(least + static_cast<std::size_t>(drawn));
  tree_.edit().undo_all();

  const auto linked = tree_->files_within({});
  std::vector<FileNumber> numbers;
  for (const auto& [path, file] : linked) numbers.push_back(file);
  std::sort(numbers.begin(), numbers.end());
  for (const FileNumber file : files_->all()) {
    if (!std::binary_search(numbers.begin(), numbers.end(), file)) files_.edit().erase(file);
  }
  unlinked_.clear();
  used_ = 0;
  for (const auto& [path, file] : linked) {
    if (files_->get(file).is_dirty()) {
      const KeepRule* rule = rule_of(path);
      const Fate fate =
          rule ? Fate{rule->keep, spec.torn, rule->length, rule->garbage_to} : Fate{spec.keep, spec.torn, 0, {}};
      Random own = root.fork("data").fork(path);
      files_.edit().edit(file).lose_power(fate, own);
    }
    used_ += files_->get(file).stored_bytes();
  }
  process_crash();
  windows_ = {};
  cold_before_ = ++clock_;
}

DiskResult<void> SimDisk::corrupt(std::string_view path, std::uint64_t at, std::byte mask) {
  const auto file = is_valid_path(path) ? tree_->file(path) : std::nullopt;
  if (!file || at >= files_->get(*file).size()) return disk_error(DiskErrorKind::not_found, path);
  files_.edit().edit(*file).flip(at, mask);
  return {};
}

void SimDisk::wipe() {
  SimDisk fresh{spec_};
  fresh.failing_ = failing_;
  fresh.full_ = full_;
  fresh.wipes_ = wipes_ + 1;
  *this = std::move(fresh);
}

// ---- to look at ----------------------------------------------------------------------------------------------------

std::vector<FileInfo> SimDisk::files() const {
  std::vector<FileInfo> all;
  for (const auto& [path, file] : tree_->files_within({})) {
    all.push_back(info_of(path, file));
  }
  return all;
}

FileInfo SimDisk::info_of(std::string path, FileNumber number) const {
  const DiskFile& file = files_->get(number);
  return {std::move(path), file.size(), file.durable_size(), wipes_ << 48 | files_->serial(number),
          file.mark().changes << 16 | file.flipped_bits().size()};
}

std::vector<FlippedBits> SimDisk::flipped_bits() const {
  std::vector<FlippedBits> all;
  for (const auto& [path, file] : tree_->files_within({})) {
    for (const auto& [at, mask] : files_->get(file).flipped_bits()) all.push_back({path, at, mask});
  }
  return all;
}

std::optional<FileInfo> SimDisk::info(std::string_view path) const {
  const auto file = is_valid_path(path) ? tree_->file(path) : std::nullopt;
  if (!file) return std::nullopt;
  return info_of(std::string{path}, *file);
}

std::optional<std::vector<SharedBytes>> SimDisk::content(std::string_view path) const {
  const auto file = is_valid_path(path) ? tree_->file(path) : std::nullopt;
  if (!file) return std::nullopt;
  return files_->get(*file).read(0, files_->get(*file).size());
}

}  // namespace kafkasim::sim
