#include "tests/support/source_dir.hpp"

namespace kafkasim::test {
std::string source_dir() { return KAFKASIM_SOURCE_DIR; }
}  // namespace kafkasim::test
