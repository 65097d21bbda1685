// What Kafka's ways with a disk are worth on this machine, on real files: sendfile against read and send, the page cache
// against the device, batches against single records, writes in order against writes all over the file. "Ours" is
// Kafka's way, "theirs" the other; each pair in one run.
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <arpa/inet.h>
#include <fcntl.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/random.hpp"
#include "core/record/record.hpp"
#include "tests/bench/paired.hpp"
#include "tests/support/temporary_directory.hpp"

namespace kafkasim::bench {
namespace {

constexpr std::size_t block = 64 * 1024;
constexpr std::size_t file_bytes = 32UL * 1024 * 1024;
constexpr std::size_t page = 4096;

void need(bool ok, benchmark::State& state, const char* what) {
  if (!ok) state.SkipWithError(what);
}

class File {
 public:
  File(const std::string& path, int flags) : fd_{::open(path.c_str(), flags | O_RDWR | O_CREAT, 0600)} {}
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() {
    if (fd_ >= 0) ::close(fd_);
  }
  [[nodiscard]] int fd() const { return fd_; }
  [[nodiscard]] bool ok() const { return fd_ >= 0; }

 private:
  int fd_;
};

struct Aligned {  // as O_DIRECT wants it
  std::unique_ptr<std::byte, decltype(&std::free)> bytes{static_cast<std::byte*>(std::aligned_alloc(page, block)),
                                                         &std::free};
  Aligned() { std::fill_n(bytes.get(), block, std::byte{'x'}); }
};

bool fill(const File& file) {
  const Aligned from;
  for (std::size_t at = 0; at < file_bytes; at += block) {
    if (::pwrite(file.fd(), from.bytes.get(), block, static_cast<off_t>(at)) != static_cast<ssize_t>(block)) return false;
  }
  return ::fdatasync(file.fd()) == 0;
}

// A connection over loopback whose other end throws away what comes.
class Drained {
 public:
  Drained() {
    const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    auto* any = reinterpret_cast<sockaddr*>(&address);
    if (::bind(listener, any, length) == 0 && ::listen(listener, 1) == 0 && ::getsockname(listener, any, &length) == 0) {
      fd_ = ::socket(AF_INET, SOCK_STREAM, 0);
      if (::connect(fd_, any, length) == 0) reader_ = std::thread{[peer = ::accept(listener, nullptr, nullptr)] { drain(peer); }};
    }
    ::close(listener);
  }
  Drained(const Drained&) = delete;
  Drained& operator=(const Drained&) = delete;
  ~Drained() {
    if (fd_ >= 0) ::close(fd_);
    if (reader_.joinable()) reader_.join();
  }
  [[nodiscard]] int fd() const { return fd_; }
  [[nodiscard]] bool ok() const { return reader_.joinable(); }

 private:
  static void drain(int peer) {
    while (::recv(peer, nullptr, file_bytes, MSG_TRUNC) > 0) {}
    ::close(peer);
  }
  int fd_{-1};
  std::thread reader_;
};

void zero_copy(benchmark::State& state) {
  const test::TemporaryDirectory directory;
  const File file{directory.path() + "/log", 0};
  const Drained socket;
  need(file.ok() && fill(file) && socket.ok(), state, "no file or no socket");
  std::vector<std::byte> buffer(block);
  paired(
      state, static_cast<double>(file_bytes),
      [&] {
        off_t at = 0;
        while (at < static_cast<off_t>(file_bytes) && ::sendfile(socket.fd(), file.fd(), &at, file_bytes) > 0) {}
      },
      [&] {
        for (std::size_t at = 0; at < file_bytes; at += block) {
          if (::pread(file.fd(), buffer.data(), block, static_cast<off_t>(at)) != static_cast<ssize_t>(block)) return;
          for (std::size_t sent = 0; sent < block;) {
            const ssize_t n = ::send(socket.fd(), buffer.data() + sent, block - sent, MSG_NOSIGNAL);
            if (n <= 0) return;
            sent += static_cast<std::size_t>(n);
          }
        }
      });
}
BENCHMARK(zero_copy)->Iterations(15)->Name("zero copy: sendfile, against read and send");

void cached_writes(benchmark::State& state) {
  const test::TemporaryDirectory directory;
  const File ours{directory.path() + "/ours", O_APPEND};
  const File theirs{directory.path() + "/theirs", O_APPEND};
  need(ours.ok() && theirs.ok(), state, "no file");
  const Aligned from;
  constexpr std::size_t writes = 32;
  const auto write_all = [&](const File& file, bool sync) {
    for (std::size_t i = 0; i < writes; ++i) {
      if (::write(file.fd(), from.bytes.get(), 16 * 1024) < 0 || (sync && ::fdatasync(file.fd()) != 0)) std::abort();
    }
  };
  paired(
      state, writes, [&] { write_all(ours, false); }, [&] { write_all(theirs, true); },
      [&] { need(::ftruncate(ours.fd(), 0) == 0 && ::ftruncate(theirs.fd(), 0) == 0, state, "no truncation"); });
}
BENCHMARK(cached_writes)->Iterations(15)->Name("page cache: appends of 16 KiB, against fdatasync after each");

void cached_reads(benchmark::State& state) {
  const test::TemporaryDirectory directory;
  const std::string path = directory.path() + "/log";
  const File cached{path, 0};
  const File direct{path, O_DIRECT};
  need(cached.ok() && fill(cached), state, "no file");
  if (!direct.ok()) return state.SkipWithError("this file system knows no O_DIRECT");
  const Aligned to;
  const auto read_all = [&](const File& file) {
    for (std::size_t at = 0; at < file_bytes; at += block) {
      if (::pread(file.fd(), to.bytes.get(), block, static_cast<off_t>(at)) != static_cast<ssize_t>(block)) std::abort();
    }
  };
  paired(state, static_cast<double>(file_bytes), [&] { read_all(cached); }, [&] { read_all(direct); });
}
BENCHMARK(cached_reads)->Iterations(9)->Name("page cache: reads of 64 KiB, against O_DIRECT");

void batches(benchmark::State& state) {
  const test::TemporaryDirectory directory;
  const File file{directory.path() + "/log", O_APPEND};
  need(file.ok(), state, "no file");
  const std::vector<std::byte> value(100, std::byte{'v'});
  constexpr int records = 2'000;
  const auto write_in_batches_of = [&](int count) {
    for (int i = 0; i < records; i += count) {
      BatchBuilder builder;
      for (int k = 0; k < count; ++k) builder.append(Timestamp{1'700'000'000'000}, std::nullopt, value);
      const RecordBatch batch = builder.build();
      ByteWriter out;
      write_batch_header(batch.header, out);
      out.bytes(batch.body.span());
      const std::vector<std::byte> bytes = out.take();
      if (::write(file.fd(), bytes.data(), bytes.size()) < 0) std::abort();
    }
  };
  paired(
      state, records, [&] { write_in_batches_of(100); }, [&] { write_in_batches_of(1); },
      [&] { need(::ftruncate(file.fd(), 0) == 0, state, "no truncation"); });
}
BENCHMARK(batches)->Iterations(31)->Name("batches: 100 records of 100 bytes in each, against one");

void sequential(benchmark::State& state) {
  const test::TemporaryDirectory directory;
  const File file{directory.path() + "/log", O_DIRECT};
  if (!file.ok()) return state.SkipWithError("this file system knows no O_DIRECT");
  need(fill(file), state, "no file");
  const Aligned from;
  constexpr std::size_t writes = 512;
  Random random{1};
  const auto write_at = [&](std::size_t slot) {
    if (::pwrite(file.fd(), from.bytes.get(), page, static_cast<off_t>(slot * page)) < 0) std::abort();
  };
  paired(
      state, writes,
      [&] {
        for (std::size_t i = 0; i < writes; ++i) write_at(i);
      },
      [&] {
        for (std::size_t i = 0; i < writes; ++i) write_at(static_cast<std::size_t>(random.below(file_bytes / page)));
      });
}
BENCHMARK(sequential)->Iterations(15)->Name("sequential: writes of 4 KiB in order, against all over 32 MiB, both O_DIRECT");

}  // namespace
}  // namespace kafkasim::bench
