#include "core/client/producer_batch.hpp"

#include <algorithm>
#include <tuple>

namespace kafkasim {

namespace {

template <class Batch, class Queue>
std::vector<Batch*> numbered_of(Queue& queue) {
  std::vector<Batch*> found;
  for (auto& batch : queue.in_flight) {
    if (batch.has_sequence()) found.push_back(&batch);
  }
  for (auto& batch : queue.waiting) {
    if (batch.has_sequence()) found.push_back(&batch);
  }
  std::ranges::stable_sort(found, [](const ProducerBatch* a, const ProducerBatch* b) {
    return std::tie(*a->producer, a->base_sequence) < std::tie(*b->producer, b->base_sequence);
  });
  return found;
}

}  // namespace

std::vector<const ProducerBatch*> PartitionQueue::numbered() const { return numbered_of<const ProducerBatch>(*this); }
std::vector<ProducerBatch*> PartitionQueue::numbered() { return numbered_of<ProducerBatch>(*this); }

bool PartitionQueue::has_numbered() const {
  // Retries stand in front, so the first waiting batch tells for all.
  return std::ranges::any_of(in_flight, &ProducerBatch::has_sequence)
         || (!waiting.empty() && waiting.front().has_sequence());
}

}  // namespace kafkasim
