#include "core/wire/dissect.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include <fmt/format.h>

#include "core/record/record.hpp"
#include "core/wire/codec.hpp"
#include "core/wire/dissect_sink.hpp"
#include "core/wire/frame.hpp"

namespace kafkasim {

namespace wire {

namespace {

// "transactional_id" is Kafka's TransactionalId.
std::string kafka_name(std::string_view member) {
  std::string name;
  bool begins = true;
  for (const char c : member) {
    if (c != '_') name.push_back(begins ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : c);
    begins = c == '_';
  }
  return name;
}

// As text if it is, else in hex; not more than fits a row.
std::string readable_bytes(const std::optional<ByteSpan>& bytes) {
  if (!bytes) return "null";
  const std::string_view text = as_text(*bytes);
  const bool is_text = std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
  const std::size_t most = is_text ? longest_dissected_text : longest_dissected_text / 2;
  const ByteSpan shown = bytes->first(std::min(most, bytes->size()));
  const std::string_view more = bytes->size() > most ? "..." : "";
  return is_text ? fmt::format("\"{}\"{}", as_text(shown), more) : fmt::format("0x{}{}", to_hex(shown), more);
}

std::string readable_attributes(const RecordBatch& batch) {
  std::string text = fmt::format("{}: {}", batch.header.attributes,
                                 batch.codec() == Codec::none ? "not compressed" : codec_name(batch.codec()));
  if (batch.timestamp_type() == TimestampType::append) text += ", log append time";
  if (batch.is_transactional()) text += ", transactional";
  if (batch.is_control()) text += ", control";
  if (batch.has_delete_horizon()) text += ", delete horizon";
  return text;
}

}  // namespace

std::string text_of(ErrorCode code) { return fmt::format("{} ({})", error_name(code), static_cast<std::int16_t>(code)); }

std::string counted(std::size_t count, std::string_view what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

void DissectSink::add(int depth, std::string name, std::string value, std::size_t at, std::size_t size) {
  rows_.push_back({std::move(name), depth, std::move(value), at, size});
}

DissectSink::Row DissectSink::open() {
  const std::size_t at = next_ ? next_->at : out_.size();
  std::string name = next_           ? kafka_name(next_->member)
                     : open_.empty() ? std::string{}
                                     : fmt::format("[{}]", open_.back().elements);
  next_.reset();
  if (!open_.empty()) ++open_.back().elements;
  const Row row{rows_.size()};
  add(static_cast<int>(open_.size()), std::move(name), {}, at, 0);
  open_.push_back({row.index});
  return row;
}

void DissectSink::close(Row row, std::string value) {
  KAFKASIM_CHECK(!open_.empty() && open_.back().index == row.index, "rows close as they were opened");
  open_.pop_back();
  next_.reset();  // a tagged field that was left out
  rows_[row.index].value = std::move(value);
  rows_[row.index].size = out_.size() - rows_[row.index].at;
}

std::vector<DissectedField> DissectSink::take() { return std::move(rows_); }

void DissectSink::batch(const RecordBatch& batch) {
  next_.reset();
  const std::size_t at = out_.size();
  const Row row = open();
  bytes_.batch(batch);
  const BatchHeader& h = batch.header;
  const std::string crc = fmt::format("{:#010x}, {}", h.crc, crc_matches(batch) ? "as it must be" : "WRONG");
  struct Part {
    std::string_view name;
    std::size_t size;
    std::string value;
  };
  const std::array parts{Part{"BaseOffset", 8, std::to_string(h.base_offset)},
                         Part{"BatchLength", 4, std::to_string(h.batch_length)},
                         Part{"PartitionLeaderEpoch", 4, std::to_string(h.partition_leader_epoch)},
                         Part{"Magic", 1, std::to_string(h.magic)},
                         Part{"Crc", 4, crc},
                         Part{"Attributes", 2, readable_attributes(batch)},
                         Part{"LastOffsetDelta", 4, std::to_string(h.last_offset_delta)},
                         Part{"BaseTimestamp", 8, std::to_string(h.base_timestamp)},
                         Part{"MaxTimestamp", 8, std::to_string(h.max_timestamp)},
                         Part{"ProducerId", 8, std::to_string(h.producer_id)},
                         Part{"ProducerEpoch", 2, std::to_string(h.producer_epoch)},
                         Part{"BaseSequence", 4, std::to_string(h.base_sequence)},
                         Part{"RecordsCount", 4, std::to_string(h.records_count)}};
  const int depth = static_cast<int>(open_.size());
  std::size_t from = at;
  for (const Part& part : parts) {
    add(depth, std::string{part.name}, part.value, from, part.size);
    from += part.size;
  }
  records(batch, from, depth);
  close(row, fmt::format("offsets {} to {}, {}", h.base_offset, batch.last_offset().value, counted(batch.size_bytes(), "byte")));
}

void DissectSink::records(const RecordBatch& batch, std::size_t at, int depth) {
  if (batch.body.empty()) return;
  if (batch.codec() != Codec::none) {
    return add(depth, "Records", fmt::format("{}, compressed", counted(batch.body.size(), "byte")), at, batch.body.size());
  }
  const std::size_t before = rows_.size();
  RecordReader reader{batch};
  ByteReader lengths{batch.body.span()};  // the reader tells what a record says, not where it ends
  Record record;
  for (std::size_t count = 0; count < most_dissected_records && reader.next(record); ++count) {
    const std::size_t from = lengths.position();
    lengths.skip(static_cast<std::size_t>(std::max(lengths.varint(), 0)));
    add(depth, fmt::format("Record {}", record.offset.value),
        fmt::format("key {}, value {}{}", readable_bytes(record.key), readable_bytes(record.value),
                    record.headers.empty() ? "" : ", " + counted(record.headers.size(), "header")),
        at + from, lengths.position() - from);
  }
  if (reader.error()) rows_.resize(before);  // what is not as it should be is shown as a whole
  const std::size_t shown = rows_.size() - before;
  const std::size_t done = shown == 0 ? 0 : lengths.position();
  if (done == batch.body.size()) return;
  const std::string what = shown == 0 ? reader.error()->message
                                      : counted(static_cast<std::size_t>(batch.header.records_count) - shown, "more record");
  add(depth, "Records", what, at + done, batch.body.size() - done);
}

}  // namespace wire

Dissected dissect(const Envelope& envelope) {
  ByteWriter out;
  encode_frame(envelope, out, nullptr);
  Dissected body = dissect(envelope.message, envelope.version);
  const std::size_t header = out.size() - body.bytes.size();
  Dissected whole{out.take(), {}};
  std::size_t at = 0;
  const auto add = [&](std::string name, std::string value, std::size_t size) {
    whole.fields.push_back({std::move(name), 0, std::move(value), at, size});
    at += size;
  };
  add("Size", std::to_string(whole.bytes.size() - frame_size_bytes), frame_size_bytes);
  if (envelope.message.kind() == MessageKind::request) {
    const ApiKey api = envelope.message.api();
    add("RequestApiKey", fmt::format("{} ({})", static_cast<std::int16_t>(api), api_name(api)), 2);
    add("RequestApiVersion", std::to_string(envelope.version), 2);
  }
  add("CorrelationId", std::to_string(envelope.correlation_id), 4);
  if (envelope.message.kind() == MessageKind::request) {
    add("ClientId", '"' + envelope.client_id + '"', 2 + envelope.client_id.size());
  }
  for (DissectedField& field : body.fields) {
    field.at += header;
    whole.fields.push_back(std::move(field));
  }
  return whole;
}

}  // namespace kafkasim
