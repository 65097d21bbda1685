#include "sim/disk/directory_tree.hpp"

#include <algorithm>
#include <iterator>

#include "core/base/check.hpp"
#include "core/machine/disk_path.hpp"

namespace kafkasim::sim {

namespace {

std::string join(std::string_view directory, std::string_view name) {
  std::string path{directory};
  if (!path.empty()) path += '/';
  path += name;
  return path;
}

// `path`, which lies within `from`, when that is called `to`.
std::string moved(std::string_view path, std::string_view from, std::string_view to) {
  return std::string{to} + std::string{path.substr(from.size())};
}

}  // namespace

bool is_valid_path(std::string_view path) { return is_disk_path(path); }

std::string_view parent_of(std::string_view path) { return disk_parent_of(path); }

bool is_within(std::string_view path, std::string_view directory) { return is_disk_path_within(path, directory); }

std::optional<FileNumber> DirectoryTree::file(std::string_view path) const {
  const auto directory = directories_.find(parent_of(path));
  if (directory == directories_.end()) return std::nullopt;
  const auto found = directory->second->find(disk_name_of(path));
  if (found == directory->second->end()) return std::nullopt;
  return found->second;
}

bool DirectoryTree::is_directory(std::string_view path) const { return directories_.find(path) != directories_.end(); }

std::vector<std::string> DirectoryTree::list(std::string_view directory) const {
  std::vector<std::string> names;
  for (const auto& [name, file] : *directories_.find(directory)->second) names.push_back(name);
  const std::string below = directory.empty() ? std::string{} : std::string{directory} + '/';
  for (auto it = directories_.lower_bound(below); it != directories_.end() && it->first.starts_with(below); ++it) {
    const std::string_view rest = std::string_view{it->first}.substr(below.size());
    if (!rest.empty() && rest.find('/') == std::string_view::npos) names.emplace_back(rest);
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::vector<std::pair<std::string, FileNumber>> DirectoryTree::files_within(std::string_view path) const {
  std::vector<std::pair<std::string, FileNumber>> found;
  if (const auto number = file(path)) found.emplace_back(path, *number);
  // Names such as "a-b" stand between "a" and "a/b", so the range is walked to the end of the prefix.
  for (auto it = directories_.lower_bound(path); it != directories_.end() && it->first.starts_with(path); ++it) {
    if (!is_within(it->first, path)) continue;
    for (const auto& [name, number] : *it->second) found.emplace_back(join(it->first, name), number);
  }
  std::sort(found.begin(), found.end());
  return found;
}

std::vector<std::string> DirectoryTree::directories() const {
  std::vector<std::string> paths;
  for (const auto& [path, directory] : directories_) {
    if (!path.empty()) paths.push_back(path);
  }
  return paths;
}

std::string DirectoryTree::path_of(FileNumber number) const {
  for (const auto& [path, directory] : directories_) {
    for (const auto& [name, file] : *directory) {
      if (file == number) return join(path, name);
    }
  }
  return {};
}

DirectoryTree::Directory& DirectoryTree::edit_directory_of(std::string_view path) {
  const auto directory = directories_.find(parent_of(path));
  KAFKASIM_CHECK(directory != directories_.end(), "the directory is there");
  return directory->second.edit();
}

void DirectoryTree::set(std::string_view path, FileNumber number) {
  edit_directory_of(path).insert_or_assign(std::string{disk_name_of(path)}, number);
}

void DirectoryTree::unset(std::string_view path) {
  Directory& directory = edit_directory_of(path);
  const auto entry = directory.find(disk_name_of(path));
  KAFKASIM_CHECK(entry != directory.end(), "the name is there");
  directory.erase(entry);
}

bool DirectoryTree::make_directories(std::string_view directory) {
  if (is_directory(directory)) return true;
  if (file(directory) || !make_directories(parent_of(directory))) return false;
  directories_.emplace(directory, Cow<Directory>{});
  journal_.push_back({Kind::make_directory, std::string{directory}, {}, {}, {}});
  return true;
}

void DirectoryTree::add(std::string_view path, FileNumber number) {
  set(path, number);
  journal_.push_back({Kind::create, std::string{path}, {}, number, {}});
}

std::optional<FileNumber> DirectoryTree::rename(std::string_view from, std::string_view to) {
  if (const auto number = file(from)) {
    const auto replaced = file(to);
    unset(from);
    set(to, *number);
    journal_.push_back({Kind::rename, std::string{from}, std::string{to}, *number, replaced});
    return replaced;
  }
  journal_.push_back({Kind::rename_directory, std::string{from}, std::string{to}, {}, {}});
  move_directory(from, to);
  return std::nullopt;
}

void DirectoryTree::move_directory(std::string_view from, std::string_view to) {
  std::vector<std::string> paths;
  for (auto it = directories_.lower_bound(from); it != directories_.end() && it->first.starts_with(from); ++it) {
    if (is_within(it->first, from)) paths.push_back(it->first);
  }
  for (const std::string& path : paths) {
    auto node = directories_.extract(path);
    node.key() = moved(path, from, to);
    directories_.insert(std::move(node));
  }
}

void DirectoryTree::remove(std::string_view path) {
  for (const auto& [name, number] : files_within(path)) {
    unset(name);
    journal_.push_back({Kind::remove, name, {}, number, {}});
  }
  std::vector<std::string> paths;
  for (auto it = directories_.lower_bound(path); it != directories_.end() && it->first.starts_with(path); ++it) {
    if (is_within(it->first, path)) paths.push_back(it->first);
  }
  for (auto it = paths.rbegin(); it != paths.rend(); ++it) {  // the deepest first
    directories_.erase(*it);
    journal_.push_back({Kind::remove_directory, *it, {}, {}, {}});
  }
}

std::size_t DirectoryTree::needed_for_directory(std::string_view directory) const {
  std::string name{directory};
  for (std::size_t i = journal_.size(); i-- > 0;) {
    const Change& change = journal_[i];
    const bool itself = change.path == name && change.kind == Kind::make_directory;
    const bool renames = change.kind == Kind::rename || change.kind == Kind::rename_directory;
    if (itself || parent_of(change.path) == name || (renames && parent_of(change.to) == name)) return i + 1;
    // What happened in it before, happened under its old name.
    if (change.kind == Kind::rename_directory && is_within(name, change.to)) name = moved(name, change.to, change.path);
  }
  return 0;
}

std::size_t DirectoryTree::needed_for_file(FileNumber number) const {
  for (std::size_t i = journal_.size(); i-- > 0;) {
    const Kind kind = journal_[i].kind;
    if ((kind == Kind::create || kind == Kind::rename) && journal_[i].file == number) return i + 1;
  }
  return 0;
}

std::vector<FileNumber> DirectoryTree::commit_first(std::size_t count) {
  std::vector<FileNumber> gone;
  for (std::size_t i = 0; i < count; ++i) {
    if (journal_[i].kind == Kind::remove) gone.push_back(journal_[i].file);
    if (journal_[i].replaced) gone.push_back(*journal_[i].replaced);
  }
  journal_.erase(journal_.begin(), journal_.begin() + static_cast<std::ptrdiff_t>(count));
  return gone;
}

void DirectoryTree::undo_all() {
  for (; !journal_.empty(); journal_.pop_back()) undo(journal_.back());
}

void DirectoryTree::undo(const Change& change) {
  switch (change.kind) {
    case Kind::make_directory: directories_.erase(change.path); break;
    case Kind::remove_directory: directories_.emplace(change.path, Cow<Directory>{}); break;
    case Kind::create: unset(change.path); break;
    case Kind::remove: set(change.path, change.file); break;
    case Kind::rename:
      unset(change.to);
      set(change.path, change.file);
      if (change.replaced) set(change.to, *change.replaced);
      break;
    case Kind::rename_directory: move_directory(change.to, change.path); break;
  }
}

}  // namespace kafkasim::sim
