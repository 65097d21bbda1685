#pragma once
// TransactionVerifier: asks the coordinators of transactions whether partitions are part of them, or adds them (AddPartitionsToTxnManager;
// KIP-890). A part of the broker that leads the partitions.
//
//   verify   is this partition in that producer's open transaction?     versions 0 and 1: the producer has added it itself
//   add      put it in                                                  version 2: Produce does it implicitly
//
// One AddPartitionsToTxn at a time to a broker, itself included, with all that waits for it, one question of a transactional id each. CONCURRENT_TRANSACTIONS
// to `add` is tried again for add.partitions.to.txn.retry.backoff.max.ms: the transaction before is nearly over. No answer is
// NETWORK_EXCEPTION, no coordinator COORDINATOR_NOT_AVAILABLE.
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/machine/request_channel.hpp"
#include "core/message/add_partitions_to_txn.hpp"
#include "core/model/config.hpp"
#include "core/model/metadata_image.hpp"

namespace kafkasim {

class TransactionVerifier {
 public:
  static constexpr std::uint8_t channel_tag = 0x76;

  TransactionVerifier(NodeId self, const NodeConfig& config);
  void start(const Started& started) { channel_.start(started); }

  enum class Mode : std::uint8_t { verify, add };
  struct Question {
    std::string transactional_id;
    ProducerId producer;
    ProducerEpoch epoch;
    Mode mode{};
    std::set<TopicPartition> partitions;
  };
  std::uint64_t ask(Question question, const MetadataImage& image, Env& env);

  struct Answer {
    std::uint64_t id{};
    std::map<TopicPartition, ErrorCode> errors;  // of each partition
  };
  [[nodiscard]] std::vector<Answer> take_answers();

  [[nodiscard]] bool owns(const ConnectionId& connection) const { return channel_.owns(connection); }
  void step(const Input& in, const MetadataImage& image, Env& env);
  [[nodiscard]] std::optional<Instant> next_deadline() const;

 private:
  struct Waiting {
    std::uint64_t id{};
    Question question;
    Instant give_up_at;
  };
  struct Asked {
    NodeId node;
    std::vector<Waiting> questions;
  };

  void enqueue(Waiting waiting, const MetadataImage& image);
  void pump(const MetadataImage& image, Env& env);
  void on_completion(const Completion& done, Env& env);
  void settle(Waiting waiting, const AddPartitionsToTxnResponse::Transaction* told, Env& env);
  void answer_all(const Waiting& waiting, ErrorCode error);

  RequestChannel channel_;
  Duration retry_backoff_;
  Duration retry_for_;
  std::map<NodeId, std::deque<Waiting>> queues_;
  std::map<NodeId, std::uint64_t> busy_;
  std::map<std::uint64_t, Asked> asked_;
  std::map<Instant, std::vector<Waiting>> later_;  // to be asked again
  std::vector<Answer> answers_;
  std::uint64_t last_id_{0};
};

}  // namespace kafkasim
