#pragma once
// A Disk in memory for tests: a copyable value that knows what was synced, so that power losses of every kind can be
// tried. Files keep the slices that they were given. Faults: after `operations_left` more operations that can fail, all
// fail with io_error; `capacity` bytes, then no_space.
#include <algorithm>
#include <cstring>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/base/random.hpp"
#include "core/machine/disk.hpp"
#include "core/machine/disk_path.hpp"

namespace kafkasim::test {

class MemoryDisk final : public Disk {
 public:
  std::optional<std::uint64_t> operations_left;
  std::uint64_t capacity{1ULL << 40};
  std::uint64_t piece{0};  // reads come in slices of at most that many bytes; 0: as they were written
  std::uint64_t syncs{0};

  DiskResult<FileId> open(std::string_view path, OpenMode mode) override {
    if (auto e = fault(path)) return tl::unexpected(*e);
    if (!is_disk_path(path)) return error(DiskErrorKind::not_found, path);
    const auto found = names_.find(std::string{path});
    if (found == names_.end() && mode == OpenMode::existing) return error(DiskErrorKind::not_found, path);
    if (found != names_.end() && mode == OpenMode::create) return error(DiskErrorKind::exists, path);
    if (found == names_.end() && (directories_.contains(std::string{path}) || !make_directories(parent_of(path))))
      return error(DiskErrorKind::exists, path);
    std::uint64_t node = 0;
    if (found == names_.end()) {
      node = next_++;
      nodes_[node] = {};
      names_[std::string{path}] = node;
    } else {
      node = found->second;
    }
    const FileId handle{next_++};
    handles_[handle] = node;
    return handle;
  }
  void close(FileId file) override { handles_.erase(file); }
  DiskResult<std::uint64_t> size(FileId file) const override {
    const Node* node = at(file);
    if (!node) return error(DiskErrorKind::not_found, "closed handle");
    return node->size();
  }
  DiskResult<void> append(FileId file, std::span<const SharedBytes> slices) override {
    if (auto e = fault("append")) return tl::unexpected(*e);
    Node* node = at(file);
    if (!node) return error(DiskErrorKind::not_found, "closed handle");
    std::uint64_t bytes = 0;
    for (const SharedBytes& slice : slices) bytes += slice.size();
    if (bytes > free_bytes()) return error(DiskErrorKind::no_space, "append");
    for (const SharedBytes& slice : slices) {
      if (!slice.empty()) node->data.push_back(slice);
    }
    return {};
  }
  DiskResult<void> write(FileId file, std::uint64_t where, const SharedBytes& bytes) override {
    if (auto e = fault("write")) return tl::unexpected(*e);
    Node* node = at(file);
    if (!node) return error(DiskErrorKind::not_found, "closed handle");
    if (bytes.empty()) return {};
    std::vector<std::byte> flat = node->flat();
    flat.resize(std::max<std::size_t>(flat.size(), where + bytes.size()));
    std::ranges::copy(bytes.span(), flat.begin() + static_cast<std::ptrdiff_t>(where));
    node->set(std::move(flat));
    return {};
  }
  DiskResult<std::vector<SharedBytes>> read(FileId file, std::uint64_t where, std::uint64_t length) const override {
    const Node* node = at(file);
    if (!node) return error(DiskErrorKind::not_found, "closed handle");
    std::vector<SharedBytes> out;
    std::uint64_t position = 0;
    for (const SharedBytes& slice : node->data) {
      const std::uint64_t from = std::max(where, position);
      const std::uint64_t to = std::min(position + slice.size(), length > ~where ? ~std::uint64_t{0} : where + length);
      for (std::uint64_t i = from; i < to;) {
        const std::uint64_t count = piece == 0 ? to - i : std::min(piece, to - i);
        out.push_back(slice.slice(i - position, count));
        i += count;
      }
      position += slice.size();
    }
    return out;
  }
  DiskResult<void> truncate(FileId file, std::uint64_t size) override {
    if (auto e = fault("truncate")) return tl::unexpected(*e);
    Node* node = at(file);
    if (!node) return error(DiskErrorKind::not_found, "closed handle");
    std::uint64_t have = node->size();
    if (have < size) node->data.push_back(SharedBytes{std::vector<std::byte>(size - have)});
    while (have > size) {
      const SharedBytes last = node->data.back();
      node->data.pop_back();
      have -= last.size();
      if (have < size) {
        node->data.push_back(last.slice(0, size - have));
        have = size;
      }
    }
    return {};
  }
  DiskResult<void> rename(std::string_view from, std::string_view to) override {
    if (auto e = fault(from)) return tl::unexpected(*e);
    if (!is_disk_path(from) || !exists(from)) return error(DiskErrorKind::not_found, from);
    if (!is_disk_path(to) || !is_directory(parent_of(to))) return error(DiskErrorKind::not_found, to);
    if (from == to) return {};
    const bool directory = directories_.contains(std::string{from});
    if (directories_.contains(std::string{to}) || (directory && (exists(to) || is_disk_path_within(to, from))))
      return error(DiskErrorKind::exists, to);
    const auto renamed = [&](const std::string& name) {
      return is_disk_path_within(name, from) ? std::string{to} + name.substr(from.size()) : name;
    };
    names_.erase(std::string{to});
    std::map<std::string, std::uint64_t> names;
    for (const auto& [name, node] : names_) names[renamed(name)] = node;
    std::set<std::string> directories;
    for (const std::string& name : directories_) directories.insert(renamed(name));
    names_ = std::move(names);
    directories_ = std::move(directories);
    return {};
  }
  DiskResult<void> remove(std::string_view path) override {
    if (auto e = fault(path)) return tl::unexpected(*e);
    if (!is_disk_path(path) || !exists(path)) return error(DiskErrorKind::not_found, path);
    std::erase_if(names_, [&](const auto& entry) { return is_disk_path_within(entry.first, path); });
    std::erase_if(directories_, [&](const std::string& name) { return is_disk_path_within(name, path); });
    return {};
  }
  DiskResult<std::vector<std::string>> list(std::string_view directory) const override {
    if (!is_directory(directory)) return error(DiskErrorKind::not_found, directory);
    std::set<std::string> names;
    for (const auto& [name, node] : names_) {
      if (parent_of(name) == directory) names.insert(directory.empty() ? name : name.substr(directory.size() + 1));
    }
    for (const std::string& name : directories_) {
      if (parent_of(name) == directory) names.insert(std::string{disk_name_of(name)});
    }
    return std::vector<std::string>{names.begin(), names.end()};
  }
  bool exists(std::string_view path) const override {
    return names_.contains(std::string{path}) || directories_.contains(std::string{path});
  }
  DiskResult<void> sync(FileId file) override {
    if (auto e = fault("sync")) return tl::unexpected(*e);
    Node* node = at(file);
    if (!node) return error(DiskErrorKind::not_found, "closed handle");
    node->synced = node->data;
    ++syncs;
    return {};
  }
  DiskResult<void> sync_directory(std::string_view path) override {
    if (auto e = fault(path)) return tl::unexpected(*e);
    if (!is_directory(path)) return error(DiskErrorKind::not_found, path);
    std::erase_if(durable_names_, [&](const auto& entry) { return parent_of(entry.first) == path; });
    for (const auto& entry : names_) {
      if (parent_of(entry.first) == path) durable_names_.insert(entry);
    }
    if (path.empty()) durable_directories_ = directories_;
    ++syncs;
    return {};
  }
  std::uint64_t free_bytes() const override {
    std::uint64_t used = 0;
    for (const auto& [name, node] : names_) used += nodes_.at(node).size();
    return used > capacity ? 0 : capacity - used;
  }
  std::uint64_t total_bytes() const override { return capacity; }

  // ---- what happens to it ----------------------------------------------------------------------
  // The process dies: handles are gone, everything written is there.
  [[nodiscard]] MemoryDisk after_crash() const {
    MemoryDisk disk = *this;
    disk.handles_.clear();
    disk.operations_left.reset();
    return disk;
  }
  // The power fails: only what was synced is there.
  [[nodiscard]] MemoryDisk after_power_loss() const {
    MemoryDisk disk = after_crash();
    disk.directories_ = durable_directories_;
    disk.names_.clear();
    for (const auto& [name, node] : durable_names_) {
      if (const std::string parent = parent_of(name); parent.empty() || durable_directories_.contains(parent))
        disk.names_[name] = node;
    }
    for (auto& [id, node] : disk.nodes_) node.data = node.synced;
    return disk;
  }
  // The power fails: of what was not synced any part may be there, also garbage.
  [[nodiscard]] MemoryDisk after_torn_power_loss(Random& random) const {
    MemoryDisk disk = after_power_loss();
    for (const auto& [name, id] : names_) {
      const std::string parent = parent_of(name);
      if (disk.names_.contains(name) || random.below(2) == 0) continue;
      disk.names_[name] = id;
      if (!parent.empty()) disk.directories_.insert(parent);
    }
    for (auto& [id, node] : disk.nodes_) node.set(tear(nodes_.at(id), random));
    return disk;
  }

  [[nodiscard]] std::vector<std::byte> bytes_of(std::string_view path) const {
    return nodes_.at(names_.at(std::string{path})).flat();
  }
  void set_bytes(std::string_view path, std::vector<std::byte> bytes) {
    const auto file = open(path, OpenMode::create_or_existing);
    nodes_.at(handles_.at(*file)).set(std::move(bytes));
    close(*file);
  }
  void set_text(std::string_view path, std::string_view text) { set_bytes(path, to_vector(kafkasim::as_bytes(text))); }
  [[nodiscard]] std::string text_of(std::string_view path) const { return std::string{as_text(bytes_of(path))}; }
  [[nodiscard]] std::vector<std::string> paths() const {
    std::vector<std::string> all;
    for (const auto& [name, node] : names_) all.push_back(name);
    return all;
  }
  [[nodiscard]] std::size_t open_handles() const { return handles_.size(); }

 private:
  struct Node {
    std::vector<SharedBytes> data;
    std::vector<SharedBytes> synced;
    [[nodiscard]] std::uint64_t size() const {
      std::uint64_t bytes = 0;
      for (const SharedBytes& slice : data) bytes += slice.size();
      return bytes;
    }
    [[nodiscard]] static std::vector<std::byte> join(const std::vector<SharedBytes>& slices) {
      std::vector<std::byte> bytes;
      for (const SharedBytes& slice : slices) bytes.insert(bytes.end(), slice.span().begin(), slice.span().end());
      return bytes;
    }
    [[nodiscard]] std::vector<std::byte> flat() const { return join(data); }
    void set(std::vector<std::byte> bytes) {
      data.clear();
      if (!bytes.empty()) data.push_back(SharedBytes{std::move(bytes)});
    }
  };

  static std::vector<std::byte> tear(const Node& node, Random& random) {
    const std::vector<std::byte> synced = Node::join(node.synced);
    std::vector<std::byte> data = node.flat();
    const bool grew = data.size() >= synced.size() && std::equal(synced.begin(), synced.end(), data.begin());
    if (!grew) return random.below(2) == 0 ? synced : data;
    const std::size_t kept = synced.size() + random.below(data.size() - synced.size() + 1);
    if (random.below(2) == 0) {
      data.resize(kept);
    } else {
      for (std::size_t i = kept; i < data.size(); ++i) data[i] = static_cast<std::byte>(random.below(256));
    }
    return data;
  }
  static std::string parent_of(std::string_view path) { return std::string{disk_parent_of(path)}; }
  bool is_directory(std::string_view path) const { return path.empty() || directories_.contains(std::string{path}); }
  bool make_directories(const std::string& path) {  // false if a file is in the way
    if (is_directory(path)) return true;
    if (names_.contains(path) || !make_directories(parent_of(path))) return false;
    directories_.insert(path);
    return true;
  }
  static tl::unexpected<DiskError> error(DiskErrorKind kind, std::string_view path) {
    return tl::unexpected<DiskError>{DiskError{kind, std::string{path}}};
  }
  std::optional<DiskError> fault(std::string_view path) {
    if (!operations_left) return std::nullopt;
    if (*operations_left == 0) return DiskError{DiskErrorKind::io_error, std::string{path}};
    --*operations_left;
    return std::nullopt;
  }
  const Node* at(FileId file) const {
    const auto handle = handles_.find(file);
    if (handle == handles_.end()) return nullptr;
    for (const auto& [name, node] : names_) {
      if (node == handle->second) return &nodes_.at(node);
    }
    return nullptr;  // removed or replaced
  }
  Node* at(FileId file) { return const_cast<Node*>(std::as_const(*this).at(file)); }

  std::map<std::uint64_t, Node> nodes_;
  std::map<FileId, std::uint64_t> handles_;
  std::map<std::string, std::uint64_t> names_;
  std::map<std::string, std::uint64_t> durable_names_;
  std::set<std::string> directories_;
  std::set<std::string> durable_directories_;
  std::uint64_t next_{1};
};

}  // namespace kafkasim::test
