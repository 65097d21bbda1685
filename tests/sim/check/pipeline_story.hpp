#pragma once
// Hand-made histories of a pipeline "copy" that reads orders-0 and writes copies-0: client 1 at host 40. What it reads are records 0 to 4.
#include "tests/sim/check/transaction_story.hpp"

namespace kafkasim::sim::test {

class PipelineTale : public Tale {
 public:
  explicit PipelineTale(bool exactly_once = true) {
    Subjects known = history().subjects();
    known.clients.push_back(ClientFacts{"copy/1"});
    known.clients.back().host = host;
    known.clients.back().group = "copy";
    known.clients.back().pipeline = "copy";
    known.clients.back().reads_committed = true;
    known.pipelines["copy"] = {"copy", "orders", "copies", exactly_once, true};
    set_subjects(known);
    tell(0, trace::TopicCreated{2, "copies", copies.topic_id});
    trace::PartitionChanged e;
    e.metadata_offset = 1000;
    e.partition = copies;
    e.leader = NodeId{1};
    e.leader_epoch = LeaderEpoch{0};
    e.partition_epoch = PartitionEpoch{1000};
    e.replicas = e.isr = {NodeId{1}};
    tell(0, e);
    tell(0, trace::BecameLeader{copies, LeaderEpoch{0}, Offset{0}, {}});
    append_everywhere(first);
    commit(1, 0, 5);
    tell(host.value, trace::PositionReset{name, Offset{0}, "earliest"});
  }
  // Copies of the records at those offsets, in one transaction, or in none.
  void write(const std::vector<std::int64_t>& inputs, bool in_transaction) {
    for (const std::int64_t input : inputs) {
      const Origin origin{1, sends_++};
      tell(host.value, trace::RecordSent{copies_0, origin, false, trace::RecordAt{name, Offset{input}}});
      trace::AppendedBatch batch;
      batch.origin = origin;
      batch.transactional = in_transaction;
      append_copy(batch);
    }
  }
  void mark(TransactionOutcome outcome) {
    trace::AppendedBatch batch;
    batch.transactional = true;
    batch.control = true;
    batch.marker = outcome;
    append_copy(batch);
  }
  void send_offsets(std::int64_t offset, const std::string& transactional_id = "copy") {
    tell(host.value, trace::TransactionOffsetsSent{transactional_id, 1, 1, "copy", {{name, Offset{offset}}}});
  }
  void commit_offsets(std::int64_t offset, const std::string& member = "") {
    tell(0, trace::OffsetsCommitted{"copy", member, Generation{1}, {{name, Offset{offset}}}});
  }
  void changed(const std::string& transactional_id, TransactionStatus status) {
    tell(0, trace::TransactionChanged{transactional_id, ProducerId{7}, ProducerEpoch{0}, status, {}, {}});
  }
  void completed() { changed("copy", TransactionStatus::complete_commit); }
  static inline const HostId host{40};
  static inline const TopicIdPartition copies{Uuid{8, 8}, PartitionIndex{0}};
  static inline const TopicPartition copies_0{"copies", PartitionIndex{0}};

 private:
  void append_copy(trace::AppendedBatch batch) {
    batch.base = batch.last = Offset{end_};
    batch.epoch = LeaderEpoch{0};
    batch.crc = static_cast<std::uint32_t>(500 + end_);
    batch.producer_id = 7;
    batch.producer_epoch = 0;
    tell(0, trace::LogAppended{copies, trace::ReplicaRole::leader, LeaderEpoch{0}, {batch}});
    ++end_;
    tell(0, trace::HighWatermarkMoved{copies, trace::ReplicaRole::leader, LeaderEpoch{0}, Offset{end_ - 1}, Offset{end_}, Offset{end_}});
  }
  std::int64_t sends_{0};
  std::int64_t end_{0};
};

}  // namespace kafkasim::sim::test
