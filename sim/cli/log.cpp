#include <algorithm>
#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <ostream>
#include <utility>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "sim/cli/cli.hpp"
#include "sim/logtool/dump.hpp"
#include "sim/logtool/files.hpp"
#include "sim/logtool/real_files.hpp"
#include "sim/logtool/verify.hpp"

namespace kafkasim::sim {

namespace {

namespace fs = std::filesystem;

struct LogOptions {
  std::vector<std::string> paths;
  bool records{};
  bool json{};
};

constexpr int levels_below = 2;  // of a directory that is to be dumped

std::string directory_name(const std::string& file) {
  std::error_code error;
  const fs::path whole = fs::absolute(file, error);
  return (error ? fs::path{file} : whole).lexically_normal().parent_path().filename().string();
}

using Refuse = std::function<void(const std::string& path, std::string_view why)>;

// A directory stands for the known files in it and below: of a partition, a broker, or all brokers of 'serve --data'.
std::vector<std::string> files_of(const std::string& path, logtool::RealFiles& disk, int levels, const Refuse& refuse) {
  std::vector<std::string> files;
  const auto names = disk.list(path);
  if (!names) refuse(path, "cannot be read");
  for (const std::string& name : names.value_or(std::vector<std::string>{})) {
    const std::string inner = (fs::path{path} / name).string();
    std::error_code error;
    const fs::file_status status = fs::status(inner, error);
    if (fs::is_directory(status)) {
      if (levels == 0) continue;
      const std::vector<std::string> below = files_of(inner, disk, levels - 1, refuse);
      files.insert(files.end(), below.begin(), below.end());
    } else if (logtool::file_kind(name)) {
      files.push_back(inner);
    } else if (status.type() == fs::file_type::none && error == std::errc::permission_denied) {
      refuse(inner, "cannot be read");  // it may be a directory with files of a log
    }
  }
  return files;
}

std::string_view why_unreadable(const logtool::RealFiles& disk, const std::string& file) {
  std::error_code error;
  const bool hidden = fs::status(file, error).type() == fs::file_type::none;  // by a directory on the way to it
  if (!hidden && !disk.exists(file)) return "no such file";
  return logtool::file_kind(logtool::name_of(file)) ? "cannot be read" : "not a file of a Kafka log";
}

int dump(const LogOptions& options, const Terminal& terminal) {
  logtool::RealFiles disk;
  const auto printer = options.json ? logtool::json_printer(terminal.out) : logtool::text_printer(terminal.out);
  const auto records = options.records ? logtool::ShowRecords::yes : logtool::ShowRecords::no;
  int code = exit_code::held;
  const Refuse refuse = [&](const std::string& path, std::string_view why) {
    terminal.err << "kafkasim: " << path << ": " << why << '\n';
    code = exit_code::bad_input;
  };
  for (const std::string& path : options.paths) {
    std::error_code error;
    const bool directory = fs::is_directory(path, error);
    const int code_before = std::exchange(code, exit_code::held);
    const std::vector<std::string> files =
        directory ? files_of(path, disk, levels_below, refuse) : std::vector<std::string>{path};
    if (files.empty() && code == exit_code::held) refuse(path, "no file of a Kafka log is here");
    code = std::max(code, code_before);
    for (const std::string& file : files) {
      switch (logtool::dump_file(disk, file, directory_name(file), records, *printer)) {
        case logtool::Dumped::sound: break;
        case logtool::Dumped::damaged: code = std::max(code, exit_code::failed); break;
        case logtool::Dumped::unreadable: refuse(file, why_unreadable(disk, file)); break;
      }
    }
  }
  return code;
}

int verify(const LogOptions& options, const Terminal& terminal) {
  logtool::RealFiles disk;
  logtool::VerifyOptions how;
  how.now = Timestamp{
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
          .count()};
  int code = exit_code::held;
  for (const std::string& path : options.paths) {
    const logtool::Verified verified = logtool::verify_directory(disk, path, how, [&](const logtool::Mismatch& found) {
      if (options.json) {
        logtool::Json line{{"kind", "finding"}, {"file", found.file}};
        if (found.position) line["position"] = *found.position;
        line["reason"] = found.reason;
        terminal.out << logtool::json_line(line) << '\n';
        return;
      }
      terminal.out << found.file << ':';
      if (found.position) terminal.out << *found.position << ':';
      terminal.out << ' ' << found.reason << '\n';
    });
    if (!verified.readable) {
      terminal.err << "kafkasim: " << path << ": not a directory of Kafka logs that can be read\n";
      code = exit_code::bad_input;
      continue;
    }
    if (verified.mismatches > 0) code = std::max(code, exit_code::failed);
    if (options.json) continue;
    terminal.out << path << ": " << verified.partitions << (verified.partitions == 1 ? " partition, " : " partitions, ")
                 << verified.batches << (verified.batches == 1 ? " batch: " : " batches: ");
    if (verified.mismatches == 0) {
      terminal.out << tinted(terminal.out_colour, Tint::green, "ok") << '\n';
    } else {
      const std::string count =
          std::to_string(verified.mismatches) + (verified.mismatches == 1 ? " finding" : " findings");
      terminal.out << tinted(terminal.out_colour, Tint::red, count) << '\n';
    }
  }
  return code;
}

}  // namespace

void add_log(CLI::App& app, const Terminal& terminal, int& code) {
  CLI::App* log = app.add_subcommand("log", "read the files of a real Kafka broker: segments, indexes, checkpoints");
  log->require_subcommand(1);
  log->footer("Example:\n  kafkasim log dump --records /var/lib/kafka/orders-0\n  kafkasim log verify /var/lib/kafka");

  auto options = std::make_shared<LogOptions>();
  CLI::App* dumping = log->add_subcommand("dump", "print what stands in files, or in all files of a directory");
  dumping->add_option("PATH", options->paths, "files or directories")->required();
  dumping->add_flag("--records", options->records, "print the records too");
  dumping->add_flag("--json", options->json, "an object a line");
  dumping->footer(
      "Exit code 1: something is damaged; all before it was printed. 2: a file cannot be read.\n\n"
      "Example:\n  kafkasim log dump --records --json /var/lib/kafka/orders-0/00000000000000000000.log");
  dumping->callback([options, &terminal, &code] { code = dump(*options, terminal); });

  CLI::App* verifying =
      log->add_subcommand("verify", "hold the files of a log directory, or of a partition, against each other");
  verifying->add_option("DIR", options->paths, "log directories, or directories of partitions")->required();
  verifying->add_flag("--json", options->json, "an object a line");
  verifying->footer(
      "Exit code 1: there are findings. 2: a directory cannot be read.\n\n"
      "Example:\n  kafkasim log verify /var/lib/kafka");
  verifying->callback([options, &terminal, &code] { code = verify(*options, terminal); });
}

}  // namespace kafkasim::sim
