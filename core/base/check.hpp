#pragma once
// Checks for our own bugs: on in every build. A check that fails prints where, what, and the command that
// replays the run (set by whoever drives the machines), and throws InternalError, which sim/cli turns into exit code 3.
#include <stdexcept>
#include <string>
#include <string_view>

namespace kafkasim {

class InternalError : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

[[noreturn]] void check_failed(const char* file, int line, const char* condition, std::string_view detail);

}  // namespace kafkasim

#define KAFKASIM_CHECK(condition, ...)                                                              \
  do {                                                                                              \
    if (!(condition)) ::kafkasim::check_failed(__FILE__, __LINE__, #condition, ::std::string_view{__VA_ARGS__}); \
  } while (false)
