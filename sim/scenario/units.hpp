#pragma once
// Quantities as scenario files write them, read exactly: whole numbers or decimal fractions that come out whole in the
// unit of the result. Errors are sentences that quote what was written: not of that form, negative, too large, too
// fine.
//   durations "250ms" "10s" "5m" "1h" "7d" "0.1ms" "200us" "5ns", at most a hundred years
//   sizes "200B" "10MiB" "1GB" (kB, MB, GB, TB are powers of 1000; KiB, MiB, GiB, TiB of 1024)
//   record rates "1000/s" "0.5/s", byte rates "100MiB/s", ranges "1s..8s" "100B..300B" or one value
#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/result.hpp"
#include "core/base/time.hpp"
#include "sim/scenario/scenario.hpp"

namespace kafkasim::sim {

inline constexpr Duration longest_duration{36'500LL * 86'400 * 1'000'000'000};  // so that two of them can be added

[[nodiscard]] Result<Duration> parse_duration(std::string_view text);
[[nodiscard]] Result<Duration> parse_signed_duration(std::string_view text);  // "-5s" too
[[nodiscard]] Result<std::int64_t> parse_drift(std::string_view text);  // "200ppm", "-50ppm": per million, below a million
[[nodiscard]] Result<std::int64_t> parse_size(std::string_view text);       // bytes
[[nodiscard]] Result<std::int64_t> parse_byte_rate(std::string_view text);  // bytes a second, at least 1
[[nodiscard]] Result<RecordRate> parse_record_rate(std::string_view text);  // may be 0
[[nodiscard]] Result<Range<Duration>> parse_duration_range(std::string_view text);
[[nodiscard]] Result<Range<std::int64_t>> parse_size_range(std::string_view text);
// "1.5" in thousandths: 1500. At most a million.
[[nodiscard]] Result<std::int64_t> parse_permille(std::string_view text);
[[nodiscard]] Result<std::int64_t> parse_per_million(std::string_view text);  // "0.05": 50000

[[nodiscard]] std::string format_duration(
    Duration duration);                                     // "10s", "1500ms", "0.25ms": the largest unit that is exact
[[nodiscard]] std::string format_size(std::int64_t bytes);  // "20MiB", "1500B"
// In quotes, shortened if long, with control characters left out: for messages that show foreign text.
[[nodiscard]] std::string quote(std::string_view text);

}  // namespace kafkasim::sim
