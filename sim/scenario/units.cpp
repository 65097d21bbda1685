#include "sim/scenario/units.hpp"

#include <array>
#include <optional>
#include <span>

namespace kafkasim::sim {

namespace {

struct Unit {
  std::string_view name;
  std::int64_t scale{};
};
// A name that ends another stands after it.
constexpr std::array duration_units{Unit{"ns", 1},
                                    Unit{"us", 1'000},
                                    Unit{"ms", 1'000'000},
                                    Unit{"s", 1'000'000'000},
                                    Unit{"m", 60'000'000'000},
                                    Unit{"h", 3'600'000'000'000},
                                    Unit{"d", 86'400'000'000'000}};
constexpr std::array size_units{Unit{"KiB", 1LL << 10},
                                Unit{"MiB", 1LL << 20},
                                Unit{"GiB", 1LL << 30},
                                Unit{"TiB", 1LL << 40},
                                Unit{"kB", 1'000},
                                Unit{"KB", 1'000},
                                Unit{"MB", 1'000'000},
                                Unit{"GB", 1'000'000'000},
                                Unit{"TB", 1'000'000'000'000},
                                Unit{"B", 1}};
constexpr std::array rate_units{Unit{"/s", 1'000}};
constexpr std::array plain_units{Unit{"", 1'000}};
constexpr std::array share_units{Unit{"", 1'000'000}};

enum class Wrong : std::uint8_t { form, negative, too_large, too_fine };
enum class Finer : std::uint8_t { refused, dropped };  // what is less than the smallest unit
using Exact = tl::expected<std::int64_t, Wrong>;
__extension__ using Wide = unsigned __int128;

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

// whole.fraction times scale, if that fits and is whole, or may be made so.
Exact scaled(std::string_view whole, std::string_view fraction, std::int64_t scale, Finer finer) {
  std::int64_t value = 0;
  for (const char c : whole) {
    if (__builtin_mul_overflow(value, 10, &value) || __builtin_add_overflow(value, c - '0', &value)) {
      return tl::unexpected{Wrong::too_large};
    }
  }
  if (__builtin_mul_overflow(value, scale, &value)) return tl::unexpected{Wrong::too_large};
  while (!fraction.empty() && fraction.back() == '0') fraction.remove_suffix(1);
  if (fraction.size() > 18) {
    if (finer == Finer::refused) return tl::unexpected{Wrong::too_fine};
    fraction = fraction.substr(0, 18);
  }
  std::int64_t part = 0;
  std::int64_t denominator = 1;
  for (const char c : fraction) {
    part = part * 10 + (c - '0');
    denominator *= 10;
  }
  const Wide product = static_cast<Wide>(part) * static_cast<Wide>(scale);
  if (product % static_cast<Wide>(denominator) != 0 && finer == Finer::refused) return tl::unexpected{Wrong::too_fine};
  part = static_cast<std::int64_t>(product / static_cast<Wide>(denominator));  // below scale
  if (__builtin_add_overflow(value, part, &value)) return tl::unexpected{Wrong::too_large};
  return value;
}

Exact parse_exact(std::string_view text, std::span<const Unit> units, Finer finer = Finer::refused) {
  const bool negative = !text.empty() && text.front() == '-';
  if (negative) text.remove_prefix(1);
  std::size_t at = 0;
  while (at < text.size() && is_digit(text[at])) ++at;
  const std::string_view whole = text.substr(0, at);
  std::string_view fraction;
  if (at < text.size() && text[at] == '.') {
    const std::size_t from = ++at;
    while (at < text.size() && is_digit(text[at])) ++at;
    fraction = text.substr(from, at - from);
    if (fraction.empty()) return tl::unexpected{Wrong::form};
  }
  if (whole.empty()) return tl::unexpected{Wrong::form};
  for (const Unit& unit : units) {
    if (text.substr(at) != unit.name) continue;
    if (negative) return tl::unexpected{Wrong::negative};
    return scaled(whole, fraction, unit.scale, unit.scale == 1 ? Finer::refused : finer);  // half a byte is none
  }
  return tl::unexpected{Wrong::form};
}

tl::unexpected<Error> sentence(std::string_view text, Wrong wrong, std::string_view kind, std::string_view examples) {
  switch (wrong) {
    case Wrong::form: return fail(quote(text) + " is not a " + std::string{kind} + " like " + std::string{examples});
    case Wrong::negative: return fail("a " + std::string{kind} + " must not be negative: " + quote(text));
    case Wrong::too_large: return fail("a " + std::string{kind} + " this large is not possible: " + quote(text));
    case Wrong::too_fine: break;
  }
  return fail("a " + std::string{kind} + " this fine is not possible: " + quote(text));
}

template <class T, class Parse>
Result<Range<T>> parse_range(std::string_view text, Parse parse) {
  const std::size_t dots = text.find("..");
  const auto least = parse(text.substr(0, dots));
  if (!least) return tl::unexpected{least.error()};
  if (dots == std::string_view::npos) return Range<T>{*least, *least};
  const auto most = parse(text.substr(dots + 2));
  if (!most) return tl::unexpected{most.error()};
  if (*most < *least) return fail("the range " + quote(text) + " ends below its beginning");
  return Range<T>{*least, *most};
}

// The largest unit of which `value` is a whole number.
std::string format(std::int64_t value, std::span<const Unit> units) {
  const Unit* best = nullptr;
  for (const Unit& unit : units) {
    if (value % unit.scale == 0 && (best == nullptr || unit.scale > best->scale)) best = &unit;
  }
  return std::to_string(value / best->scale) + std::string{best->name};
}

}  // namespace

Result<Duration> parse_duration(std::string_view text) {
  Exact ns = parse_exact(text, duration_units);
  if (ns && *ns > longest_duration.ns) ns = tl::unexpected{Wrong::too_large};
  if (!ns) return sentence(text, ns.error(), "duration", "\"250ms\", \"10s\" or \"5m\"");
  return Duration{*ns};
}

Result<Duration> parse_signed_duration(std::string_view text) {
  const bool negative = text.starts_with('-');
  const Result<Duration> length = parse_duration(negative ? text.substr(1) : text);
  if (!length) return sentence(text, Wrong::form, "duration", "\"250ms\" or \"-5s\"");
  return negative ? Duration{-length->ns} : *length;
}

Result<std::int64_t> parse_drift(std::string_view text) {
  constexpr std::array units{Unit{"ppm", 1}};
  const bool negative = text.starts_with('-');
  Exact ppm = parse_exact(negative ? text.substr(1) : text, units);
  if (ppm && *ppm >= 1'000'000) ppm = tl::unexpected{Wrong::too_large};
  if (!ppm) return sentence(text, ppm.error(), "drift", "\"200ppm\" or \"-50ppm\"");
  return negative ? -*ppm : *ppm;
}

Result<std::int64_t> parse_size(std::string_view text) {
  const Exact bytes = parse_exact(text, size_units, Finer::dropped);
  if (!bytes) return sentence(text, bytes.error(), "size", "\"200B\" or \"10MiB\"");
  return *bytes;
}

Result<std::int64_t> parse_byte_rate(std::string_view text) {
  constexpr std::string_view per_second = "/s";
  Exact bytes = tl::unexpected{Wrong::form};
  if (text.ends_with(per_second)) bytes = parse_exact(text.substr(0, text.size() - per_second.size()), size_units, Finer::dropped);
  if (!bytes) return sentence(text, bytes.error(), "rate", "\"100MiB/s\"");
  if (*bytes == 0) return fail("this rate must not be zero");
  return *bytes;
}

Result<RecordRate> parse_record_rate(std::string_view text) {
  constexpr std::int64_t most = 1'000'000'000LL * 1'000;
  Exact rate = parse_exact(text, rate_units);
  if (rate && *rate > most) rate = tl::unexpected{Wrong::too_large};
  if (!rate) return sentence(text, rate.error(), "rate", "\"1000/s\"");
  return RecordRate{*rate};
}

Result<Range<Duration>> parse_duration_range(std::string_view text) {
  return parse_range<Duration>(text, parse_duration);
}

Result<Range<std::int64_t>> parse_size_range(std::string_view text) {
  return parse_range<std::int64_t>(text, parse_size);
}

Result<std::int64_t> parse_permille(std::string_view text) {
  Exact permille = parse_exact(text, plain_units);
  if (permille && *permille > 1'000'000'000) permille = tl::unexpected{Wrong::too_large};
  if (!permille) return sentence(text, permille.error(), "factor", "10 or 0.5");
  return *permille;
}

Result<std::int64_t> parse_per_million(std::string_view text) {
  const Exact parts = parse_exact(text, share_units);
  if (!parts) return sentence(text, parts.error(), "share", "0.05");
  return *parts;
}

std::string format_duration(Duration duration) {
  // Minutes and more read better in seconds: "90s", "60s".
  return format(duration.ns, std::span{duration_units}.first(4));
}

std::string format_size(std::int64_t bytes) {
  constexpr std::array binary{Unit{"B", 1}, Unit{"KiB", 1LL << 10}, Unit{"MiB", 1LL << 20}, Unit{"GiB", 1LL << 30}};
  return bytes == 0 ? "0B" : format(bytes, binary);
}

std::string quote(std::string_view text) {
  constexpr std::size_t most = 80;
  std::string out = "'";
  for (const char c : text.substr(0, most)) {
    if (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f) out += c;
  }
  if (text.size() > most) {
    // Not in the middle of a UTF-8 sequence.
    while (!out.empty() && (static_cast<unsigned char>(out.back()) & 0xc0) == 0x80) out.pop_back();
    if ((static_cast<unsigned char>(out.back()) & 0x80) != 0) out.pop_back();
    out += "...";
  }
  return out + "'";
}

}  // namespace kafkasim::sim
