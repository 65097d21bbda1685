#include "core/client/sequences.hpp"

#include <catch2/catch.hpp>

#include "tests/core/client/orders.hpp"

using namespace kafkasim;
using namespace kafkasim::test;

namespace {

ProducerBatch batch_of(std::int32_t count) {
  ProducerBatch batch;
  batch.count = count;
  for (std::int32_t i = 0; i < count; ++i) batch.builder.append(Timestamp{1}, std::nullopt, as_bytes("v"));
  return batch;
}

// Numbers the batch as a drain does, and puts it in flight.
const ProducerBatch& drain(const Sequences& sequences, PartitionQueue& queue, std::int32_t count) {
  ProducerBatch batch = batch_of(count);
  sequences.number(queue, batch);
  batch.built = batch.builder.build({}, ProducerFields{batch.producer->id, batch.producer->epoch, batch.base_sequence});
  queue.in_flight.push_back(std::move(batch));
  return queue.in_flight.back();
}

struct SequencesRig {
  SequencesRig() { sequences.set_producer({ProducerId{9}, ProducerEpoch{0}}, queues); }
  PartitionQueue& at(const TopicPartition& tp) { return queues[tp].edit(); }
  Sequences sequences;
  PartitionQueues queues;
};

}  // namespace

TEST_CASE("each partition counts its own sequence numbers from zero") {
  SequencesRig rig;
  CHECK(drain(rig.sequences, rig.at(orders0), 3).base_sequence == Sequence{0});
  CHECK(drain(rig.sequences, rig.at(orders0), 2).base_sequence == Sequence{3});
  CHECK(drain(rig.sequences, rig.at(orders1), 1).base_sequence == Sequence{0});
}

TEST_CASE("nothing is drained before there is a producer id") {
  Sequences sequences;
  PartitionQueue queue;
  queue.waiting.push_back(batch_of(1));
  CHECK_FALSE(sequences.may_drain(queue));
}

TEST_CASE("a retry waits for the batches before it") {
  SequencesRig rig;
  PartitionQueue& queue = rig.at(orders0);
  drain(rig.sequences, queue, 1);
  drain(rig.sequences, queue, 1);
  queue.waiting.push_back(queue.in_flight[1]);
  queue.in_flight.pop_back();
  CHECK_FALSE(rig.sequences.may_drain(queue));
  queue.in_flight.clear();
  CHECK(rig.sequences.may_drain(queue));
}

TEST_CASE("an epoch bump renumbers what has no outcome in the partition with the gap and nothing elsewhere") {
  SequencesRig rig;
  PartitionQueue& queue = rig.at(orders0);
  ProducerBatch acked = drain(rig.sequences, queue, 5);
  queue.in_flight.clear();
  rig.sequences.on_acked(queue, acked, Offset{0});
  const ProducerBatch gap = drain(rig.sequences, queue, 2);
  drain(rig.sequences, queue, 3);
  drain(rig.sequences, rig.at(orders1), 4);
  const auto verdict =
      rig.sequences.on_error(orders0, queue, gap, ErrorCode::out_of_order_sequence_number, std::nullopt);
  CHECK(verdict == Sequences::Verdict::retry);
  rig.sequences.settle(rig.queues);
  CHECK(rig.sequences.producer()->epoch == ProducerEpoch{1});
  CHECK(rig.at(orders0).in_flight[0].base_sequence == Sequence{0});
  CHECK(rig.at(orders0).in_flight[1].base_sequence == Sequence{2});
  CHECK(rig.at(orders0).in_flight[1].built->header.producer_epoch == 1);
  CHECK(rig.at(orders1).in_flight[0].built->header.producer_epoch == 0);
}

TEST_CASE("another partition changes to the new epoch only when its old batches have an outcome") {
  SequencesRig rig;
  PartitionQueue& other = rig.at(orders1);
  drain(rig.sequences, other, 4);
  rig.sequences.on_failed(orders0, rig.at(orders0), ErrorCode::invalid_record, Sequences::Gap::certain);
  rig.sequences.settle(rig.queues);
  PartitionQueue& queue = rig.at(orders1);
  queue.waiting.push_back(batch_of(1));
  CHECK_FALSE(rig.sequences.may_drain(queue));
  queue.in_flight.clear();
  CHECK(rig.sequences.may_drain(queue));
  queue.waiting.clear();
  const ProducerBatch& next = drain(rig.sequences, queue, 1);
  CHECK(next.base_sequence == Sequence{0});
  CHECK(next.producer->epoch == ProducerEpoch{1});
}

TEST_CASE("OUT_OF_ORDER_SEQUENCE_NUMBER for a batch behind another one is only tried again") {
  SequencesRig rig;
  PartitionQueue& queue = rig.at(orders0);
  drain(rig.sequences, queue, 1);
  const ProducerBatch second = drain(rig.sequences, queue, 1);
  const auto verdict =
      rig.sequences.on_error(orders0, queue, second, ErrorCode::out_of_order_sequence_number, std::nullopt);
  CHECK(verdict == Sequences::Verdict::retry);
  rig.sequences.settle(rig.queues);
  CHECK(rig.sequences.producer()->epoch == ProducerEpoch{0});
}

TEST_CASE("UNKNOWN_PRODUCER_ID without log start offset is tried again under the same number") {
  SequencesRig rig;
  PartitionQueue& queue = rig.at(orders0);
  const ProducerBatch batch = drain(rig.sequences, queue, 1);
  (void)rig.sequences.on_error(orders0, queue, batch, ErrorCode::unknown_producer_id, std::nullopt);
  rig.sequences.settle(rig.queues);
  CHECK(rig.sequences.producer()->epoch == ProducerEpoch{0});
  (void)rig.sequences.on_error(orders0, queue, batch, ErrorCode::unknown_producer_id, Offset{0});
  rig.sequences.settle(rig.queues);
  CHECK(rig.sequences.producer()->epoch == ProducerEpoch{1});
}

TEST_CASE("an unresolved partition takes no new batch and is resolved when a later one was acknowledged") {
  SequencesRig rig;
  PartitionQueue& queue = rig.at(orders0);
  const ProducerBatch expired = drain(rig.sequences, queue, 1);
  const ProducerBatch later = drain(rig.sequences, queue, 1);
  rig.sequences.mark_unresolved(queue, expired);
  queue.waiting.push_back(batch_of(1));
  CHECK_FALSE(rig.sequences.may_drain(queue));
  rig.sequences.on_acked(queue, later, Offset{1});
  queue.in_flight.clear();
  rig.sequences.settle(rig.queues);
  CHECK(rig.sequences.may_drain(*rig.queues.at(orders0)));
  CHECK(rig.sequences.producer()->epoch == ProducerEpoch{0});
}

TEST_CASE("a producer whose epochs are used up asks for a new id and renumbers under it") {
  SequencesRig rig;
  rig.sequences.set_producer({ProducerId{9}, ProducerEpoch{INT16_MAX}}, rig.queues);
  drain(rig.sequences, rig.at(orders0), 2);
  rig.sequences.on_failed(orders0, rig.at(orders0), ErrorCode::invalid_record, Sequences::Gap::certain);
  rig.sequences.settle(rig.queues);
  CHECK_FALSE(rig.sequences.producer());
  rig.sequences.set_producer({ProducerId{10}, ProducerEpoch{0}}, rig.queues);
  CHECK(rig.at(orders0).in_flight[0].producer->id == ProducerId{10});
}

TEST_CASE("after an epoch bump a partition that was idle begins at 0 as well and of old it went on where it was") {
  for (const std::int32_t expected : {0, 4}) {
    SequencesRig rig;
    if (expected > 0) rig.sequences.keep_numbers_of_idle_partitions();
    PartitionQueue& idle = rig.at(orders1);
    const ProducerBatch acked = drain(rig.sequences, idle, 4);
    idle.in_flight.clear();
    rig.sequences.on_acked(idle, acked, Offset{0});
    rig.sequences.on_failed(orders0, rig.at(orders0), ErrorCode::invalid_record, Sequences::Gap::certain);
    rig.sequences.settle(rig.queues);
    const ProducerBatch& next = drain(rig.sequences, rig.at(orders1), 1);
    CHECK(next.producer->epoch == ProducerEpoch{1});
    CHECK(next.base_sequence == Sequence{expected});
  }
}
