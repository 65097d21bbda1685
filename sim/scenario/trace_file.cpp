#include "sim/scenario/trace_file.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <limits>
#include <optional>

#include "sim/scenario/units.hpp"

namespace kafkasim::sim {

namespace {

constexpr std::size_t most_bytes = 64UL << 20;
constexpr std::size_t most_trace_rows = 1'000'000;
constexpr std::int64_t scale_digits = 6;

constexpr bool is_decimal(char c) { return c >= '0' && c <= '9'; }

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

enum class NotANumber : std::uint8_t { form, negative, too_large };

// "1.5e3" in millionths, what is finer cut off.
tl::expected<std::int64_t, NotANumber> millionths(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  std::string digits;
  std::int64_t exponent = scale_digits;
  bool point = false;
  std::size_t at = 0;
  for (; at < text.size() && (is_decimal(text[at]) || (text[at] == '.' && !point)); ++at) {
    if (text[at] == '.') {
      point = true;
      continue;
    }
    digits += text[at];
    if (point) --exponent;
  }
  if (digits.empty()) return tl::unexpected{NotANumber::form};
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    const bool down = at + 1 < text.size() && text[at + 1] == '-';
    at += at + 1 < text.size() && (text[at + 1] == '-' || text[at + 1] == '+') ? 2U : 1U;
    const std::string_view power = text.substr(std::min(at, text.size()));
    if (power.empty() || power.size() > 4 || !std::ranges::all_of(power, is_decimal)) return tl::unexpected{NotANumber::form};
    std::int64_t n = 0;
    for (const char c : power) n = n * 10 + (c - '0');
    exponent += down ? -n : n;
    at = text.size();
  }
  if (at != text.size()) return tl::unexpected{NotANumber::form};
  digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size()));
  if (digits.empty()) return 0;
  if (negative) return tl::unexpected{NotANumber::negative};
  const std::int64_t length = std::ssize(digits) + exponent;  // digits before the point, in millionths
  if (length <= 0) return 0;
  if (length > 18) return tl::unexpected{NotANumber::too_large};
  digits.resize(static_cast<std::size_t>(length), '0');
  std::int64_t value = 0;
  for (const char c : digits) value = value * 10 + (c - '0');
  return value;
}

struct Cell {
  std::string text;
  bool found{false};
  std::int64_t columns{0};
};

// One record from `at` on, which moves behind its line break; `line` counts the breaks, also those within quotes. Absent:
// a quote is not closed.
std::optional<Cell> next_record(std::string_view text, std::size_t& at, std::size_t& line, std::int64_t column) {
  Cell cell;
  std::int64_t index = 1;
  bool quoted = false;
  cell.found = index == column;
  for (; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '"') {
      const bool doubled = quoted && at + 1 < text.size() && text[at + 1] == '"';
      if (!doubled) {
        quoted = !quoted;
        continue;
      }
      ++at;
    } else if (!quoted && c == ',') {
      ++index;
      cell.found = cell.found || index == column;
      continue;
    } else if (c == '\n') {
      ++line;
      if (!quoted) {
        ++at;
        break;
      }
    }
    if (index == column && c != '\r') cell.text += c;
  }
  cell.columns = index;
  if (quoted) return std::nullopt;
  return cell;
}

tl::unexpected<Error> in_line(std::size_t line, const std::string& what) {
  return fail("line " + std::to_string(line) + ": " + what);
}

}  // namespace

Result<std::vector<std::int64_t>> parse_trace(std::string_view text, std::int64_t column) {
  std::vector<std::int64_t> values;
  std::int64_t highest = 0;
  std::size_t line = 1;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t from = at;
    const std::size_t here = line;
    const std::optional<Cell> cell = next_record(text, at, line, column);
    if (!cell) return in_line(here, "a double quote is not closed");
    if (trimmed(text.substr(from, text.find_first_of("\r\n", from) - from)).empty()) continue;
    if (!cell->found) {
      return in_line(here, "there is no column " + std::to_string(column) + ", only " + std::to_string(cell->columns));
    }
    const std::string_view number = trimmed(cell->text);
    const auto value = millionths(number);
    if (!value && value.error() == NotANumber::form && here == 1) continue;  // the heading
    if (!value) {
      const std::string_view why = value.error() == NotANumber::form       ? " is not a number"
                                   : value.error() == NotANumber::negative ? " is negative"
                                                                      : " is too large";
      return in_line(here, number.empty() ? "column " + std::to_string(column) + " is empty"
                                          : quote(number) + std::string{why});
    }
    if (values.size() == most_trace_rows) return in_line(here, "a trace has at most a million rows");
    values.push_back(*value);
    highest = std::max(highest, *value);
  }
  if (values.empty()) return fail("there are no rows in it");
  if (highest == 0) return fail("there is no traffic in it: every row is zero");
  return values;
}

Result<std::vector<std::int64_t>> read_trace(const std::string& path, std::int64_t column) {
  std::error_code error;
  if (!std::filesystem::exists(path, error)) return fail("there is no such file");
  if (!std::filesystem::is_regular_file(path, error)) return fail("this is no file");
  std::ifstream in{path, std::ios::binary};
  std::string text;
  const auto size = std::filesystem::file_size(path, error);
  if (error || !in.is_open()) return fail("the file cannot be read");
  if (size > most_bytes) return fail("the file is larger than 64 MiB");
  text.resize(static_cast<std::size_t>(size));
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  if (in.bad()) return fail("the file cannot be read");
  return parse_trace(text, column);
}

std::vector<RecordRate> scaled_to(RecordRate peak, const std::vector<std::int64_t>& trace) {
  __extension__ using Wide = unsigned __int128;
  const std::int64_t highest = *std::ranges::max_element(trace);
  std::vector<RecordRate> rates;
  rates.reserve(trace.size());
  for (const std::int64_t value : trace) {
    const Wide rate = static_cast<Wide>(peak.records_per_1000_s) * static_cast<Wide>(value) / static_cast<Wide>(highest);
    rates.push_back(RecordRate{static_cast<std::int64_t>(rate)});
  }
  return rates;
}

}  // namespace kafkasim::sim
