#pragma once
// A message of Kafka's protocol as the machines pass it: a counted reference to a plain, immutable struct, one struct
// for each request and response, the same for every version (core/wire knows the versions).
//   Message m = Message::of(FetchRequest{...});   if (const auto* fetch = m.get_if<FetchRequest>()) ...
// A message struct names itself: static constexpr ApiKey api; static constexpr MessageKind kind.
#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>

#include "core/base/check.hpp"

namespace kafkasim {

enum class ApiKey : std::int16_t {  // org.apache.kafka.common.protocol.ApiKeys
  produce = 0,
  fetch = 1,
  list_offsets = 2,
  metadata = 3,
  offset_commit = 8,
  offset_fetch = 9,
  find_coordinator = 10,
  join_group = 11,
  heartbeat = 12,
  leave_group = 13,
  sync_group = 14,
  describe_groups = 15,
  list_groups = 16,
  api_versions = 18,
  create_topics = 19,
  delete_topics = 20,
  delete_records = 21,
  init_producer_id = 22,
  offset_for_leader_epoch = 23,
  add_partitions_to_txn = 24,
  add_offsets_to_txn = 25,
  end_txn = 26,
  write_txn_markers = 27,
  txn_offset_commit = 28,
  describe_configs = 32,
  alter_configs = 33,
  describe_log_dirs = 35,
  create_partitions = 37,
  delete_groups = 42,
  elect_leaders = 43,
  incremental_alter_configs = 44,
  alter_partition_reassignments = 45,
  list_partition_reassignments = 46,
  offset_delete = 47,
  vote = 52,
  begin_quorum_epoch = 53,
  end_quorum_epoch = 54,
  describe_quorum = 55,
  alter_partition = 56,
  fetch_snapshot = 59,
  describe_cluster = 60,
  describe_producers = 61,
  broker_registration = 62,
  broker_heartbeat = 63,
  describe_transactions = 65,
  list_transactions = 66,
  allocate_producer_ids = 67,
  consumer_group_heartbeat = 68,
  consumer_group_describe = 69,
  describe_topic_partitions = 75,
  add_raft_voter = 80,
  remove_raft_voter = 81,
  update_raft_voter = 82,
};

enum class MessageKind : std::uint8_t { request, response };

[[nodiscard]] std::string_view api_name(ApiKey key);  // "AlterPartition", as the contract's intercepts name it

class Message {
 public:
  template <class T>
  [[nodiscard]] static Message of(T body) {
    return Message{T::api, T::kind, std::make_shared<const T>(std::move(body))};
  }
  [[nodiscard]] ApiKey api() const { return api_; }
  [[nodiscard]] MessageKind kind() const { return kind_; }
  template <class T>
  [[nodiscard]] const T* get_if() const {
    return api_ == T::api && kind_ == T::kind ? static_cast<const T*>(body_.get()) : nullptr;
  }
  template <class T>
  [[nodiscard]] const T& as() const {
    const T* body = get_if<T>();
    KAFKASIM_CHECK(body != nullptr, api_name(api_));
    return *body;
  }

 private:
  Message(ApiKey api, MessageKind kind, std::shared_ptr<const void> body)
      : api_{api}, kind_{kind}, body_{std::move(body)} {}
  ApiKey api_;
  MessageKind kind_;
  std::shared_ptr<const void> body_;
};

}  // namespace kafkasim
