#include "core/model/setting_table.hpp"

#include <charconv>

namespace kafkasim {
namespace {

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t above = row[j];
      row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0U : 1U)});
      diagonal = above;
    }
  }
  return row[b.size()];
}

}  // namespace

std::optional<std::int64_t> as_number(const SettingValue& value) {
  if (const auto* n = std::get_if<std::int64_t>(&value)) return *n;
  if (const auto* text = std::get_if<std::string>(&value)) {
    std::int64_t n = 0;
    const char* end = text->data() + text->size();
    if (const auto [at, error] = std::from_chars(text->data(), end, n); error == std::errc{} && at == end) return n;
  }
  return std::nullopt;
}

std::optional<Ratio> as_ratio(const SettingValue& value) {
  if (const std::optional<std::int64_t> n = as_number(value)) {
    return *n == 0 || *n == 1 ? std::optional{Ratio{*n * 1'000'000}} : std::nullopt;
  }
  const auto* text = std::get_if<std::string>(&value);
  if (text == nullptr || text->size() < 3 || text->size() > 8 || (*text)[1] != '.') return std::nullopt;
  std::string digits = text->substr(2);
  digits.resize(6, '0');
  const std::optional<std::int64_t> n = as_number(SettingValue{(*text)[0] + digits});
  if (!n || *n < 0 || *n > 1'000'000) return std::nullopt;
  return Ratio{*n};
}

std::optional<bool> as_bool(const SettingValue& value) {
  if (const auto* b = std::get_if<bool>(&value)) return *b;
  if (value == SettingValue{std::string{"true"}}) return true;
  if (value == SettingValue{std::string{"false"}}) return false;
  return std::nullopt;
}

std::string as_string(const SettingValue& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  if (const auto* n = std::get_if<std::int64_t>(&value)) return std::to_string(*n);
  return std::get<bool>(value) ? "true" : "false";
}

std::string quoted(std::string_view text) { return "'" + std::string{text} + "'"; }

std::string text_of(Ratio ratio) {
  std::string digits = std::to_string(1'000'000 + ratio.millionths % 1'000'000).substr(1);
  while (digits.size() > 1 && digits.back() == '0') digits.pop_back();
  return std::to_string(ratio.millionths / 1'000'000) + "." + digits;
}

std::string text_of(Duration duration) {
  return std::to_string(duration == milliseconds(INT64_MAX) ? INT64_MAX : duration.whole_ms());
}

std::string_view nearest_name(std::string_view name, const std::vector<std::string_view>& known) {
  if (name.size() > 200) return {};
  std::string_view best;
  std::size_t least = std::max<std::size_t>(2, name.size() / 3) + 1;
  for (const std::string_view candidate : known) {
    const std::size_t distance = edit_distance(name, candidate);
    if (distance < least) {
      least = distance;
      best = candidate;
    }
  }
  return best;
}

}  // namespace kafkasim
