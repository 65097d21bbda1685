#pragma once
// The cluster that benchmarks run: 3 brokers, 12 partitions, replication factor 3, 1,000 batches a second, acks=all.
#include <memory>

#include "sim/scenario/parse.hpp"

namespace kafkasim::bench {

inline std::shared_ptr<const sim::Scenario> cluster_scenario() {
  sim::Parsed parsed = sim::parse_scenario(R"({
  "name": "bench", "duration": "10s", "epilogue": false,
  "cluster": {"brokers": 3, "controllers": 3},
  "topics": [{"name": "t", "partitions": 12, "replication_factor": 3}],
  "producers": [{"id": "p", "topic": "t", "rate": "1000/s", "keys": {"distribution": "uniform", "cardinality": 10000}, "config": {"linger.ms": 0}}]
})");
  return std::make_shared<const sim::Scenario>(std::move(*parsed.scenario));
}

}  // namespace kafkasim::bench
