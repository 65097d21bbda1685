#include "sim/logtool/decode.hpp"

#include <algorithm>

#include "core/log/log_files.hpp"
#include "core/model/topic_name.hpp"
#include "core/record/control_record.hpp"
#include "core/wire/stored_schema.hpp"
#include "sim/logtool/files.hpp"
#include "sim/logtool/schema_reader.hpp"

namespace kafkasim::sim::logtool {

namespace {

void add_body(Json& out, const StoredSchema& schema, std::int16_t version, ByteReader& in) {
  const ByteReader begin = in;
  Result<Json> data = read_message(schema, version, in);
  if (data) {
    out["data"] = std::move(*data);
    return;
  }
  in = begin;
  out["error"] = data.error().message;
  out["bytes"] = to_hex(in.take(in.remaining()));
}

// A version, then the body.
Json versioned(const StoredSchema* schema, std::string_view name, ByteSpan bytes) {
  ByteReader in{bytes};
  Json out{{"type", name.empty() ? Json("unknown") : Json(std::string{name})}};
  const std::int16_t version = in.i16();
  if (!in.ok()) {
    out["bytes"] = to_hex(bytes);
    return out;
  }
  out["version"] = version;
  if (schema != nullptr) {
    add_body(out, *schema, version, in);
  } else {
    out["bytes"] = to_hex(in.take(in.remaining()));
  }
  return out;
}

// The bytes that a member gave its group, where the group's protocol says how they read.
void open_member_bytes(Json& member, std::string_view name, const StoredSchema& schema, ByteSpan bytes) {
  ByteReader in{bytes};
  const std::int16_t version = std::min(in.i16(), schema.newest);  // newer versions only add fields at the end
  if (!in.ok()) return;
  Result<Json> read = read_message(schema, version, in);
  if (!read) return;
  Json opened{{"version", version}};
  opened.update(*read);
  member[std::string{name}] = std::move(opened);
}

std::optional<std::vector<std::byte>> from_base64(const Json& json) {
  constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  if (!json.is_object() || !json.contains("base64")) return std::nullopt;
  std::vector<std::byte> bytes;
  unsigned held = 0;
  unsigned bits = 0;
  for (const char c : json["base64"].get_ref<const std::string&>()) {
    const std::size_t digit = letters.find(c);
    if (digit == std::string_view::npos) break;
    held = (held << 6 | static_cast<unsigned>(digit)) & 0xFFFFU;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes.push_back(static_cast<std::byte>(held >> bits & 0xFFU));
  }
  return bytes;
}

void open_members(Json& value) {
  if (!value.contains("data")) return;
  Json& data = value["data"];
  if (data.value("protocolType", Json{}) != Json("consumer") || !data.contains("members")
      || !data["members"].is_array())
    return;
  for (Json& member : data["members"]) {
    if (const auto bytes = from_base64(member["subscription"]))
      open_member_bytes(member, "subscription", subscription_schema(), *bytes);
    if (const auto bytes = from_base64(member["assignment"]))
      open_member_bytes(member, "assignment", assignment_schema(), *bytes);
  }
}

Json decode_metadata(ByteSpan bytes) {
  ByteReader in{bytes};
  const std::uint32_t frame = in.unsigned_varint();
  const std::uint32_t kind = in.unsigned_varint();
  const std::uint32_t version = in.unsigned_varint();
  Json out = Json::object();
  if (!in.ok()) return Json{{"type", "unknown"}, {"bytes", to_hex(bytes)}};
  const StoredSchema* schema = metadata_schema(kind);
  out["type"] = schema == nullptr ? Json("unknown") : Json(std::string{schema->name});
  if (schema == nullptr) out["api_key"] = kind;
  if (frame != 1) out["frame_version"] = frame;
  out["version"] = version;
  if (schema != nullptr && frame == 1 && version <= INT16_MAX) {
    add_body(out, *schema, static_cast<std::int16_t>(version), in);
  } else {
    out["bytes"] = to_hex(in.take(in.remaining()));
  }
  return out;
}

Json decode_key_and_value(const Record& record, std::optional<KeyAndValueSchema> (*schema_of)(std::int16_t),
                          std::string_view (*name_of)(std::int16_t)) {
  Json out = Json::object();
  std::optional<KeyAndValueSchema> schemas;
  std::string name;
  out["key"] = nullptr;
  if (record.key) {
    ByteReader in{*record.key};
    const std::int16_t version = in.i16();
    if (in.ok()) {
      schemas = schema_of(version);
      name = name_of(version);
    }
    const std::string key_name = name.empty() ? name : name + "Key";
    out["key"] = versioned(schemas ? schemas->key : nullptr, key_name, *record.key);
  }
  out["value"] = nullptr;
  if (record.value && name.empty()) {
    out["value"] =
        Json{{"type", "unknown"}, {"bytes", to_hex(*record.value)}};  // whether a version is in it is not known
  } else if (record.value) {
    out["value"] = versioned(schemas ? schemas->value : nullptr, name + "Value", *record.value);
    open_members(out["value"]);
  }
  return out;
}

std::string_view transaction_record_name(std::int16_t key_version) {
  return key_version == 0 ? std::string_view{"TransactionLog"} : std::string_view{};
}

}  // namespace

LogContent content_of_directory(std::string_view name) {
  std::optional<TopicPartition> partition = partition_of_directory(name);
  for (const std::string_view suffix : {future_dir_suffix, delete_dir_suffix, stray_dir_suffix}) {
    if (!partition) partition = partition_on_its_way(name, suffix);
  }
  if (!partition) return LogContent::plain;
  if (partition->topic == offsets_topic) return LogContent::group_offsets;
  if (partition->topic == transaction_state_topic) return LogContent::transaction_state;
  if (partition->topic == "__cluster_metadata") return LogContent::cluster_metadata;
  return LogContent::plain;
}

Json decode_control(const Record& record) {
  const std::optional<ControlType> type = control_type(record);
  if (!type) {
    Json out{{"type", "unknown"}};
    out["key"] = record.key ? Json(to_hex(*record.key)) : Json{};
    out["bytes"] = record.value ? Json(to_hex(*record.value)) : Json{};
    return out;
  }
  const StoredSchema& schema = control_schema(*type);
  Json out{{"type", std::string{schema.name}}};
  const ByteSpan value = record.value.value_or(ByteSpan{});
  // The first field is the version; newer ones only add fields.
  const std::int16_t version = std::min(ByteReader{value}.i16(), schema.newest);
  ByteReader in{value};
  add_body(out, schema, version, in);
  return out;
}

std::optional<Json> decode_record(const Record& record, LogContent content) {
  switch (content) {
    case LogContent::plain: break;
    case LogContent::group_offsets: return decode_key_and_value(record, group_schema, group_record_name);
    case LogContent::transaction_state:
      return decode_key_and_value(record, transaction_schema, transaction_record_name);
    case LogContent::cluster_metadata:
      if (!record.value) return Json{{"type", "unknown"}, {"bytes", nullptr}};
      return decode_metadata(*record.value);
  }
  return std::nullopt;
}

}  // namespace kafkasim::sim::logtool
