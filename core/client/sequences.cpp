#include "core/client/sequences.hpp"

#include <limits>

namespace kafkasim {

namespace {

bool is_next(const PartitionQueue& queue, Sequence sequence) {
  return sequence == (queue.last_acked_sequence ? sequence_plus(*queue.last_acked_sequence, 1) : Sequence{0});
}

}  // namespace

void Sequences::set_producer(ProducerIdAndEpoch id, PartitionQueues& queues) {
  producer_ = id;
  // Left over from a bump that needed a new id.
  for (const TopicPartition& tp : to_renumber_) renumber(queues[tp].edit());
  to_renumber_.clear();
}

bool Sequences::may_drain(const PartitionQueue& queue) const {
  if (!producer_ || queue.waiting.empty()) return false;
  const ProducerBatch& first = queue.waiting.front();
  if (!first.has_sequence()) {
    // Under a new epoch from 0 it might be written before those that are still on their way under the old one.
    if (queue.has_numbered() && queue.producer != producer_) return false;
    return !queue.unresolved_next;
  }
  // A retry: the batches before it must have an outcome first, so there is one in flight at a time.
  const auto numbered = queue.numbered();
  return numbered.front()->base_sequence == first.base_sequence;
}

void Sequences::number(PartitionQueue& queue, ProducerBatch& batch) const {
  if (queue.producer != producer_ && !queue.has_numbered()) {
    const bool same_id = queue.producer && queue.producer->id == producer_->id;
    if (same_id && !idle_start_anew_ && !transactional_) {
      queue.producer = producer_;
    } else {
      renumber(queue);
    }
  }
  batch.producer = producer_;
  batch.base_sequence = queue.next_sequence;
  queue.next_sequence = sequence_plus(queue.next_sequence, batch.count);
}

void Sequences::on_acked(PartitionQueue& queue, const ProducerBatch& batch, std::optional<Offset> base) const {
  if (!queue.last_acked_sequence || batch.last_sequence() > *queue.last_acked_sequence) {
    queue.last_acked_sequence = batch.last_sequence();
  }
  if (!base) return;
  const Offset last = base->plus(batch.count - 1);
  if (!queue.last_acked_offset || last > *queue.last_acked_offset) queue.last_acked_offset = last;
}

Sequences::Verdict Sequences::on_error(const TopicPartition& tp, const PartitionQueue& queue,
                                       const ProducerBatch& batch, ErrorCode error,
                                       std::optional<Offset> log_start_offset) {
  if (error == ErrorCode::unknown_producer_id) {
    // Without the log start offset the answer was put together after the partition had moved away: ask again. A batch
    // that was renumbered already was sent under its old number: it only has to be sent again.
    if (log_start_offset && !batch.sequence_reset && transactional_) return Verdict::give_up;
    if (log_start_offset && !batch.sequence_reset) request_bump(tp);
    return Verdict::retry;
  }
  if (error == ErrorCode::out_of_order_sequence_number) {
    const bool waits_for_another = batch.sequence_reset || !is_next(queue, batch.base_sequence);
    if (!queue.unresolved_next && waits_for_another) return Verdict::retry;
    if (transactional_) return Verdict::give_up;
    // The leader lacks what comes before this batch, and nobody will send that again: number anew.
    if (!queue.unresolved_next || *queue.unresolved_next == batch.base_sequence) request_bump(tp);
    return Verdict::retry;
  }
  return is_retriable(error) ? Verdict::retry : Verdict::give_up;
}

void Sequences::on_failed(const TopicPartition& tp, PartitionQueue& queue, ErrorCode error, Gap gap) {
  if (error == ErrorCode::unknown_producer_id) {
    // The leader knows nothing of this producer, so it takes number 0.
    queue.producer.reset();
    queue.next_sequence = Sequence{0};
    queue.last_acked_sequence.reset();
    queue.last_acked_offset.reset();
    queue.unresolved_next.reset();
    return;
  }
  if (error == ErrorCode::out_of_order_sequence_number || gap == Gap::certain) request_bump(tp);
}

void Sequences::mark_unresolved(PartitionQueue& queue, const ProducerBatch& batch) const {
  const Sequence after = sequence_plus(batch.last_sequence(), 1);
  if (!queue.unresolved_next || after > *queue.unresolved_next) queue.unresolved_next = after;
}

void Sequences::settle(PartitionQueues& queues) {
  for (auto& [tp, queue] : queues) {
    if (queue->unresolved_next && !queue->has_numbered()) resolve(tp, queue.edit());
  }
  if (bump_wanted_) bump(queues);
}

void Sequences::resolve(const TopicPartition& tp, PartitionQueue& queue) {
  // Acknowledged up to the end: the batch that was given up had been written, or a later one proves that it does not
  // matter.
  if (!is_next(queue, queue.next_sequence)) request_bump(tp);
  queue.unresolved_next.reset();
}

void Sequences::request_bump(const TopicPartition& tp) {
  if (transactional_) return;
  bump_wanted_ = true;
  to_renumber_.insert(tp);
}

void Sequences::bump(PartitionQueues& queues) {
  bump_wanted_ = false;
  if (!producer_) return;  // the id that is being asked for does as well
  if (producer_->epoch.value == std::numeric_limits<std::int16_t>::max()) {
    producer_.reset();
    return;
  }
  set_producer(ProducerIdAndEpoch{producer_->id, producer_->epoch.next()}, queues);
}

void Sequences::renumber(PartitionQueue& queue) const {
  Sequence next{0};
  for (ProducerBatch* batch : queue.numbered()) {
    batch->producer = producer_;
    batch->base_sequence = next;
    batch->sequence_reset = true;
    if (batch->built)
      batch->built = with_producer(*batch->built, ProducerFields{producer_->id, producer_->epoch, next});
    next = sequence_plus(next, batch->count);
  }
  queue.producer = producer_;
  queue.next_sequence = next;
  queue.last_acked_sequence.reset();
  queue.unresolved_next.reset();
}

}  // namespace kafkasim
