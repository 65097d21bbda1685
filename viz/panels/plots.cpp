// Plots: small multiples over the whole run, with one x axis and one cursor line. What is ahead of the cursor is fainter.
#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <set>
#include <span>

#include <fmt/format.h>

#include "viz/panels/panels.hpp"
#include "viz/panels/plot_geometry.hpp"

namespace kafkasim::viz {

namespace {

using PlotSamples = std::vector<sim::Series::Sample>;

enum class PlotShape : std::uint8_t { slopes, steps };
struct PlotLine {
  std::string name;  // empty: the plot's title says it
  Colour colour{};
  std::size_t stroke{};  // unbroken, dashed, dotted
  std::vector<TimePoint> points;
};
struct PlotBand {  // a row of segments, each of one leader
  TopicPartition partition;
  std::vector<LeaderSpan> spans;
};
struct Plot {
  std::string probe;
  std::string title;
  PlotShape shape{};
  std::vector<PlotLine> lines;  // either these
  std::vector<PlotBand> bands;  // or these
  std::function<std::string(double)> number;
  double least_step{0};
  float weight{1};  // of the height
};
struct PlotColumn {  // plots below each other, with one x axis
  Area area;
  float left{};      // of the plots proper: labels of the y axes stand before it
  std::span<const Plot> plots;
};

// ---- from samples ----------------------------------------------------------------------------------------------------------------

template <class Value>
std::vector<TimePoint> plot_points(const PlotSamples& samples, const Value& value) {
  std::vector<TimePoint> points;
  for (const auto& sample : samples) {
    if (const std::optional<std::int64_t> there = value(sample)) points.push_back({sample.at, static_cast<double>(*there)});
  }
  return points;
}

Colour plot_colour(const Theme& theme, NodeId broker) { return theme.cycle[static_cast<std::size_t>(std::max(broker.value, 0)) % theme.cycle.size()]; }

Plot rates_plot(const Theme& theme, const PlotSamples& samples) {
  Plot plot{"plot.rates", "", PlotShape::slopes, {}, {}, number_text};
  plot.lines.push_back({"acked/s", theme.cycle[0], 0, rate_per_second(samples, Counter::acked)});
  plot.lines.push_back({"consumed/s", theme.cycle[2], 1, rate_per_second(samples, Counter::consumed)});
  std::erase_if(plot.lines, [](const PlotLine& line) { return std::ranges::none_of(line.points, [](const TimePoint& p) { return p.value > 0; }); });
  return plot;
}

Plot disk_plot(const Theme& theme, const PlotSamples& samples) {
  Plot plot{"plot.disk", "disk used", PlotShape::slopes, {}, {}, bytes_text};
  std::set<NodeId> brokers;
  for (const auto& sample : samples) {
    for (const auto& [broker, used] : sample.disk_used) brokers.insert(broker);
  }
  for (const NodeId broker : brokers) {
    plot.lines.push_back({fmt::format("broker {}", broker.value), plot_colour(theme, broker), plot.lines.size() % 3,
                          plot_points(samples, [&](const auto& sample) -> std::optional<std::int64_t> {
                            const auto found = sample.disk_used.find(broker);
                            return found == sample.disk_used.end() ? std::nullopt : std::optional{found->second};
                          })});
  }
  return plot;
}

Plot leaders_plot(const PlotSamples& samples) {
  Plot plot{"plot.leaders", "leaders", PlotShape::steps, {}, {}, number_text};
  std::set<TopicPartition> partitions;
  for (const auto& sample : samples) {
    for (const auto& [partition, leader] : sample.leaders) partitions.insert(partition);
  }
  for (const TopicPartition& partition : partitions) plot.bands.push_back({partition, leader_spans(samples, partition)});
  plot.weight = std::clamp(0.5F + 0.25F * static_cast<float>(plot.bands.size()), 0.7F, 2.0F);
  return plot;
}

std::vector<Plot> plots_of(const Theme& theme, const PlotSamples& samples) {
  std::vector<Plot> plots;
  plots.push_back(rates_plot(theme, samples));
  plots.push_back({"plot.lag", "lag", PlotShape::slopes, {}, {}, number_text, 1});
  plots.back().lines.push_back({"", theme.cycle[1], 0, plot_points(samples, [](const auto& s) { return s.lag; })});
  plots.push_back({"plot.isr", "smallest ISR", PlotShape::steps, {}, {}, number_text, 1});
  plots.back().lines.push_back({"", theme.cycle[3], 0, plot_points(samples, [](const auto& s) { return s.isr; })});
  plots.push_back(disk_plot(theme, samples));
  plots.push_back(leaders_plot(samples));
  std::erase_if(plots, [](const Plot& plot) {
    return plot.bands.empty() && std::ranges::all_of(plot.lines, [](const PlotLine& line) { return line.points.size() < 2; });
  });
  return plots;
}

// The value that holds at that moment; absent before the first.
std::optional<double> plot_value(const PlotLine& line, Duration at) {
  const auto after = std::ranges::upper_bound(line.points, at, {}, &TimePoint::at);
  return after == line.points.begin() ? std::nullopt : std::optional{std::prev(after)->value};
}

std::optional<NodeId> plot_leader(const PlotBand& band, Duration at) {
  for (const LeaderSpan& span : band.spans) {
    if (span.from <= at && at <= span.to) return span.leader;
  }
  return std::nullopt;
}

// ---- drawing ---------------------------------------------------------------------------------------------------------------------

// A line unbroken, dashed or dotted, whose dashes go on round its corners.
void plot_stroke(ImDrawList& list, std::vector<PixelPoint> points, Colour colour, float thickness, std::size_t stroke) {
  const auto same = [](const PixelPoint& a, const PixelPoint& b) { return std::abs(a.x - b.x) + std::abs(a.y - b.y) < 0.05F; };
  points.erase(std::unique(points.begin(), points.end(), same), points.end());  // ImGui draws splinters where a line stands still
  if (stroke == 0) {
    std::vector<ImVec2> line;
    for (const PixelPoint& p : points) line.emplace_back(p.x, p.y);
    list.AddPolyline(line.data(), static_cast<int>(line.size()), colour, ImDrawFlags_None, thickness);
    return;
  }
  const float on = thickness * (stroke == 1 ? 5.0F : 1.5F);
  const float period = on + thickness * (stroke == 1 ? 3.0F : 2.5F);
  float phase = 0;
  for (std::size_t i = 1; i < points.size(); ++i) {
    const ImVec2 a{points[i - 1].x, points[i - 1].y};
    const ImVec2 d{points[i].x - a.x, points[i].y - a.y};
    const float length = std::hypot(d.x, d.y);
    for (float done = 0; done < length;) {
      const float part = std::min((phase < on ? on : period) - phase, length - done);
      if (phase < on) {
        list.AddLine({a.x + d.x * done / length, a.y + d.y * done / length},
                     {a.x + d.x * (done + part) / length, a.y + d.y * (done + part) / length}, colour, thickness);
      }
      done += std::max(part, 0.01F);
      phase += std::max(part, 0.01F);
      if (phase >= period - 0.01F) phase = 0;
    }
  }
}

class PlotsView {
 public:
  PlotsView(Ui& ui, App& app, const Area& area)
      : ui_{ui}, app_{app}, area_{area}, list_{*ImGui::GetWindowDrawList()}, samples_{app.tape().series(app.branch()).samples()},
        whole_{std::max(app.tape().duration(), milliseconds(1))}, line_{std::ceil(ui.measure(ui.fonts.small, "0g").y)} {}

  void draw() {
    const std::vector<Plot> plots = plots_of(ui_.theme, samples_);
    if (plots.empty()) {
      ui_.write_centred(list_, ui_.fonts.text, area_, ui_.theme.dim, "nothing is known of this run yet");
      return;
    }
    lay_out(plots);
    gather_faults();
    point_at();
    for (const PlotColumn& column : columns_) draw_column(column);
    if (pointed_) tell(plots);
  }

 private:
  [[nodiscard]] float px(float points) const { return ui_.px(points); }
  [[nodiscard]] static float right_of(const PlotColumn& column) { return column.area.max.x; }
  [[nodiscard]] float x_of(const PlotColumn& column, Duration at) const {
    const double share = static_cast<double>(at.ns) / static_cast<double>(whole_.ns);
    return column.left + static_cast<float>(share) * (right_of(column) - column.left);
  }

  // One column where each plot gets enough height; else two.
  void lay_out(const std::vector<Plot>& plots) {
    const bool two = area_.height() < px(58) * static_cast<float>(plots.size()) && area_.width() > px(300) && plots.size() > 1;
    const float gap = px(10);
    const std::span all{plots};
    std::size_t first = plots.size();
    if (two) {
      float weight = 0;
      for (const Plot& plot : plots) weight += plot.weight;
      float above = 0;
      for (first = 0; first + 1 < plots.size() && above + plots[first].weight <= weight / 2 + 0.3F;) above += plots[first++].weight;
    }
    const float width = two ? (area_.width() - gap) / 2 : area_.width();
    columns_.push_back({{area_.min, {area_.min.x + width, area_.max.y}}, 0, all.subspan(0, first)});
    if (two) columns_.push_back({{{area_.max.x - width, area_.min.y}, area_.max}, 0, all.subspan(first)});
    for (PlotColumn& column : columns_) column.left = column.area.min.x + margin(column);
  }

  // Before the plots, for the labels of their y axes.
  [[nodiscard]] float margin(const PlotColumn& column) const {
    float widest = ui_.measure(ui_.fonts.small, "0000").x;
    for (const Plot& plot : column.plots) {
      for (const PlotBand& band : plot.bands) widest = std::max(widest, ui_.measure(ui_.fonts.small, to_string(band.partition)).x);
      for (const double tick : axis_of(plot, 3).ticks) {
        if (plot.bands.empty()) widest = std::max(widest, ui_.measure(ui_.fonts.small, plot.number(tick)).x);
      }
    }
    return std::min(std::ceil(widest), column.area.width() * 0.35F) + px(6);
  }

  [[nodiscard]] static ValueAxis axis_of(const Plot& plot, std::size_t most) {
    double highest = 0;
    for (const PlotLine& line : plot.lines) {
      for (const TimePoint& point : line.points) highest = std::max(highest, point.value);
    }
    return value_axis(highest, most, plot.least_step);
  }

  void gather_faults() {
    const auto& lines = app_.known().story().lines();
    for (std::size_t i = 0; i < lines.size(); ++i) {
      if (lines[i].tone == sim::Tone::fault) faults_.push_back(lines[i].at);
    }
  }

  // Where the mouse is, as a moment; pressed, it takes the cursor there.
  void point_at() {
    ImGui::SetCursorScreenPos(area_.min);
    ImGui::InvisibleButton("plots", area_.size());
    ui_.probe("plots", area_.min, area_.max);
    const bool active = ImGui::IsItemActive();
    if (!active && !ImGui::IsItemHovered()) return;
    const ImVec2 mouse = ImGui::GetIO().MousePos;
    for (const PlotColumn& column : columns_) {
      const bool within = mouse.x >= column.left && mouse.x <= right_of(column);
      if (!within && !(active && columns_.size() == 1)) continue;
      const float share = std::clamp((mouse.x - column.left) / (right_of(column) - column.left), 0.0F, 1.0F);
      pointed_ = Duration{static_cast<std::int64_t>(static_cast<double>(share) * static_cast<double>(whole_.ns))};
    }
    if (active && pointed_ && (ImGui::IsItemActivated() || ImGui::IsMouseDragging(ImGuiMouseButton_Left, 0))) app_.want(SeekTo{*pointed_});
  }

  void draw_column(const PlotColumn& column) {
    const float axis_height = line_ + px(4);
    const float gap = px(5);
    float weights = 0;
    for (const Plot& plot : column.plots) weights += plot.weight;
    const float usable = column.area.height() - axis_height - gap * static_cast<float>(column.plots.size() - 1);
    float top = column.area.min.y;
    for (const Plot& plot : column.plots) {
      const float height = std::floor(usable * plot.weight / weights);
      const Area whole{{column.area.min.x, top}, {column.area.max.x, top + height}};
      ui_.probe(plot.probe, {column.left, whole.min.y}, whole.max);
      draw_plot(column, plot, whole);
      top += height + gap;
    }
    const float bottom = column.area.max.y - axis_height;
    draw_times(column, bottom);
  }

  void draw_times(const PlotColumn& column, float y) {
    const float room = right_of(column) - column.left;
    const TimeAxis axis = time_axis({}, whole_, static_cast<std::size_t>(std::clamp(room / px(56), 2.0F, 12.0F)) + 1);
    float end = column.area.min.x;
    for (const Duration tick : axis.ticks) {
      const std::string text = moment_text(tick, axis.step);
      const float width = ui_.measure(ui_.fonts.small, text).x;
      const float x = x_of(column, tick);
      list_.AddLine({x, y}, {x, y + px(3)}, ui_.theme.dim);
      const float left = std::min(std::round(x - width / 2), right_of(column) - width);
      if (left < end) continue;
      ui_.write(list_, ui_.fonts.small, {left, y + px(3)}, ui_.theme.dim, text);
      end = left + width + px(6);
    }
  }

  void draw_moments(const PlotColumn& column, const Area& body) {
    float last = -1e6F;
    for (const Duration at : faults_) {
      const float x = std::round(x_of(column, at)) + 0.5F;
      if (x < last + px(2)) continue;
      last = x;
      dashed_line(list_, {x, body.min.y}, {x, body.max.y}, faded(ui_.theme.bad, 0.55F), px(1), px(3));
    }
    const float now = std::round(x_of(column, app_.now())) + 0.5F;
    list_.AddLine({now, body.min.y}, {now, body.max.y}, ui_.theme.accent, px(1.5F));
    if (!pointed_) return;
    const float x = std::round(x_of(column, *pointed_)) + 0.5F;
    list_.AddLine({x, body.min.y}, {x, body.max.y}, ui_.theme.text, px(1));
  }

  void draw_plot(const PlotColumn& column, const Plot& plot, const Area& whole) {
    draw_title(column, plot, whole);
    const Area body{{column.left, whole.min.y + line_ + px(3)}, {right_of(column), whole.max.y}};
    list_.AddRectFilled(body.min, body.max, faded(ui_.theme.raised, 0.5F));
    if (!samples_.empty() && samples_.back().at < whole_) {  // not known yet
      const float x = x_of(column, samples_.back().at);
      hatch(list_, {{x, body.min.y}, body.max}, faded(ui_.theme.faint, 0.5F), px(6), px(1));
    }
    if (plot.bands.empty()) {
      draw_lines(column, plot, body);
    } else {
      draw_bands(column, plot, body);
    }
    draw_moments(column, body);
  }

  // The title, then each line's stroke with its name and what it is at the cursor: as much of that as there is room for.
  void draw_title(const PlotColumn& column, const Plot& plot, const Area& whole) {
    const Duration at = pointed_.value_or(app_.now());
    float x = whole.min.x;
    if (!plot.title.empty()) x += ui_.write(list_, ui_.fonts.small, whole.min, ui_.theme.text, plot.title, whole.width()).x + px(8);
    enum class Say : std::uint8_t { all, short_names, names_alone };
    const auto text_of = [&](const PlotLine& line, Say say) {
      const std::string_view name = std::string_view{line.name}.substr(say != Say::all && line.name.starts_with("broker ") ? 7 : 0);
      if (say == Say::names_alone && !name.empty()) return std::string{name};
      const auto value = plot_value(line, at);
      return fmt::format("{}{}{}", name, name.empty() ? "" : ": ", value ? plot.number(*value) : "none");
    };
    const auto wanted = [&](Say say) {
      float sum = 0;
      for (const PlotLine& line : plot.lines) sum += px(20) + ui_.measure(ui_.fonts.small, text_of(line, say)).x;
      return sum - px(7);
    };
    Say say = Say::all;
    for (const Say shorter : {Say::short_names, Say::names_alone}) {
      if (x + wanted(say) > right_of(column)) say = shorter;
    }
    for (const PlotLine& line : plot.lines) {
      const std::string text = text_of(line, say);
      const float width = ui_.measure(ui_.fonts.small, text).x;
      if (x + px(13) + width > right_of(column)) break;
      const float y = std::round(whole.min.y + line_ / 2) + 0.5F;
      plot_stroke(list_, {{x, y}, {x + px(10), y}}, line.colour, px(1.6F), line.stroke);
      ui_.write(list_, ui_.fonts.small, {x + px(13), whole.min.y}, ui_.theme.dim, text);
      x += px(20) + width;
    }
  }

  void draw_lines(const PlotColumn& column, const Plot& plot, const Area& body) {
    const auto most = static_cast<std::size_t>(std::clamp(body.height() / (line_ * 1.35F), 1.0F, 3.0F)) + 1;
    const ValueAxis axis = axis_of(plot, std::clamp<std::size_t>(most, 2, plot.least_step > 0 ? 4 : 3));
    const float top = body.min.y + px(2);
    const float bottom = body.max.y - px(2);
    const auto y_of = [&](double value) { return bottom - static_cast<float>(value / axis.top) * (bottom - top); };
    float lowest = 1e9F;  // no label below this one overlaps with it
    for (const double tick : axis.ticks) {
      const float y = std::round(y_of(tick)) + 0.5F;
      list_.AddLine({body.min.x, y}, {body.max.x, y}, faded(ui_.theme.faint, 0.7F));
      const std::string text = plot.number(tick);
      const float label = std::clamp(y - line_ / 2, body.min.y - px(3), std::max(body.max.y - line_ + px(2), body.min.y - px(3)));
      if (label + line_ > lowest) continue;
      lowest = label;
      ui_.write(list_, ui_.fonts.small, {body.min.x - px(4) - ui_.measure(ui_.fonts.small, text).x, std::round(label)}, ui_.theme.dim, text);
    }
    const float now = x_of(column, app_.now());
    for (const PlotLine& line : plot.lines) {
      std::vector<PixelPoint> points;
      for (const TimePoint& point : line.points) {
        const PixelPoint p{x_of(column, point.at), y_of(point.value)};
        if (plot.shape == PlotShape::steps && !points.empty()) points.push_back({p.x, points.back().y});
        points.push_back(p);
      }
      points = decimated(points);
      stroke_to(points, line, {body.min, {std::clamp(now, body.min.x, body.max.x), body.max.y}}, 1.0F);
      stroke_to(points, line, {{std::clamp(now, body.min.x, body.max.x), body.min.y}, body.max}, 0.45F);
    }
  }

  void stroke_to(const std::vector<PixelPoint>& points, const PlotLine& line, const Area& within, float alpha) {
    if (within.width() <= 0) return;
    list_.PushClipRect(within.min, within.max, true);
    plot_stroke(list_, points, faded(line.colour, alpha), px(1.6F), line.stroke);
    list_.PopClipRect();
  }

  void draw_bands(const PlotColumn& column, const Plot& plot, const Area& body) {
    const auto fit = static_cast<std::size_t>(std::max(body.height() / (line_ + px(1)), 1.0F));
    const std::size_t shown = plot.bands.size() <= fit ? plot.bands.size() : fit - std::min<std::size_t>(fit - 1, 1);
    const float pitch = std::min(body.height() / static_cast<float>(std::min(fit, plot.bands.size())), px(20));
    for (std::size_t i = 0; i < shown; ++i) {
      const float top = body.min.y + pitch * static_cast<float>(i);
      draw_band(column, plot.bands[i], {{body.min.x, top}, {body.max.x, top + pitch - px(1)}});
    }
    if (shown == plot.bands.size()) return;
    const std::string more = fmt::format("and {} more partitions", plot.bands.size() - shown);
    ui_.write(list_, ui_.fonts.small, {body.min.x + px(2), body.min.y + pitch * static_cast<float>(shown)}, ui_.theme.dim, more, body.width());
  }

  void draw_band(const PlotColumn& column, const PlotBand& band, const Area& row) {
    const float text_top = std::round(row.min.y + (row.height() - line_) / 2);
    const float label_room = column.left - px(4) - column.area.min.x;
    const std::string name = to_string(band.partition);
    const float name_width = std::min(ui_.measure(ui_.fonts.small, name).x, label_room);
    ui_.write(list_, ui_.fonts.small, {column.left - px(4) - name_width, text_top}, ui_.theme.dim, name, name_width + 1);
    const float now = x_of(column, app_.now());
    for (const LeaderSpan& span : band.spans) {
      const Area area{{x_of(column, span.from), row.min.y}, {std::max(x_of(column, span.to), x_of(column, span.from) + 1), row.max.y}};
      const std::string text = span.leader ? std::to_string(span.leader->value) : "none";
      const bool ahead = area.min.x >= now;
      if (span.leader) {
        const Colour colour = plot_colour(ui_.theme, *span.leader);
        list_.AddRectFilled(area.min, {std::clamp(now, area.min.x, area.max.x), area.max.y}, faded(colour, 0.55F));
        list_.AddRectFilled({std::clamp(now, area.min.x, area.max.x), area.min.y}, area.max, faded(colour, 0.22F));
      } else {
        hatch(list_, area, faded(ui_.theme.bad, ahead ? 0.45F : 0.9F), px(4), px(1));
      }
      list_.AddLine(area.min, {area.min.x, area.max.y}, ui_.theme.panel, px(1));
      const float width = ui_.measure(ui_.fonts.small, text).x;
      float left = area.min.x + px(3);
      if (left - px(2) < now && now < left + width + px(2)) left = now + px(4);  // not under the cursor line
      if (left + width + px(3) > area.max.x) continue;
      ui_.write(list_, ui_.fonts.small, {left, text_top}, ahead ? ui_.theme.dim : ui_.theme.text, text);
    }
  }

  void tell(const std::vector<Plot>& plots) {
    if (app_.tip) return;
    std::string text = moment_text(*pointed_, milliseconds(10));
    for (const Plot& plot : plots) {
      text += "\n" + plot.title;
      const char* between = plot.title.empty() ? "" : ": ";
      for (const PlotLine& line : plot.lines) {
        const auto value = plot_value(line, *pointed_);
        text += fmt::format("{}{}{}{}", between, line.name, line.name.empty() ? "" : " ", value ? plot.number(*value) : "none");
        between = ", ";
      }
      constexpr std::size_t most = 6;
      for (std::size_t i = 0; i < std::min(plot.bands.size(), most); ++i) {
        const auto leader = plot_leader(plot.bands[i], *pointed_);
        text += fmt::format("{}{} {}", between, to_string(plot.bands[i].partition), leader ? fmt::format("broker {}", leader->value) : "none");
        between = ", ";
      }
      if (plot.bands.size() > most) text += fmt::format(", and {} more", plot.bands.size() - most);
    }
    app_.tip = std::move(text);
  }

  Ui& ui_;
  App& app_;
  Area area_;
  ImDrawList& list_;
  const PlotSamples& samples_;
  Duration whole_;
  float line_;  // the height of a line of small text
  std::vector<PlotColumn> columns_;
  std::vector<Duration> faults_;
  std::optional<Duration> pointed_;
};

}  // namespace

void draw_plots(Ui& ui, App& app, const Area& area) {
  const bool under_a_tab = app.look.preset == Preset::learn;  // which says what it is
  const Area within = ui.begin_panel("plots", under_a_tab ? "" : "Plots", area);
  if (within.width() > ui.px(80) && within.height() > ui.px(40)) PlotsView{ui, app, within}.draw();
  ui.end_panel();
}

}  // namespace kafkasim::viz
