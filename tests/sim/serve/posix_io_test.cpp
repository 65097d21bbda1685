#include "sim/serve/posix_io.hpp"

#include <catch2/catch.hpp>
#include <fcntl.h>
#include <unistd.h>

#include "tests/support/temporary_directory.hpp"

namespace kafkasim::sim {
namespace {

struct OpenFile {
  test::TemporaryDirectory directory;
  int number{::open((directory.path() + "/f").c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600)};
  OpenFile() { REQUIRE(number >= 0); }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  ~OpenFile() { ::close(number); }
};

TEST_CASE("An error of the system is one of the four kinds that a disk knows") {
  CHECK(kind_of(ENOENT) == DiskErrorKind::not_found);
  CHECK(kind_of(ENOTDIR) == DiskErrorKind::not_found);
  CHECK(kind_of(ENAMETOOLONG) == DiskErrorKind::not_found);
  CHECK(kind_of(EEXIST) == DiskErrorKind::exists);
  CHECK(kind_of(ENOSPC) == DiskErrorKind::no_space);
  CHECK(kind_of(EDQUOT) == DiskErrorKind::no_space);
  CHECK(kind_of(EFBIG) == DiskErrorKind::no_space);
  for (const int error : {EIO, EROFS, EACCES, ELOOP, EMFILE}) CHECK(kind_of(error) == DiskErrorKind::io_error);
}

TEST_CASE("More slices than one system call takes are written in order and empty ones do no harm") {
  OpenFile file;
  std::vector<SharedBytes> slices;
  std::string expected;
  for (int i = 0; i < 1000; ++i) {
    const std::string text = i % 7 == 0 ? "" : std::to_string(i) + ",";
    slices.push_back(SharedBytes::of(text));
    expected += text;
  }
  REQUIRE(write_all(file.number, 5, slices) == 0);
  std::vector<std::byte> bytes(expected.size());
  REQUIRE(read_all(file.number, 5, bytes) == 0);
  CHECK(as_text(bytes) == expected);
  const std::vector<SharedBytes> nothing(200);
  CHECK(write_all(file.number, 0, nothing) == 0);
  CHECK(write_all(file.number, 0, {}) == 0);
}

TEST_CASE("A file that ends before what is read of it is an error") {
  OpenFile file;
  std::vector<std::byte> bytes(3);
  CHECK(read_all(file.number, 0, bytes) == EIO);
  REQUIRE(cut_back(file.number, 3));
  CHECK(read_all(file.number, 0, bytes) == 0);
  CHECK(read_all(file.number, 1, bytes) == EIO);
}

TEST_CASE("A call that a signal interrupts is made again and another error is not") {
  int calls = 0;
  const auto interrupted_twice = [&calls] {
    errno = EINTR;
    return ++calls < 3 ? -1 : 7;
  };
  CHECK(retry(interrupted_twice) == 7);
  CHECK(calls == 3);
  const auto failing = [&calls] {
    ++calls;
    errno = EIO;
    return -1;
  };
  CHECK(retry(failing) == -1);
  CHECK(calls == 4);
}

}  // namespace
}  // namespace kafkasim::sim
