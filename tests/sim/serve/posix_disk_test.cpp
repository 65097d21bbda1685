// What is special about real files; what every disk does is in tests/sim/disk/disk_contract_test.cpp.
#include "sim/serve/posix_disk.hpp"

#include <array>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <type_traits>

#include <catch2/catch.hpp>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/temporary_directory.hpp"

namespace kafkasim::sim {
namespace {

namespace fs = std::filesystem;

static_assert(!std::is_copy_constructible_v<PosixDisk>);
static_assert(std::is_nothrow_move_constructible_v<Descriptor>);
static_assert(std::is_move_constructible_v<PosixDisk>);

FileId create(Disk& disk, std::string_view path, std::string_view content = {}) {
  const auto file = disk.open(path, OpenMode::create);
  REQUIRE(file);
  const SharedBytes bytes = SharedBytes::of(content);
  REQUIRE(disk.append(*file, {&bytes, 1}));
  return *file;
}

std::string text_of(const fs::path& path) {
  std::ifstream in{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

class FileSizeLimit {  // of this process, for as long as it lives
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    before_ = ::signal(SIGXFSZ, SIG_IGN);
    ::getrlimit(RLIMIT_FSIZE, &limit_);
    rlimit now = limit_;
    now.rlim_cur = bytes;
    ::setrlimit(RLIMIT_FSIZE, &now);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;
  ~FileSizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &limit_);
    ::signal(SIGXFSZ, before_);
  }

 private:
  rlimit limit_{};
  void (*before_)(int);
};

struct Sockets {  // a connected pair that does not block
  std::array<int, 2> ends{};
  Sockets() { REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()) == 0); }
  Sockets(const Sockets&) = delete;
  Sockets& operator=(const Sockets&) = delete;
  ~Sockets() {
    for (const int end : ends) ::close(end);
  }
  [[nodiscard]] std::string received() const {
    std::string all;
    std::array<char, 4096> buffer;
    for (ssize_t count = 0; (count = ::read(ends[1], buffer.data(), buffer.size())) > 0;)
      all.append(buffer.data(), static_cast<std::size_t>(count));
    return all;
  }
};

TEST_CASE("What a disk wrote is in the files of its directory and another disk finds it there") {
  const test::TemporaryDirectory directory;
  {
    auto disk = PosixDisk::open(directory.path() + "/data");
    REQUIRE(disk);
    create(*disk, "orders-0/log", "batches");
    CHECK(text_of(directory.path() + "/data/orders-0/log") == "batches");
  }
  auto disk = PosixDisk::open(directory.path() + "/data");
  REQUIRE(disk);
  CHECK(as_text(*read_file(*disk, "orders-0/log")) == "batches");
}

TEST_CASE("A directory belongs to one disk at a time") {
  const test::TemporaryDirectory directory;
  std::optional<PosixDisk> disk{*PosixDisk::open(directory.path())};
  const auto second = PosixDisk::open(directory.path());
  REQUIRE_FALSE(second);
  CHECK(second.error().kind == DiskErrorKind::exists);
  disk.reset();
  CHECK(PosixDisk::open(directory.path()));
  CHECK(PosixDisk::open(directory.path() + "/no/such").error().kind == DiskErrorKind::not_found);
}

TEST_CASE("A disk that moves takes its handles along") {
  const test::TemporaryDirectory directory;
  PosixDisk first = *PosixDisk::open(directory.path());
  const FileId file = create(first, "log", "one");
  PosixDisk second = std::move(first);
  const SharedBytes more = SharedBytes::of(" two");
  REQUIRE(second.append(file, {&more, 1}));
  CHECK(text_of(directory.path() + "/log") == "one two");
}

TEST_CASE("Where a file has no more room an append leaves nothing behind") {
  const test::TemporaryDirectory directory;
  PosixDisk disk = *PosixDisk::open(directory.path());
  const FileId file = create(disk, "d/log", std::string(900, 'a'));
  const std::vector<SharedBytes> slices{SharedBytes::of(std::string(60, 'h')), SharedBytes::of(std::string(80, 'b'))};
  {
    const FileSizeLimit limit{1000};  // the kernel takes 100 bytes of it, then says EFBIG
    const auto appended = disk.append(file, slices);
    REQUIRE_FALSE(appended);
    CHECK(appended.error().kind == DiskErrorKind::no_space);
    CHECK(appended.error().path == "d/log");
    CHECK(fs::file_size(directory.path() + "/d/log") == 900);
    CHECK(disk.write(file, 990, slices[0]).error().kind == DiskErrorKind::no_space);
    CHECK(fs::file_size(directory.path() + "/d/log") == 900);
    CHECK(disk.size(file) == 900U);
    CHECK(disk.truncate(file, 1001).error().kind == DiskErrorKind::no_space);
  }
  REQUIRE(disk.append(file, slices));
  CHECK(text_of(directory.path() + "/d/log") == std::string(900, 'a') + std::string(60, 'h') + std::string(80, 'b'));
}

TEST_CASE("Sizes beyond what a file can have are refused and not tried") {
  const test::TemporaryDirectory directory;
  PosixDisk disk = *PosixDisk::open(directory.path());
  const FileId file = create(disk, "log", "text");
  for (const std::uint64_t at : {std::uint64_t{1} << 44, std::uint64_t{1} << 63, ~std::uint64_t{0}}) {
    CHECK(disk.write(file, at, SharedBytes::of("x")).error().kind == DiskErrorKind::no_space);
    CHECK(disk.truncate(file, at + (at == std::uint64_t{1} << 44 ? 1 : 0)).error().kind == DiskErrorKind::no_space);
  }
  CHECK(text_of(directory.path() + "/log") == "text");
}

TEST_CASE("A symbolic link is not followed wherever it stands") {
  const test::TemporaryDirectory directory;
  const std::string outside = directory.path() + "/outside";
  fs::create_directory(outside);
  std::ofstream{outside + "/secret"} << "secret";
  PosixDisk disk = *PosixDisk::open(directory.path() + "/data");
  fs::create_symlink(outside, directory.path() + "/data/way-out");
  fs::create_symlink(outside + "/secret", directory.path() + "/data/link");
  fs::create_symlink(outside + "/made", directory.path() + "/data/dangling");
  for (const OpenMode mode : {OpenMode::existing, OpenMode::create, OpenMode::create_or_existing}) {
    for (const char* path : {"way-out/secret", "way-out/new", "link", "dangling"}) CHECK_FALSE(disk.open(path, mode));
  }
  create(disk, "f", "f");
  CHECK_FALSE(disk.exists("way-out/secret"));
  CHECK_FALSE(disk.list("way-out"));
  CHECK_FALSE(disk.remove("way-out/secret"));
  CHECK_FALSE(disk.rename("way-out/secret", "g"));
  CHECK_FALSE(disk.rename("f", "way-out/f"));
  CHECK_FALSE(disk.sync_directory("way-out"));
  CHECK(disk.remove("way-out"));  // the link itself
  fs::create_directory_symlink(outside, directory.path() + "/data/way-out");
  fs::create_directory(directory.path() + "/data/d");
  fs::create_directory_symlink(outside, directory.path() + "/data/d/inner");
  CHECK(disk.remove("d"));
  CHECK(text_of(outside + "/secret") == "secret");
  CHECK(std::distance(fs::directory_iterator{outside}, {}) == 1);
}

TEST_CASE("A pipe that stands where a file should be is an error and does not block") {
  const test::TemporaryDirectory directory;
  REQUIRE(::mkfifo((directory.path() + "/log").c_str(), 0600) == 0);
  PosixDisk disk = *PosixDisk::open(directory.path());
  CHECK(disk.open("log", OpenMode::existing).error().kind == DiskErrorKind::io_error);
  CHECK(disk.open("log", OpenMode::create_or_existing).error().kind == DiskErrorKind::io_error);
}

TEST_CASE("More files are open than descriptors are kept") {
  const test::TemporaryDirectory directory;
  PosixDisk disk = *PosixDisk::open(directory.path(), {.most_open = 3});
  std::vector<FileId> files;
  for (int i = 0; i < 20; ++i) files.push_back(create(disk, "d/" + std::to_string(i)));
  for (int round = 0; round < 2; ++round) {
    for (const FileId file : files) {
      const SharedBytes bytes = SharedBytes::of("x");
      REQUIRE(disk.append(file, {&bytes, 1}));
      REQUIRE(disk.sync(file));
    }
  }
  CHECK(disk.open_descriptors() == 3);
  REQUIRE(disk.rename("d", "e"));
  for (const FileId file : files) CHECK(disk.read(file, 0, 10)->front() == SharedBytes::of("xx"));
  for (const FileId file : files) disk.close(file);
  CHECK(disk.open_descriptors() == 0);
}

TEST_CASE("A file that somebody else changed while no descriptor was open is an error") {
  const test::TemporaryDirectory directory;
  PosixDisk disk = *PosixDisk::open(directory.path(), {.most_open = 1});
  const FileId changed = create(disk, "changed", "text");
  const FileId gone = create(disk, "gone", "text");
  create(disk, "other");
  fs::resize_file(directory.path() + "/changed", 2);
  fs::remove(directory.path() + "/gone");
  CHECK(disk.read(changed, 0, 4).error().kind == DiskErrorKind::io_error);
  CHECK(disk.read(gone, 0, 4).error().kind == DiskErrorKind::io_error);
}

TEST_CASE("Descriptors are not passed on to programs that this one starts") {
  const test::TemporaryDirectory directory;
  PosixDisk disk = *PosixDisk::open(directory.path());
  create(disk, "d/log", "text");
  int seen = 0;
  for (const auto& entry : fs::directory_iterator{"/proc/self/fd"}) {
    std::error_code ignored;
    if (!fs::read_symlink(entry.path(), ignored).string().starts_with(directory.path())) continue;
    ++seen;
    CHECK((::fcntl(std::stoi(entry.path().filename()), F_GETFD) & FD_CLOEXEC) != 0);
  }
  CHECK(seen == 2);  // the directory itself and the file
}

TEST_CASE("A part of a file goes to a socket by the kernel or by copying alike") {
  const test::TemporaryDirectory directory;
  PosixDisk disk = *PosixDisk::open(directory.path());
  const FileId file = create(disk, "log", "0123456789");
  for (const SendBy by : {SendBy::kernel, SendBy::copy}) {
    const Sockets sockets;
    disk.set_send(by);
    const auto part = disk.send_file(file, 2, 5, sockets.ends[0]);
    REQUIRE(part);
    CHECK(part->bytes == 5);
    CHECK(part->end == Sent::End::all);
    CHECK(sockets.received() == "23456");
    const auto rest = disk.send_file(file, 8, 100, sockets.ends[0]);
    CHECK(rest->bytes == 2);
    CHECK(rest->end == Sent::End::file_end);
    CHECK(disk.send_file(file, 10, 1, sockets.ends[0])->end == Sent::End::file_end);
    CHECK(sockets.received() == "89");
    CHECK(disk.send_file(FileId{99}, 0, 1, sockets.ends[0]).error().kind == DiskErrorKind::not_found);
  }
}

TEST_CASE("A socket that takes no more is told with what it took") {
  const test::TemporaryDirectory directory;
  PosixDisk disk = *PosixDisk::open(directory.path());
  std::string content;
  for (int i = 0; content.size() < (4U << 20); ++i) content += std::to_string(i) + ",";
  const FileId file = create(disk, "log", content);
  for (const SendBy by : {SendBy::kernel, SendBy::copy}) {
    const Sockets sockets;
    disk.set_send(by);
    std::string received;
    std::uint64_t at = 0;
    int blocked = 0;
    while (at < content.size()) {
      const auto sent = disk.send_file(file, at, content.size() - at, sockets.ends[0]);
      REQUIRE(sent);
      at += sent->bytes;
      if (sent->end == Sent::End::would_block) ++blocked;
      received += sockets.received();
    }
    CHECK(blocked > 0);
    CHECK(received == content);
  }
}

TEST_CASE("A peer that has gone is no error of the disk") {
  const test::TemporaryDirectory directory;
  PosixDisk disk = *PosixDisk::open(directory.path());
  const FileId file = create(disk, "log", "text");
  const auto before = ::signal(SIGPIPE, SIG_IGN);
  for (const SendBy by : {SendBy::kernel, SendBy::copy}) {
    const Sockets sockets;
    disk.set_send(by);
    ::shutdown(sockets.ends[1], SHUT_RDWR);
    const auto sent = disk.send_file(file, 0, 4, sockets.ends[0]);
    REQUIRE(sent);
    CHECK(sent->bytes == 0);
    CHECK(sent->end == Sent::End::peer_gone);
  }
  ::signal(SIGPIPE, before);
}

}  // namespace
}  // namespace kafkasim::sim
