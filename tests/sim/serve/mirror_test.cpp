#include "sim/serve/mirror.hpp"

#include <filesystem>

#include "sim/serve/session.hpp"
#include "tests/sim/serve/served_cluster.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/support/text.hpp"

namespace kafkasim::sim {

namespace {

std::string bytes_of(const SimDisk& disk, const std::string& path) {
  const std::optional<std::vector<SharedBytes>> slices = disk.content(path);
  REQUIRE(slices);
  std::string all;
  for (const SharedBytes& slice : *slices) all += as_text(slice.span());
  return all;
}

void check_alike(const std::string& folder, const Simulation& run) {
  for (const auto& [id, host] : run.cluster().brokers) {
    const SimDisk& disk = run.world().disk(host);
    const std::string root = folder + "/broker-" + std::to_string(id.value);
    std::size_t files = 0;
    for (const FileInfo& file : disk.files()) {
      CAPTURE(file.path);
      CHECK(test::content(root + "/" + file.path) == bytes_of(disk, file.path));
      ++files;
    }
    std::size_t found = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) found += entry.is_regular_file() ? 1U : 0U;
    CHECK(found == files);
  }
}

}  // namespace

TEST_CASE("the mirrored files are what the disks hold through appends and crashes and wiped disks") {
  const test::TemporaryDirectory folder;
  Result<Mirror> mirror = Mirror::create(folder.path() + "/data");
  REQUIRE(mirror.has_value());
  const auto session = begun();
  Mailbox mail{*session};
  const auto keep_up = [&] {
    REQUIRE(mirror->keep_up(session->run().cluster(), session->run().world()).has_value());
    check_alike(folder.path() + "/data", session->run());
  };
  keep_up();
  const NodeId leader = *session->run().checks().history().partition(TopicPartition{"orders", PartitionIndex{0}})->leader;
  const GuestId guest = session->dial(leader);
  mail.run(milliseconds(20));
  (void)mail.ask(guest, Message::of(produce_values({"a", "b"})), 9);
  keep_up();
  (void)mail.ask(guest, Message::of(produce_values({"c"})), 9);
  keep_up();
  const NodeId other{leader.value % 3 + 1};
  CHECK(session->add_entries(R"({"wipe": )" + std::to_string(other.value) + "}").empty());
  mail.run(milliseconds(1));
  keep_up();
  mail.run(seconds(5));
  keep_up();
}

TEST_CASE("a folder with something in it is left alone") {
  const test::TemporaryDirectory folder;
  CHECK(Mirror::create(folder.path()).has_value());
  std::filesystem::create_directory(folder.path() + "/something");
  CHECK_FALSE(Mirror::create(folder.path()).has_value());
  CHECK_FALSE(Mirror::create("/proc/no").has_value());
}

}  // namespace kafkasim::sim
