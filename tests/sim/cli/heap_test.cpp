#include "sim/cli/heap.hpp"

#include <cstring>
#include <fstream>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

using namespace kafkasim::sim;

namespace {

long huge_kib() {  // of the process, in huge pages
  std::ifstream file{"/proc/self/smaps_rollup"};
  for (std::string line; std::getline(file, line);) {
    if (line.rfind("AnonHugePages:", 0) == 0) return std::stol(line.substr(std::strlen("AnonHugePages:")));
  }
  return 0;
}

bool refused() {  // by whoever set the machine up
  std::ifstream file{"/sys/kernel/mm/transparent_hugepage/enabled"};
  std::string line;
  return !std::getline(file, line) || line.find("[never]") != std::string::npos;
}

}  // namespace

TEST_CASE("where large pages are granted memory that is used lies in them") {
  if (use_large_pages() == LargePages::not_to_be_had || refused()) return;
  std::vector<std::vector<char>> used;
  for (int i = 0; i < 200; ++i) used.emplace_back(100'000, 'x');
  CHECK(huge_kib() > 8 * 1024);
}
