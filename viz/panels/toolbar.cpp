// One row: which scenario, how time goes, which branch, whether all promises hold, and what the window shows.
#include <algorithm>
#include <array>
#include <cmath>
#include <functional>

#include <fmt/format.h>

#include "viz/panels/flow.hpp"
#include "viz/panels/panels.hpp"
#include "viz/panels/tool_icons.hpp"
#include "viz/panels/toolbar_fit.hpp"

namespace kafkasim::viz {

namespace {

enum class ToolSide : std::uint8_t { left, right };
enum class ToolLook : std::uint8_t { plain, chosen, unable };
struct Tool {
  std::string probe;  // empty: it cannot be pressed
  ToolIcon icon{};
  std::string text;   // beside the icon
  std::string brief;  // instead of the text, where room is short
  bool has_brief{false};
  std::string hint;
  std::function<void()> pressed{};
  int worth{};
  float gap{2};       // points before it
  ToolLook look{};
  ToolSide side{};
  Colour colour{};    // 0: the theme's text
  ImFont* font{};     // absent: the usual one
  bool outlined{false};
  float widest{0};    // points; 0: no limit; the text is cut there
};

class Toolbar {
 public:
  Toolbar(Ui& ui, App& app, const Area& inner) : ui_{ui}, app_{app}, area_{inner} {}
  void draw();

 private:
  void add_scenario();
  void add_transport();
  void add_moment();
  void add_speed();
  void add_branches();
  void add_lamp();
  void add_presets();
  void add_window();
  [[nodiscard]] float width_of(const Tool& tool, const std::string& text) const;
  void place(const Tool& tool, ToolForm form, float x, float width);
  Tool& press(std::string probe, ToolIcon icon, std::string hint, int worth, Intent intent);
  void see_finding();

  Ui& ui_;
  App& app_;
  Area area_;
  std::vector<Tool> tools_;
};

constexpr float tool_padding = 6;  // points, at both sides of what stands in a tool
constexpr float tool_icon = 15;    // points wide

std::string moment_text(Duration at) { return fmt::format("{:.3f} s", static_cast<double>(at.ns) / 1e9); }

constexpr std::array<double, 16> speeds{0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000};

double slower_than(double speed) {
  double found = speeds.front();
  for (const double s : speeds) {
    if (s < speed * 0.999) found = s;
  }
  return found;
}

double faster_than(double speed) {
  for (const double s : speeds) {
    if (s > speed * 1.001) return s;
  }
  return speeds.back();
}

Tool& Toolbar::press(std::string probe, ToolIcon icon, std::string hint, int worth, Intent intent) {
  Tool tool;
  tool.probe = std::move(probe);
  tool.icon = icon;
  tool.hint = std::move(hint);
  tool.worth = worth;
  tool.pressed = [&app = app_, intent = std::move(intent)] { app.want(intent); };
  tools_.push_back(std::move(tool));
  return tools_.back();
}

void Toolbar::add_scenario() {
  const sim::Frame& frame = app_.frame();
  Tool title;
  title.probe = "btn.browser";
  title.icon = ToolIcon::down;
  title.text = frame.title.empty() ? frame.scenario : frame.title;
  title.brief = frame.scenario;
  title.has_brief = ui_.measure(ui_.fonts.bold, title.brief).x < ui_.measure(ui_.fonts.bold, title.text).x;
  title.hint = fmt::format("{}\n{}, seed {}\nOpen another scenario", frame.title, frame.scenario, frame.seed);
  title.pressed = [&app = app_] { app.popups.browser = true; };
  title.worth = 88;
  title.gap = 0;
  title.font = ui_.fonts.bold;
  title.widest = 250;
  tools_.push_back(std::move(title));
  Tool seed;
  seed.text = fmt::format("seed {}", frame.seed);
  seed.colour = ui_.theme.dim;
  seed.worth = 45;
  tools_.push_back(std::move(seed));
}

void Toolbar::add_transport() {
  press("btn.start", ToolIcon::start, "To the start  (Home)", 100, SeekTo{Duration{}}).gap = 10;
  press("btn.prev", ToolIcon::previous, "Back to the event of note before this", 100, StepStory{-1});
  press("btn.back", ToolIcon::back, "One event back  (,)", 100, StepBy{-1});
  Tool& play = press("btn.play", app_.playing() ? ToolIcon::pause : ToolIcon::play, app_.playing() ? "Pause  (Space)" : "Play  (Space)", 100,
                     TogglePlay{});
  play.look = ToolLook::chosen;
  press("btn.step", ToolIcon::step, "One event on  (.)", 100, StepBy{1});
  press("btn.next", ToolIcon::next, "On to the next event of note", 100, StepStory{1});
  const bool whole = app_.tape().verdict(app_.branch()) != nullptr;
  const Duration end = whole ? app_.frame().duration : std::clamp(app_.known().now(), app_.now(), std::max(app_.now(), app_.frame().duration));
  press("btn.end", ToolIcon::end, "To the end of what is known  (End)", 100, SeekTo{end});
}

void Toolbar::add_moment() {
  Tool time;
  time.text = "t = " + moment_text(app_.frame().at);
  time.brief = moment_text(app_.frame().at);
  time.has_brief = true;
  time.worth = 97;
  time.gap = 8;
  time.font = ui_.fonts.mono;
  tools_.push_back(std::move(time));
  Tool events;
  events.text = "event " + with_commas(static_cast<std::int64_t>(app_.frame().events));
  events.brief = "#" + with_commas(static_cast<std::int64_t>(app_.frame().events));
  events.has_brief = true;
  events.colour = ui_.theme.dim;
  events.worth = 40;
  tools_.push_back(std::move(events));
}

void Toolbar::add_speed() {
  press("btn.speed_down", ToolIcon::slower, "Slower  ([)", 85, SetSpeed{slower_than(app_.speed())}).gap = 8;
  Tool& speed = press("btn.speed", ToolIcon::none, "Speed, in virtual seconds a second. Press for 1x", 85, SetSpeed{1.0});
  speed.text = fmt::format("{:g}x", app_.speed());
  speed.gap = 0;
  press("btn.speed_up", ToolIcon::faster, "Faster  (])", 85, SetSpeed{faster_than(app_.speed())}).gap = 0;
}

void Toolbar::add_branches() {
  const sim::Tape& tape = app_.tape();
  std::vector<std::size_t> alive;
  for (std::size_t b = 0; b < tape.branch_count(); ++b) {
    if (!tape.branch(b).superseded || b == app_.branch()) alive.push_back(b);
  }
  constexpr std::size_t most = 6;  // around this one
  const auto here = std::ranges::find(alive, app_.branch()) - alive.begin();
  const auto last = std::min(static_cast<std::ptrdiff_t>(alive.size()), std::max<std::ptrdiff_t>(here + 3, most));
  const auto first = std::max<std::ptrdiff_t>(0, last - static_cast<std::ptrdiff_t>(most));
  if (alive.size() > 1) {
    for (auto i = first; i < last; ++i) {
      const std::size_t b = alive[static_cast<std::size_t>(i)];
      const auto& info = tape.branch(b);
      std::string hint = fmt::format("Branch {}", info.name);
      if (info.parent) hint += fmt::format(", from {} at {}", tape.branch(*info.parent).name, moment_text(info.forked_at));
      for (const sim::Act& act : info.acts) hint += fmt::format("\n{}  {}", moment_text(act.at), act.text);
      Tool& tab = press("tab.branch." + info.name, i == first ? ToolIcon::fork : ToolIcon::none, hint, 80, GoToBranch{b});
      tab.text = info.name;
      tab.outlined = true;
      if (i == first) tab.gap = 8;
      if (b == app_.branch()) tab.look = ToolLook::chosen;
    }
  }
  if (const auto& acts = tape.branch(app_.branch()).acts; !acts.empty())
    press("btn.undo", ToolIcon::undo, "Take back: " + acts.back().text, 78, UndoAct{});
  Tool& compare = press("btn.compare", ToolIcon::compare, "Two branches side by side", 65, CompareWith{});
  compare.text = "Compare";
  compare.has_brief = true;
  compare.gap = 8;
  if (app_.compared()) {
    compare.look = ToolLook::chosen;
    compare.hint = "No longer side by side";
  } else if (alive.size() < 2) {
    compare.look = ToolLook::unable;
    compare.hint = "Two branches side by side. There is one as yet: do something to a node, and a second begins there";
  } else {
    const auto& parent = tape.branch(app_.branch()).parent;
    const std::size_t other = parent ? *parent : alive[alive.front() == app_.branch() ? 1 : 0];
    compare.pressed = [&app = app_, other] {
      app.want(CompareWith{other});
      app.look.preset = Preset::compare;
    };
  }
}

// To the first violation, or to the first excuse.
void Toolbar::see_finding() {
  const auto& findings = app_.frame().verdict.findings;
  app_.look.side = SideTab::inspector;
  if (findings.empty()) return;
  const auto worst = std::ranges::find_if(findings, [](const sim::Finding& f) { return !f.excuse; });
  const auto shown = worst == findings.end() ? findings.begin() : worst;
  app_.choose(ChosenFinding{static_cast<std::size_t>(shown - findings.begin())});
  if (worst == findings.end()) return;
  const Duration at = shown->at - app_.run().origin();
  app_.want(SeekTo{std::clamp(at, Duration{}, app_.frame().duration)});
}

void Toolbar::add_lamp() {
  const sim::FrameVerdict& verdict = app_.frame().verdict;
  Tool lamp;
  lamp.probe = "btn.lamp";
  lamp.side = ToolSide::right;
  lamp.worth = 95;
  lamp.has_brief = true;
  lamp.pressed = [this] { see_finding(); };
  if (verdict.violations > 0) {
    lamp.icon = ToolIcon::warning;
    lamp.brief = with_commas(static_cast<std::int64_t>(verdict.violations));
    lamp.text = lamp.brief + (verdict.violations == 1 ? " VIOLATION" : " VIOLATIONS");
    lamp.colour = ui_.theme.bad;
    lamp.outlined = std::fmod(app_.clock(), 1.0) < 0.6;
    lamp.font = ui_.fonts.bold;
    lamp.hint = "A promise of Kafka was broken. Press to go to the first case";
  } else if (verdict.excused > 0) {
    lamp.icon = ToolIcon::warning;
    lamp.brief = with_commas(static_cast<std::int64_t>(verdict.excused));
    lamp.text = lamp.brief + " excused";
    lamp.colour = ui_.theme.warning;
    lamp.hint = fmt::format("{} invariants are watched; some did not hold, as Kafka says it may be after these faults", verdict.invariants);
  } else {
    lamp.icon = ToolIcon::check;
    lamp.brief = std::to_string(verdict.invariants);
    lamp.text = lamp.brief + " invariants hold";
    lamp.colour = ui_.theme.good;
    lamp.hint = fmt::format("{} invariants were watched up to now, after each event: all hold", verdict.invariants);
  }
  tools_.push_back(std::move(lamp));
}

void Toolbar::add_presets() {
  struct Choice {
    Preset preset;
    const char* probe;
    const char* text;
    const char* key;
    const char* hint;
  };
  constexpr std::array<Choice, 3> choices{{{Preset::learn, "preset.learn", "Learn", "F1", "The lesson beside the cluster  (F1)"},
                                           {Preset::inspect, "preset.inspect", "Inspect", "F2", "All panels  (F2)"},
                                           {Preset::compare, "preset.compare", "Compare", "F3", "Two branches side by side  (F3)"}}};
  for (const Choice& choice : choices) {
    Tool tool;
    tool.probe = choice.probe;
    tool.text = choice.text;
    tool.brief = choice.key;
    tool.has_brief = true;
    tool.hint = choice.hint;
    tool.pressed = [&app = app_, preset = choice.preset] { app.look.preset = preset; };
    tool.worth = 89;
    tool.gap = choice.preset == Preset::learn ? 8 : 0;
    tool.side = ToolSide::right;
    if (app_.look.preset == choice.preset) tool.look = ToolLook::chosen;
    tools_.push_back(std::move(tool));
  }
}

void Toolbar::add_window() {
  const auto add = [this](const char* probe, ToolIcon icon, const char* text, const char* hint, int worth, std::function<void()> pressed) {
    Tool tool;
    tool.probe = probe;
    tool.icon = icon;
    tool.text = text;
    tool.hint = hint;
    tool.worth = worth;
    tool.side = ToolSide::right;
    tool.pressed = std::move(pressed);
    tools_.push_back(std::move(tool));
  };
  add("btn.save", ToolIcon::save, "", "Save this branch as a scenario  (Ctrl+S)", 55, [&app = app_] { app.popups.save = true; });
  const bool dark = app_.look.theme == ThemeKind::dark;
  add("btn.theme", dark ? ToolIcon::sun : ToolIcon::moon, "", dark ? "Light, for projectors" : "Dark", 60,
      [&app = app_, dark] { app.look.theme = dark ? ThemeKind::light : ThemeKind::dark; });
  add("btn.help", ToolIcon::none, "?", "Keys and signs  (?)", 75, [&app = app_] { app.popups.help = true; });
}

float Toolbar::width_of(const Tool& tool, const std::string& text) const {
  const float letters = text.empty() ? 0 : std::ceil(ui_.measure(tool.font ? tool.font : ui_.fonts.text, text).x);
  const float icon = tool.icon == ToolIcon::none ? 0 : ui_.px(tool_icon) + (text.empty() ? 0 : ui_.px(4));
  const float padding = ui_.px(tool.probe.empty() ? 3 : tool_padding);
  const float width = letters + icon + 2 * padding;
  return tool.widest > 0 ? std::min(width, ui_.px(tool.widest)) : width;
}

void Toolbar::place(const Tool& tool, ToolForm form, float x, float width) {
  const float half = std::floor(std::min(ui_.px(15), area_.height() / 2));
  const float middle = std::floor((area_.min.y + area_.max.y) / 2);
  const Area box{{x, middle - half}, {x + width, middle + half}};
  const Theme& theme = ui_.theme;
  ImDrawList& list = *ImGui::GetWindowDrawList();
  Colour colour = tool.colour == 0 ? theme.text : tool.colour;
  if (tool.look == ToolLook::unable) colour = faded(theme.dim, 0.6F);
  if (!tool.probe.empty()) {
    ImGui::SetCursorScreenPos(box.min);
    const bool pressed = ImGui::InvisibleButton(tool.probe.c_str(), box.size());
    const bool over = ImGui::IsItemHovered();
    ui_.probe(tool.probe, box.min, box.max);
    if (over) app_.tip = tool.hint;
    if (pressed && tool.look != ToolLook::unable) tool.pressed();
    const float round = ui_.px(5);
    if (tool.look == ToolLook::chosen) {
      list.AddRectFilled(box.min, box.max, over ? mixed(theme.accent, theme.text, 0.2F) : theme.accent, round);
      colour = theme.on_accent;
    } else if (over && tool.look == ToolLook::plain) {
      list.AddRectFilled(box.min, box.max, theme.hover, round);
    }
    if (tool.outlined) list.AddRect(box.min, box.max, tool.colour == 0 ? theme.panel_edge : tool.colour, round, 0, ui_.px(1.5F));
  }
  const std::string& text = form == ToolForm::brief ? tool.brief : tool.text;
  float left = x + ui_.px(tool.probe.empty() ? 3 : tool_padding);
  if (tool.icon != ToolIcon::none) {
    draw_tool_icon(list, tool.icon, {left + ui_.px(tool_icon / 2), middle}, ui_.px(6), colour);
    left += ui_.px(tool_icon + (text.empty() ? 0 : 4));
  }
  if (text.empty()) return;
  ImFont* font = tool.font ? tool.font : ui_.fonts.text;
  const float right = box.max.x - ui_.px(tool.probe.empty() ? 0 : tool_padding - 1);
  const float high = ui_.measure(font, text).y;
  ui_.write(list, font, {left, std::floor(middle - high / 2)}, colour, text, std::max(1.0F, right - left));
}

void Toolbar::draw() {
  add_scenario();
  add_transport();
  add_moment();
  add_speed();
  add_branches();
  add_lamp();
  add_presets();
  add_window();
  std::vector<ToolWidth> widths;
  for (const Tool& tool : tools_)
    widths.push_back({width_of(tool, tool.text), tool.has_brief ? width_of(tool, tool.brief) : 0, ui_.px(tool.gap), tool.worth});
  const float whole = area_.width() - ui_.px(10);
  std::vector<ToolForm> forms = fit_tools(widths, whole);
  const auto is_preset = [this](std::size_t i) { return tools_[i].probe.starts_with("preset."); };
  bool brief_preset = false;  // they are one set: all by their names, or all by their keys
  for (std::size_t i = 0; i < tools_.size(); ++i) brief_preset = brief_preset || (is_preset(i) && forms[i] != ToolForm::full);
  for (std::size_t i = 0; brief_preset && i < tools_.size(); ++i) {
    if (is_preset(i)) widths[i].full = widths[i].brief, tools_[i].text = tools_[i].brief;
  }
  if (brief_preset) forms = fit_tools(widths, whole);
  const auto width = [&](std::size_t i) { return forms[i] == ToolForm::full ? widths[i].full : widths[i].brief; };
  float left = area_.min.x;
  float right = area_.max.x;
  for (std::size_t i = 0; i < tools_.size(); ++i) {
    if (forms[i] == ToolForm::gone || tools_[i].side == ToolSide::right) continue;
    left += widths[i].gap;
    place(tools_[i], forms[i], std::floor(left), width(i));
    left += width(i);
  }
  for (std::size_t i = tools_.size(); i-- > 0;) {
    if (forms[i] == ToolForm::gone || tools_[i].side == ToolSide::left) continue;
    right -= width(i);
    place(tools_[i], forms[i], std::floor(right), width(i));
    right -= widths[i].gap;
  }
}

}  // namespace

void draw_toolbar(Ui& ui, App& app, const Area& area) {
  const Area inner = ui.begin_panel("toolbar", "", area);
  Toolbar{ui, app, inner}.draw();
  ui.end_panel();
}

}  // namespace kafkasim::viz
