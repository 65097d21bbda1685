#pragma once
// A partition's directory, written by our own log: several segments, two epochs, transactions, all files that go with
// them. Tests damage it and look what the tools say.
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "core/log/log_files.hpp"
#include "core/log/unified_log.hpp"
#include "sim/logtool/dump.hpp"
#include "sim/logtool/files.hpp"
#include "sim/logtool/verify.hpp"
#include "tests/support/batches.hpp"
#include "tests/support/memory_disk.hpp"

namespace kafkasim::sim::logtool::testing {

inline const std::string first_log = "orders-0/00000000000000000000.log";
inline const std::string first_index = "orders-0/00000000000000000000.index";
inline const std::string first_time_index = "orders-0/00000000000000000000.timeindex";

struct Rig {
  test::MemoryDisk disk{};
  std::vector<Mismatch> found{};
  Verified verified{};

  Rig() {
    const LogConfig config{
        .segment_bytes = 1500, .index_interval_bytes = 200, .require_verification = RequireVerification::no};
    auto opened = UnifiedLog::open(disk, "orders-0", {"orders", PartitionIndex{0}}, config, {}, Timestamp{1'000'000});
    REQUIRE(opened);
    UnifiedLog log = std::move(opened->log);
    const auto append = [&](const RecordBatch& batch, int epoch, AppendOrigin origin = AppendOrigin::client) {
      const auto done = log.append_as_leader({batch}, LeaderEpoch{epoch}, Timestamp{1'000'000}, disk, origin);
      REQUIRE(done);
      REQUIRE(done->error == ErrorCode::none);
    };
    for (int round = 0; round < 12; ++round) {
      const int epoch = round / 6;
      const std::int64_t at = 1'000'000 + round * 1000;
      append(test::make_batch({.records = 3, .timestamp = at, .value = std::string(40, 'v')}), epoch);
      append(test::make_batch({.timestamp = at + 10, .producer = test::producer(7, 0, round)}), epoch);
      append(test::make_batch(
                 {.timestamp = at + 20, .producer = test::producer(8, 0, round), .transactional = Transactional::yes}),
             epoch);
      append(test::marker(8, 0, round % 2 == 0 ? TransactionOutcome::abort : TransactionOutcome::commit, 0, at + 30),
             epoch, AppendOrigin::coordinator);
    }
    REQUIRE(log.segment_count() > 2);
    REQUIRE(log.close_cleanly(disk));
  }

  // What stands in a file, with some bytes changed.
  template <class Change>
  void change(const std::string& path, Change change_bytes) {
    std::vector<std::byte> bytes = disk.bytes_of(path);
    change_bytes(bytes);
    disk.set_bytes(path, bytes);
  }
  void flip(const std::string& path, std::size_t at) {
    change(path, [at](auto& bytes) { bytes.at(at) ^= std::byte{1}; });
  }
  void cut(const std::string& path, std::size_t count) {
    change(path, [count](auto& bytes) { bytes.resize(bytes.size() - count); });
  }
  void append(const std::string& path, std::span<const std::byte> more) {
    change(path, [&](auto& bytes) { bytes.insert(bytes.end(), more.begin(), more.end()); });
  }
  [[nodiscard]] std::vector<std::string> files(std::string_view suffix) const {
    std::vector<std::string> all;
    for (const std::string& path : disk.paths()) {
      if (path.ends_with(suffix)) all.push_back(path);
    }
    return all;
  }

  bool verify(const VerifyOptions& options = {}) {
    found.clear();
    verified = verify_directory(disk, "orders-0", options, [this](const Mismatch& m) { found.push_back(m); });
    CHECK(verified.mismatches == found.size());
    return found.empty();
  }
  // All findings are of that file, and one gives that reason.
  [[nodiscard]] bool only(const std::string& file, std::string_view reason) const {
    bool told = false;
    for (const Mismatch& m : found) {
      INFO(m.file << ": " << m.reason);
      CHECK(m.file == file);
      told = told || m.reason.find(reason) != std::string::npos;
    }
    return told;
  }
  [[nodiscard]] bool told(const std::string& file, std::string_view reason) const {
    std::string all;
    for (const Mismatch& m : found) {
      if (m.file == file && m.reason.find(reason) != std::string::npos) return true;
      all += m.file + ": " + m.reason + '\n';
    }
    UNSCOPED_INFO(all);
    return false;
  }
};

struct Text {
  Dumped outcome{};
  std::string text;
  [[nodiscard]] bool has(std::string_view part) const { return text.find(part) != std::string::npos; }
};

enum class As : std::uint8_t { text, json };
inline Text dumped(Disk& disk, const std::string& path, As form, ShowRecords records = ShowRecords::no) {
  std::ostringstream out;
  const auto printer = form == As::json ? json_printer(out) : text_printer(out);
  Text result;
  const std::string directory = path.substr(0, path.find('/'));
  result.outcome = dump_file(disk, path, directory, records, *printer);
  result.text = out.str();
  return result;
}

// The lines as JSON; each must parse.
inline std::vector<Json> lines_of(const std::string& text) {
  std::vector<Json> lines;
  std::istringstream in{text};
  for (std::string line; std::getline(in, line);) lines.push_back(Json::parse(line));
  return lines;
}
inline std::vector<Json> json_of(Disk& disk, const std::string& path, ShowRecords records = ShowRecords::no) {
  return lines_of(dumped(disk, path, As::json, records).text);
}

// A directory of the real file system that is gone when the test ends.
class LogFolder {
 public:
  explicit LogFolder(const std::string& name)
      : path_{(std::filesystem::temp_directory_path() / ("kafkasim-logtool-" + name)).string()} {
    std::filesystem::remove_all(path_);
    std::filesystem::create_directories(path_);
  }
  ~LogFolder() { std::filesystem::remove_all(path_); }
  LogFolder(const LogFolder&) = delete;
  LogFolder& operator=(const LogFolder&) = delete;
  void write(const std::string& name, const std::string& text) const {
    const std::filesystem::path file = std::filesystem::path{path_} / name;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream{file, std::ios::binary} << text;
  }
  void write(const test::MemoryDisk& disk) const {
    for (const std::string& name : disk.paths()) write(name, disk.text_of(name));
  }
  [[nodiscard]] std::string at(const std::string& name) const { return path_ + "/" + name; }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace kafkasim::sim::logtool::testing
