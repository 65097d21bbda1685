#include "viz/draw/ui.hpp"

#include <algorithm>
#include <array>
#include <cfloat>
#include <cmath>

namespace kafkasim::viz {

namespace {

ImVec2 measured_text(ImFont* font, const char* begin, const char* end) { return font->CalcTextSizeA(font->FontSize, FLT_MAX, 0, begin, end); }

ImVec2 floored_place(ImVec2 p) { return {std::floor(p.x), std::floor(p.y)}; }

// The longest beginning of the text that fits with an ellipsis behind it, in whole characters of UTF-8.
std::string shortened_text(ImFont* font, std::string_view text, float width) {
  const std::string ellipsis = font->FindGlyphNoFallback(0x2026) != nullptr ? "\u2026" : "...";
  const float left = width - measured_text(font, ellipsis.data(), ellipsis.data() + ellipsis.size()).x;
  const char* rest = text.data();
  font->CalcTextSizeA(font->FontSize, std::max(left, 0.0F), 0, text.data(), text.data() + text.size(), &rest);
  auto length = static_cast<std::size_t>(rest - text.data());
  while (length > 0 && text[length - 1] == ' ') --length;
  return std::string{text.substr(0, length)} + ellipsis;
}

}  // namespace

void Ui::probe_item(std::string name) { probe(std::move(name), ImGui::GetItemRectMin(), ImGui::GetItemRectMax()); }

const Area* Ui::find(std::string_view name) const {
  const auto found = std::find_if(probes_.rbegin(), probes_.rend(), [&](const auto& probe) { return probe.first == name; });
  return found == probes_.rend() ? nullptr : &found->second;
}

std::map<std::string, Area> Ui::probes() const {
  std::map<std::string, Area> last;
  for (const auto& [name, area] : probes_) last.insert_or_assign(name, area);
  return last;
}

ImVec2 Ui::measure(ImFont* font, std::string_view text) const { return measured_text(font, text.data(), text.data() + text.size()); }

ImVec2 Ui::write(ImDrawList& list, ImFont* font, ImVec2 at, Colour colour, std::string_view text, float width) {
  at = floored_place(at);
  ImVec2 size = measure(font, text);
  const bool cut = width > 0 && size.x > width;
  if (cut) {
    const std::string shown = shortened_text(font, text, width);
    size = measure(font, shown);
    list.AddText(font, font->FontSize, at, colour, shown.data(), shown.data() + shown.size());
  } else if (!text.empty()) {
    list.AddText(font, font->FontSize, at, colour, text.data(), text.data() + text.size());
  }
  const Area area{at, {at.x + size.x, at.y + size.y}};
  const ImVec2 from = list.GetClipRectMin();
  const ImVec2 to = list.GetClipRectMax();
  const Area visible{{std::max(area.min.x, from.x), std::max(area.min.y, from.y)}, {std::min(area.max.x, to.x), std::min(area.max.y, to.y)}};
  const bool seen = visible.min.x < visible.max.x && visible.min.y < visible.max.y;
  texts_.push_back({std::string{text}, area, cut, seen ? visible : Area{}});
  return size;
}

ImVec2 Ui::write_centred(ImDrawList& list, ImFont* font, const Area& within, Colour colour, std::string_view text) {
  const ImVec2 size = measure(font, text);
  const float x = std::max(within.min.x, within.centre().x - size.x / 2);
  return write(list, font, {std::round(x), std::round(within.centre().y - size.y / 2)}, colour, text, std::max(within.width(), 1.0F));
}

ImVec2 Ui::write_wrapped(ImDrawList& list, ImFont* font, ImVec2 at, Colour colour, std::string_view text, float width) {
  const float line_height = std::round(font->FontSize * 1.2F);  // ImGui sets lines without any space between them
  ImVec2 size{0, 0};
  const char* begin = text.data();
  const char* const end = begin + text.size();
  while (begin < end) {
    const char* const paragraph = std::find(begin, end, '\n');
    const char* stop = begin == paragraph ? begin : font->CalcWordWrapPositionA(1.0F, begin, paragraph, std::max(width, 1.0F));
    if (stop == begin && begin != paragraph) ++stop;  // not even a character fits
    const ImVec2 line = write(list, font, {at.x, at.y + size.y}, colour, {begin, static_cast<std::size_t>(stop - begin)});
    size = {std::max(size.x, line.x), size.y + line_height};
    begin = stop;
    if (begin == paragraph && begin < end) ++begin;
    while (begin < end && stop != paragraph && *begin == ' ') ++begin;
  }
  return size;
}

Area Ui::begin_panel(const char* name, std::string_view title, const Area& area) {
  constexpr ImGuiWindowFlags flags = ImGuiWindowFlags_NoTitleBar | ImGuiWindowFlags_NoMove | ImGuiWindowFlags_NoResize |
                                     ImGuiWindowFlags_NoCollapse | ImGuiWindowFlags_NoSavedSettings | ImGuiWindowFlags_NoScrollbar |
                                     ImGuiWindowFlags_NoScrollWithMouse | ImGuiWindowFlags_NoBringToFrontOnFocus | ImGuiWindowFlags_NoNav;
  const Area snapped{floored_place(area.min), floored_place(area.max)};
  ImGui::SetNextWindowPos(snapped.min);
  ImGui::SetNextWindowSize(snapped.size());
  // Its looks are its own, whatever the window around it has.
  ImGui::PushStyleVar(ImGuiStyleVar_WindowMinSize, ImVec2{1, 1});
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2{px(10), px(6)});
  ImGui::PushStyleVar(ImGuiStyleVar_WindowRounding, px(6));
  ImGui::PushStyleVar(ImGuiStyleVar_WindowBorderSize, std::max(1.0F, std::floor(px(1))));
  ImGui::PushStyleColor(ImGuiCol_WindowBg, theme.panel);
  ImGui::PushStyleColor(ImGuiCol_Border, theme.panel_edge);
  ImGui::Begin(name, nullptr, flags);
  ImGui::PopStyleColor(2);
  ImGui::PopStyleVar(4);
  probe(std::string{"panel."} + name, snapped.min, snapped.max);
  Area inside{{snapped.min.x + px(10), snapped.min.y + px(6)}, {snapped.max.x - px(10), snapped.max.y - px(6)}};
  if (!title.empty()) {
    write(*ImGui::GetWindowDrawList(), fonts.bold, inside.min, theme.dim, title, std::max(inside.width(), 1.0F));
    inside.min.y += fonts.bold->FontSize + px(4);
  }
  // Nothing reaches over the title or the edge; to the sides there is room for a mark that is half outside.
  ImGui::PushClipRect({snapped.min.x + px(2), inside.min.y - px(2)}, {snapped.max.x - px(2), snapped.max.y - px(2)}, true);
  ImGui::SetCursorScreenPos(inside.min);
  return inside;
}

void Ui::end_panel() {
  ImGui::PopClipRect();
  ImGui::End();
}

bool button(Ui& ui, const std::string& probe, const char* label, const char* hint, bool chosen) {
  const std::string_view whole = label;
  const std::string_view text = whole.substr(0, whole.find("##"));
  const ImVec2 size{std::round(ui.measure(ui.fonts.text, text).x + ui.px(18)), std::round(ui.fonts.text->FontSize + ui.px(8))};
  const bool pressed = ImGui::InvisibleButton(probe.c_str(), size);
  const Area area{ImGui::GetItemRectMin(), ImGui::GetItemRectMax()};
  ui.probe(probe, area.min, area.max);
  const bool hovered = ImGui::IsItemHovered();
  Colour back = hovered ? ui.theme.hover : ui.theme.raised;
  if (chosen) back = hovered ? mixed(ui.theme.accent, ui.theme.text, 0.15F) : ui.theme.accent;
  if (ImGui::IsItemActive()) back = mixed(back, ui.theme.accent, 0.4F);
  const float opacity = ImGui::GetStyle().Alpha;  // BeginDisabled fades by it
  ImDrawList& list = *ImGui::GetWindowDrawList();
  list.AddRectFilled(area.min, area.max, faded(back, opacity), ui.px(4));
  ui.write_centred(list, ui.fonts.text, area, faded(chosen ? ui.theme.on_accent : ui.theme.text, opacity), text);
  if (hovered && hint != nullptr && *hint != '\0') ImGui::SetTooltip("%s", hint);
  return pressed;
}

// ---- shapes ------------------------------------------------------------------------------------------------------------------

void hatch(ImDrawList& list, const Area& area, Colour colour, float step, float thickness) {
  const float height = area.height();
  if (height <= 0 || area.width() <= 0) return;
  step = std::max(step, 2.0F);
  // Lines x + y = k with k counted from the origin, so that neighbours' lines meet. Each is cut to the area by hand: a clip rectangle
  // would split the list of what is drawn.
  const float first = std::ceil((area.min.x + area.min.y) / step) * step;
  for (float k = first; k < area.max.x + area.max.y; k += step) {
    const float left = std::max(area.min.x, k - area.max.y);
    const float right = std::min(area.max.x, k - area.min.y);
    if (right > left) list.AddLine({left, k - left}, {right, k - right}, colour, thickness);
  }
}

void dashed_line(ImDrawList& list, ImVec2 a, ImVec2 b, Colour colour, float thickness, float dash) {
  const float length = std::hypot(b.x - a.x, b.y - a.y);
  if (length <= 0) return;
  dash = std::max(dash, 1.0F);
  const ImVec2 along{(b.x - a.x) / length, (b.y - a.y) / length};
  for (float from = 0; from < length; from += 2 * dash) {
    const float to = std::min(from + dash, length);
    list.AddLine({a.x + along.x * from, a.y + along.y * from}, {a.x + along.x * to, a.y + along.y * to}, colour, thickness);
  }
}

void dashed_rect(ImDrawList& list, const Area& area, Colour colour, float thickness, float dash) {
  dashed_line(list, area.min, {area.max.x, area.min.y}, colour, thickness, dash);
  dashed_line(list, {area.max.x, area.min.y}, area.max, colour, thickness, dash);
  dashed_line(list, area.max, {area.min.x, area.max.y}, colour, thickness, dash);
  dashed_line(list, {area.min.x, area.max.y}, area.min, colour, thickness, dash);
}

void arrow(ImDrawList& list, ImVec2 from, ImVec2 to, Colour colour, float thickness, float head) {
  const float length = std::hypot(to.x - from.x, to.y - from.y);
  if (length <= 0) return;
  const ImVec2 along{(to.x - from.x) / length, (to.y - from.y) / length};
  head = std::min(head, length);
  const ImVec2 neck{to.x - along.x * head, to.y - along.y * head};
  const float half = head * 0.5F;
  if (length > head) list.AddLine(from, neck, colour, thickness);
  list.AddTriangleFilled(to, {neck.x - along.y * half, neck.y + along.x * half}, {neck.x + along.y * half, neck.y - along.x * half}, colour);
}

void cross(ImDrawList& list, ImVec2 centre, float radius, Colour colour, float thickness) {
  list.AddLine({centre.x - radius, centre.y - radius}, {centre.x + radius, centre.y + radius}, colour, thickness);
  list.AddLine({centre.x + radius, centre.y - radius}, {centre.x - radius, centre.y + radius}, colour, thickness);
}

namespace {

// A shape that fits into a circle of radius 1, clockwise on the screen; a fan around the centre fills it.
struct Outline {
  std::array<ImVec2, 12> points{};
  int count{};
  bool convex{true};
};

Outline regular_outline(int corners, float turn, float stretch) {
  constexpr float full = 6.28318531F;
  Outline outline;
  for (int i = 0; i < corners; ++i) {
    const float angle = (static_cast<float>(i) / static_cast<float>(corners) + turn) * full;
    outline.points[static_cast<std::size_t>(outline.count++)] = {std::cos(angle) * stretch, std::sin(angle) * stretch};
  }
  return outline;
}

Outline star_outline() {
  Outline outline = regular_outline(10, -0.25F, 1.2F);
  for (std::size_t i = 1; i < 10; i += 2) outline.points[i] = {outline.points[i].x * 0.45F, outline.points[i].y * 0.45F};
  outline.convex = false;
  return outline;
}

Outline plus_outline() {
  constexpr float a = 0.34F;
  return {{{{-a, -1}, {a, -1}, {a, -a}, {1, -a}, {1, a}, {a, a}, {a, 1}, {-a, 1}, {-a, a}, {-1, a}, {-1, -a}, {-a, -a}}}, 12, false};
}

Outline outline_of(sim::Traffic2 traffic) {
  switch (traffic) {
    case sim::Traffic2::produce: return regular_outline(4, 0.125F, 1.15F);      // a square
    case sim::Traffic2::fetch: return regular_outline(3, -0.25F, 1.2F);         // a triangle that points up
    case sim::Traffic2::replication: return regular_outline(3, 0.25F, 1.2F);    // and one that points down
    case sim::Traffic2::quorum: return regular_outline(6, 0, 1.1F);
    case sim::Traffic2::control: return plus_outline();
    case sim::Traffic2::metadata: return regular_outline(4, 0, 1.2F);           // a diamond
    case sim::Traffic2::admin: return star_outline();
    case sim::Traffic2::group: break;                                   // a circle
  }
  return {};
}

}  // namespace

void traffic_shape(ImDrawList& list, sim::Traffic2 traffic, ImVec2 centre, float radius, Colour colour, bool filled) {
  Outline outline = outline_of(traffic);
  const float line = std::max(1.0F, radius * 0.28F);
  if (outline.count == 0) {
    filled ? list.AddCircleFilled(centre, radius, colour) : list.AddCircle(centre, radius - line / 2, colour, 0, line);
    return;
  }
  const float reach = filled ? radius : radius - line / 2;
  for (ImVec2& p : outline.points) p = {centre.x + p.x * reach, centre.y + p.y * reach};
  if (!filled) {
    list.AddPolyline(outline.points.data(), outline.count, colour, ImDrawFlags_Closed, line);
  } else if (outline.convex) {
    list.AddConvexPolyFilled(outline.points.data(), outline.count, colour);
  } else {
    // ImGui fills convex shapes alone. Plain triangles around the centre share their edges, so nothing is painted twice; a thin line
    // makes the rim soft.
    const ImVec2 white = ImGui::GetFontTexUvWhitePixel();
    const auto count = static_cast<unsigned>(outline.count);
    list.PrimReserve(outline.count * 3, outline.count + 1);
    const unsigned first = list._VtxCurrentIdx;
    for (unsigned i = 0; i < count; ++i) {
      list.PrimWriteIdx(static_cast<ImDrawIdx>(first));
      list.PrimWriteIdx(static_cast<ImDrawIdx>(first + 1 + i));
      list.PrimWriteIdx(static_cast<ImDrawIdx>(first + 1 + (i + 1) % count));
    }
    list.PrimWriteVtx(centre, white, colour);
    for (unsigned i = 0; i < count; ++i) list.PrimWriteVtx(outline.points[i], white, colour);
    list.AddPolyline(outline.points.data(), outline.count, colour, ImDrawFlags_Closed, 1);
  }
}

}  // namespace kafkasim::viz
