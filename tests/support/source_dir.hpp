#pragma once
// Where this checkout lies: scenarios, test data, sources.
#include <string>

namespace kafkasim::test {
[[nodiscard]] std::string source_dir();
}
