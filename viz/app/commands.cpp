#include "viz/app/commands.hpp"

#include <algorithm>
#include <array>
#include <string>

#include <fmt/format.h>
#include <imgui.h>

#include "viz/panels/act_items.hpp"
#include "viz/panels/state.hpp"

namespace kafkasim::viz {

namespace {

// As GLFW numbers them.
constexpr int key_space = 32, key_comma = 44, key_minus = 45, key_period = 46, key_equal = 61;
constexpr int key_escape = 256, key_tab = 258, key_right = 262, key_left = 263, key_home = 268, key_end = 269;
constexpr int key_f1 = 290, key_f2 = 291, key_f3 = 292;

void seek_by_share(App& app, int percent) {
  const Duration whole = app.tape().duration();
  app.want(SeekTo{std::clamp(app.now() + whole * percent / 100, Duration{}, whole)});
}

// The leader of what is chosen, or of the first log that is shown.
const sim::FrameNode* leader_to_act_on(const App& app) {
  const sim::Frame& frame = app.frame();
  const auto leader_of = [&frame](const TopicPartition& name) -> const sim::FrameNode* {
    const sim::FramePartition* p = frame.partition(name);
    return p && p->leader ? frame.node(*p->leader) : nullptr;
  };
  if (const auto* partition = std::get_if<ChosenPartition>(&app.chosen())) return leader_of(partition->partition);
  if (!app.strips.empty()) return leader_of(*app.strips.begin());
  return frame.partitions.empty() ? nullptr : leader_of(frame.partitions.front().name);
}

// What K, P and X act on.
const sim::FrameNode* node_to_act_on(App& app) {
  const sim::FrameNode* node = nullptr;
  if (const auto* chosen = std::get_if<ChosenNode>(&app.chosen())) node = app.frame().node(chosen->host);
  else if (const auto* record = std::get_if<ChosenRecord>(&app.chosen())) node = app.frame().node(record->node);
  else node = leader_to_act_on(app);
  if (!node) app.notify("there is no leader to act on: choose a broker first", true);
  if (node && target_of(*node).empty()) {
    app.notify("nothing can be done to " + node->name + " by hand", true);
    node = nullptr;
  }
  return node;
}

void act_on_node(App& app, const sim::FrameNode& node, const char* entry, const char* verb) {
  app.want(ActBy{fmt::format(fmt::runtime(entry), target_of(node)), fmt::format("{} {}", verb, node.name)});
}

void undo_fault(App& app, const sim::FrameFault& fault) {
  const ActItem item = undo_item(fault);
  app.want(ActBy{item.entry, item.text});
}

void crash_chosen(App& app) {
  const sim::FrameNode* node = node_to_act_on(app);
  if (!node) return;
  const bool up = node->state != sim::NodeState::down && node->state != sim::NodeState::without_power;
  if (up) return act_on_node(app, *node, R"({{"crash": {}}})", "crash");
  if (const sim::FrameFault* fault = fault_on(app.frame(), node->host, "crash")) return undo_fault(app, *fault);
  act_on_node(app, *node, R"({{"start": {}}})", "start");
}

void pause_chosen(App& app) {
  const sim::FrameNode* node = node_to_act_on(app);
  if (!node) return;
  if (node->state != sim::NodeState::paused) return act_on_node(app, *node, R"({{"pause": {}}})", "pause");
  if (const sim::FrameFault* fault = fault_on(app.frame(), node->host, "pause")) return undo_fault(app, *fault);
  app.notify(node->name + " was paused by an entry of the scenario that has no name: it cannot be undone by hand", true);
}

void cut_chosen(App& app) {
  const sim::FrameNode* node = node_to_act_on(app);
  if (!node) return;
  if (const sim::FrameFault* fault = fault_on(app.frame(), node->host, "partition")) return undo_fault(app, *fault);
  act_on_node(app, *node, R"({{"partition": [{}]}})", "cut off");
}

void heal_all(App& app) {
  bool any = false;
  std::set<HostId> undone;
  for (const sim::FrameFault& fault : app.frame().faults) {
    if (fault.name.empty()) continue;
    undo_fault(app, fault);
    undone.insert(fault.hosts.begin(), fault.hosts.end());
    any = true;
  }
  for (const sim::FrameNode& node : app.frame().nodes) {
    const bool down = node.state == sim::NodeState::down || node.state == sim::NodeState::without_power;
    const bool machine = node.kind == sim::NodeKind::broker || node.kind == sim::NodeKind::controller;
    if (!down || !machine || undone.contains(node.host)) continue;
    act_on_node(app, node, R"({{"start": {}}})", "start");
    any = true;
  }
  if (!any) app.notify("there is nothing to heal");
}

std::optional<std::size_t> next_branch(const App& app) {
  const std::size_t count = app.tape().branch_count();
  for (std::size_t i = 1; i < count; ++i) {
    const std::size_t b = (app.branch() + i) % count;
    if (!app.tape().branch(b).superseded) return b;
  }
  return std::nullopt;
}

void go_to_next_branch(App& app) {
  if (const auto next = next_branch(app)) return app.want(GoToBranch{*next});
  app.notify("there is one branch: do something to the cluster (K crashes a broker), and another begins");
}

void compare_branches(App& app) {
  if (app.compared()) return app.want(CompareWith{});
  std::optional<std::size_t> with = app.tape().branch(app.branch()).parent;
  while (with && app.tape().branch(*with).superseded) with = app.tape().branch(*with).parent;
  if (!with) with = next_branch(app);
  if (!with) return app.notify("there is one branch: nothing to compare it with");
  app.want(CompareWith{with});
  app.look.preset = Preset::compare;
}

void toggle_bookmark(App& app) {
  std::vector<Bookmark>& marks = state_of(app).bookmarks;
  const auto here = [&app](const Bookmark& mark) { return mark.branch == app.branch() && mark.at == app.now(); };
  if (std::erase_if(marks, here) > 0) return app.notify("bookmark removed");
  marks.push_back({app.branch(), app.now()});
  app.notify(fmt::format("bookmark {} set: on the tape, and in the Inspect tab when nothing is chosen", marks.size()));
}

void search_events(App& app) {
  if (app.look.preset == Preset::compare) app.look.preset = Preset::learn;
  app.look.side = SideTab::events;
  state_of(app).focus_search = true;
}

void escape(App& app) {
  Popups& popups = app.popups;
  for (bool* open : {&popups.palette, &popups.save, &popups.browser, &popups.help}) {
    if (!*open) continue;
    *open = false;
    return;
  }
  if (!std::holds_alternative<std::monostate>(app.chosen())) app.choose({});
  else if (app.compared()) app.want(CompareWith{});
}

template <int Number>
void choose_broker(App& app) {
  int i = 0;
  for (const sim::FrameNode& node : app.frame().nodes) {
    if (node.kind == sim::NodeKind::broker && ++i == Number) return app.choose(ChosenNode{node.host});
  }
}

void scale_type(App& app, float by) { app.look.type = std::clamp(app.look.type + by, 0.8F, 2.0F); }

constexpr Press on(int key, With with = With::nothing, bool repeats = false) { return {key, with, 0, repeats}; }
constexpr Press typed(char character) { return {0, With::nothing, character, false}; }

constexpr auto again = true;  // held down, it comes again
constexpr std::array all_commands{
    AppCommand{"play", "Play or pause", "Space", CommandKind::time, on(key_space), {}, [](App& a) { a.want(TogglePlay{}); }},
    AppCommand{"step", "One event further", ".", CommandKind::time, on(key_period, With::nothing, again), {}, [](App& a) { a.want(StepBy{1}); }},
    AppCommand{"back", "One event back", ",", CommandKind::time, on(key_comma, With::nothing, again), {}, [](App& a) { a.want(StepBy{-1}); }},
    AppCommand{"next", "Next event of interest", "Shift+.", CommandKind::time, on(key_period, With::shift, again), {},
            [](App& a) { a.want(StepStory{1}); }},
    AppCommand{"previous", "Event of interest before", "Shift+,", CommandKind::time, on(key_comma, With::shift, again), {},
            [](App& a) { a.want(StepStory{-1}); }},
    AppCommand{"forward", "1 % further", "Right", CommandKind::time, on(key_right, With::nothing, again), {}, [](App& a) { seek_by_share(a, 1); }},
    AppCommand{"rewind", "1 % back", "Left", CommandKind::time, on(key_left, With::nothing, again), {}, [](App& a) { seek_by_share(a, -1); }},
    AppCommand{"faster", "Faster", "]", CommandKind::time, typed(']'), {}, [](App& a) { a.want(SetSpeed{next_speed(a.speed(), 1)}); }},
    AppCommand{"slower", "Slower", "[", CommandKind::time, typed('['), {}, [](App& a) { a.want(SetSpeed{next_speed(a.speed(), -1)}); }},
    AppCommand{"home", "To the beginning", "Home", CommandKind::time, on(key_home), {}, [](App& a) { a.want(SeekTo{}); }},
    AppCommand{"end", "To the end", "End", CommandKind::time, on(key_end), {}, [](App& a) { a.want(SeekTo{a.tape().duration()}); }},
    AppCommand{"live", "As far as the run is known", "L", CommandKind::time, on('L'), {}, [](App& a) { a.want(SeekTo{a.known().now()}); }},
    AppCommand{"bookmark", "Set or remove a bookmark here", "B", CommandKind::time, on('B'), {}, toggle_bookmark},

    AppCommand{"crash", "Crash what is chosen, or start it again", "K", CommandKind::acting, on('K'), {}, crash_chosen},
    AppCommand{"pause", "Pause it, or let it go on", "P", CommandKind::acting, on('P'), {}, pause_chosen},
    AppCommand{"cut", "Cut it off the network, or join it again", "X", CommandKind::acting, on('X'), {}, cut_chosen},
    AppCommand{"heal", "Heal everything that can be undone", "H", CommandKind::acting, on('H'), {}, heal_all},
    AppCommand{"undo", "Take back what was done last", "U", CommandKind::acting, on('U'), {}, [](App& a) { a.want(UndoAct{}); }},
    AppCommand{"broker1", "Choose a broker", "1 .. 9", CommandKind::acting, typed('1'), {}, choose_broker<1>},
    AppCommand{"broker2", "Choose the second broker", "2", CommandKind::acting, typed('2'), {}, choose_broker<2>},
    AppCommand{"broker3", "Choose the third broker", "3", CommandKind::acting, typed('3'), {}, choose_broker<3>},
    AppCommand{"broker4", "Choose the fourth broker", "4", CommandKind::acting, typed('4'), {}, choose_broker<4>},
    AppCommand{"broker5", "Choose the fifth broker", "5", CommandKind::acting, typed('5'), {}, choose_broker<5>},
    AppCommand{"broker6", "Choose the sixth broker", "6", CommandKind::acting, typed('6'), {}, choose_broker<6>},
    AppCommand{"broker7", "Choose the seventh broker", "7", CommandKind::acting, typed('7'), {}, choose_broker<7>},
    AppCommand{"broker8", "Choose the eighth broker", "8", CommandKind::acting, typed('8'), {}, choose_broker<8>},
    AppCommand{"broker9", "Choose the ninth broker", "9", CommandKind::acting, typed('9'), {}, choose_broker<9>},

    AppCommand{"fork", "Fork: another branch from here", "F", CommandKind::branches, on('F'), {},
            [](App& a) { a.want(ActBy{R"({"note": "forked here"})", "fork"}); }},
    AppCommand{"branch", "To the next branch", "Tab", CommandKind::branches, on(key_tab), {}, go_to_next_branch},
    AppCommand{"compare", "Two branches side by side, or one again", "C", CommandKind::branches, on('C'), {}, compare_branches},

    AppCommand{"learn", "Panels to learn", "F1", CommandKind::looking, on(key_f1), {}, [](App& a) { a.look.preset = Preset::learn; }},
    AppCommand{"inspect", "Panels to inspect", "F2", CommandKind::looking, on(key_f2), {}, [](App& a) { a.look.preset = Preset::inspect; }},
    AppCommand{"compare-panels", "Panels to compare", "F3", CommandKind::looking, on(key_f3), {}, [](App& a) { a.look.preset = Preset::compare; }},
    AppCommand{"search", "Search the events", "/", CommandKind::looking, typed('/'), {}, search_events},
    AppCommand{"theme", "Dark or light", "T", CommandKind::looking, on('T'), {},
            [](App& a) { a.look.theme = a.look.theme == ThemeKind::dark ? ThemeKind::light : ThemeKind::dark; }},
    AppCommand{"larger", "Larger type", "Ctrl+=", CommandKind::looking, on(key_equal, With::ctrl), on(key_equal, With::ctrl_shift),
            [](App& a) { scale_type(a, 0.1F); }},
    AppCommand{"smaller", "Smaller type", "Ctrl+-", CommandKind::looking, on(key_minus, With::ctrl), {}, [](App& a) { scale_type(a, -0.1F); }},
    AppCommand{"heartbeats", "Show or hide heartbeats", "", CommandKind::looking, {}, {},
            [](App& a) { a.look.heartbeats = !a.look.heartbeats, a.restless(); }},
    AppCommand{"internal", "Show or hide internal topics", "", CommandKind::looking, {}, {},
            [](App& a) { a.look.internal_topics = !a.look.internal_topics, a.restless(); }},
    AppCommand{"escape", "Close, or choose nothing", "Esc", CommandKind::looking, on(key_escape), {}, escape},

    AppCommand{"open", "Open a scenario", "O", CommandKind::files, on('O'), {}, [](App& a) { a.popups.browser = !a.popups.browser; }},
    AppCommand{"save", "Save this branch as a scenario", "Ctrl+S", CommandKind::files, on('S', With::ctrl), {}, [](App& a) { a.popups.save = true; }},
    AppCommand{"palette", "All commands, by name", "Ctrl+Shift+P  or  :", CommandKind::files, on('P', With::ctrl_shift), typed(':'),
            [](App& a) { a.popups.palette = true; }},
    AppCommand{"help", "Help: keys and signs", "?", CommandKind::files, typed('?'), {}, [](App& a) { a.popups.help = !a.popups.help; }},
    AppCommand{"quit", "Quit", "Q", CommandKind::files, on('Q'), {}, [](App& a) { a.want(Quit{}); }},
};

// Where a keyboard gives no characters, as in tests, signs are known by the keys that bear them in the United States.
struct UsKey {
  char character;
  int key;
  With with;
};
constexpr std::array us_keys{UsKey{'[', 91, With::nothing}, UsKey{']', 93, With::nothing}, UsKey{'/', 47, With::nothing},
                             UsKey{'?', 47, With::shift}, UsKey{':', 59, With::shift}};

With held() {
  const ImGuiIO& io = ImGui::GetIO();
  if (io.KeyCtrl || io.KeySuper) return io.KeyShift ? With::ctrl_shift : With::ctrl;
  return io.KeyShift ? With::shift : With::nothing;
}

bool key_pressed(const Press& press) { return press.key != 0 && held() == press.with && ImGui::IsKeyPressed(press.key, press.repeats); }

bool character_came(char character) {
  const ImGuiIO& io = ImGui::GetIO();
  if (character == 0 || io.KeyCtrl) return false;
  for (const ImWchar c : io.InputQueueCharacters) {
    if (c == static_cast<ImWchar>(character)) return true;
  }
  if (!io.InputQueueCharacters.empty()) return false;
  if (character >= '1' && character <= '9') return held() == With::nothing && ImGui::IsKeyPressed(character, false);
  return std::ranges::any_of(us_keys, [&](const UsKey& k) {
    return k.character == character && held() == k.with && ImGui::IsKeyPressed(k.key, character == '[' || character == ']');
  });
}

bool needs_ctrl(const Press& press) { return press.with == With::ctrl || press.with == With::ctrl_shift; }

}  // namespace

std::string_view kind_title(CommandKind kind) {
  switch (kind) {
    case CommandKind::time: return "Time";
    case CommandKind::acting: return "Acting on the cluster";
    case CommandKind::branches: return "Branches";
    case CommandKind::looking: return "Looking";
    case CommandKind::files: return "Files and help";
  }
  return "";
}

std::span<const AppCommand> commands() { return all_commands; }

const AppCommand* command(std::string_view id) {
  const auto found = std::ranges::find(all_commands, id, &AppCommand::id);
  return found == all_commands.end() ? nullptr : &*found;
}

double next_speed(double now, int direction) {
  constexpr std::array steps{0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0};
  constexpr double nearly = 1.001;
  if (direction > 0) {
    const auto up = std::ranges::find_if(steps, [now](double s) { return s > now * nearly; });
    return up == steps.end() ? steps.back() : *up;
  }
  double down = steps.front();
  for (const double s : steps) {
    if (s < now / nearly) down = s;
  }
  return down;
}

void handle_keys(App& app) {
  const bool typing = ImGui::GetIO().WantTextInput;
  // Keys first: where a key and the character that it gives both mean something, the key does (Shift+. is ':' on some keyboards).
  for (const AppCommand& one : all_commands) {
    for (const Press& press : {one.press, one.also}) {
      if (typing && press.key != key_escape && !needs_ctrl(press)) continue;
      if (!key_pressed(press)) continue;
      one.run(app);
      return;
    }
  }
  if (typing) return;
  for (const AppCommand& one : all_commands) {
    for (const Press& press : {one.press, one.also}) {
      if (!character_came(press.character)) continue;
      one.run(app);
      return;
    }
  }
}

}  // namespace kafkasim::viz
