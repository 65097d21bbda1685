#include "sim/disk/power_loss.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

#include "tests/sim/disk/disk_text.hpp"

namespace kafkasim::sim {
namespace {

std::map<std::string, std::string> contents(const SimDisk& disk) {
  std::map<std::string, std::string> all;
  for (const FileInfo& file : disk.files()) all.emplace(file.path, text(disk, file.path));
  return all;
}

std::map<std::string, std::string> after(SimDisk disk, const PowerLossSpec& spec, std::uint64_t seed) {  // a copy
  Random random{seed};
  disk.power_loss(spec, random);
  std::uint64_t stored = 0;
  for (const FileInfo& file : disk.files()) {
    REQUIRE(file.size == file.durable_size);
    stored += file.size;
  }
  REQUIRE(disk.used_bytes() <= stored);
  return contents(disk);
}

TEST_CASE("What was synced survives a power loss and what was not may be lost") {
  SimDisk disk;
  const FileId log = create(disk, "orders-0/log");
  put(disk, log, "synced");
  REQUIRE(disk.sync(log));
  put(disk, log, " and not");
  const FileId other = create(disk, "orders-0/index");
  put(disk, other, "never");
  CHECK(after(disk, {Keep::none}, 1) == std::map<std::string, std::string>{{"orders-0/log", "synced"}});
  CHECK(after(disk, {Keep::all}, 1) == contents(disk));
  std::set<std::map<std::string, std::string>> outcomes;
  for (std::uint64_t seed = 0; seed < 100; ++seed) outcomes.insert(after(disk, {Keep::drawn, Torn::never}, seed));
  CHECK(outcomes.size() == 6);  // the log with or without its tail; no index, an empty one, a full one
  for (const auto& outcome : outcomes) CHECK(outcome.at("orders-0/log").starts_with("synced"));
}

TEST_CASE("A new file survives by its own sync or by that of its directory") {
  SimDisk disk;
  const FileId synced = create(disk, "a/file");
  create(disk, "a/later");
  REQUIRE(disk.sync(synced));
  CHECK(after(disk, {Keep::none}, 1) == std::map<std::string, std::string>{{"a/file", ""}});
  REQUIRE(disk.sync_directory("a"));
  CHECK(after(disk, {Keep::none}, 1).size() == 2);
  CHECK(disk.sync_directory("b").error().kind == DiskErrorKind::not_found);
}

TEST_CASE("A removal and a replacement are undone with the bytes unless they are durable") {
  SimDisk disk;
  for (const std::string name : {"kept", "removed", "replaced"}) {
    const FileId file = create(disk, name);
    put(disk, file, "old " + name);
    REQUIRE(disk.sync(file));
  }
  const auto before = contents(disk);
  const FileId temporary = create(disk, "tmp");
  put(disk, temporary, "new");
  REQUIRE(disk.sync(temporary));
  REQUIRE(disk.rename("tmp", "replaced"));
  REQUIRE(disk.remove("removed"));
  auto undone = before;
  undone["tmp"] = "new";
  CHECK(after(disk, {Keep::none}, 1) == undone);
  SimDisk durable = disk;
  REQUIRE(durable.sync_directory(""));
  CHECK(after(durable, {Keep::none}, 1) == contents(disk));
  std::set<std::map<std::string, std::string>> outcomes;
  for (std::uint64_t seed = 0; seed < 50; ++seed) outcomes.insert(after(disk, {}, seed));
  CHECK(outcomes.size() == 3);  // neither, the replacement, both: never the removal alone
}

TEST_CASE("Names survive a power loss in the order of their changes") {
  SimDisk disk;
  for (int i = 0; i < 20; ++i) create(disk, "f" + std::to_string(100 + i));
  std::set<std::size_t> counts;
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    const auto left = after(disk, {}, seed);
    counts.insert(left.size());
    if (!left.empty()) REQUIRE(left.rbegin()->first == "f" + std::to_string(99 + left.size()));
  }
  CHECK(counts.size() == 21);
}

TEST_CASE("The journal is bounded so old changes are durable and removed files go away") {
  SimDisk disk;
  const FileId file = create(disk, "old");
  put(disk, file, "old");
  REQUIRE(disk.sync(file));
  REQUIRE(disk.remove("old"));
  for (int i = 0; i < 128; ++i) create(disk, "new" + std::to_string(1000 + i));
  CHECK(after(disk, {Keep::none}, 1).empty());
}

TEST_CASE("The caller decides what survives of one directory and the default of the rest") {
  SimDisk disk;
  for (const std::string directory : {"orders-0", "orders-01", "orders-1"}) {
    put(disk, create(disk, directory + "/log"), std::string(2000, 'r'));
    put(disk, create(disk, directory + "/index"), "i");
  }
  PowerLossSpec spec{Keep::none};
  spec.rules.push_back({"orders-0/log", Keep::exactly, 700});
  spec.rules.push_back({"orders-0", Keep::all});
  const auto left = after(disk, spec, 9);
  CHECK(left.at("orders-0/log") == std::string(700, 'r'));
  CHECK(left.at("orders-0/index") == "i");
  for (const auto& [path, content] : left) CHECK((path.starts_with("orders-0/") || content.empty()));

  spec = PowerLossSpec{Keep::all};
  spec.rules.push_back({"orders-0/log", Keep::exactly, 700, 800});
  spec.rules.push_back({"orders-1", Keep::none});
  const auto torn = after(disk, spec, 9);
  CHECK(torn.at("orders-0/log").size() == 800);
  CHECK(torn.at("orders-0/log").starts_with(std::string(700, 'r')));
  CHECK(torn.at("orders-01/log").size() == 2000);
  CHECK(torn.at("orders-1/log").empty());
}

TEST_CASE("What a power loss does to one file does not depend on the others") {
  SimDisk disk;
  put(disk, create(disk, "a"), std::string(5000, 'a'));
  SimDisk more = disk;
  put(more, create(more, "b"), std::string(5000, 'b'));
  REQUIRE(disk.sync_directory(""));
  REQUIRE(more.sync_directory(""));
  for (std::uint64_t seed = 0; seed < 20; ++seed) CHECK(after(disk, {}, seed).at("a") == after(more, {}, seed).at("a"));
}

TEST_CASE("A flush under way when the power fails makes nothing durable") {
  SimDisk disk;
  const FileId file = create(disk, "log");
  REQUIRE(disk.sync_directory(""));
  put(disk, file, "text");
  const auto point = disk.begin_flush(file);
  REQUIRE(point);
  CHECK(point->dirty_bytes == 4);
  SimDisk finished = disk;
  put(finished, file, " and more");
  CHECK(finished.complete_flush(*point));
  CHECK(after(finished, {Keep::none}, 1).at("log") == "text");
  CHECK(after(disk, {Keep::none}, 1).at("log").empty());
  REQUIRE(finished.remove("log"));
  CHECK(finished.complete_flush(*point));
  put(finished, create(finished, "log"), "another");
  CHECK(finished.complete_flush(*point));
  CHECK(finished.info("log")->durable_size == 0);
}

// ---- against a model ------------------------------------------------------------------------------------

// Per file: what is there, and for each synced moment nothing but the bytes. Every byte that is ever appended tells its
// place.
struct ModelFile {
  std::string now;
  std::string synced;
  std::string oldest;  // the shortest prefix that all versions since the sync have in common
  bool named{false};   // durably
};

struct Run {
  SimDisk disk;
  std::map<std::string, ModelFile> model;
  std::map<std::string, FileId> handles;
};

void append_something(Run& run, const std::string& path, Random& random) {
  const auto length = static_cast<std::size_t>(random.below(random.chance(1, 10) ? 3000 : 40));
  std::string bytes;
  for (std::size_t i = 0; i < length; ++i) bytes += static_cast<char>('a' + random.below(26));
  put(run.disk, run.handles.at(path), bytes);
  run.model[path].now += bytes;
}

void one_operation(Run& run, Random& random) {
  const std::string path = "d" + std::to_string(random.below(3)) + "/f" + std::to_string(random.below(3));
  if (run.handles.count(path) == 0) {
    run.handles[path] = *run.disk.open(path, OpenMode::create_or_existing);
    run.model.try_emplace(path);
    return;
  }
  ModelFile& file = run.model[path];
  const FileId handle = run.handles[path];
  switch (random.below(8)) {
    case 0: {
      REQUIRE(run.disk.sync(handle));
      file.synced = file.oldest = file.now;
      file.named = true;
      break;
    }
    case 1: {
      const auto size = static_cast<std::size_t>(random.below(file.now.size() + 1));
      REQUIRE(run.disk.truncate(handle, size));
      file.now.resize(size);
      file.oldest.resize(std::min(file.oldest.size(), size));
      break;
    }
    case 2: {
      const auto at = static_cast<std::size_t>(random.below(file.now.size() + 1));
      const std::string bytes = std::string(1 + random.below(600), static_cast<char>('A' + random.below(26)));
      REQUIRE(run.disk.write(handle, at, SharedBytes::of(bytes)));
      file.now.replace(at, std::min(bytes.size(), file.now.size() - at), bytes);
      file.oldest.resize(std::min(file.oldest.size(), at / 512 * 512));
      break;
    }
    case 3:
      run.disk.close(handle);
      run.handles.erase(path);
      break;
    default: append_something(run, path, random);
  }
}

void check_equal(const Run& run) {
  std::map<std::string, std::string> expected;
  for (const auto& [path, file] : run.model) expected.emplace(path, file.now);
  REQUIRE(contents(run.disk) == expected);
}

// Each byte is the one that was synced there, the one that was written last, or stands in a torn last sector.
void check_survival(const Run& before, const SimDisk& disk) {
  for (const auto& [path, file] : before.model) {
    if (!disk.exists(path)) {
      REQUIRE_FALSE(file.named);
      continue;
    }
    const std::string left = text(disk, path);
    REQUIRE(left.starts_with(file.oldest));
    REQUIRE(left.size() <= std::max(file.now.size(), file.synced.size()));
    if (file.now.starts_with(file.synced)) REQUIRE(left.starts_with(file.synced));
    const std::size_t torn_from = left.empty() ? 0 : (left.size() - 1) / 512 * 512;
    for (std::size_t i = 0; i < torn_from; ++i) {
      const bool was_synced = i < file.synced.size() && file.synced[i] == left[i];
      const bool was_written = i < file.now.size() && file.now[i] == left[i];
      if (!was_synced && !was_written) FAIL(path << " has at " << i << " what was never there");
    }
  }
  for (const FileInfo& file : disk.files()) REQUIRE(before.model.count(file.path) == 1);
}

TEST_CASE("Through random operations and copies and power losses the synced survives and nothing is made up") {
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    Random random{seed};
    Run run;
    for (int round = 0; round < 8; ++round) {
      const auto operations = random.below(60);
      for (std::uint64_t i = 0; i < operations; ++i) one_operation(run, random);
      check_equal(run);
      Run copy = run;
      for (int i = 0; i < 20; ++i) one_operation(copy, random);
      check_equal(run);  // and untouched by what the copy did
      check_equal(copy);
      SimDisk nothing = run.disk;
      Random own{seed + 1};
      nothing.power_loss({Keep::none}, own);
      for (const auto& [path, file] : run.model) {
        if (file.named) REQUIRE(text(nothing, path) == file.synced);
      }
      run.disk.power_loss({}, own);
      check_survival(run, run.disk);
      run.handles.clear();
      run.model.clear();
      for (const auto& [path, content] : contents(run.disk)) run.model[path] = {content, content, content, true};
    }
  }
}

}  // namespace
}  // namespace kafkasim::sim
