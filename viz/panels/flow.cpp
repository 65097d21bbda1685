#include "viz/panels/flow.hpp"

#include <algorithm>
#include <array>
#include <cfloat>
#include <cmath>

#include <fmt/format.h>

namespace kafkasim::viz {

std::string as_moment(Duration at) {
  return fmt::format("{:.3f} s", static_cast<double>(at.whole_ms()) / 1e3);
}

std::string as_size(std::uint64_t bytes) {
  constexpr std::array<const char*, 5> units{"B", "KiB", "MiB", "GiB", "TiB"};
  auto value = static_cast<double>(bytes);
  std::size_t unit = 0;
  for (; value >= 1024 && unit + 1 < units.size(); ++unit) value /= 1024;
  return unit == 0 ? fmt::format("{} B", bytes) : fmt::format("{:.1f} {}", value, units.at(unit));
}

std::string with_commas(std::int64_t number) {
  std::string text = std::to_string(number);
  const std::size_t first = number < 0 ? 1 : 0;
  for (std::size_t at = text.size(); at > first + 3;) {
    at -= 3;
    text.insert(at, ",");
  }
  return text;
}

std::string first_sentence(std::string_view text) {
  for (std::size_t at = text.find(". "); at != std::string_view::npos; at = text.find(". ", at + 1)) {
    const bool initial = at >= 2 && text[at - 2] == '.';  // "e.g. "
    if (!initial) return std::string{text.substr(0, at + 1)};
  }
  return std::string{text};
}

Flow::Flow(Ui& ui) : ui_{ui} {}

float Flow::width() const { return ImGui::GetContentRegionAvail().x; }

ImVec2 Flow::measure_wrapped(ImFont* font, std::string_view text, float width) const {
  if (width <= 0) return ui_.measure(font, text);
  const float line_height = std::round(font->FontSize * 1.2F);  // as Ui::write_wrapped() sets them
  ImVec2 size{0, 0};
  const char* begin = text.data();
  const char* const end = begin + text.size();
  while (begin < end) {
    const char* const paragraph = std::find(begin, end, '\n');
    const char* stop = begin == paragraph ? begin : font->CalcWordWrapPositionA(1.0F, begin, paragraph, width);
    if (stop == begin && begin != paragraph) ++stop;
    size = {std::max(size.x, ui_.measure(font, {begin, static_cast<std::size_t>(stop - begin)}).x), size.y + line_height};
    begin = stop;
    if (begin == paragraph && begin < end) ++begin;
    while (begin < end && stop != paragraph && *begin == ' ') ++begin;
  }
  return size;
}

void Flow::paragraph(ImFont* font, Colour colour, std::string_view text) {
  end_row();
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float wide = width();
  const ImVec2 size = measure_wrapped(font, text, wide);
  (void)ui_.write_wrapped(*ImGui::GetWindowDrawList(), font, at, colour, text, wide);
  ImGui::Dummy({wide, size.y});
}

void Flow::title(std::string_view text, std::string_view tag, std::optional<Colour> tag_colour) {
  end_row();
  const float wide = width();
  const Colour colour = tag_colour.value_or(ui_.theme.dim);
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float pad = ui_.px(6);
  const ImVec2 tag_size = tag.empty() ? ImVec2{} : measure_wrapped(ui_.fonts.small, tag, 0);
  const float room = tag.empty() ? wide : wide - tag_size.x - 3 * pad;
  const ImVec2 size = measure_wrapped(ui_.fonts.large, text, room);
  ImDrawList& list = *ImGui::GetWindowDrawList();
  (void)ui_.write_wrapped(list, ui_.fonts.large, at, ui_.theme.text, text, room);
  if (!tag.empty()) {
    const float y = at.y + std::max(0.0F, (ui_.fonts.large->FontSize - tag_size.y - pad) / 2);
    const Area box{{at.x + wide - tag_size.x - 2 * pad, y}, {at.x + wide, y + tag_size.y + pad}};
    list.AddRectFilled(box.min, box.max, faded(colour, 0.18F), ui_.px(4));
    list.AddRect(box.min, box.max, colour, ui_.px(4), 0, ui_.px(1));
    (void)ui_.write(list, ui_.fonts.small, {box.min.x + pad, y + pad / 2}, colour, tag);
  }
  ImGui::Dummy({wide, std::max(size.y, tag_size.y + pad) + ui_.px(2)});
}

void Flow::heading(std::string_view text) {
  gap(8);
  paragraph(ui_.fonts.bold, ui_.theme.text, text);
}
void Flow::text(std::string_view text) { paragraph(ui_.fonts.text, ui_.theme.text, text); }
void Flow::dim(std::string_view text) { paragraph(ui_.fonts.text, ui_.theme.dim, text); }
void Flow::small(std::string_view text) { paragraph(ui_.fonts.small, ui_.theme.dim, text); }
void Flow::coloured(Colour colour, std::string_view text) { paragraph(ui_.fonts.text, colour, text); }
void Flow::mono(Colour colour, std::string_view text) { paragraph(ui_.fonts.mono, colour, text); }

void Flow::pair(std::string_view name, std::string_view value, std::optional<Colour> colour) {
  end_row();
  const float wide = width();
  const float column = std::min(wide * 0.36F, ui_.px(150));
  const float room = wide - column - ui_.px(8);
  const ImVec2 at = ImGui::GetCursorScreenPos();
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const ImVec2 left = measure_wrapped(ui_.fonts.text, name, column);
  const ImVec2 right = measure_wrapped(ui_.fonts.text, value, room);
  (void)ui_.write_wrapped(list, ui_.fonts.text, at, ui_.theme.dim, name, column);
  (void)ui_.write_wrapped(list, ui_.fonts.text, {at.x + column + ui_.px(8), at.y}, colour.value_or(ui_.theme.text), value, room);
  ImGui::Dummy({wide, std::max(left.y, right.y)});
}

void Flow::bar(std::string_view name, float share, std::string_view value, Colour colour) {
  pair(name, value);
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float wide = width();
  const float height = ui_.px(5);
  ImDrawList& list = *ImGui::GetWindowDrawList();
  list.AddRectFilled(at, {at.x + wide, at.y + height}, ui_.theme.raised, height / 2);
  const float filled = std::max(std::clamp(share, 0.0F, 1.0F) * wide, share > 0 ? height : 0);
  if (filled > 0) list.AddRectFilled(at, {at.x + filled, at.y + height}, colour, height / 2);
  ImGui::Dummy({wide, height + ui_.px(2)});
}

std::optional<std::size_t> Flow::table(const std::vector<std::string>& head, const std::vector<std::vector<Cell>>& rows,
                                       const std::string& probe) {
  end_row();
  const float wide = width();
  const auto widths_with = [&](ImFont* font) {
    std::vector<float> widths;
    for (std::size_t c = 0; c < head.size(); ++c) {
      widths.push_back(measure_wrapped(ui_.fonts.small, head[c], 0).x);
      for (const auto& row : rows) widths[c] = std::max(widths[c], c < row.size() ? measure_wrapped(font, row[c].text, 0).x : 0);
    }
    return widths;
  };
  const auto sum = [](const std::vector<float>& widths) {
    float total = 0;
    for (const float w : widths) total += w;
    return total;
  };
  ImFont* font = ui_.fonts.text;
  std::vector<float> widths = widths_with(font);
  const auto columns = static_cast<float>(std::max<std::size_t>(head.size(), 2));
  if (sum(widths) + (columns - 1) * ui_.px(6) > wide) {
    font = ui_.fonts.small;
    widths = widths_with(font);
  }
  // What is left over goes between the columns, but they do not drift apart; what is missing is taken from the first.
  const float between = std::clamp((wide - sum(widths)) / (columns - 1), ui_.px(4), ui_.px(26));
  const float over = sum(widths) + between * (columns - 1) - wide;
  if (over > 0) widths[0] = std::max(widths[0] - over, ui_.px(30));
  const float height = font->FontSize + ui_.px(4);
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const auto place = [&](ImVec2 at, std::size_t c, float text_width) {
    float x = at.x;
    for (std::size_t i = 0; i < c; ++i) x += widths[i] + between;
    return c == 0 ? x : x + widths[c] - text_width;
  };
  ImVec2 at = ImGui::GetCursorScreenPos();
  for (std::size_t c = 0; c < head.size(); ++c) {
    (void)ui_.write(list, ui_.fonts.small, {place(at, c, measure_wrapped(ui_.fonts.small, head[c], 0).x), at.y}, ui_.theme.dim, head[c]);
  }
  ImGui::Dummy({wide, ui_.fonts.small->FontSize});
  std::optional<std::size_t> clicked;
  for (std::size_t r = 0; r < rows.size(); ++r) {
    at = ImGui::GetCursorScreenPos();
    if (probe.empty()) {
      ImGui::Dummy({wide, height});
    } else {
      const std::string name = probe + "." + std::to_string(r);
      if (ImGui::InvisibleButton(name.c_str(), {wide, height})) clicked = r;
      if (ImGui::IsItemHovered()) list.AddRectFilled(at, {at.x + wide, at.y + height}, ui_.theme.hover, ui_.px(3));
      ui_.probe_item(name);
    }
    for (std::size_t c = 0; c < rows[r].size() && c < widths.size(); ++c) {
      const Cell& cell = rows[r][c];
      const float text_width = measure_wrapped(font, cell.text, 0).x;
      const float x = place(at, c, std::min(text_width, widths[c]));
      (void)ui_.write(list, font, {x, at.y + ui_.px(2)}, cell.colour.value_or(ui_.theme.text), cell.text, c == 0 ? widths[0] + 1 : 0);
    }
  }
  return clicked;
}

bool Flow::link(const std::string& probe, std::string_view text, const char* hint, std::optional<Colour> colour) {
  end_row();
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float wide = width();
  const ImVec2 size = measure_wrapped(ui_.fonts.text, text, wide);
  const bool pressed = ImGui::InvisibleButton(probe.c_str(), {std::max(size.x, ui_.px(10)), size.y});
  const bool hovered = ImGui::IsItemHovered();
  ui_.probe_item(probe);
  if (hovered && hint != nullptr) ImGui::SetTooltip("%s", hint);
  if (hovered) ImGui::SetMouseCursor(ImGuiMouseCursor_Hand);
  ImDrawList& list = *ImGui::GetWindowDrawList();
  if (hovered) list.AddRectFilled(at, {at.x + size.x, at.y + size.y}, ui_.theme.hover, ui_.px(3));
  (void)ui_.write_wrapped(list, ui_.fonts.text, at, colour.value_or(ui_.theme.accent), text, wide);
  return pressed;
}

bool Flow::timed_link(const std::string& probe, Duration moment, std::string_view text, std::optional<Colour> colour) {
  end_row();
  const std::string when = as_moment(moment);
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float wide = width();
  const float column = std::max(measure_wrapped(ui_.fonts.small, when, 0).x, measure_wrapped(ui_.fonts.small, "00.000 s", 0).x) + ui_.px(8);
  const ImVec2 size = measure_wrapped(ui_.fonts.text, text, wide - column);
  const float height = std::max(size.y, ui_.fonts.small->FontSize);
  const bool pressed = ImGui::InvisibleButton(probe.c_str(), {wide, height});
  ui_.probe_item(probe);
  const bool hovered = ImGui::IsItemHovered();
  ImDrawList& list = *ImGui::GetWindowDrawList();
  if (hovered) {
    ImGui::SetMouseCursor(ImGuiMouseCursor_Hand);
    list.AddRectFilled(at, {at.x + wide, at.y + height}, ui_.theme.hover, ui_.px(3));
  }
  const float lower = (ui_.fonts.text->FontSize - ui_.fonts.small->FontSize) * 0.8F;  // one base line for both sizes
  (void)ui_.write(list, ui_.fonts.small, {at.x, at.y + lower}, ui_.theme.accent, when);
  (void)ui_.write_wrapped(list, ui_.fonts.text, {at.x + column, at.y}, colour.value_or(ui_.theme.text), text, wide - column);
  return pressed;
}

bool Flow::choice(const std::string& probe, std::string_view text, Mark mark) {
  end_row();
  const float pad = ui_.px(8);
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float wide = width();
  const float sign = ui_.px(18);
  const ImVec2 size = measure_wrapped(ui_.fonts.text, text, wide - 2 * pad - sign);
  const float height = size.y + pad * 1.5F;
  const bool pressed = ImGui::InvisibleButton(probe.c_str(), {wide, height});
  const bool hovered = ImGui::IsItemHovered();
  ui_.probe_item(probe);
  if (hovered) ImGui::SetMouseCursor(ImGuiMouseCursor_Hand);
  const Colour edge = mark == Mark::right ? ui_.theme.good : mark == Mark::wrong ? ui_.theme.bad
                      : mark == Mark::chosen || hovered ? ui_.theme.accent : ui_.theme.panel_edge;
  ImDrawList& list = *ImGui::GetWindowDrawList();
  list.AddRectFilled(at, {at.x + wide, at.y + height}, mark == Mark::none ? ui_.theme.raised : faded(edge, 0.16F), ui_.px(5));
  list.AddRect(at, {at.x + wide, at.y + height}, edge, ui_.px(5), 0, ui_.px(mark == Mark::none ? 1.0F : 1.6F));
  const ImVec2 dot{at.x + pad + ui_.px(5), at.y + height / 2};
  const float r = ui_.px(5);
  if (mark == Mark::right) {  // a tick, a cross, a filled or an empty ring: not by colour alone
    list.AddLine({dot.x - r, dot.y}, {dot.x - r * 0.2F, dot.y + r * 0.8F}, edge, ui_.px(2));
    list.AddLine({dot.x - r * 0.2F, dot.y + r * 0.8F}, {dot.x + r, dot.y - r * 0.8F}, edge, ui_.px(2));
  } else if (mark == Mark::wrong) {
    cross(list, dot, r * 0.8F, edge, ui_.px(2));
  } else {
    list.AddCircle(dot, r, mark == Mark::chosen ? edge : ui_.theme.dim, 0, ui_.px(1.4F));
    if (mark == Mark::chosen) list.AddCircleFilled(dot, r * 0.55F, edge);
  }
  (void)ui_.write_wrapped(list, ui_.fonts.text, {at.x + pad + sign, at.y + pad * 0.75F}, ui_.theme.text, text, wide - 2 * pad - sign);
  gap(2);
  return pressed;
}

bool Flow::press(const std::string& probe, const char* label, const char* hint, bool chosen) {
  const float needed = ui_.measure(ui_.fonts.text, label).x + ui_.px(18);
  const float right = ImGui::GetWindowPos().x + ImGui::GetWindowContentRegionMax().x;
  if (row_x_ >= 0 && row_x_ + ui_.px(6) + needed <= right) ImGui::SameLine(0, ui_.px(6));
  const bool pressed = button(ui_, probe, label, hint, chosen);
  row_x_ = ImGui::GetItemRectMax().x;
  return pressed;
}

void Flow::end_row() { row_x_ = -1; }

void Flow::gap(float points) {
  end_row();
  ImGui::Dummy({1, ui_.px(points)});
}

void Flow::rule() {
  gap(4);
  const ImVec2 at = ImGui::GetCursorScreenPos();
  ImGui::GetWindowDrawList()->AddLine(at, {at.x + width(), at.y}, ui_.theme.faint, ui_.px(1));
  gap(4);
}

}  // namespace kafkasim::viz
