#include "sim/scenario/scenario.hpp"

#include <algorithm>

namespace kafkasim::sim {

bool is_combined(const ClusterSpec& cluster, NodeId node) {
  const auto is_there = [node](const std::vector<NodeSpec>& nodes) {
    return std::ranges::find(nodes, node, &NodeSpec::id) != nodes.end();
  };
  return is_there(cluster.controllers) && is_there(cluster.brokers);
}

std::string nodes_text(const ClusterSpec& cluster) {
  const auto of = [](std::size_t count, std::string_view noun) {
    return std::to_string(count) + " " + std::string{noun} + (count == 1 ? "" : "s");
  };
  const std::string brokers = of(cluster.brokers.size(), "broker") + ", ";
  const bool combined = is_combined(cluster, cluster.controllers.front().id);
  const std::string spare = cluster.spare_controllers > 0 ? ", " + std::to_string(cluster.spare_controllers) + " of them spare" : "";
  const std::size_t controllers = cluster.controllers.size();
  if (combined) return brokers + std::to_string(controllers) + " of them " + (controllers == 1 ? "a controller too" : "controllers too");
  return brokers + of(cluster.controllers.size(), "controller") + spare;
}

std::string producer_client_id(const ProducerSpec& producer, std::int32_t number) {
  return producer.count == 1 ? producer.id : producer.id + "/" + std::to_string(number);
}

const TopicSpec* find_topic(const Scenario& scenario, std::string_view name) {
  const auto found = std::ranges::find(scenario.topics, name, &TopicSpec::name);
  return found == scenario.topics.end() ? nullptr : &*found;
}

std::vector<const ConsumerSpec*> all_consumers(const Scenario& scenario) {
  std::vector<const ConsumerSpec*> all;
  for (const ConsumerSpec& consumer : scenario.consumers) all.push_back(&consumer);
  for (const PipelineSpec& pipeline : scenario.pipelines) all.push_back(&pipeline.consumer);
  return all;
}

std::vector<const ProducerSpec*> all_producers(const Scenario& scenario) {
  std::vector<const ProducerSpec*> all;
  for (const ProducerSpec& producer : scenario.producers) all.push_back(&producer);
  for (const PipelineSpec& pipeline : scenario.pipelines) all.push_back(&pipeline.producer);
  return all;
}

const PipelineSpec* find_pipeline(const Scenario& scenario, std::string_view id) {
  const auto found = std::ranges::find(scenario.pipelines, id, &PipelineSpec::id);
  return found == scenario.pipelines.end() ? nullptr : &*found;
}

const PipelineSpec* pipeline_of_group(const Scenario& scenario, std::string_view group) {
  const auto found = std::ranges::find_if(scenario.pipelines, [group](const PipelineSpec& pipeline) { return pipeline.group() == group; });
  return found == scenario.pipelines.end() ? nullptr : &*found;
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
