#include "sim/scenario/scenario.hpp"

#include <algorithm>

namespace kafkasim::sim {

std::string producer_client_id(const ProducerSpec& producer, std::int32_t number) {
  return producer.count == 1 ? producer.id : producer.id + "/" + std::to_string(number);
}

const TopicSpec* find_topic(const Scenario& scenario, std::string_view name) {
  const auto found = std::ranges::find(scenario.topics, name, &TopicSpec::name);
  return found == scenario.topics.end() ? nullptr : &*found;
}

const QueueSpec* find_queue(const Scenario& scenario, std::string_view name) {
  const auto found = std::ranges::find(scenario.queues, name, &QueueSpec::name);
  return found == scenario.queues.end() ? nullptr : &*found;
}

const Variant* find_variant(const Scenario& scenario, std::string_view name) {
  const auto found = std::ranges::find(scenario.variants, name, &Variant::name);
  return found == scenario.variants.end() ? nullptr : &*found;
}

}  // namespace kafkasim::sim
