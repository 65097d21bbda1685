#include "sim/serve/mirror.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>

#include "sim/serve/posix_io.hpp"

namespace kafkasim::sim {

namespace fs = std::filesystem;

namespace {

std::string reason(int error) { return std::strerror(error); }

// The part of the slices from that byte on.
std::vector<SharedBytes> from_byte(const std::vector<SharedBytes>& slices, std::uint64_t from) {
  std::vector<SharedBytes> rest;
  for (const SharedBytes& slice : slices) {
    const std::uint64_t skip = std::min<std::uint64_t>(from, slice.size());
    from -= skip;
    if (skip < slice.size()) rest.push_back(slice.slice(skip, slice.size() - skip));
  }
  return rest;
}

}  // namespace

Result<Mirror> Mirror::create(const std::string& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error || !fs::is_directory(folder, error)) return fail("cannot make the folder " + folder);
  if (!fs::is_empty(folder, error)) return fail("the folder " + folder + " is not empty: disks are mirrored into one of their own");
  return Mirror{folder};
}

Result<void> Mirror::write(const std::string& path, const FileInfo& file, const SimDisk& disk, std::uint64_t from) const {
  const std::optional<std::vector<SharedBytes>> content = disk.content(file.path);
  if (!content) return {};
  std::error_code ignored;
  fs::create_directories(fs::path{path}.parent_path(), ignored);
  const int opened = retry([&] { return ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644); });
  if (opened < 0) return fail("cannot write " + path + ": " + reason(errno));
  int error = write_all(opened, from, from_byte(*content, from));
  if (error == 0 && !cut_back(opened, file.size)) error = errno;
  ::close(opened);
  if (error != 0) return fail("cannot write " + path + ": " + reason(error));
  return {};
}

Result<void> Mirror::keep_up(const std::string& node, const SimDisk& disk) {
  std::map<std::string, Mirrored>& known = nodes_[node];
  std::map<std::string, Mirrored> now;
  const std::string root = folder_ + "/" + node;
  for (const FileInfo& file : disk.files()) {
    const auto before = known.find(file.path);
    const bool same = before != known.end() && before->second.identity == file.identity && before->second.version == file.version;
    const std::uint64_t from = same ? before->second.size : 0;
    if (!same || from != file.size) {
      if (const Result<void> written = write(root + "/" + file.path, file, disk, from); !written) return written;
    }
    now[file.path] = {file.identity, file.version, file.size};
  }
  std::error_code ignored;
  for (const auto& [path, mirrored] : known) {
    if (!now.contains(path)) fs::remove(root + "/" + path, ignored);
  }
  known = std::move(now);
  const auto directories = disk.directories();
  for (const std::string& directory : directories) fs::create_directories(root + "/" + directory, ignored);
  std::vector<std::string> gone;
  for (auto it = fs::recursive_directory_iterator(root, ignored); !ignored && it != fs::recursive_directory_iterator(); it.increment(ignored)) {
    if (!it->is_directory(ignored)) continue;
    const std::string path = it->path().string().substr(root.size() + 1);
    if (std::ranges::find(directories, path) == directories.end()) gone.push_back(it->path().string());
  }
  for (auto it = gone.rbegin(); it != gone.rend(); ++it) fs::remove(*it, ignored);  // the inner ones first; none if not empty
  return {};
}

Result<void> Mirror::keep_up(const Cluster& cluster, const World& world) {
  for (const auto* nodes : {&cluster.brokers, &cluster.controllers}) {
    for (const auto& [id, host] : *nodes) {
      if (const Result<void> kept = keep_up(world.spec(host).name, world.disk(host)); !kept) return kept;
    }
  }
  return {};
}

}  // namespace kafkasim::sim
