#include "core/wire/codec.hpp"

#include <array>
#include <string>

#include "core/base/check.hpp"
#include "core/wire/dissect_sink.hpp"
#include "core/wire/entry.hpp"

namespace kafkasim {

namespace {

using wire::Entries;
using wire::Entry;

constexpr std::array all_entries{
    &wire::produce_entries,
    &wire::fetch_entries,
    &wire::list_offsets_entries,
    &wire::metadata_entries,
    &wire::offset_commit_entries,
    &wire::offset_fetch_entries,
    &wire::find_coordinator_entries,
    &wire::join_group_entries,
    &wire::heartbeat_entries,
    &wire::leave_group_entries,
    &wire::sync_group_entries,
    &wire::describe_groups_entries,
    &wire::list_groups_entries,
    &wire::api_versions_entries,
    &wire::create_topics_entries,
    &wire::delete_topics_entries,
    &wire::delete_records_entries,
    &wire::init_producer_id_entries,
    &wire::offset_for_leader_epoch_entries,
    &wire::describe_configs_entries,
    &wire::alter_configs_entries,
    &wire::describe_log_dirs_entries,
    &wire::create_partitions_entries,
    &wire::delete_groups_entries,
    &wire::elect_leaders_entries,
    &wire::incremental_alter_configs_entries,
    &wire::alter_partition_reassignments_entries,
    &wire::list_partition_reassignments_entries,
    &wire::offset_delete_entries,
    &wire::vote_entries,
    &wire::begin_quorum_epoch_entries,
    &wire::end_quorum_epoch_entries,
    &wire::describe_quorum_entries,
    &wire::alter_partition_entries,
    &wire::fetch_snapshot_entries,
    &wire::describe_cluster_entries,
    &wire::broker_registration_entries,
    &wire::broker_heartbeat_entries,
    &wire::add_partitions_to_txn_entries,
    &wire::add_offsets_to_txn_entries,
    &wire::end_txn_entries,
    &wire::write_txn_markers_entries,
    &wire::txn_offset_commit_entries,
    &wire::describe_producers_entries,
    &wire::describe_transactions_entries,
    &wire::list_transactions_entries,
    &wire::allocate_producer_ids_entries,
    &wire::consumer_group_heartbeat_entries,
    &wire::consumer_group_describe_entries,
    &wire::describe_topic_partitions_entries,
    &wire::add_raft_voter_entries,
    &wire::remove_raft_voter_entries,
    &wire::update_raft_voter_entries,
};

const Entries* find(ApiKey api) {
  static const auto by_number = [] {
    std::array<const Entries*, 128> table{};
    for (const Entries* entries : all_entries) table.at(static_cast<std::size_t>(entries->front().api)) = entries;
    return table;
  }();
  const auto number = static_cast<std::uint16_t>(api);  // a negative one becomes large
  return number < by_number.size() ? by_number[number] : nullptr;
}

const Entry& entry_of(ApiKey api, MessageKind kind) {
  const Entries* entries = find(api);
  KAFKASIM_CHECK(entries != nullptr, api_name(api));
  return (*entries)[kind == MessageKind::request ? 0 : 1];
}

bool serves(const Entry& entry, std::int16_t version) {
  return version >= entry.versions.oldest && version <= entry.versions.newest;
}

const Entry& entry_of(const Message& message, std::int16_t version) {
  const Entry& entry = entry_of(message.api(), message.kind());
  KAFKASIM_CHECK(serves(entry, version), api_name(message.api()));
  return entry;
}

}  // namespace

std::int16_t newest_version(ApiKey api) { return entry_of(api, MessageKind::request).versions.newest; }
std::int16_t oldest_version(ApiKey api) { return entry_of(api, MessageKind::request).versions.oldest; }
bool is_known_api(std::int16_t number) { return find(static_cast<ApiKey>(number)) != nullptr; }
std::vector<ApiKey> known_apis() {
  std::vector<ApiKey> apis;
  for (const Entries* entries : all_entries) apis.push_back(entries->front().api);
  return apis;
}
bool is_flexible(ApiKey api, std::int16_t version) {
  return entry_of(api, MessageKind::request).versions.layout(version).flexible();
}

std::size_t encoded_size(const Message& message, std::int16_t version) {
  const Entry& entry = entry_of(message, version);
  return entry.size(message, entry.versions.layout(version));
}

void encode(const Message& message, std::int16_t version, ByteWriter& out, std::vector<Origin>* origins) {
  const Entry& entry = entry_of(message, version);
  entry.encode(message, entry.versions.layout(version), out, origins);
}

Result<Message> decode(ApiKey api, MessageKind kind, std::int16_t version, const SharedBytes& body,
                       const std::vector<Origin>& origins, BytesAfterTheEnd rest) {
  std::string what{api_name(api)};
  what += kind == MessageKind::request ? " request v" : " response v";
  what += std::to_string(version);
  const Entry& entry = entry_of(api, kind);
  if (!serves(entry, version)) return fail(what + " is not supported");
  ByteReader in{body.span()};
  wire::BatchSource batches{body, origins};
  Message message = entry.decode(entry.versions.layout(version), in, batches);
  if (in.ok() && in.remaining() != 0 && rest == BytesAfterTheEnd::refused) in.fail("bytes after the end of the message");
  if (!in.ok()) return fail(what + ": " + in.error());
  return message;
}

void hash_message(const Message& message, std::int16_t version, RunningHash& hash) {
  const Entry& entry = entry_of(message, version);
  hash.add(static_cast<std::int64_t>(entry.api));
  hash.add(static_cast<std::int64_t>(entry.kind));
  hash.add(static_cast<std::int64_t>(version));
  entry.hash(message, entry.versions.layout(version), hash);
}

Message project(const Message& message, std::int16_t version) {
  const Entry& entry = entry_of(message, version);
  return entry.project(message, entry.versions.layout(version));
}

Dissected dissect(const Message& message, std::int16_t version) {
  const Entry& entry = entry_of(message, version);
  ByteWriter out;
  wire::DissectSink sink{out};
  entry.dissect(message, entry.versions.layout(version), sink);
  return {out.take(), sink.take()};
}

}  // namespace kafkasim
