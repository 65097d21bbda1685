#pragma once
// Recorded traffic: one column of a CSV file (RFC 4180: commas, double quotes around what holds them). A first line
// without a number in that column is the heading; empty lines do not count. Numbers are read exactly, to the millionth.
// Nothing in the file makes this crash or allocate without bound: at most 64 MiB, a million rows.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"
#include "sim/scenario/operation.hpp"

namespace kafkasim::sim {

// In millionths, none negative, at least one above zero. `column` counts from 1. Errors name the line.
[[nodiscard]] Result<std::vector<std::int64_t>> parse_trace(std::string_view text, std::int64_t column);
[[nodiscard]] Result<std::vector<std::int64_t>> read_trace(const std::string& path, std::int64_t column);
// The same shape, with `peak` where the trace is highest.
[[nodiscard]] std::vector<RecordRate> scaled_to(RecordRate peak, const std::vector<std::int64_t>& trace);

}  // namespace kafkasim::sim
