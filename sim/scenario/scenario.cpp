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

}  // namespace kafkasim::sim
