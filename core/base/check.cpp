#include "core/base/check.hpp"

namespace kafkasim {

void check_failed(const char* file, int line, const char* condition, std::string_view detail) {
  std::string text = std::string{file} + ":" + std::to_string(line) + ": check failed: " + condition;
  if (!detail.empty()) text.append(" (").append(detail).append(")");
  throw InternalError{text};
}

}  // namespace kafkasim
