#pragma once
// Result<T>: what comes out of reading the outside world (bytes, files, JSON). Protocol outcomes are Kafka error codes,
// as data; our own bugs are KAFKASIM_CHECK. An Error says what is wrong and where (a byte position, a path, a line).
#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace kafkasim {

struct Error {
  std::string message;
  std::string place;  // "orders-0/00000000000000000000.log:4096", empty if the message says it
  friend bool operator==(const Error&, const Error&) = default;
};

template <class T, class E = Error>
using Result = tl::expected<T, E>;

[[nodiscard]] inline tl::unexpected<Error> fail(std::string message, std::string place = {}) {
  return tl::unexpected<Error>{Error{std::move(message), std::move(place)}};
}

}  // namespace kafkasim
