#pragma once
// The files of this repository as the tidy tests see them: lines, and the code without comments, strings and character
// literals.
#include <string>
#include <string_view>
#include <vector>

namespace kafkasim::tidy {

using Lines = std::vector<std::string>;

struct SourceFile {
  std::string path;    // from the repository's root: "core/log/segment.hpp"
  std::string folder;  // "core/log"; "tests/core/log" counts as "tests"
  Lines lines;
  Lines code;  // the same lines: comments and what stands between quotes are blanks
};

struct Function {
  std::size_t begin{};  // lines, from 1
  std::size_t end{};
  [[nodiscard]] std::size_t length() const { return end - begin + 1; }
};

// All *.hpp and *.cpp below core, sim and tests, by path. Read once.
[[nodiscard]] const std::vector<SourceFile>& sources();
// Every file of the repository that is text, but for builds and what git keeps: paths from the root.
[[nodiscard]] const std::vector<std::string>& all_files();
[[nodiscard]] std::string read_text(const std::string& path);
[[nodiscard]] bool exists(const std::string& path);
// Folders and files directly in `folder`, by name.
[[nodiscard]] std::vector<std::string> folders_in(const std::string& folder);

[[nodiscard]] Lines split_lines(std::string_view text);
[[nodiscard]] std::string blank_comments_and_quotes(std::string_view text);
// The path between the quotes of an #include; empty for any other line.
[[nodiscard]] std::string quoted_include(const std::string& line);
// `word` in `line`, not as a part of a longer name.
[[nodiscard]] bool has_word(std::string_view line, std::string_view word);
// Bodies at the level of namespaces and classes, from the line of the opening brace's head to that of the closing one.
[[nodiscard]] std::vector<Function> functions_of(const Lines& code);

}  // namespace kafkasim::tidy
