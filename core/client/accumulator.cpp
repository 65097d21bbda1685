#include "core/client/accumulator.hpp"

#include <algorithm>
#include <utility>

#include "core/machine/deadlines.hpp"

namespace kafkasim {

namespace {

std::vector<RecordHeader> header_views(const ProduceCommand& record) {
  std::vector<RecordHeader> headers;
  for (const auto& [name, value] : record.headers) {
    headers.push_back(RecordHeader{name, value ? std::optional{as_bytes(*value)} : std::nullopt});
  }
  return headers;
}

}  // namespace

Accumulator::Accumulator(const ProducerConfig& config, std::int32_t ordinal)
    : batch_size_{config.batch_size},
      compression_{compression_of(config)},
      buffer_memory_{config.buffer_memory},
      max_request_size_{config.max_request_size},
      max_in_flight_{config.max_in_flight},
      transactional_{config.transactional_id.empty() ? Transactional::no : Transactional::yes},
      numbered_{config.enable_idempotence},
      linger_{config.linger},
      delivery_timeout_{config.delivery_timeout},
      ordinal_{ordinal},
      adaptive_{config.partitioner_adaptive_partitioning_enable},
      availability_timeout_{config.partitioner_availability_timeout} {}

StickyPartitioner::LastBatch Accumulator::last_batch(const TopicPartition& tp) const {
  const auto queue = queues_.find(tp);
  const bool open =
      queue != queues_.end() && !queue->second->waiting.empty() && !queue->second->waiting.back().is_full(batch_size_);
  return open ? StickyPartitioner::LastBatch::open : StickyPartitioner::LastBatch::full;
}

std::optional<Accumulator::Appended> Accumulator::append(const TopicPartition& tp, const ProduceCommand& record,
                                                         Timestamp timestamp, Instant now) {
  const std::optional<ByteSpan> key = record.key ? std::optional{as_bytes(*record.key)} : std::nullopt;
  const std::optional<ByteSpan> value = record.value ? std::optional{as_bytes(*record.value)} : std::nullopt;
  const std::vector<RecordHeader> headers = header_views(record);
  PartitionQueue& queue = queues_[tp].edit();
  Appended done;
  if (!queue.waiting.empty()) {
    ProducerBatch& last = queue.waiting.back();
    const auto more =
        static_cast<std::int64_t>(last.builder.size_with(timestamp, key, value, headers) - last.builder.size_bytes());
    const bool fits = !last.is_full(batch_size_) && last.size_bytes() + more <= last.reserved_bytes;
    if (!fits) last.closed = true;
  }
  if (queue.waiting.empty() || queue.waiting.back().closed) {
    const auto alone = static_cast<std::int64_t>(BatchBuilder{}.size_with(timestamp, key, value, headers));
    const std::int64_t reserve = std::max(batch_size_, alone);
    if (batches_ > 0 && reserved_bytes_ + reserve > buffer_memory_) return std::nullopt;
    ProducerBatch batch;
    batch.number = ++batches_made_;
    batch.origin = Origin{ordinal_, queue.next_send};
    batch.reserved_bytes = reserve;
    batch.builder = BatchBuilder{TimestampType::create, compression_};
    batch.compression_ratio = ratios_.of(tp.topic);
    batch.created = now;
    batch.waiting_since = now;
    queue.waiting.push_back(std::move(batch));
    reserved_bytes_ += reserve;
    ++batches_;
    done.new_batch = true;
  }
  ProducerBatch& batch = queue.waiting.back();
  const std::int64_t before = done.new_batch ? 0 : batch.size_bytes();
  batch.builder.append(timestamp, key, value, headers);
  ++batch.count;
  done.origin = Origin{ordinal_, queue.next_send++};
  done.bytes = batch.size_bytes() - before;
  done.batch_full = queue.waiting.size() > 1 || batch.is_full(batch_size_);
  return done;
}

Accumulator::Ready Accumulator::ready(const ClusterView& cluster, Haste haste, Instant now) const {
  Ready result;
  for (const auto& [tp, shared] : queues_) {
    const PartitionQueue& queue = *shared;
    for (const ProducerBatch& batch : queue.in_flight) {
      result.next = earlier(result.next, batch.created + delivery_timeout_);
    }
    if (queue.waiting.empty()) continue;
    const ProducerBatch& first = queue.waiting.front();
    result.next = earlier(result.next, first.created + delivery_timeout_);
    const PartitionView view = cluster.partition(tp);
    if (!view.leader) {
      result.leaderless_topics.insert(tp.topic);
      continue;
    }
    if (max_in_flight_ == 1 && !queue.in_flight.empty()) continue;
    if (!lets_out(first, view, now)) {
      result.next = earlier(result.next, first.retry_at);
      continue;
    }
    const bool full = queue.waiting.size() > 1 || first.is_full(batch_size_);
    const bool lingered = first.attempts > 0 || now >= first.waiting_since + linger_;
    if (full || lingered || haste == Haste::none_lingers) {
      result.nodes.insert(*view.leader);
    } else {
      result.next = earlier(result.next, first.waiting_since + linger_);
    }
  }
  return result;
}

void Accumulator::weigh(StickyPartitioner& partitioner, const ClusterView& cluster) const {
  if (!adaptive_) return;
  std::vector<StickyPartitioner::Load> loads;
  for (auto at = queues_.begin(); at != queues_.end();) {
    const std::string& topic = at->first.topic;
    const bool counts = partitioner.current(topic).has_value();
    const TopicView* view = counts ? cluster.topic(topic) : nullptr;
    std::size_t queues = 0;
    loads.clear();
    for (; at != queues_.end() && at->first.topic == topic; ++at, ++queues) {
      const std::optional<NodeId> leader = view ? cluster.partition(at->first).leader : std::nullopt;
      const auto queued = std::ssize(at->second->waiting);
      if (leader && (queued == 0 || !is_too_slow(*leader))) loads.push_back({at->first.partition, queued});
    }
    if (view && queues >= view->partitions.size()) {
      partitioner.weigh(topic, loads, queues);
    } else if (counts) {
      partitioner.weigh_evenly(topic);
    }
  }
}

void Accumulator::node_was_ready(NodeId node, Takes takes, Instant now) {
  if (availability_timeout_ <= Duration{}) return;
  Latency& latency = latencies_.try_emplace(node, Latency{now, now}).first->second;
  latency.wanted_at = now;
  if (takes == Takes::yes) latency.took_at = now;
}

bool Accumulator::is_too_slow(NodeId node) const {
  const auto found = latencies_.find(node);
  return found != latencies_.end() && found->second.wanted_at - found->second.took_at > availability_timeout_;
}

// Not while it is in its backoff, unless the partition has got another leader since.
bool Accumulator::lets_out(const ProducerBatch& first, const PartitionView& view, Instant now) {
  if (first.attempts == 0 || now >= first.retry_at) return true;
  return view.leader_epoch && first.leader_epoch && *view.leader_epoch > *first.leader_epoch;
}

std::vector<DrainedBatch> Accumulator::drain(NodeId node, const ClusterView& cluster, const DrainBy& by, Instant now) {
  std::vector<TopicPartition> partitions;
  for (const auto& [tp, queue] : queues_) {
    if (!queue->waiting.empty() && cluster.partition(tp).leader == node) partitions.push_back(tp);
  }
  if (const auto last = drained_last_.find(node); last != drained_last_.end()) {
    std::rotate(partitions.begin(), std::ranges::upper_bound(partitions, last->second), partitions.end());
  }
  std::vector<DrainedBatch> drained;
  std::int64_t size = 0;
  for (const TopicPartition& tp : partitions) {
    const PartitionQueue& queue = *queues_.at(tp);
    const ProducerBatch& first = queue.waiting.front();
    const PartitionView view = cluster.partition(tp);
    if (max_in_flight_ == 1 && !queue.in_flight.empty()) continue;
    if (!lets_out(first, view, now)) continue;
    if (by.only && !by.only->contains(tp)) continue;
    if (by.sequences && !by.sequences->may_drain(queue)) continue;
    if (!drained.empty() && size + first.size_bytes() > max_request_size_) break;
    drained.push_back(drain_first(tp, queues_.at(tp).edit(), view, by.sequences));
    size += static_cast<std::int64_t>(drained.back().batch.size_bytes());
    drained_last_[node] = tp;
  }
  return drained;
}

DrainedBatch Accumulator::drain_first(const TopicPartition& tp, PartitionQueue& queue, const PartitionView& view,
                                      const Sequences* sequences) {
  ProducerBatch batch = std::move(queue.waiting.front());
  queue.waiting.pop_front();
  if (sequences && !batch.has_sequence()) sequences->number(queue, batch);
  if (!batch.built) {
    std::optional<ProducerFields> fields;
    if (batch.producer) fields = ProducerFields{batch.producer->id, batch.producer->epoch, batch.base_sequence};
    const auto plain = static_cast<std::int64_t>(batch.builder.size_bytes() - batch_header_size);
    batch.built = batch.builder.build(batch.origin, fields, transactional_);
    if (compression_.codec != Codec::none) {
      ratios_.observe(tp.topic, plain, static_cast<std::int64_t>(batch.built->body.size()));
    }
    batch.closed = true;
  }
  batch.sequence_reset = false;
  batch.leader_epoch = view.leader_epoch;
  batch.sent = true;
  DrainedBatch out{tp, batch.number, *batch.built};
  queue.in_flight.push_back(std::move(batch));
  return out;
}

const ProducerBatch* Accumulator::in_flight(const TopicPartition& tp, std::uint64_t number) const {
  const auto queue = queues_.find(tp);
  if (queue == queues_.end()) return nullptr;
  const auto batch = std::ranges::find(queue->second->in_flight, number, &ProducerBatch::number);
  return batch == queue->second->in_flight.end() ? nullptr : &*batch;
}

void Accumulator::retry(const TopicPartition& tp, std::uint64_t number, Instant now, Instant retry_at) {
  PartitionQueue& queue = queues_.at(tp).edit();
  const auto found = std::ranges::find(queue.in_flight, number, &ProducerBatch::number);
  KAFKASIM_CHECK(found != queue.in_flight.end(), "a batch that is tried again was in flight");
  ProducerBatch batch = std::move(*found);
  queue.in_flight.erase(found);
  ++batch.attempts;
  batch.waiting_since = now;
  batch.retry_at = retry_at;
  put_back(queue, std::move(batch));
}

namespace {

// After the largest sequence number comes 0: of two, the one comes first from which the other is less than half a round away.
bool precedes(Sequence a, Sequence b) {
  constexpr std::int64_t round = std::int64_t{1} << 31;
  const std::int64_t ahead = (std::int64_t{b.value} - a.value + round) % round;
  return ahead != 0 && ahead < round / 2;
}

}  // namespace

void Accumulator::put_back(PartitionQueue& queue, ProducerBatch batch) const {
  auto place = queue.waiting.begin();
  if (numbered_) {
    place = std::ranges::find_if(queue.waiting, [&batch](const ProducerBatch& other) {
      return !other.has_sequence() || !precedes(other.base_sequence, batch.base_sequence);
    });
  }
  queue.waiting.insert(place, std::move(batch));
}

ProducerBatch Accumulator::take(const TopicPartition& tp, std::uint64_t number) {
  PartitionQueue& queue = queues_.at(tp).edit();
  const auto found = std::ranges::find(queue.in_flight, number, &ProducerBatch::number);
  KAFKASIM_CHECK(found != queue.in_flight.end(), "a batch that has an outcome was in flight");
  ProducerBatch batch = std::move(*found);
  queue.in_flight.erase(found);
  release(batch);
  return batch;
}

// RecordAccumulator.splitAndReenqueue, ProducerBatch.split.
void Accumulator::split(const TopicPartition& tp, std::uint64_t number) {
  const ProducerBatch large = take(tp, number);
  const Result<DecodedRecords> records = decode_records(*large.built);
  KAFKASIM_CHECK(records.has_value(), "a producer reads what it wrote");
  ratios_.was_too_small(tp.topic, static_cast<std::int64_t>(records->plain().size()),
                        static_cast<std::int64_t>(large.built->body.size()));
  std::vector<ProducerBatch> parts;
  std::int32_t done = 0;
  for (const Record& record : *records) {
    const auto fits = [&](const ProducerBatch& part) {
      const std::size_t with = part.builder.size_with(record.timestamp, record.key, record.value, record.headers);
      return part.size_bytes() + static_cast<std::int64_t>(with - part.builder.size_bytes()) <= batch_size_;
    };
    if (parts.empty() || !fits(parts.back())) {
      ProducerBatch part;
      part.number = ++batches_made_;
      part.origin = Origin{large.origin.client, large.origin.first_send + done};
      part.builder = BatchBuilder{TimestampType::create, compression_};
      part.compression_ratio = ratios_.of(tp.topic);
      part.closed = true;
      part.created = large.created;
      part.waiting_since = large.created;
      part.producer = large.producer;
      part.base_sequence = sequence_plus(large.base_sequence, done);
      part.sequence_reset = large.sequence_reset;
      parts.push_back(std::move(part));
    }
    parts.back().builder.append(record.timestamp, record.key, record.value, record.headers);
    ++parts.back().count;
    ++done;
  }
  batches_ += std::ssize(parts);
  PartitionQueue& queue = queues_.at(tp).edit();
  for (auto part = parts.rbegin(); part != parts.rend(); ++part) put_back(queue, std::move(*part));
}

std::vector<Accumulator::Taken> Accumulator::take_expired(Instant now) {
  std::vector<Taken> expired;
  for (auto& [tp, shared] : queues_) {
    const auto is_expired = [&](const ProducerBatch& batch) { return batch.created + delivery_timeout_ <= now; };
    const bool front = !shared->waiting.empty() && is_expired(shared->waiting.front());
    if (!front && std::ranges::none_of(shared->in_flight, is_expired)) continue;
    PartitionQueue& queue = shared.edit();
    for (ProducerBatch& batch : queue.in_flight) {
      if (is_expired(batch)) expired.push_back(Taken{tp, batch});
    }
    std::erase_if(queue.in_flight, is_expired);
    while (!queue.waiting.empty() && is_expired(queue.waiting.front())) {
      expired.push_back(Taken{tp, std::move(queue.waiting.front())});
      queue.waiting.pop_front();
    }
  }
  for (const Taken& taken : expired) release(taken.batch);
  return expired;
}

std::vector<Accumulator::Taken> Accumulator::take_all() {
  std::vector<Taken> all;
  for (auto& [tp, shared] : queues_) {
    if (shared->idle()) continue;
    PartitionQueue& queue = shared.edit();
    for (ProducerBatch& batch : queue.in_flight) all.push_back(Taken{tp, std::move(batch)});
    for (ProducerBatch& batch : queue.waiting) all.push_back(Taken{tp, std::move(batch)});
    queue.in_flight.clear();
    queue.waiting.clear();
  }
  for (const Taken& taken : all) release(taken.batch);
  return all;
}

std::vector<Accumulator::Taken> Accumulator::take_unnumbered() {
  std::vector<Taken> taken;
  const auto is_fresh = [](const ProducerBatch& batch) { return !batch.has_sequence(); };
  for (auto& [tp, shared] : queues_) {
    if (std::ranges::none_of(shared->waiting, is_fresh)) continue;
    PartitionQueue& queue = shared.edit();
    for (ProducerBatch& batch : queue.waiting) {
      if (is_fresh(batch)) taken.push_back(Taken{tp, batch});
    }
    std::erase_if(queue.waiting, is_fresh);
  }
  for (const Taken& one : taken) release(one.batch);
  return taken;
}

void Accumulator::release(const ProducerBatch& batch) {
  reserved_bytes_ -= batch.reserved_bytes;
  --batches_;
}

}  // namespace kafkasim
