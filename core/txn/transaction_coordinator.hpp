#pragma once
// TransactionCoordinator: the transactional ids whose partition of __transaction_state this broker leads
// (TransactionCoordinator, TransactionStateManager; KIP-98, KIP-360, KIP-447, KIP-890). A part of the broker, and a
// copyable value.
//
// What an id must remember leaves by take_appends() as a batch for its partition; the broker says by on_append_completed() when it
// is replicated, or that it was not. Answers wait for that. Once a transaction's end is stored its producer is answered, and the
// markers go out (TransactionMarkers); when all are written the transaction is complete.
//
//   request              no such id                    pending, Prepare*           Ongoing                    Empty, Complete*
//   InitProducerId       new producer id, epoch 0      CONCURRENT_TRANSACTIONS     fenced, aborted, and       next epoch, or a new id
//                                                                                  CONCURRENT_TRANSACTIONS    after the last
//   AddPartitionsToTxn   INVALID_PRODUCER_ID_MAPPING   CONCURRENT_TRANSACTIONS     added                      begins a transaction
//   EndTxn               INVALID_PRODUCER_ID_MAPPING   CONCURRENT_TRANSACTIONS     ends                       repeated: none, else
//                                                                                                             INVALID_TXN_STATE, or V2:
//                                                                                                             an abort only raises the epoch
//   another epoch is PRODUCER_FENCED, another producer id INVALID_PRODUCER_ID_MAPPING
//
// Every transaction.abort.timed.out.transaction.cleanup.interval.ms transactions that take too long are fenced and aborted; ids that were
// idle for transactional.id.expiration.ms are forgotten. A partition is loaded in the call that elects this broker, so
// COORDINATOR_LOAD_IN_PROGRESS is only answered while no producer id is at hand.
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/base/cow.hpp"
#include "core/machine/request_ref.hpp"
#include "core/machine/seam.hpp"
#include "core/message/add_offsets_to_txn.hpp"
#include "core/message/add_partitions_to_txn.hpp"
#include "core/message/describe_transactions.hpp"
#include "core/message/end_txn.hpp"
#include "core/message/init_producer_id.hpp"
#include "core/message/list_transactions.hpp"
#include "core/model/config.hpp"
#include "core/model/legacy.hpp"
#include "core/model/metadata_image.hpp"
#include "core/txn/producer_ids.hpp"
#include "core/txn/transaction_log.hpp"
#include "core/txn/transaction_markers.hpp"
#include "core/txn/transaction_metadata.hpp"

namespace kafkasim {

struct TransactionAppend {
  std::uint64_t token{};
  PartitionIndex partition;  // of __transaction_state
  RecordBatch batch;
};

struct TransactionReport {
  std::string transactional_id;
  TransactionStatus status{};
  ProducerId producer;
  std::optional<ProducerEpoch> epoch;
  std::vector<TopicPartition> partitions;
};

struct TransactionTurn {  // what a call is lent
  ProducerIds& ids;
  const MetadataImage& image;
  Env& env;
};

class TransactionCoordinator {
 public:
  TransactionCoordinator(NodeId self, const NodeConfig& config, TransactionVersion version, LegacyBehaviours legacy);
  void start(const Started& started) { markers_.start(started); }

  void set_partition_count(std::int32_t count) { partition_count_ = count; }  // of __transaction_state, once it exists
  [[nodiscard]] std::optional<PartitionIndex> partition_for(const std::string& transactional_id) const;

  void on_elected(PartitionIndex partition, LeaderEpoch epoch, const std::vector<RecordBatch>& log, Env& env);
  void on_resigned(PartitionIndex partition, Env& env);  // what waits is answered NOT_COORDINATOR

  [[nodiscard]] static bool handles(const Message& request);
  void on_request(const Received& received, const TransactionTurn& turn);

  [[nodiscard]] std::vector<TransactionAppend> take_appends();  // after each call
  void on_append_completed(std::uint64_t token, ErrorCode error, Env& env);

  [[nodiscard]] bool owns(const ConnectionId& connection) const { return markers_.owns(connection); }
  void step(const Input& in, const TransactionTurn& turn);  // its connections, Woken
  void send_markers(const MetadataImage& image, Env& env);  // after each step of the broker
  [[nodiscard]] std::optional<Instant> next_deadline() const;
  [[nodiscard]] std::vector<TransactionReport> report() const;

 private:
  struct Shard {  // a partition of __transaction_state
    PartitionIndex partition;
    LeaderEpoch epoch;
    std::map<std::string, Cow<TransactionMetadata>> transactions;
  };
  // What follows once a change is stored.
  struct AnswerInit {
    RequestRef request;
  };
  struct AnswerAdded {  // a part of an AddPartitionsToTxn
    std::uint64_t addition{};
    std::size_t transaction{};
  };
  struct AnswerOffsetsAdded {
    RequestRef request;
  };
  struct AnswerEnd {
    RequestRef request;
  };
  struct Fenced {  // by a newer producer, which is told to come again, or by time
    std::optional<RequestRef> request;
  };
  struct Completed {};
  struct Expired {};
  using Then = std::variant<AnswerInit, AnswerAdded, AnswerOffsetsAdded, AnswerEnd, Fenced, Completed, Expired>;
  struct Pending {
    PartitionIndex partition;
    std::string id;
    TransactionChange change;
    Then then;
    std::string reason;
  };
  struct Addition {  // an AddPartitionsToTxn
    RequestRef request;
    AddPartitionsToTxnResponse response;
    std::size_t waits_for{};
  };
  struct Found {
    Shard* shard{nullptr};
    TransactionMetadata* transaction{nullptr};
    ErrorCode error{ErrorCode::none};
  };

  [[nodiscard]] Shard* shard_of(const std::string& id);
  [[nodiscard]] const Shard* shard_of(const std::string& id) const;
  [[nodiscard]] Found find(const std::string& id);
  void store(Shard& shard, const std::string& id, TransactionChange change, Then then, Env& env, std::string reason = {});

  // requests (transaction_requests.cpp)
  void init(const InitProducerIdRequest& request, const RequestRef& ref, const TransactionTurn& turn);
  void init_known(const InitProducerIdRequest& request, const RequestRef& ref, const Found& found, const TransactionTurn& turn);
  void fence(const Found& found, const std::string& id, std::optional<RequestRef> by, std::string reason, Env& env);
  void add_partitions(const AddPartitionsToTxnRequest& request, const RequestRef& ref, const TransactionTurn& turn);
  [[nodiscard]] ErrorCode add_to_one(const AddPartitionsToTxnRequest::Transaction& asked, TransactionVersion client, const Then& then,
                                     Env& env);
  [[nodiscard]] ErrorCode check_verify(const AddPartitionsToTxnRequest::Transaction& asked);
  void verify_one(const AddPartitionsToTxnRequest::Transaction& asked, AddPartitionsToTxnResponse::Transaction& told);
  void add_offsets(const AddOffsetsToTxnRequest& request, const RequestRef& ref, const TransactionTurn& turn);
  void end(const EndTxnRequest& request, const RequestRef& ref, const TransactionTurn& turn);
  void begin_end(const EndTxnRequest& request, const RequestRef& ref, const Found& found, const TransactionTurn& turn);
  void describe(const DescribeTransactionsRequest& request, const RequestRef& ref, Env& env);
  void list(const ListTransactionsRequest& request, const RequestRef& ref, Env& env);

  // what is stored
  void finish(const Pending& pending, ErrorCode error, Env& env);
  void finish_addition(const AnswerAdded& added, ErrorCode error, Env& env);
  void one_addition_less(std::uint64_t number, Env& env);  // transaction that it waits for: none left, it is answered
  void mark(Shard& shard, const TransactionMetadata& transaction);
  void complete_marked(Env& env);
  void complete_one(const std::string& id, Env& env);

  // time
  void abort_timed_out(Env& env);
  void remove_expired(Env& env);
  [[nodiscard]] bool keeps_any() const;

  NodeConfig config_;
  TransactionVersion version_;
  LegacyBehaviours legacy_;
  TransactionMarkers markers_;
  std::optional<std::int32_t> partition_count_;
  std::map<PartitionIndex, Shard> shards_;
  std::map<std::uint64_t, Pending> pending_;
  std::map<std::uint64_t, Addition> additions_;
  std::map<std::string, Instant> unfinished_;  // all markers are written, but that could not be stored: when to try again
  std::vector<TransactionAppend> appends_;
  std::uint64_t next_token_{1};
  std::uint64_t next_addition_{1};
  std::optional<Instant> next_abort_;
  std::optional<Instant> next_expiry_;
};

// What clients are told when a record could not be stored.
[[nodiscard]] ErrorCode transaction_store_error(ErrorCode append_error);

}  // namespace kafkasim
