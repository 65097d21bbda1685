#pragma once
// Test data from tests/data.
#include <fstream>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/base/bytes.hpp"
#include "tests/support/source_dir.hpp"

namespace kafkasim::test {

inline nlohmann::json read_json(const std::string& name) {
  std::ifstream in{source_dir() + "/tests/data/" + name};
  return nlohmann::json::parse(in);
}

inline std::vector<std::byte> from_hex(const std::string& hex) {
  std::vector<std::byte> bytes;
  for (std::size_t i = 0; i + 2 <= hex.size(); i += 2)
    bytes.push_back(static_cast<std::byte>(std::stoul(hex.substr(i, 2), nullptr, 16)));
  return bytes;
}

}  // namespace kafkasim::test
