#include "core/raft/snapshot_file.hpp"

#include <algorithm>
#include <charconv>

#include "core/record/control_record.hpp"
#include "core/wire/control_record_codec.hpp"

namespace kafkasim::raft {
namespace {

constexpr std::size_t offset_digits = 20;
constexpr std::size_t epoch_digits = 10;
constexpr std::int32_t most_records_a_batch = 1024;           // RaftSnapshotWriter
constexpr std::size_t most_bytes_a_batch = 8 * 1024 * 1024;  // KafkaRaftClient.MAX_BATCH_SIZE_BYTES

std::string padded(std::int64_t number, std::size_t digits) {
  const std::string text = std::to_string(number);
  return std::string(digits - std::min(digits, text.size()), '0') + text;
}

template <class T>
std::optional<T> number_in_name(std::string_view digits) {
  T number{};
  const bool only_digits = std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; });
  const auto [at, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (!only_digits || error != std::errc{} || at != digits.data() + digits.size()) return std::nullopt;
  return number;
}

class SnapshotWriter {
 public:
  explicit SnapshotWriter(LeaderEpoch epoch) : epoch_{epoch} {}

  void add(RecordBatch batch) {
    batch.header.base_offset = next_;
    batch.header.partition_leader_epoch = epoch_.value;
    next_ = batch.next_offset().value;
    write_batch_header(batch.header, out_);
    out_.bytes(batch.body.span());
  }
  std::vector<std::byte> take() { return out_.take(); }

 private:
  LeaderEpoch epoch_;
  std::int64_t next_{0};
  ByteWriter out_;
};

// The value of a control batch's first record, if it is of that type.
std::optional<std::vector<std::byte>> control_value(const RecordBatch& batch, ControlType type) {
  if (!batch.is_control()) return std::nullopt;
  RecordReader reader{batch};
  Record record;
  if (!reader.next(record) || control_type(record) != type) return std::nullopt;
  return to_vector(record.value.value_or(ByteSpan{}));
}

Result<Timestamp> header_of(const RecordBatch& batch) {
  const auto value = control_value(batch, ControlType::snapshot_header);
  if (!value) return fail("a snapshot of the metadata log without header");
  const Result<SnapshotHeader> header = decode_snapshot_header(*value);
  if (!header) return tl::unexpected<Error>{header.error()};
  return Timestamp{header->last_contained_log_timestamp};
}

Result<std::optional<SnapshotVoters>> voters_of(const RecordBatch& batch) {
  std::optional<SnapshotVoters> found;
  RecordReader reader{batch};
  for (Record record; reader.next(record);) {
    const std::optional<ControlType> type = control_type(record);
    const ByteSpan value = record.value.value_or(ByteSpan{});
    if (type == ControlType::kraft_version) {
      const Result<KRaftVersionRecord> version = decode_kraft_version(value);
      if (!version) return tl::unexpected<Error>{version.error()};
      if (!found) found.emplace();
      found->version = version->kraft_version;
    } else if (type == ControlType::kraft_voters) {
      const Result<VotersRecord> voters = decode_voters(value);
      if (!voters) return tl::unexpected<Error>{voters.error()};
      if (!found) found.emplace();
      found->voters = VoterSet::of(*voters);
    }
  }
  if (reader.error()) return tl::unexpected<Error>{*reader.error()};
  return found;
}

}  // namespace

std::string snapshot_name(const SnapshotId& id, std::string_view suffix) {
  return padded(id.end_offset.value, offset_digits) + '-' + padded(id.epoch.value, epoch_digits) + std::string{suffix};
}

std::optional<SnapshotId> snapshot_of_name(std::string_view name, std::string_view suffix) {
  if (name.size() != offset_digits + 1 + epoch_digits + suffix.size() || !name.ends_with(suffix)) return std::nullopt;
  const auto offset = number_in_name<std::int64_t>(name.substr(0, offset_digits));
  const auto epoch = number_in_name<std::int32_t>(name.substr(offset_digits + 1, epoch_digits));
  if (!offset || !epoch || name[offset_digits] != '-') return std::nullopt;
  return SnapshotId{Offset{*offset}, LeaderEpoch{*epoch}};
}

std::vector<std::byte> encode_snapshot(const SnapshotId& id, const SnapshotContent& content, Timestamp now) {
  SnapshotWriter out{id.epoch};
  const SnapshotHeader header{0, content.last_contained.value};
  std::vector<ControlRecord> opening{{ControlType::snapshot_header, encode_snapshot_header(header)}};
  if (content.voters) {
    opening.push_back({ControlType::kraft_version, encode_kraft_version({0, content.voters->version})});
    opening.push_back({ControlType::kraft_voters, encode_voters(content.voters->voters.record())});
  }
  out.add(build_control_batch(opening, now));
  BatchBuilder batch;
  const auto finish = [&] {
    if (!batch.empty()) out.add(batch.build());
  };
  for (const std::vector<std::byte>& value : content.records) {
    const bool full = batch.records_count() >= most_records_a_batch
                      || batch.size_with(now, std::nullopt, ByteSpan{value}) > most_bytes_a_batch;
    if (full) finish();
    batch.append(now, std::nullopt, ByteSpan{value});
  }
  finish();
  out.add(build_control_batch(ControlType::snapshot_footer, encode_snapshot_footer({}), now));
  return out.take();
}

Result<SnapshotContent> decode_snapshot(const SharedBytes& bytes) {
  const Records read = read_batches(bytes);
  if (read.damage) return tl::unexpected<Error>{*read.damage};
  if (read.batches.size() < 2 || read.size_bytes() != bytes.size()) return fail("a snapshot of the metadata log that is cut short");
  SnapshotContent content;
  for (std::size_t i = 0; i < read.batches.size(); ++i) {
    const RecordBatch& batch = read.batches[i];
    if (!crc_matches(batch)) return fail("a batch in a snapshot does not match its CRC", std::to_string(i));
    if (i == 0) {
      const Result<Timestamp> header = header_of(batch);
      if (!header) return tl::unexpected<Error>{header.error()};
      content.last_contained = *header;
      Result<std::optional<SnapshotVoters>> voters = voters_of(batch);
      if (!voters) return tl::unexpected<Error>{voters.error()};
      content.voters = *std::move(voters);
      continue;
    }
    if (batch.is_control()) continue;
    RecordReader reader{batch};
    for (Record record; reader.next(record);) content.records.push_back(to_vector(record.value.value_or(ByteSpan{})));
    if (reader.error()) return tl::unexpected<Error>{*reader.error()};
  }
  if (!control_value(read.batches.back(), ControlType::snapshot_footer)) return fail("a snapshot of the metadata log without footer");
  return content;
}

Result<Timestamp> last_contained_in(const SharedBytes& beginning) {
  const Result<RecordBatch> first = read_batch(beginning, 0);
  if (!first) return tl::unexpected<Error>{first.error()};
  return header_of(*first);
}

}  // namespace kafkasim::raft
