#include "sim/serve/posix_io.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

namespace kafkasim::sim {

DiskErrorKind kind_of(int error) {
  switch (error) {
    case ENOENT:
    case ENOTDIR:
    case ENAMETOOLONG: return DiskErrorKind::not_found;
    case EEXIST: return DiskErrorKind::exists;
    case ENOSPC:
    case EDQUOT:
    case EFBIG: return DiskErrorKind::no_space;
    default: return DiskErrorKind::io_error;
  }
}

int write_all(int file, std::uint64_t at, std::span<const SharedBytes> slices) {
  std::array<iovec, 64> parts;
  std::size_t within = 0;  // of slices.front(), what is written
  for (;;) {
    std::size_t count = 0;
    std::uint64_t wanted = 0;
    for (const SharedBytes& slice : slices) {
      if (count == parts.size()) break;
      const ByteSpan bytes = slice.span().subspan(&slice == slices.data() ? within : 0);
      // iovec is of reading and writing alike; a write does not touch what it points to.
      parts[count++] = iovec{const_cast<std::byte*>(bytes.data()), bytes.size()};
      wanted += bytes.size();
    }
    if (wanted == 0 && count == slices.size()) return 0;
    const ssize_t result =
        retry([&] { return ::pwritev(file, parts.data(), static_cast<int>(count), static_cast<off_t>(at)); });
    if (result < 0) return errno;
    if (result == 0 && wanted > 0) return ENOSPC;
    at += static_cast<std::uint64_t>(result);
    for (within += static_cast<std::size_t>(result); !slices.empty() && within >= slices.front().size();) {
      within -= slices.front().size();
      slices = slices.subspan(1);
    }
  }
}

int read_up_to(int file, std::uint64_t at, std::span<std::byte> to, std::size_t& count) {
  for (count = 0; count < to.size();) {
    const std::span<std::byte> rest = to.subspan(count);
    const ssize_t result = retry([&] { return ::pread(file, rest.data(), rest.size(), static_cast<off_t>(at + count)); });
    if (result < 0) return errno;
    if (result == 0) return 0;
    count += static_cast<std::size_t>(result);
  }
  return 0;
}

int read_all(int file, std::uint64_t at, std::span<std::byte> to) {
  std::size_t count = 0;
  const int error = read_up_to(file, at, to, count);
  return error == 0 && count < to.size() ? EIO : error;
}

bool cut_back(int file, std::uint64_t size) {
  return retry([&] { return ::ftruncate(file, static_cast<off_t>(size)); }) == 0;
}

SendAttempt send_by_kernel(int file, std::uint64_t at, std::uint64_t length, int socket) {
  constexpr std::uint64_t most_at_once = std::uint64_t{1} << 30;
  SendAttempt attempt;
  while (attempt.bytes < length) {
    auto from = static_cast<off_t>(at + attempt.bytes);
    const auto count = static_cast<std::size_t>(std::min(length - attempt.bytes, most_at_once));
    const ssize_t result = retry([&] { return ::sendfile(socket, file, &from, count); });
    if (result > 0) {
      attempt.bytes += static_cast<std::uint64_t>(result);
      continue;
    }
    if (result == 0 || errno == EIO) {
      attempt.disk_error = EIO;
    } else if (errno == EAGAIN) {
      attempt.would_block = true;
    } else {
      attempt.cannot = attempt.bytes == 0 && (errno == EINVAL || errno == ENOSYS || errno == EOVERFLOW);
    }
    break;
  }
  return attempt;
}

SendAttempt send_by_copy(int file, std::uint64_t at, std::uint64_t length, int socket) {
  SendAttempt attempt;
  std::vector<std::byte> buffer(static_cast<std::size_t>(std::min<std::uint64_t>(length, 64 * 1024)));
  while (attempt.bytes < length) {
    const std::span<std::byte> part = std::span{buffer}.first(
        static_cast<std::size_t>(std::min<std::uint64_t>(length - attempt.bytes, buffer.size())));
    attempt.disk_error = read_all(file, at + attempt.bytes, part);
    if (attempt.disk_error != 0) return attempt;
    for (std::size_t sent = 0; sent < part.size();) {
      const ssize_t result =
          retry([&] { return ::send(socket, part.data() + sent, part.size() - sent, MSG_NOSIGNAL); });
      if (result < 0) {
        attempt.would_block = errno == EAGAIN;
        return attempt;
      }
      sent += static_cast<std::size_t>(result);
      attempt.bytes += static_cast<std::uint64_t>(result);
    }
  }
  return attempt;
}

}  // namespace kafkasim::sim
