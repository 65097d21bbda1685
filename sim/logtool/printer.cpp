#include "sim/logtool/printer.hpp"

#include <algorithm>
#include <ostream>

#include "core/record/control_record.hpp"

namespace kafkasim::sim::logtool {

namespace {

std::string_view time_name(TimestampType type) {
  return type == TimestampType::append ? "LogAppendTime" : "CreateTime";
}

std::string_view truth(bool x) { return x ? "true" : "false"; }

std::string codec_text(const RecordBatch& batch) {
  return batch.codec() <= Codec::zstd ? std::string{codec_name(batch.codec())}
                                      : "unknown(" + std::to_string(static_cast<int>(batch.codec())) + ")";
}

std::int64_t sequence_of(const RecordBatch& batch, std::int32_t index) {
  if (batch.header.base_sequence < 0) return -1;
  return sequence_plus(Sequence{batch.header.base_sequence}, index).value;
}

// As kafka-dump-log shows control records: "endTxnMarker: COMMIT coordinatorEpoch: 3", "SnapshotHeader {...}".
std::string control_text(const Json& decoded) {
  const Json& type = decoded["type"];
  if ((type == "COMMIT" || type == "ABORT") && decoded.contains("data")) {
    return "endTxnMarker: " + type.get<std::string>()
           + " coordinatorEpoch: " + json_line(decoded["data"].value("coordinatorEpoch", Json{}));
  }
  return "controlType: " + type.get<std::string>() + " "
         + json_line(decoded.contains("data") ? decoded["data"] : decoded);
}

class TextPrinter final : public Printer {
 public:
  explicit TextPrinter(std::ostream& out) : out_{out} {}

  void file(const std::string& path, const std::string& note) override {
    out_ << "Dumping " << path << '\n';
    if (!note.empty()) out_ << note << '\n';
  }
  void batch(std::uint64_t position, const RecordBatch& batch, bool crc_ok) override {
    const BatchHeader& h = batch.header;
    out_ << "baseOffset: " << h.base_offset << " lastOffset: " << batch.last_offset().value
         << " count: " << h.records_count << " baseSequence: " << h.base_sequence
         << " lastSequence: " << (h.base_sequence < 0 ? -1 : batch.last_sequence().value)
         << " producerId: " << h.producer_id << " producerEpoch: " << h.producer_epoch
         << " partitionLeaderEpoch: " << h.partition_leader_epoch
         << " isTransactional: " << truth(batch.is_transactional()) << " isControl: " << truth(batch.is_control())
         << " deleteHorizonMs: "
         << (batch.has_delete_horizon() ? "OptionalLong[" + std::to_string(h.base_timestamp) + "]"
                                        : "OptionalLong.empty")
         << " position: " << position << ' ' << time_name(batch.timestamp_type()) << ": " << h.max_timestamp
         << " size: " << batch.size_bytes() << " magic: " << int{h.magic} << " compresscodec: " << codec_text(batch)
         << " crc: " << h.crc << " isvalid: " << truth(crc_ok) << '\n';
  }
  void record(const RecordBatch& batch, const Record& record, std::int32_t index,
              const std::optional<Json>& decoded) override {
    out_ << "| offset: " << record.offset.value << ' ' << time_name(batch.timestamp_type()) << ": "
         << record.timestamp.value << " keySize: " << size_text(record.key) << " valueSize: " << size_text(record.value)
         << " sequence: " << sequence_of(batch, index) << " headerKeys: [";
    std::string_view comma;
    for (const RecordHeader& header : record.headers) {
      out_ << comma << bytes_text(as_bytes(header.key));
      comma = ",";
    }
    out_ << ']';
    if (batch.is_control()) {
      if (decoded) out_ << ' ' << control_text(*decoded);
    } else if (decoded && decoded->contains("key")) {
      const Json& value = (*decoded)["value"];
      out_ << " key: " << json_line((*decoded)["key"])
           << " payload: " << (value.is_null() ? "<DELETE>" : json_line(value));
    } else if (decoded) {
      out_ << " payload: " << json_line(*decoded);
    } else {
      if (record.key) out_ << " key: " << bytes_text(record.key);
      if (record.value) out_ << " payload: " << bytes_text(record.value);
    }
    out_ << '\n';
  }
  void entry(std::string_view, const Json& fields) override { out_ << fields_text(fields) << '\n'; }
  void damage(const Damage& damage) override {
    out_ << "DAMAGED at position " << damage.position;
    if (damage.offset) out_ << " (offset " << damage.offset->value << ")";
    out_ << ": " << damage.reason << '\n';
  }

 private:
  static std::string size_text(const std::optional<ByteSpan>& bytes) {
    return bytes ? std::to_string(bytes->size()) : "-1";
  }
  std::ostream& out_;
};

class JsonPrinter final : public Printer {
 public:
  explicit JsonPrinter(std::ostream& out) : out_{out} {}

  void file(const std::string& path, const std::string&) override { file_ = path; }
  void batch(std::uint64_t position, const RecordBatch& batch, bool crc_ok) override {
    const BatchHeader& h = batch.header;
    Json line = begin("batch");
    line["position"] = position;
    line["base_offset"] = h.base_offset;
    line["last_offset"] = batch.last_offset().value;
    line["count"] = h.records_count;
    line["size"] = batch.size_bytes();
    line["leader_epoch"] = h.partition_leader_epoch;
    line["codec"] = codec_text(batch);
    line["timestamp_type"] = batch.timestamp_type() == TimestampType::append ? "append" : "create";
    line["base_timestamp"] = h.base_timestamp;
    line["max_timestamp"] = h.max_timestamp;
    line["producer_id"] = h.producer_id;
    line["producer_epoch"] = h.producer_epoch;
    line["base_sequence"] = h.base_sequence;
    line["transactional"] = batch.is_transactional();
    line["control"] = batch.is_control();
    if (batch.has_delete_horizon()) line["delete_horizon"] = h.base_timestamp;
    line["magic"] = h.magic;
    line["crc"] = h.crc;
    line["crc_ok"] = crc_ok;
    put(line);
  }
  void record(const RecordBatch& batch, const Record& record, std::int32_t index,
              const std::optional<Json>& decoded) override {
    Json line = begin("record");
    line["offset"] = record.offset.value;
    line["timestamp"] = record.timestamp.value;
    line["sequence"] = sequence_of(batch, index);
    line["key"] = bytes_json(record.key);
    line["value"] = bytes_json(record.value);
    Json headers = Json::array();
    for (const RecordHeader& header : record.headers)
      headers.push_back(Json::array({bytes_json(as_bytes(header.key)), bytes_json(header.value)}));
    line["headers"] = std::move(headers);
    if (decoded) line["decoded"] = *decoded;
    put(line);
  }
  void entry(std::string_view kind, const Json& fields) override {
    Json line = begin(kind);
    line.update(fields);
    put(line);
  }
  void damage(const Damage& damage) override {
    Json line = begin("damage");
    line["position"] = damage.position;
    if (damage.offset) line["offset"] = damage.offset->value;
    line["reason"] = damage.reason;
    put(line);
  }

 private:
  [[nodiscard]] Json begin(std::string_view kind) const { return Json{{"kind", std::string{kind}}, {"file", file_}}; }
  void put(const Json& line) { out_ << json_line(line) << '\n'; }

  std::ostream& out_;
  std::string file_;
};

}  // namespace

std::unique_ptr<Printer> text_printer(std::ostream& out) { return std::make_unique<TextPrinter>(out); }
std::unique_ptr<Printer> json_printer(std::ostream& out) { return std::make_unique<JsonPrinter>(out); }

}  // namespace kafkasim::sim::logtool
