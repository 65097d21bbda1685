// The whole run as a bar: what was played, what is known ahead, who led when, what went wrong. Dragging winds it.
#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include <fmt/format.h>

#include "viz/panels/panels.hpp"
#include "viz/panels/state.hpp"
#include "viz/panels/tape_marks.hpp"

namespace kafkasim::viz {

namespace {

class TapeBar {
 public:
  TapeBar(Ui& ui, App& app, const Area& inner);
  void draw();

 private:
  [[nodiscard]] float x_of(Duration at) const;
  [[nodiscard]] Duration at_of(float x) const;
  void draw_bar();
  void draw_epochs();
  void draw_spans();
  void draw_marks();
  void draw_bookmarks();
  void draw_axis();
  void draw_cursor();
  void respond();
  [[nodiscard]] const TapeMark* mark_under(ImVec2 mouse) const;
  [[nodiscard]] std::optional<std::size_t> bookmark_under(ImVec2 mouse) const;

  Ui& ui_;
  App& app_;
  ImDrawList& list_;
  const sim::Simulation& told_;  // of the branch, whichever has come further: what is shown or what was explored
  Duration duration_;
  Duration explored_;
  std::optional<TopicPartition> partition_;
  Area whole_;   // of all rows, without the label
  Area marks_;   // rows, from above
  Area bar_;
  Area axis_;
  Area label_;   // to the left of the bar
  Area cursor_label_;
  std::vector<TapeMark> marks_shown_;
};

std::string tape_seconds(Duration at) { return fmt::format("{:.3f} s", static_cast<double>(at.ns) / 1e9); }

// Black or white, whichever can be read on it.
Colour ink_on(Colour back) {
  const float light = 0.299F * static_cast<float>(back & 0xff) + 0.587F * static_cast<float>(back >> 8 & 0xff) + 0.114F * static_cast<float>(back >> 16 & 0xff);
  return light > 120 ? rgb(0x101418) : rgb(0xffffff);
}

TapeBar::TapeBar(Ui& ui, App& app, const Area& inner)
    : ui_{ui},
      app_{app},
      list_{*ImGui::GetWindowDrawList()},
      told_{app.known().now() >= app.run().now() ? app.known() : app.run()},
      duration_{std::max(app.tape().duration(), nanoseconds(1))},
      explored_{app.tape().verdict(app.branch()) ? duration_ : std::clamp(told_.now(), std::min(app.now(), duration_), duration_)},
      partition_{tape_partition(app)} {
  const float name = partition_ ? ui.measure(ui.fonts.small, to_string(*partition_)).x : 0;
  const float label = name > 0 && name < ui.px(130) ? name + ui.px(10) : 0;
  whole_ = {{inner.min.x + label + ui.px(4), inner.min.y}, {inner.max.x - ui.px(4), inner.max.y}};
  const float axis = ui.fonts.small->FontSize + ui.px(2);
  const float rest = whole_.height() - axis - ui.px(4);
  axis_ = {{whole_.min.x, whole_.max.y - axis}, whole_.max};
  marks_ = {whole_.min, {whole_.max.x, whole_.min.y + std::floor(rest * 0.52F)}};
  bar_ = {{whole_.min.x, marks_.max.y + ui.px(2)}, {whole_.max.x, axis_.min.y - ui.px(2)}};
  label_ = {{inner.min.x, bar_.min.y}, {inner.min.x + label, bar_.max.y}};
  const TapePlace place{explored_, [this](Duration at) { return x_of(at); }, ui.px(11)};
  marks_shown_ = tape_marks(told_, place, partition_);
}

float TapeBar::x_of(Duration at) const {
  const double share = static_cast<double>(at.ns) / static_cast<double>(duration_.ns);
  return whole_.min.x + static_cast<float>(std::clamp(share, 0.0, 1.0)) * whole_.width();
}

Duration TapeBar::at_of(float x) const {
  const double share = std::clamp(static_cast<double>((x - whole_.min.x) / std::max(1.0F, whole_.width())), 0.0, 1.0);
  return nanoseconds(static_cast<std::int64_t>(share * static_cast<double>(duration_.ns)));
}

void TapeBar::draw_bar() {
  const Theme& theme = ui_.theme;
  list_.AddRectFilled(bar_.min, bar_.max, theme.raised, ui_.px(3));
  const float known = x_of(explored_);
  if (known < bar_.max.x - 0.5F) {
    const Area unknown{{known, bar_.min.y}, bar_.max};
    list_.AddRectFilled(unknown.min, unknown.max, theme.panel);
    hatch(list_, unknown, theme.faint, ui_.px(7), ui_.px(1));
    ui_.probe("tape.unknown", unknown.min, unknown.max);
  }
  if (label_.width() > 0) {
    const float y = std::floor(bar_.centre().y - ui_.fonts.small->FontSize / 2);
    ui_.write(list_, ui_.fonts.small, {label_.min.x, y}, theme.dim, to_string(*partition_));
  }
}

void TapeBar::draw_epochs() {
  if (!partition_) return;
  const float now = x_of(app_.now());
  const auto fill = [&](float from, float to, Colour colour, float strength) {
    if (to > from) list_.AddRectFilled({from, bar_.min.y}, {to, bar_.max.y}, mixed(ui_.theme.panel, colour, strength));
  };
  std::size_t number = 0;
  for (const TapeEpoch& epoch : tape_epochs(told_, *partition_, explored_)) {
    const float from = x_of(epoch.from);
    const float to = x_of(epoch.to);
    const Colour colour = epoch.leader ? of_epoch(ui_.theme, epoch.epoch) : ui_.theme.faint;
    fill(from, std::min(to, now), colour, 0.9F);
    fill(std::max(from, now), to, colour, 0.4F);
    if (!epoch.leader) hatch(list_, {{from, bar_.min.y}, {to, bar_.max.y}}, ui_.theme.bad, ui_.px(5), ui_.px(1.2F));
    if (from > bar_.min.x) list_.AddLine({from, bar_.min.y}, {from, bar_.max.y}, ui_.theme.panel, ui_.px(1.5F));
    ui_.probe(fmt::format("tape.epoch.{}", number++), {from, bar_.min.y}, {std::max(to, from + 1), bar_.max.y});
    // What stands in it must not lie under the cursor.
    const Area left{{from, bar_.min.y}, {std::clamp(now, from, to), bar_.max.y}};
    const Area right{{std::clamp(now, from, to), bar_.min.y}, {to, bar_.max.y}};
    const bool played = left.width() >= right.width();
    const Area& within = played ? left : right;
    const std::string leader = epoch.leader ? fmt::format("broker {}", epoch.leader->value) : "no leader";
    for (const std::string& text : {fmt::format("epoch {}: {}", epoch.epoch.value, leader), fmt::format("epoch {}", epoch.epoch.value),
                                    std::to_string(epoch.epoch.value)}) {
      if (ui_.measure(ui_.fonts.small, text).x + ui_.px(10) > within.width()) continue;
      if (!epoch.leader) {  // letters on a hatch need a ground
        const float half = ui_.measure(ui_.fonts.small, text).x / 2 + ui_.px(4);
        list_.AddRectFilled({within.centre().x - half, bar_.min.y}, {within.centre().x + half, bar_.max.y}, ui_.theme.panel);
      }
      const Colour ink = epoch.leader ? ink_on(mixed(ui_.theme.panel, colour, played ? 0.9F : 0.4F)) : ui_.theme.text;
      ui_.write_centred(list_, ui_.fonts.small, within, ink, text);
      break;
    }
  }
}

void TapeBar::draw_spans() {
  const float height = ui_.px(4);
  for (const TapeSpan& span : tape_spans(told_, explored_)) {
    const Area area{{x_of(span.from), marks_.max.y - height}, {std::max(x_of(span.to), x_of(span.from) + ui_.px(2)), marks_.max.y}};
    list_.AddRectFilled(area.min, area.max, faded(ui_.theme.bad, 0.35F), ui_.px(2));
  }
}

void TapeBar::draw_marks() {
  const float y = marks_.min.y + (marks_.height() - ui_.px(4)) / 2;
  const float r = ui_.px(5);
  for (std::size_t i = 0; i < marks_shown_.size(); ++i) {
    const TapeMark& mark = marks_shown_[i];
    const ImVec2 c{mark.x, y};
    const auto colour = [&](Colour full) { return mark.at > app_.now() ? mixed(ui_.theme.panel, full, 0.6F) : full; };
    switch (mark.kind) {
      case TapeMarkKind::violation:
      case TapeMarkKind::excused: {
        const Colour own = colour(mark.kind == TapeMarkKind::violation ? ui_.theme.bad : ui_.theme.warning);
        list_.AddTriangleFilled({c.x, c.y - r}, {c.x + r, c.y + r}, {c.x - r, c.y + r}, own);
        list_.AddLine({c.x, c.y - r * 0.2F}, {c.x, c.y + r * 0.5F}, ui_.theme.panel, ui_.px(1.4F));
        break;
      }
      case TapeMarkKind::fault: cross(list_, c, r * 0.75F, colour(ui_.theme.bad), ui_.px(2.2F)); break;
      case TapeMarkKind::election:
      case TapeMarkKind::own_election: {
        const float size = mark.kind == TapeMarkKind::own_election ? r : r * 0.8F;
        const Colour own = colour(mark.kind == TapeMarkKind::own_election ? ui_.theme.accent : ui_.theme.dim);
        list_.AddQuadFilled({c.x, c.y - size}, {c.x + size, c.y}, {c.x, c.y + size}, {c.x - size, c.y}, own);
        break;
      }
      case TapeMarkKind::note: {  // a flag
        const Colour own = colour(ui_.theme.note);
        list_.AddLine({c.x - r * 0.6F, c.y - r}, {c.x - r * 0.6F, c.y + r}, own, ui_.px(1.4F));
        list_.AddTriangleFilled({c.x - r * 0.6F, c.y - r}, {c.x + r, c.y - r * 0.4F}, {c.x - r * 0.6F, c.y + r * 0.2F}, own);
        break;
      }
    }
    ui_.probe(fmt::format("tape.mark.{}", i), {c.x - r, c.y - r}, {c.x + r, c.y + r});
  }
}

// Ribbons that hang into the bar: those of this branch.
void TapeBar::draw_bookmarks() {
  const float half = ui_.px(4);
  const std::vector<Bookmark>& bookmarks = state_of(app_).bookmarks;
  for (std::size_t i = 0; i < bookmarks.size(); ++i) {
    if (bookmarks[i].branch != app_.branch()) continue;
    const float x = x_of(bookmarks[i].at);
    const float top = bar_.min.y - ui_.px(2);
    const float end = bar_.min.y + ui_.px(9);
    list_.AddRectFilled({x - half - 1, top}, {x + half + 1, end - half}, ui_.theme.panel);
    list_.AddRectFilled({x - half, top}, {x + half, end - half}, ui_.theme.accent);
    list_.AddTriangleFilled({x - half, end - half}, {x, end - half}, {x - half, end}, ui_.theme.accent);
    list_.AddTriangleFilled({x, end - half}, {x + half, end - half}, {x + half, end}, ui_.theme.accent);
    ui_.probe(fmt::format("tape.bookmark.{}", i), {x - half, top}, {x + half, end});
  }
}

std::optional<std::size_t> TapeBar::bookmark_under(ImVec2 mouse) const {
  const std::vector<Bookmark>& bookmarks = state_of(app_).bookmarks;
  for (std::size_t i = 0; i < bookmarks.size(); ++i) {
    const bool here = bookmarks[i].branch == app_.branch() && std::abs(x_of(bookmarks[i].at) - mouse.x) <= ui_.px(5);
    if (here && mouse.y >= bar_.min.y - ui_.px(2) && mouse.y <= bar_.min.y + ui_.px(9)) return i;
  }
  return std::nullopt;
}

void TapeBar::draw_axis() {
  ImFont* font = ui_.fonts.small;
  const double whole = static_cast<double>(duration_.ns) / 1e9;
  const auto label = [](double at) { return fmt::format("{:g} s", at); };
  const double widest = static_cast<double>(ui_.measure(font, label(whole > 1 ? std::floor(whole) : 0.125)).x + ui_.px(36));
  const double fitting = std::max(1.0, static_cast<double>(whole_.width()) / widest);
  double step = std::pow(10.0, std::floor(std::log10(whole / fitting)));
  for (const double times : {1.0, 2.0, 5.0, 10.0}) {
    if (whole / (step * times) <= fitting) {
      step *= times;
      break;
    }
  }
  const float y = axis_.min.y + ui_.px(2);
  for (int i = 0; static_cast<double>(i) * step <= whole * 1.000001; ++i) {
    const double at = static_cast<double>(i) * step;
    const float x = x_of(nanoseconds(static_cast<std::int64_t>(at * 1e9)));
    list_.AddLine({x, axis_.min.y - ui_.px(2)}, {x, axis_.min.y + ui_.px(2)}, ui_.theme.faint, std::max(1.0F, ui_.px(1)));
    const std::string text = label(at);
    const float width = ui_.measure(font, text).x;
    const float left = std::clamp(x - width / 2, axis_.min.x - ui_.px(2), axis_.max.x - width);
    if (left < cursor_label_.max.x + ui_.px(6) && left + width > cursor_label_.min.x - ui_.px(6)) continue;
    ui_.write(list_, font, {std::floor(left), y}, ui_.theme.dim, text);
  }
}

void TapeBar::draw_cursor() {
  const float x = x_of(app_.now());
  const std::string text = tape_seconds(app_.now());
  const ImVec2 size = ui_.measure(ui_.fonts.small, text);
  const float left = std::clamp(x - size.x / 2, axis_.min.x, axis_.max.x - size.x);
  cursor_label_ = {{left - ui_.px(4), axis_.min.y}, {left + size.x + ui_.px(4), axis_.max.y}};
  list_.AddLine({x, whole_.min.y}, {x, axis_.min.y + ui_.px(1)}, ui_.theme.text, ui_.px(2));
  list_.AddTriangleFilled({x - ui_.px(5), whole_.min.y - ui_.px(1)}, {x + ui_.px(5), whole_.min.y - ui_.px(1)}, {x, whole_.min.y + ui_.px(5)}, ui_.theme.text);
  list_.AddRectFilled(cursor_label_.min, cursor_label_.max, ui_.theme.accent, ui_.px(3));
  ui_.write(list_, ui_.fonts.small, {std::floor(left), axis_.min.y + ui_.px(1)}, ui_.theme.on_accent, text);
  ui_.probe("tape.cursor", {x - ui_.px(3), whole_.min.y}, {x + ui_.px(3), axis_.min.y});
}

const TapeMark* TapeBar::mark_under(ImVec2 mouse) const {
  const TapeMark* nearest = nullptr;
  float best = ui_.px(7);
  for (const TapeMark& mark : marks_shown_) {
    const float away = std::abs(mark.x - mouse.x);
    if (away < best) best = away, nearest = &mark;
  }
  return nearest;
}

void TapeBar::respond() {
  const ImVec2 mouse = ImGui::GetIO().MousePos;
  ImGui::SetCursorScreenPos(whole_.min);
  ImGui::InvisibleButton("tape", whole_.size());
  ui_.probe_item("tape");
  const bool over = ImGui::IsItemHovered();
  const std::optional<std::size_t> bookmark = over ? bookmark_under(mouse) : std::nullopt;
  const TapeMark* mark = over && !bookmark ? mark_under(mouse) : nullptr;
  if (over) {
    list_.AddLine({mouse.x, whole_.min.y}, {mouse.x, axis_.min.y}, faded(ui_.theme.text, 0.4F), std::max(1.0F, ui_.px(1)));
    std::string tip = mark ? mark->text : tape_seconds(at_of(mouse.x));
    if (bookmark) tip = fmt::format("bookmark {}: {}", *bookmark + 1, tape_seconds(state_of(app_).bookmarks[*bookmark].at));
    if (at_of(mouse.x) > explored_) tip += "\nnot looked at as yet";
    app_.tip = tip;
  }
  const bool on_marks = mouse.y < bar_.min.y;
  if (ImGui::IsItemActivated() && bookmark) return app_.want(SeekTo{state_of(app_).bookmarks[*bookmark].at});
  if (ImGui::IsItemActivated()) return app_.want(SeekTo{mark && on_marks ? mark->at : at_of(mouse.x)});
  const ImVec2 moved = ImGui::GetIO().MouseDelta;
  if (ImGui::IsItemActive() && moved.x != 0) app_.want(SeekTo{at_of(mouse.x)});
}

void TapeBar::draw() {
  draw_bar();
  draw_epochs();
  draw_spans();
  draw_marks();
  draw_bookmarks();
  draw_cursor();
  draw_axis();
  respond();
}

}  // namespace

void draw_tape(Ui& ui, App& app, const Area& area) {
  const Area inner = ui.begin_panel("tape", "", area);
  TapeBar{ui, app, inner}.draw();
  ui.end_panel();
}

}  // namespace kafkasim::viz
