#include "sim/logtool/printer.hpp"

#include <algorithm>
#include <ostream>

#include "core/record/control_record.hpp"
#include "sim/logtool/files.hpp"

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

// As kafka-dump-log shows control records: "endTxnMarker: COMMIT coordinatorEpoch: 3", "SnapshotHeader {...}",
// "controlType: LEADER_CHANGE(2)".
std::string control_text(const Record& record, const Json& decoded) {
  const bool reads = decoded.contains("data");
  const Json& data = reads ? decoded["data"] : decoded;
  const std::optional<ControlType> type = control_type(record);
  ByteReader key{record.key.value_or(ByteSpan{})};
  (void)key.i16();
  const std::int16_t id = key.i16();
  if (!type) return "controlType: UNKNOWN" + (key.ok() ? "(" + std::to_string(id) + ")" : " " + json_line(decoded));
  switch (*type) {
    case ControlType::abort:
    case ControlType::commit:
      if (!reads) break;
      return "endTxnMarker: " + decoded["type"].get<std::string>()
             + " coordinatorEpoch: " + json_line(data.value("coordinatorEpoch", Json{}));
    case ControlType::snapshot_header: return "SnapshotHeader " + json_line(data);
    case ControlType::snapshot_footer: return "SnapshotFooter " + json_line(data);
    case ControlType::kraft_version: return "KRaftVersion " + json_line(data);
    case ControlType::kraft_voters: return "KRaftVoters " + json_line(data);
    case ControlType::leader_change: break;
  }
  const std::string text = "controlType: " + decoded["type"].get<std::string>() + "(" + std::to_string(id) + ")";
  return reads ? text : text + " " + json_line(decoded);
}

// As Java prints an OptionalLong.
std::string optional_text(const Json& number) {
  return number.is_number_integer() && number.get<std::int64_t>() >= 0
             ? "OptionalLong[" + std::to_string(number.get<std::int64_t>()) + "]"
             : "OptionalLong.empty";
}

// An entry of a producer snapshot: Kafka gives the last batch the only timestamp that stands there.
Json producer_as_shown(Json fields) {
  fields["current_txn_first_offset"] = optional_text(fields.value("current_txn_first_offset", Json{}));
  if (fields.contains("last_offset")) fields["timestamp"] = fields["last_timestamp"];
  return fields;
}

class TextPrinter final : public Printer {
 public:
  explicit TextPrinter(std::ostream& out) : out_{out} {}

  void file(const std::string& path, const std::string& note) override {
    path_ = path;
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
      if (decoded) out_ << ' ' << control_text(record, *decoded);
    } else if (decoded && decoded->contains("key")) {
      if (record.key) out_ << " key: " << json_line((*decoded)["key"]);
      out_ << " payload: " << payload_text(record, (*decoded)["value"]);
    } else if (decoded) {
      out_ << " payload: " << json_line(*decoded);
    } else {
      if (record.key) out_ << " key: " << bytes_text(record.key);
      if (record.value) out_ << " payload: " << bytes_text(record.value);
    }
    out_ << '\n';
  }
  void entry(std::string_view kind, const Json& fields) override {
    out_ << (fields.empty() ? "{}" : fields_text(kind == "producer" ? producer_as_shown(fields) : fields)) << '\n';
  }
  void no_entries() override { out_ << path_ << " is empty.\n"; }
  void damage(const Damage& damage) override {
    out_ << "DAMAGED at position " << damage.position;
    if (damage.offset) out_ << " (offset " << damage.offset->value << ")";
    out_ << ": " << damage.reason << '\n';
    if (damage.bytes_left)
      out_ << "Found " << *damage.bytes_left << " invalid bytes at the end of " << name_of(path_) << '\n';
  }

 private:
  static std::string size_text(const std::optional<ByteSpan>& bytes) {
    return bytes ? std::to_string(bytes->size()) : "-1";
  }
  static std::string payload_text(const Record& record, const Json& value) {
    if (value.is_null()) return "<DELETE>";
    return value["type"] == "unknown" ? bytes_text(record.value) : json_line(value);
  }
  std::ostream& out_;
  std::string path_;
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
  void no_entries() override {}
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
