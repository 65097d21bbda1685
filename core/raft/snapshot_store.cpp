#include "core/raft/snapshot_store.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <span>
#include <utility>

#include "core/raft/metadata_log.hpp"

namespace kafkasim::raft {
namespace {

constexpr std::uint64_t enough_for_a_header = 1024;

tl::unexpected<Error> unusable(const DiskError& error) {
  return fail(error.kind == DiskErrorKind::no_space ? "no space is left for a snapshot of the metadata log"
                                                    : "the disk failed under a snapshot of the metadata log",
              error.path);
}

// g++ 12 warns of an operator+ here that it takes for an overflow.
std::string beside_log(std::string_view name) {
  std::string path{metadata_log_directory};
  return path.append(1, '/').append(name);
}

std::string path_of_snapshot(const SnapshotId& id, std::string_view suffix = quorum_snapshot_suffix) {
  return beside_log(snapshot_name(id, suffix));
}

SharedBytes joined(const std::vector<SharedBytes>& slices) {
  if (slices.size() == 1) return slices.front();
  std::vector<std::byte> all;
  for (const SharedBytes& slice : slices) all.insert(all.end(), slice.span().begin(), slice.span().end());
  return SharedBytes{std::move(all)};
}

}  // namespace

std::optional<SnapshotId> SnapshotStore::earliest() const {
  return kept_.empty() ? std::nullopt : std::optional{kept_.begin()->first};
}

std::optional<SnapshotId> SnapshotStore::latest() const {
  return kept_.empty() ? std::nullopt : std::optional{kept_.rbegin()->first};
}

Result<void> SnapshotStore::recover(Offset log_start, Disk& disk) {
  kept_.clear();
  part_.reset();
  const auto names = disk.list(metadata_log_directory);
  if (!names) return unusable(names.error());
  bool removed = false;
  for (const std::string& name : *names) {
    const std::string path = beside_log(name);
    const std::optional<SnapshotId> id = snapshot_of_name(name);
    if ((id && id->end_offset < log_start) || snapshot_of_name(name, partial_snapshot_suffix)) {
      if (const auto gone = disk.remove(path); !gone) return unusable(gone.error());
      removed = true;
    } else if (id) {
      const auto file = disk.open(path, OpenMode::existing);
      if (!file) return unusable(file.error());
      const auto size = disk.size(*file);
      disk.close(*file);
      if (!size) return unusable(size.error());
      kept_[*id] = *size;
    }
  }
  if (log_start > Offset{0} && kept_.empty())
    return fail("the metadata log begins at offset " + std::to_string(log_start.value) + ", and no snapshot has what is before it");
  if (!removed) return {};
  if (const auto synced = disk.sync_directory(metadata_log_directory); !synced) return unusable(synced.error());
  return {};
}

Result<void> SnapshotStore::write(const SnapshotId& id, std::vector<std::byte> content, Disk& disk) {
  if (const Result<void> begun = begin_fetched(id, disk); !begun) return begun;
  if (const Result<void> written = append_fetched(std::move(content), disk); !written) return written;
  return finish_fetched(disk);
}

Result<SharedBytes> SnapshotStore::bytes_of(const SnapshotId& id, std::uint64_t from, std::uint64_t most, Disk& disk) const {
  const auto file = disk.open(path_of_snapshot(id), OpenMode::existing);
  if (!file) return unusable(file.error());
  const auto slices = disk.read(*file, from, most);
  disk.close(*file);
  if (!slices) return unusable(slices.error());
  return joined(*slices);
}

Result<SnapshotContent> SnapshotStore::content(const SnapshotId& id, Disk& disk) const {
  const Result<SharedBytes> bytes = bytes_of(id, 0, kept_.at(id), disk);
  if (!bytes) return tl::unexpected<Error>{bytes.error()};
  return decode_snapshot(*bytes);
}

Result<Timestamp> SnapshotStore::last_contained(const SnapshotId& id, Disk& disk) const {
  const Result<SharedBytes> bytes = bytes_of(id, 0, enough_for_a_header, disk);
  if (!bytes) return tl::unexpected<Error>{bytes.error()};
  return last_contained_in(*bytes);
}

Result<std::vector<std::byte>> SnapshotStore::piece(const SnapshotId& id, std::uint64_t position, std::uint64_t most,
                                                    Disk& disk) const {
  const Result<SharedBytes> bytes = bytes_of(id, position, most, disk);
  if (!bytes) return tl::unexpected<Error>{bytes.error()};
  return to_vector(bytes->span());
}

Result<void> SnapshotStore::remove_before(const SnapshotId& id, Disk& disk) {
  bool removed = false;
  while (!kept_.empty() && kept_.begin()->first < id) {
    if (const auto gone = disk.remove(path_of_snapshot(kept_.begin()->first)); !gone) return unusable(gone.error());
    kept_.erase(kept_.begin());
    removed = true;
  }
  if (!removed) return {};
  if (const auto synced = disk.sync_directory(metadata_log_directory); !synced) return unusable(synced.error());
  return {};
}

Result<void> SnapshotStore::begin_fetched(const SnapshotId& id, Disk& disk) {
  if (part_) {
    disk.close(part_->file);
    if (const auto gone = disk.remove(part_->path); !gone) return unusable(gone.error());
    part_.reset();
  }
  const std::string path = path_of_snapshot(id, partial_snapshot_suffix);
  const auto file = disk.open(path, OpenMode::create);
  if (!file) return unusable(file.error());
  part_ = Part{id, path, *file};
  return {};
}

Result<void> SnapshotStore::append_fetched(std::vector<std::byte> bytes, Disk& disk) {
  const std::uint64_t size = bytes.size();
  const SharedBytes slice{std::move(bytes)};
  if (const auto written = disk.append(part_->file, std::span{&slice, 1}); !written) return unusable(written.error());
  part_->bytes += size;
  return {};
}

Result<void> SnapshotStore::finish_fetched(Disk& disk) {
  const Part part = *std::exchange(part_, std::nullopt);
  const auto synced = disk.sync(part.file);
  disk.close(part.file);
  if (!synced) return unusable(synced.error());
  if (const auto named = disk.rename(part.path, path_of_snapshot(part.id)); !named) return unusable(named.error());
  if (const auto durable = disk.sync_directory(metadata_log_directory); !durable) return unusable(durable.error());
  kept_[part.id] = part.bytes;
  return {};
}

}  // namespace kafkasim::raft
