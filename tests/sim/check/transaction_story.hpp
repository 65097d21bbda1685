#pragma once
// Hand-made transactions: of the producer "bank", client 0 with producer id 7, in orders-0.
#include "tests/sim/check/story.hpp"

namespace kafkasim::sim::test {

class BankTale : public Tale {
 public:
  BankTale() : Tale{{"bank", true, true, true}} {
    Subjects known = history().subjects();
    known.clients.push_back(ClientFacts{"ledger"});
    known.clients.back().host = reader;
    known.clients.back().reads_committed = true;
    set_subjects(known);
  }
  void init(std::int16_t epoch) { tell(0, trace::ProducerInitialised{"bank", ProducerId{7}, ProducerEpoch{epoch}}); }
  void began(std::int64_t number) { tell(producer, trace::TransactionBegan{"bank", 0, number}); }
  void ended(std::int64_t number, trace::TransactionFate fate) {
    tell(producer, trace::TransactionEnded{"bank", 0, number, fate, ErrorCode::none});
  }
  void sent(std::int64_t send) { tell(producer, trace::RecordSent{name, Origin{0, send}, false}); }
  void decided(TransactionStatus status, std::int16_t epoch, bool with_partition = true) {
    trace::TransactionChanged e{"bank", ProducerId{7}, ProducerEpoch{epoch}, status, {}, {}};
    if (with_partition) e.partitions = {name};
    tell(0, e);
  }
  // One record, or a marker, at the end of all three logs and below the leader's high watermark.
  void written(std::int64_t send, std::int16_t epoch) {
    trace::AppendedBatch batch = at_end(epoch);
    batch.origin = Origin{0, send};
    put(batch);
  }
  void marked(TransactionOutcome outcome, std::int16_t epoch) {
    trace::AppendedBatch batch = at_end(epoch);
    batch.control = true;
    batch.marker = outcome;
    put(batch);
  }
  [[nodiscard]] std::int64_t end() const { return end_; }

 private:
  trace::AppendedBatch at_end(std::int16_t epoch) const {
    trace::AppendedBatch batch;
    batch.base = batch.last = Offset{end_};
    batch.epoch = LeaderEpoch{0};
    batch.crc = static_cast<std::uint32_t>(100 + end_);
    batch.producer_id = 7;
    batch.producer_epoch = epoch;
    batch.transactional = true;
    return batch;
  }
  void put(const trace::AppendedBatch& batch) {
    for (const std::int32_t broker : {1, 2, 3}) {
      const auto role = broker == 1 ? trace::ReplicaRole::leader : trace::ReplicaRole::follower;
      tell(broker - 1, trace::LogAppended{tp, role, LeaderEpoch{0}, {batch}});
    }
    ++end_;
    commit(1, end_ - 1, end_);
  }
  std::int64_t end_{0};
};

}  // namespace kafkasim::sim::test
