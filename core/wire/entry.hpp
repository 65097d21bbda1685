#pragma once
// A row of the table of messages: what core/wire/codec.hpp does with one kind of message, made from its description. A
// description file says
//   constinit const Entries fetch_entries = entries<FetchRequest, FetchResponse>({.oldest = 4, .newest = 18, .flexible
//   = 12});
#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "core/base/bytes.hpp"
#include "core/base/hash.hpp"
#include "core/base/result.hpp"
#include "core/message/message.hpp"
#include "core/wire/dissect_sink.hpp"
#include "core/wire/encoder.hpp"
#include "core/wire/projector.hpp"
#include "core/wire/reader.hpp"
#include "core/wire/rule.hpp"

namespace kafkasim::wire {

struct VersionRange {
  std::int16_t oldest{};    // that Kafka 4 serves
  std::int16_t newest{};    // of Kafka 4.1
  std::int16_t flexible{};  // the first with compact lengths and tagged fields
  [[nodiscard]] constexpr Layout layout(std::int16_t version) const {
    return {version, version >= flexible ? Form::flexible : Form::fixed};
  }
};

struct Entry {
  ApiKey api{};
  MessageKind kind{};
  VersionRange versions;
  std::size_t (*size)(const Message&, Layout){};
  void (*encode)(const Message&, Layout, ByteWriter&, std::vector<Origin>*){};
  Message (*decode)(Layout, ByteReader&, BatchSource&){};
  void (*hash)(const Message&, Layout, RunningHash&){};
  Message (*project)(const Message&, Layout){};
  void (*dissect)(const Message&, Layout, DissectSink&){};
};

template <class T>
[[nodiscard]] constexpr Entry entry(VersionRange versions) {
  return Entry{
      T::api,
      T::kind,
      versions,
      [](const Message& m, Layout layout) {
        SizeSink sink;
        Encoder<SizeSink>{layout, sink}.structure(m.as<T>());
        return sink.size();
      },
      [](const Message& m, Layout layout, ByteWriter& out, std::vector<Origin>* origins) {
        ByteSink sink{out, origins};
        Encoder<ByteSink>{layout, sink}.structure(m.as<T>());
      },
      [](Layout layout, ByteReader& in, BatchSource& batches) {
        T body;
        Reader{layout, in, batches}.structure(body);
        return Message::of(std::move(body));
      },
      [](const Message& m, Layout layout, RunningHash& hash) {
        HashSink sink{hash};
        Encoder<HashSink>{layout, sink}.structure(m.as<T>());
      },
      [](const Message& m, Layout layout) {
        T body;
        Projector{layout}.structure(Projector::Pair<T>{m.as<T>(), body});
        return Message::of(std::move(body));
      },
      [](const Message& m, Layout layout, DissectSink& sink) { Encoder<DissectSink>{layout, sink}.structure(m.as<T>()); },
  };
}

using Entries = std::array<Entry, 2>;  // request, response

template <class Request, class Response>
[[nodiscard]] constexpr Entries entries(VersionRange versions) {
  static_assert(Request::api == Response::api);
  return {entry<Request>(versions), entry<Response>(versions)};
}

// Each stands in the description file of its family.
extern const Entries produce_entries;
extern const Entries fetch_entries;
extern const Entries list_offsets_entries;
extern const Entries metadata_entries;
extern const Entries offset_commit_entries;
extern const Entries offset_fetch_entries;
extern const Entries find_coordinator_entries;
extern const Entries join_group_entries;
extern const Entries heartbeat_entries;
extern const Entries leave_group_entries;
extern const Entries sync_group_entries;
extern const Entries describe_groups_entries;
extern const Entries list_groups_entries;
extern const Entries api_versions_entries;
extern const Entries create_topics_entries;
extern const Entries delete_topics_entries;
extern const Entries delete_records_entries;
extern const Entries init_producer_id_entries;
extern const Entries offset_for_leader_epoch_entries;
extern const Entries describe_configs_entries;
extern const Entries alter_configs_entries;
extern const Entries describe_log_dirs_entries;
extern const Entries create_partitions_entries;
extern const Entries delete_groups_entries;
extern const Entries elect_leaders_entries;
extern const Entries incremental_alter_configs_entries;
extern const Entries alter_partition_reassignments_entries;
extern const Entries list_partition_reassignments_entries;
extern const Entries offset_delete_entries;
extern const Entries vote_entries;
extern const Entries begin_quorum_epoch_entries;
extern const Entries end_quorum_epoch_entries;
extern const Entries describe_quorum_entries;
extern const Entries alter_partition_entries;
extern const Entries fetch_snapshot_entries;
extern const Entries describe_cluster_entries;
extern const Entries broker_registration_entries;
extern const Entries broker_heartbeat_entries;
extern const Entries add_partitions_to_txn_entries;
extern const Entries add_offsets_to_txn_entries;
extern const Entries end_txn_entries;
extern const Entries write_txn_markers_entries;
extern const Entries txn_offset_commit_entries;
extern const Entries describe_producers_entries;
extern const Entries describe_transactions_entries;
extern const Entries list_transactions_entries;
extern const Entries allocate_producer_ids_entries;
extern const Entries consumer_group_heartbeat_entries;
extern const Entries consumer_group_describe_entries;
extern const Entries describe_topic_partitions_entries;
extern const Entries add_raft_voter_entries;
extern const Entries remove_raft_voter_entries;
extern const Entries update_raft_voter_entries;

}  // namespace kafkasim::wire
