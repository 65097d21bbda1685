// How the cells of a strip look, and the signs that stand for things in all panels of logs.
#include <algorithm>
#include <cmath>

#include "viz/panels/strips_parts.hpp"

namespace kafkasim::viz {

namespace {

void draw_strip_cell(Ui& ui, ImDrawList& list, const StripCell& cell, const Area& band, float opacity) {
  const Theme& theme = ui.theme;
  const float gap = cell.x1 - cell.x0 > ui.px(4) ? ui.px(1) : 0;
  const Area box{{cell.x0 + gap / 2, band.min.y}, {std::max(cell.x0 + gap / 2 + 1, cell.x1 - gap / 2), band.max.y}};
  const Colour colour = cell.known ? of_epoch(theme, cell.epoch) : theme.faint;
  const float rounding = cell.bar ? 0 : ui.px(2);
  if (cell.committed) {
    list.AddRectFilled(box.min, box.max, faded(colour, opacity), rounding);
  } else {
    const float line = ui.px(1.4F);
    list.AddRectFilled(box.min, box.max, faded(colour, 0.18F * opacity), rounding);
    list.AddRect({box.min.x + line / 2, box.min.y + line / 2}, {box.max.x - line / 2, box.max.y - line / 2}, faded(colour, opacity), rounding, 0, line);
  }
  if (cell.differs) {
    hatch(list, box, theme.bad, ui.px(5), ui.px(1.6F));
    list.AddRect(box.min, box.max, theme.bad, rounding, 0, ui.px(1.6F));
  }
}

void letter_strip_cell(Ui& ui, ImDrawList& list, const StripCell& cell, const Area& band, float opacity) {
  const Theme& theme = ui.theme;
  ImFont* const font = ui.fonts.small;
  const float pad = ui.px(2.5F);
  const float y = std::round(band.centre().y - font->FontSize / 2);
  float from = cell.x0;
  if (!cell.tag.empty()) {  // the epoch's number on a plate of its own
    const float width = ui.measure(font, cell.tag).x + 2 * pad;
    const Colour edge = cell.known ? of_epoch(theme, cell.epoch) : theme.faint;
    list.AddRectFilled({from, band.min.y}, {from + width, band.max.y}, theme.panel, ui.px(2));
    list.AddRect({from, band.min.y}, {from + width, band.max.y}, faded(edge, opacity), ui.px(2), 0, ui.px(1.4F));
    ui.write(list, font, {from + pad, y}, faded(theme.text, opacity), cell.tag);
    from += width;
  }
  if (cell.label.empty()) return;
  const float width = ui.measure(font, cell.label).x;
  const Colour back = cell.known ? of_epoch(theme, cell.epoch) : theme.faint;
  const bool solid = cell.committed && opacity > 0.7F;
  const ImVec2 at{std::round((from + cell.x1 - width) / 2), y};
  if (cell.differs) list.AddRectFilled({at.x - ui.px(1), y}, {at.x + width + ui.px(1), y + font->FontSize}, theme.panel, ui.px(2));
  ui.write(list, font, at, solid && !cell.differs ? ink_on(back) : theme.text, cell.label);
}

// The signs of the legend: what to draw in a box of that size, and what it means.
enum class LegendSign : std::uint8_t { committed, open, differs, high_watermark, log_end, synced, in_isr, committed_flag, position };

void draw_legend_sign(Ui& ui, ImDrawList& list, LegendSign sign, const Area& box) {
  const Theme& theme = ui.theme;
  const Colour colour = theme.cycle[0];
  const ImVec2 c = box.centre();
  const float half = ui.px(4);
  switch (sign) {
    case LegendSign::committed: list.AddRectFilled(box.min, box.max, colour, ui.px(2)); break;
    case LegendSign::open:
      list.AddRectFilled(box.min, box.max, faded(colour, 0.18F), ui.px(2));
      list.AddRect(box.min, box.max, colour, ui.px(2), 0, ui.px(1.4F));
      break;
    case LegendSign::differs:
      hatch(list, box, theme.bad, ui.px(4), ui.px(1.4F));
      list.AddRect(box.min, box.max, theme.bad, ui.px(2), 0, ui.px(1.4F));
      break;
    case LegendSign::high_watermark: list.AddTriangleFilled({c.x, c.y - half}, {c.x + half, c.y + half}, {c.x - half, c.y + half}, theme.text); break;
    case LegendSign::log_end: list.AddTriangle({c.x, c.y - half}, {c.x + half, c.y + half}, {c.x - half, c.y + half}, theme.dim, ui.px(1.2F)); break;
    case LegendSign::synced:
      for (const float x : {c.x - ui.px(1.5F), c.x + ui.px(1.5F)}) list.AddLine({x, box.min.y}, {x, box.max.y}, theme.text, ui.px(0.8F));
      break;
    case LegendSign::in_isr: list.AddCircleFilled(c, ui.px(3.5F), theme.good); break;
    case LegendSign::committed_flag:
      list.AddLine({c.x - half, box.min.y}, {c.x - half, box.max.y}, colour, ui.px(1.5F));
      list.AddTriangleFilled({c.x - half, box.min.y}, {c.x + half, c.y - half / 2}, {c.x - half, c.y + half / 2}, colour);
      break;
    case LegendSign::position: list.AddTriangle({c.x, c.y - half}, {c.x + half, c.y + half}, {c.x - half, c.y + half}, colour, ui.px(1.5F)); break;
  }
}

}  // namespace

void draw_strip_cells(Ui& ui, ImDrawList& list, const std::vector<StripCell>& cells, const Area& band, float opacity) {
  for (const StripCell& cell : cells) draw_strip_cell(ui, list, cell, band, opacity);
  for (const StripCell& cell : cells) letter_strip_cell(ui, list, cell, band, opacity);
}

void draw_strip_choice(Ui& ui, ImDrawList& list, const StripScale& scale, const Area& band, Offset offset) {
  const float from = scale.x_of(offset);
  const float to = std::max(scale.x_of(offset.next()), from + ui.px(3));
  if (to < scale.x0 || from > scale.x1) return;
  const float reach = ui.px(2);
  const ImVec2 min{std::max(scale.x0, from) - ui.px(1), band.min.y - reach};
  const ImVec2 max{std::min(scale.x1, to) + ui.px(1), band.max.y + reach};
  list.AddRect(min, max, ui.theme.panel, ui.px(3), 0, ui.px(4));
  list.AddRect(min, max, ui.theme.accent, ui.px(3), 0, ui.px(2.2F));
}

void draw_strip_legend(StripsPaint& paint, ImVec2 at, float width) {
  struct Item {
    LegendSign sign;
    const char* text;
  };
  constexpr Item items[] = {{LegendSign::committed, "committed"},        {LegendSign::open, "not yet"},         {LegendSign::high_watermark, "high watermark"},
                            {LegendSign::log_end, "log end"},            {LegendSign::in_isr, "in sync"},       {LegendSign::committed_flag, "group committed"},
                            {LegendSign::differs, "not what the leader has"}, {LegendSign::synced, "on disk"}, {LegendSign::position, "reads next"}};
  Ui& ui = paint.ui;
  const float height = ui.fonts.small->FontSize;
  float x = at.x;
  for (const Item& item : items) {
    const float sign = ui.px(13);
    const float text = ui.measure(ui.fonts.small, item.text).x;
    if (x + sign + ui.px(4) + text > at.x + width) continue;
    draw_legend_sign(ui, paint.list, item.sign, {{x, at.y + ui.px(2)}, {x + sign, at.y + height - ui.px(1)}});
    ui.write(paint.list, ui.fonts.small, {x + sign + ui.px(4), at.y}, ui.theme.dim, item.text);
    x += sign + ui.px(4) + text + ui.px(11);
  }
}

Colour ink_on(Colour back) {
  const float red = static_cast<float>(back & 0xff);
  const float green = static_cast<float>(back >> 8 & 0xff);
  const float blue = static_cast<float>(back >> 16 & 0xff);
  return red * 0.299F + green * 0.587F + blue * 0.114F > 118 ? rgb(0x101418) : rgb(0xffffff);
}

std::optional<float> write_first_that_fits(Ui& ui, ImDrawList& list, ImVec2 at, Colour colour, const std::vector<std::string>& texts, float room) {
  for (const std::string& text : texts) {
    const float width = ui.measure(ui.fonts.small, text).x;
    if (width > room) continue;
    ui.write(list, ui.fonts.small, at, colour, text);
    return width;
  }
  return std::nullopt;
}

float draw_warning_sign(Ui& ui, ImDrawList& list, ImVec2 at, float height, Colour colour) {
  const float width = height * 1.1F;
  const float middle = at.x + width / 2;
  list.AddTriangleFilled({middle, at.y}, {at.x + width, at.y + height}, {at.x, at.y + height}, colour);
  const Colour ink = ink_on(colour);
  const float line = std::max(ui.px(1), height * 0.12F);
  list.AddLine({middle, at.y + height * 0.38F}, {middle, at.y + height * 0.68F}, ink, line);
  list.AddRectFilled({middle - line / 2, at.y + height * 0.76F}, {middle + line / 2, at.y + height * 0.76F + line}, ink);
  return width;
}

Colour of_health(const Theme& theme, Health health) {
  switch (health) {
    case Health::good: return theme.good;
    case Health::under_replicated: return theme.warning;
    case Health::below_min_isr:
    case Health::leaderless: return theme.bad;
  }
  return theme.good;
}

}  // namespace kafkasim::viz
