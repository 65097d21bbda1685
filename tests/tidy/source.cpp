#include "tests/support/source_dir.hpp"
#include "tests/tidy/source.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>

namespace kafkasim::tidy {

namespace fs = std::filesystem;

namespace {

const fs::path& root() {
  static const fs::path path{kafkasim::test::source_dir()};
  return path;
}

bool in_name(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

std::string folder_of(const std::string& path) {
  if (path.starts_with("tests/")) return "tests";
  return path.substr(0, path.find('/', path.find('/') + 1));
}

std::vector<std::string> files_below(const std::string& top) {
  std::vector<std::string> found;
  for (const auto& entry : fs::recursive_directory_iterator{root() / top}) {
    if (entry.is_regular_file()) found.push_back(fs::relative(entry.path(), root()).generic_string());
  }
  std::ranges::sort(found);
  return found;
}

// Blanks a text from comments and quotes, character by character; line breaks stay.
class Blanker {
 public:
  explicit Blanker(std::string_view text) : text_{text}, out_{text} {}

  std::string run() {
    while (at_ < text_.size()) {
      if (starts("//")) {
        blank_to(text_.find('\n', at_));
      } else if (starts("/*")) {
        blank_past(text_.find("*/", at_ + 2), 2);
      } else if (starts("R\"") && (at_ == 0 || !in_name(text_[at_ - 1]))) {
        const std::size_t open = text_.find('(', at_);
        const std::string close = ")" + std::string{text_.substr(at_ + 2, open - at_ - 2)} + "\"";
        blank_past(text_.find(close, open), close.size());
      } else if (text_[at_] == '"' || (text_[at_] == '\'' && (at_ == 0 || !in_name(text_[at_ - 1])))) {
        quote(text_[at_]);  // an apostrophe within a number or a name is no quote
      } else {
        ++at_;
      }
    }
    return std::move(out_);
  }

 private:
  [[nodiscard]] bool starts(std::string_view what) const { return text_.substr(at_).starts_with(what); }
  void blank_to(std::size_t end) {
    for (end = std::min(end, text_.size()); at_ < end; ++at_) {
      if (out_[at_] != '\n') out_[at_] = ' ';
    }
  }
  void blank_past(std::size_t end, std::size_t size) { blank_to(end == std::string_view::npos ? end : end + size); }
  void quote(char mark) {
    std::size_t end = at_ + 1;
    while (end < text_.size() && text_[end] != mark && text_[end] != '\n') end += text_[end] == '\\' ? 2U : 1U;
    ++at_;
    blank_to(end);
    ++at_;
  }

  std::string_view text_;
  std::string out_;
  std::size_t at_{0};
};

bool opens_type_or_namespace(std::string head) {
  static const std::regex label{R"(\b(public|private|protected)\s*:)"};
  static const std::regex templ{R"(^\s*template\s*<[^{]*>\s*(?=(class|struct|union)\b))"};
  static const std::regex type{R"(^\s*(inline\s+)?(namespace|class|struct|union|enum|extern)\b)"};
  head = std::regex_replace(head, label, "");
  head = std::regex_replace(head, templ, "");
  return std::regex_search(head, type);
}

}  // namespace

std::string read_text(const std::string& path) {
  std::ifstream in{root() / path, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

bool exists(const std::string& path) { return fs::exists(root() / path); }

std::vector<std::string> folders_in(const std::string& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator{root() / folder}) {
    if (entry.is_directory()) names.push_back(entry.path().filename().string());
  }
  std::ranges::sort(names);
  return names;
}

Lines split_lines(std::string_view text) {
  Lines lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

std::string blank_comments_and_quotes(std::string_view text) { return Blanker{text}.run(); }

std::string quoted_include(const std::string& line) {
  constexpr std::string_view start = "#include \"";
  if (!line.starts_with(start)) return "";
  return line.substr(start.size(), line.rfind('"') - start.size());
}

bool has_word(std::string_view line, std::string_view word) {
  for (std::size_t at = line.find(word); at != std::string_view::npos; at = line.find(word, at + 1)) {
    const bool free_before = !in_name(word.front()) || at == 0 || !in_name(line[at - 1]);
    const std::size_t end = at + word.size();
    const bool free_after = !in_name(word.back()) || end == line.size() || !in_name(line[end]);
    if (free_before && free_after) return true;
  }
  return false;
}

std::vector<Function> functions_of(const Lines& code) {
  std::vector<Function> found;
  std::vector<bool> types;  // of the open braces: whether it is a namespace's or a type's
  std::size_t inner = 0;    // open braces within a body or an initialiser
  std::string head;         // what stands before a brace at the level of namespaces and types
  std::size_t head_line = 0;
  bool after_brace = false;  // the head goes on if a comma or a brace follows: a constructor's initialisers
  for (std::size_t number = 1; number <= code.size(); ++number) {
    const std::string& line = code[number - 1];
    if (line.starts_with('#')) continue;
    for (const char c : line + '\n') {
      if (inner > 0) {
        inner += c == '{' ? 1U : 0U;
        inner -= c == '}' ? 1U : 0U;
        if (inner == 0) {
          if (head.find('(') != std::string::npos) found.push_back({head_line, number});
          after_brace = true;
        }
        continue;
      }
      if (std::isspace(static_cast<unsigned char>(c)) != 0) {
        head += ' ';
        continue;
      }
      const bool goes_on = after_brace && (c == ',' || c == '{');
      if (after_brace && !goes_on) head.clear();
      after_brace = false;
      if (c == '{' && !goes_on && opens_type_or_namespace(head)) {
        types.push_back(true);
        head.clear();
      } else if (c == '{') {
        inner = 1;
      } else if (c == '}' || c == ';') {
        if (c == '}' && !types.empty()) types.pop_back();
        head.clear();
      } else {
        if (head.find_first_not_of(' ') == std::string::npos) head_line = number;
        head += c;
      }
    }
  }
  return found;
}

const std::vector<SourceFile>& sources() {
  static const std::vector<SourceFile> files = [] {
    std::vector<SourceFile> all;
    for (const char* top : {"core", "sim", "viz", "tests"}) {
      for (std::string& path : files_below(top)) {
        if (!path.ends_with(".hpp") && !path.ends_with(".cpp")) continue;
        const std::string text = read_text(path);
        std::string folder = folder_of(path);
        all.push_back(
            {std::move(path), std::move(folder), split_lines(text), split_lines(blank_comments_and_quotes(text))});
      }
    }
    return all;
  }();
  return files;
}

const std::vector<std::string>& all_files() {
  static const std::vector<std::string> files = [] {
    std::vector<std::string> all;
    for (const char* top : {"core", "sim", "viz", "tests", "scenarios", "scripts", "cmake", ".ci"}) {
      if (exists(top)) std::ranges::move(files_below(top), std::back_inserter(all));
    }
    for (const auto& entry : fs::directory_iterator{root()}) {
      if (entry.is_regular_file() && entry.path().filename() != ".git") all.push_back(entry.path().filename().string());
    }
    std::ranges::sort(all);
    return all;
  }();
  return files;
}

}  // namespace kafkasim::tidy
