#include "sim/report/plot.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace kafkasim::sim {

namespace {

constexpr std::int64_t plot_width = 900;
constexpr std::int64_t plot_left = 78;  // of the drawing itself
constexpr std::int64_t right = 884;
constexpr std::int64_t top = 30;
constexpr std::int64_t plot_height = 120;
constexpr std::array<std::string_view, 6> colours{"#1f5fa8", "#c2410c", "#15803d", "#7e22ce", "#a16207", "#0f766e"};
constexpr std::array<std::string_view, 6> dashes{"", "7 3", "2 2", "9 3 2 3", "4 4", "12 4"};

// value * length / most, for numbers of any size.
std::int64_t scaled(std::int64_t value, std::int64_t most, std::int64_t length) {
  for (; most >> 40 != 0; most >>= 1) value >>= 1;
  return value * length / most;
}

std::int64_t x_of(Duration at, Duration end) {
  const std::int64_t whole = std::max<std::int64_t>(1, end.ns);
  return plot_left + scaled(std::clamp<std::int64_t>(at.ns, 0, whole), whole, right - plot_left);
}

std::string tick_text(std::int64_t value, PlotUnit unit) {
  const std::int64_t kilo = unit == PlotUnit::bytes ? 1024 : 1000;
  constexpr std::array<std::string_view, 5> bytes{"B", "KiB", "MiB", "GiB", "TiB"};
  constexpr std::array<std::string_view, 5> counts{"", "k", "M", "G", "T"};
  std::size_t power = 0;
  std::int64_t tenths = 0;
  for (; value >= kilo && power + 1 < counts.size(); value /= kilo, ++power) tenths = value % kilo * 10 / kilo;
  const std::string number = tenths == 0 ? std::to_string(value) : fmt::format("{}.{}", value, tenths);
  if (unit == PlotUnit::bytes) return fmt::format("{} {}", number, bytes[power]);
  return fmt::format("{}{}{}", number, counts[power], unit == PlotUnit::per_second ? "/s" : "");
}

std::string time_text(Duration at) {
  const std::int64_t ms = at.whole_ms();
  if (ms >= 2 * 86'400'000) return fmt::format("{}.{} d", ms / 86'400'000, ms % 86'400'000 / 8'640'000);
  if (ms >= 2 * 3'600'000) return fmt::format("{}.{} h", ms / 3'600'000, ms % 3'600'000 / 360'000);
  return ms % 1000 == 0 ? fmt::format("{} s", ms / 1000) : fmt::format("{}.{} s", ms / 1000, ms % 1000 / 100);
}

std::string text_at(std::int64_t x, std::int64_t y, std::string_view anchor, std::string_view text) {
  return fmt::format("<text x=\"{}\" y=\"{}\" text-anchor=\"{}\">{}</text>\n", x, y, anchor, escape_markup(text));
}

std::string open_svg(std::int64_t height, std::string_view title) {
  return fmt::format("<svg viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"{}\">\n", plot_width, height, escape_markup(title))
         + fmt::format("<text x=\"0\" y=\"14\" class=\"title\">{}</text>\n", escape_markup(title));
}

std::string time_axis(Duration end, std::int64_t y) {
  std::string out;
  for (std::int64_t i = 0; i <= 6; ++i) {
    const Duration at{i == 6 ? end.ns : end.ns / 6 * i};
    out += text_at(x_of(at, end), y, i == 0 ? "start" : i == 6 ? "end" : "middle", time_text(at));
  }
  return out;
}

std::string marks_svg(const std::vector<PlotMark>& marks, Duration end, std::int64_t from_y, std::int64_t to_y) {
  std::string out;
  std::int64_t last_x = -100;
  for (const PlotMark& mark : marks) {
    const std::int64_t x = x_of(mark.at, end);
    out += fmt::format("<line class=\"fault\" x1=\"{}\" y1=\"{}\" x2=\"{}\" y2=\"{}\"/>\n", x, from_y, x, to_y);
    if (x - last_x < 12) continue;  // their numbers would lie on each other
    out += fmt::format("<text class=\"fault\" x=\"{}\" y=\"{}\" text-anchor=\"middle\">{}</text>\n", x, from_y - 3,
                       escape_markup(mark.label));
    last_x = x;
  }
  return out;
}

std::int64_t highest(const Plot& plot) {
  std::int64_t most = 1;
  for (const PlotLine& line : plot.lines) {
    for (const PlotPoint& point : line.points) most = std::max(most, point.value);
  }
  return most;
}

std::string legend(const std::vector<PlotLine>& lines) {
  std::string out;
  std::int64_t x = right;
  for (std::size_t i = lines.size(); i-- > 0;) {
    x -= static_cast<std::int64_t>(lines[i].name.size()) * 7 + 6;
    out += text_at(x, 14, "start", lines[i].name);
    out += fmt::format("<line class=\"line\" stroke=\"{}\" stroke-dasharray=\"{}\" x1=\"{}\" y1=\"10\" x2=\"{}\" y2=\"10\"/>\n",
                       colours[i % colours.size()], dashes[i % dashes.size()], x - 30, x - 5);
    x -= 40;
  }
  return out;
}

}  // namespace

std::string escape_markup(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\n': out += ' '; break;
      default:
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
          out += "\xEF\xBF\xBD";
        } else {
          out += c;
        }
    }
  }
  return out;
}

std::string plot_svg(const Plot& plot) {
  constexpr std::int64_t bottom = top + plot_height;
  const std::int64_t most = highest(plot);
  const auto y_of = [most](std::int64_t value) {
    return bottom - scaled(std::clamp<std::int64_t>(value, 0, most), most, plot_height);
  };
  std::string out = open_svg(bottom + 20, plot.title) + legend(plot.lines);
  for (const std::int64_t value : {std::int64_t{0}, most / 2, most}) {
    const std::int64_t y = y_of(value);
    out += fmt::format("<line class=\"grid\" x1=\"{}\" y1=\"{}\" x2=\"{}\" y2=\"{}\"/>\n", plot_left, y, right, y);
    out += text_at(plot_left - 6, y + 4, "end", tick_text(value, plot.unit));
  }
  for (std::size_t i = 0; i < plot.lines.size(); ++i) {
    std::string points;
    for (const PlotPoint& point : plot.lines[i].points)
      points += fmt::format("{},{} ", x_of(point.at, plot.end), y_of(point.value));
    out += fmt::format("<polyline class=\"line\" stroke=\"{}\" stroke-dasharray=\"{}\" points=\"{}\"/>\n",
                       colours[i % colours.size()], dashes[i % dashes.size()], points);
  }
  return out + marks_svg(plot.marks, plot.end, top, bottom) + time_axis(plot.end, bottom + 15) + "</svg>\n";
}

std::string strips_svg(const StripPlot& plot) {
  constexpr std::int64_t row_height = 16;
  const std::int64_t bottom = top + row_height * static_cast<std::int64_t>(plot.rows.size());
  std::string out = open_svg(bottom + 20, plot.title);
  for (std::size_t i = 0; i < plot.rows.size(); ++i) {
    const std::int64_t y = top + row_height * static_cast<std::int64_t>(i);
    out += text_at(plot_left - 6, y + 12, "end", plot.rows[i].name);
    for (const StripRow::Stretch& stretch : plot.rows[i].stretches) {
      const std::int64_t x = x_of(stretch.from, plot.end);
      const std::int64_t wide = std::max<std::int64_t>(1, x_of(stretch.to, plot.end) - x);
      const std::string state =
          stretch.state < 0 ? "no " + plot.state_name : fmt::format("{} {}", plot.state_name, stretch.state);
      const std::string_view colour =
          stretch.state < 0 ? "#ffffff" : colours[static_cast<std::size_t>(stretch.state) % colours.size()];
      out += fmt::format(
          "<rect class=\"strip\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"{}\"><title>{}, {} to {}</title></rect>\n", x,
          y + 1, wide, row_height - 2, colour, escape_markup(state), time_text(stretch.from), time_text(stretch.to));
      if (wide > 24) {
        out += fmt::format("<text class=\"{}\" x=\"{}\" y=\"{}\">{}</text>\n", stretch.state < 0 ? "none" : "in", x + 5, y + 12,
                           stretch.state < 0 ? "none" : std::to_string(stretch.state));
      }
    }
  }
  return out + marks_svg(plot.marks, plot.end, top, bottom) + time_axis(plot.end, bottom + 15) + "</svg>\n";
}

}  // namespace kafkasim::sim
