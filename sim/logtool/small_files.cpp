#include "sim/logtool/small_files.hpp"

#include <algorithm>

#include "sim/logtool/dump.hpp"
#include "sim/logtool/files.hpp"

namespace kafkasim::sim::logtool {

namespace {

// Keeps what the small files say, and what is wrong with them.
class Collector final : public Printer {
 public:
  void file(const std::string&, const std::string&) override {}
  void batch(std::uint64_t, const RecordBatch&, bool) override {}
  void record(const RecordBatch&, const Record&, std::int32_t, const std::optional<Json>&) override {}
  void entry(std::string_view, const Json& entry) override { fields.update(entry); }
  void no_entries() override {}
  void damage(const Damage& found) override {
    if (!first) first = found;
  }
  Json fields = Json::object();
  std::optional<Damage> first;
};

bool has_number(const Json& fields, const char* name) {
  return fields.contains(name) && fields[name].is_number_integer();
}
bool has_uuid(const Json& fields, const char* name) {
  return fields.contains(name) && fields[name].is_string() && parse_uuid(fields[name].get<std::string>()).has_value();
}

// Version 0, which is also that of a file that says none, was there before KRaft and promises no cluster.id.
std::optional<std::string> meta_properties_fault(const Json& fields) {
  const Json version = fields.value("version", Json(0));
  if (version != Json(0) && version != Json(1)) return "has the unknown version " + json_line(version);
  const bool old = version == Json(0);
  for (const char* name : {"node.id", "broker.id"}) {
    if (fields.contains(name) && !has_number(fields, name)) return std::string{name} + " is no number";
  }
  if (!fields.contains("node.id") && (!old || !fields.contains("broker.id"))) return "has no node.id";
  if (!old && !fields.contains("cluster.id")) return "has no cluster.id";
  if (fields.contains("directory.id") && !has_uuid(fields, "directory.id")) return "directory.id is no UUID";
  return std::nullopt;
}

// QuorumStateData: version 0 names the voters, version 1 (kraft.version 1) the directory of the one it voted for.
std::optional<std::string> quorum_state_fault(const Json& fields) {
  const auto lacks = [](std::string_view name) { return "has no " + std::string{name} + ", or one of a wrong type"; };
  if (!has_number(fields, "data_version")) return lacks("data_version");
  const Json& version = fields["data_version"];
  if (version != Json(0) && version != Json(1)) return "has the unknown data_version " + json_line(version);
  for (const char* name : {"leaderId", "leaderEpoch", "votedId"}) {
    if (!has_number(fields, name)) return lacks(name);
    const auto value = fields[name].get<std::int64_t>();
    if (value < INT32_MIN || value > INT32_MAX) return lacks(name);
  }
  if (fields["leaderEpoch"].get<std::int64_t>() < 0)
    return "has the negative leaderEpoch " + json_line(fields["leaderEpoch"]);
  if (version == Json(1))
    return has_uuid(fields, "votedDirectoryId") ? std::nullopt : std::optional{lacks("votedDirectoryId")};
  if (!fields.contains("clusterId") || !fields["clusterId"].is_string()) return lacks("clusterId");
  if (!has_number(fields, "appliedOffset")) return lacks("appliedOffset");
  const Json voters = fields.value("currentVoters", Json("absent"));
  const auto is_voter = [](const Json& voter) { return voter.is_object() && has_number(voter, "voterId"); };
  const bool right = voters.is_null() || (voters.is_array() && std::ranges::all_of(voters, is_voter));
  return right ? std::nullopt : std::optional{lacks("currentVoters")};
}

// What else the file must say.
std::optional<std::string> lacking(FileKind kind, const Json& fields) {
  if (kind == FileKind::meta_properties) return meta_properties_fault(fields);
  if (kind == FileKind::quorum_state) return quorum_state_fault(fields);
  const bool old = fields.empty();  // brokers before 3.7 write the marker of a clean stop empty
  if (kind == FileKind::clean_shutdown && !old
      && (!has_number(fields, "version") || !has_number(fields, "brokerEpoch")))
    return "has no version or no brokerEpoch";
  return std::nullopt;
}

}  // namespace

bool verify_small(Disk& disk, const std::string& path, const Report& report) {
  Collector found;
  const FileKind kind = file_kind(name_of(path)).value_or(FileKind::log);
  const Dumped dumped = dump_file(disk, path, {}, ShowRecords::no, found);
  if (dumped == Dumped::unreadable) report({path, std::nullopt, "cannot be read"});
  if (found.first) report({path, found.first->position, found.first->reason});
  if (dumped != Dumped::sound) return false;
  const std::optional<std::string> fault = lacking(kind, found.fields);
  if (fault) report({path, 0, *fault});
  return !fault;
}

OffsetCheckpoint read_offsets(Disk& disk, const std::string& path) {
  if (!disk.exists(path)) return {};
  const Result<std::string> text = read_small(disk, path);
  const Result<OffsetCheckpoint> offsets = text ? parse_offset_checkpoint(*text) : tl::unexpected(text.error());
  return offsets.value_or(OffsetCheckpoint{});
}

}  // namespace kafkasim::sim::logtool
