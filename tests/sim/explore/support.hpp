#pragma once
// Scenarios that run in a moment: three brokers, a producer by hand. With acks=1 the record that the leader alone has is
// lost with its power, and that is excused; what these tests need is a promise that breaks without excuse, and that is
// an expectation of the scenario's own that cannot hold.
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include <catch2/catch.hpp>

#include "sim/scenario/parse.hpp"
#include "tests/support/text.hpp"

namespace kafkasim::sim::testing {

using kafkasim::test::content;

inline std::string tiny(const std::string& more) {
  return R"({"name": "tiny", "duration": "2s", "cluster": {"brokers": 2, "controllers": 1, "profile": "fast",
      "config": {"offsets.topic.num.partitions": 1, "group.initial.rebalance.delay.ms": 0}},
    "topics": [{"name": "t", "partitions": 1, "replication_factor": 2}],
    "producers": [{"id": "p", "topic": "t", "rate": "20/s", "count": 2}], "epilogue": false)"
         + more + "}";
}
inline const std::string chaos = R"(, "chaos": {"from": "100ms", "to": "1500ms", "faults": [
  {"crash": "any broker", "every": "400ms", "for": "50ms..200ms"}, {"pause": "any broker", "every": "300ms", "for": "10ms..90ms"}]})";

inline std::shared_ptr<const Scenario> parsed(const std::string& text, std::uint64_t seed = 1) {
  Parsed all = parse_scenario(text);
  REQUIRE(all.scenario.has_value());
  all.scenario->seed = seed;
  return std::make_shared<const Scenario>(std::move(*all.scenario));
}

class Folder {  // that is gone when the test ends
 public:
  explicit Folder(const std::string& name) : path_{(std::filesystem::temp_directory_path() / ("kafkasim-" + name)).string()} {
    std::filesystem::remove_all(path_);
    std::filesystem::create_directories(path_);
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  [[nodiscard]] std::string file(const std::string& name, const std::string& text) const {
    std::ofstream{path_ + "/" + name} << text;
    return path_ + "/" + name;
  }
  [[nodiscard]] std::string path(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

}  // namespace kafkasim::sim::testing
