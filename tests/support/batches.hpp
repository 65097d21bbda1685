#pragma once
// Batches for tests: small ones whose records say who they are.
#include <string>
#include <vector>

#include "core/record/control_record.hpp"
#include "core/record/record.hpp"

namespace kafkasim::test {

struct BatchSpec {
  int records{1};
  std::int64_t timestamp{1'000'000};
  std::string value{"v"};
  std::optional<ProducerFields> producer{};
  Origin origin{};
  Transactional transactional{Transactional::no};
};

inline RecordBatch make_batch(const BatchSpec& spec = {}) {
  BatchBuilder builder;
  for (int i = 0; i < spec.records; ++i) {
    const std::string key = "k" + std::to_string(i);
    builder.append(Timestamp{spec.timestamp + i}, as_bytes(key), as_bytes(spec.value));
  }
  return builder.build(spec.origin, spec.producer, spec.transactional);
}

// As a leader would have stored it.
inline RecordBatch stored(RecordBatch batch, std::int64_t base, std::int32_t epoch) {
  batch.header.base_offset = base;
  batch.header.partition_leader_epoch = epoch;
  return batch;
}

inline ProducerFields producer(std::int64_t id, std::int16_t epoch, std::int32_t sequence) {
  return {ProducerId{id}, ProducerEpoch{epoch}, Sequence{sequence}};
}

// The end of a transaction, as its coordinator sends it.
inline RecordBatch marker(std::int64_t id, std::int16_t epoch, TransactionOutcome outcome, int coordinator_epoch = 0,
                          std::int64_t timestamp = 1'000'000) {
  return build_end_transaction_batch(ProducerId{id}, ProducerEpoch{epoch}, {outcome, coordinator_epoch},
                                     Timestamp{timestamp});
}

}  // namespace kafkasim::test
