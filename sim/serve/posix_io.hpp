#pragma once
// Whole transfers over file descriptors: what a short count or EINTR left is done again. Errors are errno values, 0 is none.
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <span>

#include "core/machine/disk.hpp"

namespace kafkasim::sim {

// Calls again while a signal interrupts it.
template <class Call>
auto retry(Call call) -> decltype(call()) {
  for (;;) {
    const auto result = call();
    if (result >= 0 || errno != EINTR) return result;
  }
}

[[nodiscard]] DiskErrorKind kind_of(int error);

[[nodiscard]] int write_all(int file, std::uint64_t at, std::span<const SharedBytes> slices);
[[nodiscard]] int read_all(int file, std::uint64_t at, std::span<std::byte> to);  // EIO if the file ends before
[[nodiscard]] int read_up_to(int file, std::uint64_t at, std::span<std::byte> to, std::size_t& count);  // or to its end
[[nodiscard]] bool cut_back(int file, std::uint64_t size);                        // ftruncate; errno if not

struct SendAttempt {
  std::uint64_t bytes{};
  bool would_block{false};  // the socket takes no more now
  bool cannot{false};       // not this way: nothing was sent
  int disk_error{0};        // of the file; an error of the socket only ends the attempt
};
[[nodiscard]] SendAttempt send_by_kernel(int file, std::uint64_t at, std::uint64_t length, int socket);
[[nodiscard]] SendAttempt send_by_copy(int file, std::uint64_t at, std::uint64_t length, int socket);

}  // namespace kafkasim::sim
