#include "viz/panels/plot_geometry.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

namespace kafkasim::viz {

namespace {

double next_round_step(double step) {  // of 1, 2, 5, 10, ...
  const double power = std::pow(10.0, std::floor(std::log10(step) + 1e-9));
  const double digit = std::round(step / power);
  return digit < 1.5 ? 2 * power : digit < 3.5 ? 5 * power : 10 * power;
}

double first_round_step(double at_least) {
  double step = std::pow(10.0, std::floor(std::log10(at_least) + 1e-9));
  while (step < at_least * (1 - 1e-9)) step = next_round_step(step);
  return step;
}

std::int64_t first_time_step(std::int64_t at_least_ns) {
  constexpr std::int64_t second = 1'000'000'000;
  for (std::int64_t power = 1; power < second; power *= 10) {
    for (const std::int64_t digit : {1, 2, 5}) {
      if (digit * power >= at_least_ns) return digit * power;
    }
  }
  for (const std::int64_t whole : {1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600}) {
    if (whole * second >= at_least_ns) return whole * second;
  }
  return (at_least_ns + 3600 * second - 1) / (3600 * second) * 3600 * second;
}

std::string with_unit(double value, std::string_view unit) {  // three digits, no zeros behind the point
  std::string digits = fmt::format("{:.{}f}", value, value < 9.95 ? 2 : value < 99.5 ? 1 : 0);
  if (digits.find('.') != std::string::npos) {
    while (digits.back() == '0') digits.pop_back();
    if (digits.back() == '.') digits.pop_back();
  }
  return digits + std::string{unit};
}

}  // namespace

ValueAxis value_axis(double highest, std::size_t most, double least_step) {
  const double wanted = std::max(highest, std::max(least_step, 1e-9));
  const double intervals = static_cast<double>(std::max<std::size_t>(most, 2) - 1);
  double step = first_round_step(std::max(wanted / intervals, least_step));
  while (std::ceil(wanted / step - 1e-9) > intervals) step = next_round_step(step);
  ValueAxis axis;
  if (least_step >= 1 && wanted <= 12 && step > 1) {  // a small count: its ticks are its parts, not 0, 2, 4 for a 3
    const auto whole = static_cast<std::int64_t>(std::ceil(wanted));
    auto parts = static_cast<std::int64_t>(intervals);
    while (whole % parts != 0) --parts;
    step = static_cast<double>(whole / parts);
  }
  const auto steps = static_cast<std::size_t>(std::ceil(wanted / step - 1e-9));
  axis.top = step * static_cast<double>(steps);
  for (std::size_t i = 0; i <= steps; ++i) axis.ticks.push_back(step * static_cast<double>(i));
  return axis;
}

TimeAxis time_axis(Duration from, Duration to, std::size_t most) {
  TimeAxis axis;
  const std::int64_t length = std::max<std::int64_t>((to - from).ns, 1);
  const auto intervals = static_cast<std::int64_t>(std::max<std::size_t>(most, 2) - 1);
  axis.step = {first_time_step((length + intervals - 1) / intervals)};
  std::int64_t at = from.ns / axis.step.ns * axis.step.ns;
  if (at < from.ns) at += axis.step.ns;
  for (; at <= to.ns; at += axis.step.ns) axis.ticks.push_back({at});
  return axis;
}

std::string moment_text(Duration at, Duration step) {
  int decimals = 0;
  for (std::int64_t unit = 1'000'000'000; unit > step.ns && decimals < 9; unit /= 10) ++decimals;
  const double whole = static_cast<double>(at.ns) / 1e9;
  if (at >= seconds(120) && decimals == 0) {
    const std::int64_t total = at.ns / 1'000'000'000;
    return fmt::format("{}:{:02}", total / 60, total % 60);
  }
  return fmt::format("{:.{}f} s", whole, decimals);
}

std::string span_text(Duration length) {
  const auto ns = static_cast<double>(length.ns);
  if (ns < 1e3) return with_unit(ns, " ns");
  if (ns < 1e6) return with_unit(ns / 1e3, " us");
  if (ns < 1e9) return with_unit(ns / 1e6, " ms");
  return with_unit(ns / 1e9, " s");
}

std::string number_text(double value) {
  if (value < 0) return "-" + number_text(-value);
  if (value < 999.5) return with_unit(value, "");
  if (value < 999.5e3) return with_unit(value / 1e3, "k");
  if (value < 999.5e6) return with_unit(value / 1e6, "M");
  return with_unit(value / 1e9, "G");
}

std::string bytes_text(double bytes) {
  constexpr std::array units{" B", " kB", " MB", " GB", " TB"};
  std::size_t unit = 0;
  while (bytes >= 999.5 && unit + 1 < units.size()) {
    bytes /= 1000;
    ++unit;
  }
  return with_unit(bytes, units[unit]);
}

std::vector<PixelPoint> decimated(const std::vector<PixelPoint>& points) {
  std::vector<PixelPoint> kept;
  for (std::size_t begin = 0; begin < points.size();) {
    const float column = std::floor(points[begin].x);
    std::size_t end = begin;
    std::size_t low = begin;
    std::size_t high = begin;
    for (; end < points.size() && std::floor(points[end].x) == column; ++end) {
      if (points[end].y < points[low].y) low = end;
      if (points[end].y > points[high].y) high = end;
    }
    std::array chosen{begin, std::min(low, high), std::max(low, high), end - 1};
    for (std::size_t i = 0; i < chosen.size(); ++i) {
      if (i == 0 || chosen[i] != chosen[i - 1]) kept.push_back(points[chosen[i]]);
    }
    begin = end;
  }
  return kept;
}

std::vector<TimePoint> rate_per_second(const std::vector<sim::Series::Sample>& samples, Counter counter) {
  std::vector<TimePoint> rates;
  for (std::size_t i = 1; i < samples.size(); ++i) {
    const auto& before = samples[i - 1];
    const auto& now = samples[i];
    if (now.at <= before.at) continue;
    const std::int64_t difference = counter == Counter::acked ? now.acked - before.acked : now.consumed - before.consumed;
    rates.push_back({now.at, static_cast<double>(difference) * 1e9 / static_cast<double>((now.at - before.at).ns)});
  }
  return rates;
}

std::vector<LeaderSpan> leader_spans(const std::vector<sim::Series::Sample>& samples, const TopicPartition& partition) {
  std::vector<LeaderSpan> spans;
  bool there = false;  // at the sample before
  for (const auto& sample : samples) {
    if (there) spans.back().to = sample.at;
    const auto found = sample.leaders.find(partition);
    const bool known = found != sample.leaders.end();
    if (known && (!there || spans.back().leader != found->second)) spans.push_back({sample.at, sample.at, found->second});
    there = known;
  }
  return spans;
}

const sim::Series::Sample* sample_at(const std::vector<sim::Series::Sample>& samples, Duration at) {
  const auto after = std::ranges::upper_bound(samples, at, {}, &sim::Series::Sample::at);
  return after == samples.begin() ? nullptr : &*std::prev(after);
}

std::vector<LabelSpot> staggered(const std::vector<LabelWish>& wishes, const LabelRoom& room) {
  std::vector<LabelSpot> spots;
  std::vector<std::optional<float>> ends(room.rows);  // of each row, as far as it is taken
  for (std::size_t i = 0; i < wishes.size(); ++i) {
    const float left = std::min(wishes[i].at, room.right - wishes[i].width - room.count_width);  // it may come to need its number
    std::size_t row = 0;
    while (row < room.rows && ends[row] && *ends[row] + room.gap > left) ++row;
    if (row < room.rows) {
      spots.push_back({i, 1, row, left});
      ends[row] = left + wishes[i].width;
    } else if (!spots.empty()) {  // else there are no rows at all
      LabelSpot& last = spots.back();
      if (++last.count == 2) *ends[last.row] += room.count_width;
    }
  }
  return spots;
}

}  // namespace kafkasim::viz
