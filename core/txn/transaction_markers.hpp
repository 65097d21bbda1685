#pragma once
// TransactionMarkers: has the leaders of a transaction's partitions write how it ended (TransactionMarkerChannelManager,
// TransactionMarkerRequestCompletionHandler). A part of the transaction coordinator.
//
// One WriteTxnMarkers at a time to a broker, itself included, with all that is waiting for it. What comes back:
//   none                                       written
//   not the leader, no such partition, too few replicas, timeout, disk error, no answer     again, to whoever leads then
//   INVALID_PRODUCER_EPOCH, TRANSACTION_COORDINATOR_FENCED    another coordinator has taken over: given up
// A partition that is gone from the metadata needs no marker; one without leader waits for one.
//
// Each task has a number: an answer that belongs to an older task of the same transactional id changes nothing (KAFKA-16352).
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/machine/request_channel.hpp"
#include "core/message/write_txn_markers.hpp"
#include "core/model/config.hpp"
#include "core/model/legacy.hpp"
#include "core/model/metadata_image.hpp"
#include "core/record/control_record.hpp"

namespace kafkasim {

class TransactionMarkers {
 public:
  static constexpr std::uint8_t channel_tag = 0x74;

  TransactionMarkers(NodeId self, const NodeConfig& config, LegacyBehaviours legacy = {});
  void start(const Started& started) { channel_.start(started); }

  struct Task {
    PartitionIndex state_partition;  // of __transaction_state, where its id is kept
    LeaderEpoch coordinator_epoch;
    ProducerId producer;
    ProducerEpoch epoch;
    TransactionOutcome outcome{};
    std::set<TopicPartition> partitions;
  };
  void add(const std::string& transactional_id, Task task);
  void forget(PartitionIndex state_partition);  // this broker does not coordinate those any more

  [[nodiscard]] bool owns(const ConnectionId& connection) const { return channel_.owns(connection); }
  void step(const Input& in, Env& env);
  // Sends what can be sent now, by the metadata as it is.
  void pump(const MetadataImage& image, Env& env);
  [[nodiscard]] std::optional<Instant> next_deadline() const;

  struct Over {
    std::string transactional_id;
    LeaderEpoch coordinator_epoch;
    bool written{};  // everywhere; else another coordinator has taken over
  };
  [[nodiscard]] std::vector<Over> take_over();  // since the last call
  [[nodiscard]] bool empty() const { return tasks_.empty(); }

 private:
  struct Running {
    Task task;
    std::uint64_t number{};
    std::set<TopicPartition> in_flight;
    std::set<TopicPartition> left;  // neither written nor in flight
  };
  struct Part {  // of a request
    std::string transactional_id;
    std::uint64_t number{};
    std::set<TopicPartition> partitions;
  };

  void on_completion(const Completion& done, Env& env);
  void on_marked(Running& running, const TopicPartition& partition, ErrorCode error, bool& fenced);

  RequestChannel channel_;
  Duration backoff_;
  bool tells_tasks_apart_;  // by number, not by transactional id alone (legacy: marker-entry-wrong-delete)
  std::map<std::string, Running> tasks_;
  std::map<std::uint64_t, std::vector<Part>> requests_;
  std::map<NodeId, std::uint64_t> busy_;  // brokers that have a request unanswered
  std::vector<Over> over_;
  std::uint64_t last_number_{0};
  bool due_{false};                  // something may be sendable
  std::int64_t looked_at_{-1};       // the metadata by which partitions without a leader were looked up last
  std::optional<Instant> retry_at_;
};

}  // namespace kafkasim
