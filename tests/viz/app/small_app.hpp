#pragma once
// An App on a small scenario: three brokers, two partitions, a crash after two seconds.
#include <catch2/catch.hpp>

#include <memory>
#include <string>

#include "sim/scenario/parse.hpp"
#include "viz/app/app.hpp"

namespace kafkasim::viz::testing {

// clang-format off
inline constexpr const char* small_scenario = R"json({
  "name": "small", "seed": 5, "duration": "6s", "title": "A small cluster",
  "cluster": {"brokers": 3, "controllers": 3, "profile": "fast", "config": {"min.insync.replicas": 2, "offsets.topic.num.partitions": 2}},
  "topics": [{"name": "t", "partitions": 2, "replication_factor": 3, "assignment": [[1, 2, 3], [2, 3, 1]]}],
  "producers": [{"id": "p", "topic": "t", "rate": "100/s", "to": "4s"}],
  "consumers": [{"group": "g", "topics": ["t"], "config": {"auto.offset.reset": "earliest"}}],
  "timeline": [{"at": "2s", "crash": "leader(t-0)", "for": "1s"}],
  "expect": [{"no": "violations"}]
})json";
// clang-format on

inline TapeSource small_source(std::string text = small_scenario) {
  TapeSource source;
  source.head.source = {std::move(text), {}, "."};
  source.head.file = "small.json";
  return source;
}

inline std::unique_ptr<App> small_app(std::string text = small_scenario) {
  Result<std::unique_ptr<App>> app = App::open(small_source(std::move(text)));
  if (!app) FAIL(app.error().message);
  return std::move(*app);
}

inline void at(App& app, Duration moment) {
  app.want(SeekTo{moment});
  (void)app.advance(0, 0);
}

}  // namespace kafkasim::viz::testing
