#include "core/log/producer_snapshot.hpp"

#include <algorithm>
#include <limits>

#include "core/base/crc32c.hpp"
#include "core/log/log_files.hpp"

namespace kafkasim {

namespace {

constexpr std::int16_t snapshot_version = 1;
constexpr std::size_t checksum_at = 2;
constexpr std::size_t covered_from = 6;
constexpr std::size_t entry_size = 46;

void write_entry(ByteWriter& out, ProducerId id, const ProducerEntry& entry) {
  const std::optional<ProducedBatch> last = entry.last();
  out.i64(id.value);
  out.i16(entry.epoch() ? entry.epoch()->value : std::int16_t{-1});
  out.i32(last ? last->last_sequence.value : -1);
  out.i64(last ? last->last_offset.value : -1);
  out.i32(last ? last->offset_delta : 0);
  out.i64(entry.last_timestamp().value);
  out.i32(entry.coordinator_epoch());
  out.i64(entry.transaction_start() ? entry.transaction_start()->value : -1);
}

void read_entry(ByteReader& in, ProducerState& state, Offset end) {
  const ProducerId id{in.i64()};
  const std::int16_t epoch = in.i16();
  const std::int32_t last_sequence = in.i32();
  const std::int64_t last_offset = in.i64();
  const std::int32_t offset_delta = in.i32();
  ProducerEntry::Saved saved;
  saved.last_timestamp = Timestamp{in.i64()};
  saved.coordinator_epoch = in.i32();
  const std::int64_t transaction_start = in.i64();
  if (id.value < 0 || offset_delta < 0 || last_offset < -1 || last_sequence < -1 || transaction_start < -1
      || transaction_start >= end.value || state.producers().contains(id)) {
    return in.fail("producer entry makes no sense");
  }
  if (last_offset >= 0)
    saved.last = ProducedBatch{Sequence{last_sequence}, Offset{last_offset}, offset_delta, saved.last_timestamp};
  if (epoch >= 0) saved.epoch = ProducerEpoch{epoch};
  if (transaction_start >= 0) saved.transaction_start = Offset{transaction_start};
  state.restore(id, ProducerEntry{saved});
}

}  // namespace

std::vector<std::byte> encode_producer_snapshot(const ProducerState& state) {
  ByteWriter out;
  out.reserve(covered_from + 4 + state.producers().size() * entry_size);
  out.i16(snapshot_version);
  out.u32(0);
  out.i32(static_cast<std::int32_t>(state.producers().size()));
  for (const auto& [id, entry] : state.producers()) write_entry(out, id, entry);
  out.patch_i32(checksum_at, static_cast<std::int32_t>(crc32c(out.span().subspan(covered_from))));
  return out.take();
}

Result<ProducerState> decode_producer_snapshot(ByteSpan bytes, Offset offset) {
  ByteReader in{bytes};
  const std::int16_t version = in.i16();
  const std::uint32_t checksum = in.u32();
  const std::int32_t count = in.i32();
  if (!in.ok()) return fail("producer snapshot: " + in.error());
  if (version != snapshot_version) return fail("producer snapshot has version " + std::to_string(version));
  if (checksum != crc32c(bytes.subspan(covered_from))) return fail("producer snapshot does not match its checksum");
  if (count < 0 || in.remaining() != static_cast<std::size_t>(count) * entry_size)
    return fail("producer snapshot has another size than its count");
  ProducerState state;
  for (std::int32_t i = 0; i < count && in.ok(); ++i) read_entry(in, state, offset);
  if (!in.ok()) return fail("producer snapshot: " + in.error());
  if (!state.is_consistent()) return fail("two transactions of a producer snapshot begin at the same offset");
  state.set_end_offset(offset);
  return state;
}

DiskResult<void> write_producer_snapshot(Disk& disk, const std::string& directory, const ProducerState& state,
                                         SyncSnapshot sync) {
  const DiskResult<FileId> file =
      disk.open(segment_path(directory, state.end_offset(), snapshot_suffix), OpenMode::create_or_existing);
  if (!file) return tl::unexpected(file.error());
  const SharedBytes bytes{encode_producer_snapshot(state)};
  DiskResult<void> done = disk.truncate(*file, 0);
  if (done) done = disk.append(*file, {&bytes, 1});
  if (done && sync == SyncSnapshot::yes) done = disk.sync(*file);
  disk.close(*file);
  return done;
}

DiskResult<void> remove_producer_snapshot(Disk& disk, const std::string& directory, Offset offset) {
  const std::string path = segment_path(directory, offset, snapshot_suffix);
  return disk.exists(path) ? disk.remove(path) : DiskResult<void>{};
}

DiskResult<std::vector<Offset>> list_producer_snapshots(const Disk& disk, const std::string& directory) {
  const auto names = disk.list(directory);
  if (!names) return tl::unexpected(names.error());
  std::vector<Offset> offsets;
  for (const std::string& name : *names) {
    if (const auto offset = offset_of_name(name, snapshot_suffix)) offsets.push_back(*offset);
  }
  std::ranges::sort(offsets);
  return offsets;
}

DiskResult<std::optional<ProducerState>> load_producer_snapshot(Disk& disk, const std::string& directory,
                                                                Offset at_most) {
  const auto offsets = list_producer_snapshots(disk, directory);
  if (!offsets) return tl::unexpected(offsets.error());
  for (auto offset = offsets->rbegin(); offset != offsets->rend(); ++offset) {
    if (*offset > at_most) continue;
    const std::string path = segment_path(directory, *offset, snapshot_suffix);
    const auto bytes = read_file(disk, path);
    if (!bytes) return tl::unexpected(bytes.error());
    Result<ProducerState> state = decode_producer_snapshot(*bytes, *offset);
    if (state) return std::move(*state);
    if (DiskResult<void> done = disk.remove(path); !done) return tl::unexpected(done.error());
  }
  return std::nullopt;
}

}  // namespace kafkasim
