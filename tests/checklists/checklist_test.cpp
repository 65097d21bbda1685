// The checklists name tests that exist.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "tests/support/source_dir.hpp"

namespace {

namespace fs = std::filesystem;

const fs::path tests = fs::path{kafkasim::test::source_dir()} / "tests";

std::string text_of(const fs::path& path) {
  std::ifstream in{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

std::set<std::string> names_of_tests() {
  static const std::regex name{R"re(TEST_CASE\(\s*"((?:[^"\\]|\\.)*)")re"};
  std::set<std::string> names;
  for (const auto& entry : fs::recursive_directory_iterator{tests}) {
    if (!entry.is_regular_file() || entry.path().extension() != ".cpp") continue;
    const std::string text = text_of(entry.path());
    for (std::sregex_iterator at{text.begin(), text.end(), name}, end; at != end; ++at) names.insert((*at)[1]);
  }
  return names;
}

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts{""};
  for (const char c : text) {
    if (c == separator) {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

std::vector<fs::path> checklists() {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator{tests / "checklists"}) {
    if (entry.path().extension() == ".tsv") files.push_back(entry.path());
  }
  std::ranges::sort(files);
  return files;
}

}  // namespace

TEST_CASE("every row of a checklist names a test that exists or says why there is none") {
  const std::set<std::string> known = names_of_tests();
  for (const fs::path& file : checklists()) {
    std::vector<std::string> lines = split(text_of(file), '\n');
    REQUIRE(lines.back().empty());
    lines.pop_back();
    REQUIRE(lines.size() > 1);
    CHECK(lines.front() == "class\tbehaviour\ttest\treason");
    std::set<std::string> seen;
    for (std::size_t i = 1; i < lines.size(); ++i) {
      const std::vector<std::string> row = split(lines[i], '\t');
      INFO(file.filename().string() << ":" << i + 1 << ": " << lines[i]);
      REQUIRE(row.size() == 4);
      CHECK_FALSE(row[0].empty());
      CHECK_FALSE(row[1].empty());
      CHECK((row[2] == "-" ? !row[3].empty() : known.contains(row[2])));
      CHECK(seen.insert(row[0] + '\t' + row[1]).second);
    }
  }
}

TEST_CASE("at most one row in ten of a checklist has no test") {
  for (const fs::path& file : checklists()) {
    std::size_t rows = 0;
    std::size_t without = 0;
    for (const std::string& line : split(text_of(file), '\n')) {
      const std::vector<std::string> row = split(line, '\t');
      if (row.size() != 4 || row[0] == "class") continue;
      ++rows;
      if (row[2] == "-") ++without;
    }
    INFO(file.filename().string() << ": " << without << " of " << rows);
    CHECK(without * 10 <= rows);
  }
}
