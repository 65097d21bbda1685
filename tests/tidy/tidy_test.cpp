// The rules of this repository that no compiler holds. Each failure names file and line.
#include <algorithm>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "tests/tidy/source.hpp"

using namespace kafkasim::tidy;

namespace {

using Offences = std::vector<std::string>;

std::string place(const std::string& path, std::size_t line) { return path + ":" + std::to_string(line) + ": "; }

void none(const Offences& offences) {
  std::string text;
  for (const std::string& offence : offences) text += offence + '\n';
  INFO(text);
  CHECK(offences.empty());
}

using Folders = std::set<std::string>;

// Which folder may include which, beside itself: the map of core/README.md and sim/README.md.
const std::map<std::string, Folders>& may_include() {
  static const std::map<std::string, Folders> table = [] {
    const Folders base{"core/base"};
    const auto with = [](Folders folders, std::initializer_list<std::string> more) {
      folders.insert(more.begin(), more.end());
      return folders;
    };
    const Folders model = with(base, {"core/model"});
    const Folders record = with(model, {"core/record"});
    const Folders message = with(record, {"core/message"});
    const Folders machine = with(message, {"core/machine"});
    const Folders bytes = with(machine, {"core/wire", "core/log"});
    const Folders controller = with(bytes, {"core/raft"});
    const Folders broker = with(controller, {"core/controller", "core/replica", "core/group", "core/txn"});
    const Folders core = with(broker, {"core/broker", "core/client"});
    const Folders kernel = with(core, {"sim/net", "sim/disk"});
    const Folders run =
        with(kernel, {"sim/kernel", "sim/scenario", "sim/workload", "sim/check", "sim/run", "sim/fault"});
    const Folders sim = with(run, {"sim/report", "sim/logtool", "sim/serve"});
    const Folders picture = with(run, {"sim/report", "sim/frame"});
    const Folders travel = with(picture, {"sim/serve"});
    const Folders window = with(travel, {"sim/travel", "viz/draw"});
    const Folders panels = with(window, {"viz/app", "viz/panels"});  // two halves: what is shown, and how
    const Folders viz = with(panels, {"viz/backend", "viz/show"});
    return std::map<std::string, Folders>{
        {"core/base", {}},
        {"core/model", base},
        {"core/record", model},
        {"core/message", record},
        {"core/machine", message},
        {"core/wire", machine},
        {"core/log", machine},
        {"core/raft", bytes},
        {"core/replica", bytes},
        {"core/group", bytes},
        {"core/txn", bytes},
        {"core/client", bytes},
        {"core/controller", controller},
        {"core/broker", broker},
        {"sim/net", core},
        {"sim/disk", machine},
        {"sim/serve", with(run, {"sim/report"})},
        {"sim/kernel", kernel},
        {"sim/scenario", with(machine, {"core/wire", "sim/disk"})},
        {"sim/workload", with(bytes, {"core/client", "sim/scenario"})},
        {"sim/check", with(core, {"sim/kernel"})},
        {"sim/fault", run},  // fault and run are two halves: the driver, and whom it drives
        {"sim/run", run},
        {"sim/report", run},
        {"sim/logtool", with(bytes, {"sim/serve"})},  // how real files are read
        {"sim/explore", with(run, {"sim/report", "sim/serve"})},
        {"sim/frame", picture},
        {"sim/travel", travel},
        {"sim/cli", with(sim, {"sim/explore", "sim/frame", "sim/travel", "viz/show"})},
        {"viz/draw", picture},
        {"viz/app", panels},
        {"viz/panels", panels},
        {"viz/backend", with(picture, {"viz/draw"})},
        {"viz/show", viz},
        {"tests", with(viz, {"sim/explore", "sim/cli", "sim/logtool"})},
    };
  }();
  return table;
}

bool is_in(const SourceFile& file, std::initializer_list<std::string_view> tops) {
  return std::ranges::any_of(tops, [&](std::string_view top) { return file.path.starts_with(top); });
}

Offences words_in_code(const SourceFile& file, const std::vector<std::string_view>& words) {
  Offences offences;
  for (std::size_t i = 0; i < file.code.size(); ++i) {
    for (const std::string_view word : words) {
      if (has_word(file.code[i], word)) offences.push_back(place(file.path, i + 1) + std::string{word});
    }
  }
  return offences;
}

void append(Offences& all, const Offences& more) { all.insert(all.end(), more.begin(), more.end()); }

std::size_t columns(std::string_view line) {  // code points of UTF-8
  return static_cast<std::size_t>(
      std::ranges::count_if(line, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

}  // namespace

TEST_CASE("each folder includes only what the map allows") {
  Offences offences;
  for (const SourceFile& file : sources()) {
    const auto row = may_include().find(file.folder);
    if (row == may_include().end()) {
      offences.push_back(file.path + ": its folder is not in the map");
      continue;
    }
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
      const std::string included = quoted_include(file.lines[i]);
      if (included.empty()) continue;
      const std::string folder = included.starts_with("tests/") ? "tests" : included.substr(0, included.rfind('/'));
      const bool terminal = file.folder == "sim/report" && included == "sim/cli/terminal.hpp";
      if (folder == file.folder || row->second.contains(folder) || terminal) continue;
      offences.push_back(place(file.path, i + 1) + "must not include " + included);
    }
  }
  none(offences);
}

TEST_CASE("tests of core know of the simulation at most its disk") {
  Offences offences;
  for (const SourceFile& file : sources()) {
    if (!file.path.starts_with("tests/core/")) continue;
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
      const std::string included = quoted_include(file.lines[i]);
      const bool sim = included.starts_with("sim/") || included.starts_with("tests/sim/");
      if (sim && !included.starts_with("sim/disk/")) offences.push_back(place(file.path, i + 1) + included);
    }
  }
  none(offences);
}

TEST_CASE("quoted includes are rooted and name a file that exists") {
  Offences offences;
  for (const SourceFile& file : sources()) {
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
      const std::string included = quoted_include(file.lines[i]);
      if (!included.empty() && !exists(included)) offences.push_back(place(file.path, i + 1) + included);
    }
  }
  none(offences);
}

TEST_CASE("headers are read once") {
  Offences offences;
  for (const SourceFile& file : sources()) {
    if (file.path.ends_with(".hpp") && (file.lines.empty() || file.lines[0] != "#pragma once"))
      offences.push_back(place(file.path, 1) + "no #pragma once");
  }
  none(offences);
}

TEST_CASE("core and the kernel use nothing that could differ from run to run") {
  const std::vector<std::string_view> banned{"std::unordered_map",
                                             "std::unordered_set",
                                             "std::unordered_multimap",
                                             "std::unordered_multiset",
                                             "std::mutex",
                                             "std::atomic",
                                             "thread_local",
                                             "double",
                                             "float",
                                             "setlocale"};
  Offences offences;
  for (const SourceFile& file : sources()) {
    if (!is_in(file, {"core/", "sim/kernel/"})) continue;
    append(offences, words_in_code(file, banned));
    for (std::size_t i = 0; i < file.code.size(); ++i) {
      for (const std::string_view header : {"<iostream>", "<unordered_map>", "<unordered_set>", "<mutex>", "<cmath>"}) {
        if (file.code[i].starts_with("#include") && file.code[i].find(header) != std::string::npos)
          offences.push_back(place(file.path, i + 1) + std::string{header});
      }
    }
  }
  none(offences);
}

TEST_CASE("no code that a run goes through asks a clock or a thread or a generator that is not ours") {
  const std::vector<std::string_view> banned{"_clock::now",
                                             "std::random_device",
                                             "std::rand",
                                             "rand",
                                             "srand",
                                             "std::mt19937",
                                             "std::mt19937_64",
                                             "std::thread",
                                             "std::jthread",
                                             "std::async",
                                             "std::shuffle",
                                             "std::time",
                                             "std::default_random_engine"};
  const std::regex distribution{R"(std::\w+_distribution\b)"};
  Offences offences;
  for (const SourceFile& file : sources()) {
    if (!is_in(file, {"core/", "sim/"})) continue;
    for (std::size_t i = 0; i < file.code.size(); ++i) {
      const std::string& line = file.code[i];
      for (const std::string_view word : banned) {
        const bool found = word.front() == '_' ? line.find(word) != std::string::npos : has_word(line, word);
        // Told to people, or what a run is fed by: seen by no run itself.
        const bool how_long_it_took = (file.folder == "sim/cli" || file.folder == "sim/serve") && word == "_clock::now";
        if (found && !how_long_it_took) offences.push_back(place(file.path, i + 1) + std::string{word});
      }
      if (std::regex_search(line, distribution)) offences.push_back(place(file.path, i + 1) + "a distribution of std");
    }
  }
  none(offences);
}

TEST_CASE("nothing is left to be done") {
  Offences offences;
  const std::string todo = std::string{"TO"} + "DO";
  const std::string fixme = std::string{"FIX"} + "ME";
  for (const SourceFile& file : sources()) {
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
      if (has_word(file.lines[i], todo) || has_word(file.lines[i], fixme))
        offences.push_back(place(file.path, i + 1) + file.lines[i]);
    }
  }
  none(offences);
}

TEST_CASE("files have at most 600 lines of at most 160 columns") {
  Offences offences;
  for (const SourceFile& file : sources()) {
    if (file.lines.size() > 600)
      offences.push_back(place(file.path, 600) + std::to_string(file.lines.size()) + " lines");
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
      if (columns(file.lines[i]) > 160)
        offences.push_back(place(file.path, i + 1) + std::to_string(columns(file.lines[i])) + " columns");
    }
  }
  none(offences);
}

TEST_CASE("functions have at most 90 lines") {  // 70 is the aim
  Offences offences;
  for (const SourceFile& file : sources()) {
    for (const Function& function : functions_of(file.code)) {
      if (function.length() > 90)
        offences.push_back(place(file.path, function.begin) + std::to_string(function.length()) + " lines");
    }
  }
  none(offences);
}

TEST_CASE("the scanner of functions sees through namespaces and classes and initialisers") {
  const Lines code =
      split_lines(blank_comments_and_quotes("namespace a {\n"
                                            "struct S {\n"
                                            "  S(int x)\n"
                                            "      : x_{x}, y_{f(x)} {\n"
                                            "    if (x) {\n"
                                            "    }\n"
                                            "  }\n"
                                            "  int x_{1'000};  // }\n"
                                            "  int y_{};\n"
                                            "};\n"
                                            "const char* s = \"{\";\n"
                                            "int f() { return '{'; }\n"
                                            "}\n"));
  std::vector<std::pair<std::size_t, std::size_t>> whole;  // of what starts at one line the longest counts
  for (const Function& function : functions_of(code)) {
    if (!whole.empty() && whole.back().first == function.begin) whole.pop_back();
    whole.emplace_back(function.begin, function.end);
  }
  CHECK(whole == std::vector<std::pair<std::size_t, std::size_t>>{{3, 7}, {12, 12}});
}

TEST_CASE("every folder tells in its README what lives there") {
  Offences offences;
  const auto look = [&offences](const std::string& folder) {
    if (!exists(folder + "/README.md")) offences.push_back(folder + "/README.md is missing");
  };
  for (const char* top : {"core", "sim", "viz", "scenarios", "tests"}) look(top);
  for (const std::string& name : folders_in("core")) look("core/" + name);
  for (const std::string& name : folders_in("sim")) look("sim/" + name);
  for (const std::string& name : folders_in("viz")) look("viz/" + name);
  for (const std::string& name : folders_in("tests")) {
    if (name != "core" && name != "sim" && name != "viz") look("tests/" + name);  // those mirror the code
  }
  none(offences);
}

TEST_CASE("files that a README names exist") {
  const std::regex name{R"(`((?:[a-z0-9_.\-]+/)*[a-z0-9_\-]+\.(?:hpp|cpp|json|md|py|sh))`)"};
  Offences offences;
  for (const std::string& path : all_files()) {
    if (!path.ends_with("README.md")) continue;
    const std::string folder = path.substr(0, path.size() - std::string_view{"README.md"}.size());
    const Lines lines = split_lines(read_text(path));
    for (std::size_t i = 0; i < lines.size(); ++i) {
      for (std::sregex_iterator at{lines[i].begin(), lines[i].end(), name}, end; at != end; ++at) {
        const std::string file = (*at)[1];
        if (!exists(folder + file) && !exists(file)) offences.push_back(place(path, i + 1) + file);
      }
    }
  }
  none(offences);
}

TEST_CASE("every folder of the code stands in the map of its README") {
  Offences offences;
  for (const std::string top : {"core", "sim", "viz"}) {
    const std::string map = read_text(top + "/README.md");
    for (const std::string& name : folders_in(top)) {
      if (map.find("| `" + name + "`") == std::string::npos)
        offences.push_back(top + "/README.md has no row for " + name);
    }
  }
  none(offences);
}

TEST_CASE("every source has a test of its name") {
  Offences offences;
  for (const SourceFile& file : sources()) {
    if (!file.path.ends_with(".cpp") || file.folder == "tests" || file.path == "sim/cli/main.cpp") continue;
    const std::string test = "tests/" + file.path.substr(0, file.path.size() - 4) + "_test.cpp";
    if (!exists(test)) offences.push_back(test + " is missing");
  }
  none(offences);
}

TEST_CASE("names of tests are what ctest can pass on") {
  const std::regex name{R"re(^TEST_CASE\("((?:[^"\\]|\\.)*)")re"};
  Offences offences;
  for (const SourceFile& file : sources()) {
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
      std::smatch found;
      if (!std::regex_search(file.lines[i], found, name)) continue;
      if (found[1].str().find_first_of(",;[]\\\"") != std::string::npos)
        offences.push_back(place(file.path, i + 1) + found[1].str());
    }
  }
  none(offences);
}

TEST_CASE("nothing refers to the place where it was written") {
  const std::vector<std::string> words{std::string{"/wo"} + "rk/",    std::string{"HELP"} + "ERS.md",
                                       std::string{"CONTR"} + "ACT:", std::string{"DESI"} + "GN.md",
                                       std::string{"Clau"} + "de",    std::string{"Chat"} + "GPT",
                                       std::string{"Copi"} + "lot",   std::string{"language "} + "model"};
  Offences offences;
  for (const std::string& path : all_files()) {
    const Lines lines = split_lines(read_text(path));
    for (std::size_t i = 0; i < lines.size(); ++i) {
      for (const std::string& word : words) {
        if (lines[i].find(word) != std::string::npos) offences.push_back(place(path, i + 1) + word);
      }
    }
  }
  none(offences);
}
