#include "viz/show/view.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <ostream>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "sim/report/follow.hpp"
#include "sim/scenario/units.hpp"
#include "viz/app/app.hpp"
#include "viz/app/layout.hpp"
#include "viz/backend/headless.hpp"
#include "viz/backend/png.hpp"
#ifdef KAFKASIM_WINDOW
#include "viz/backend/window.hpp"
#endif

namespace kafkasim::viz {

namespace {

constexpr int bad_input = 2;
constexpr std::pair<int, int> usual_size{1600, 1000};
constexpr double without_limit = 1e9;  // seconds

struct Showing {
  const ViewOptions& options;
  App& app;
  std::ostream& out;
  std::ostream& err;

  [[nodiscard]] int complain(const std::string& what) const {
    err << "kafkasim: " << what << '\n';
    return bad_input;
  }
};

Area whole(ImVec2 size) { return {{0, 0}, size}; }

// ---- what the options choose --------------------------------------------------------------------------------------------------

Result<void> choose_thing(App& app, const std::string& text) {
  if (text.empty()) return {};
  const sim::Frame& frame = app.frame();
  if (const auto record = sim::parse_follow(text); record && text.find('@') != std::string::npos) {
    const sim::FramePartition* partition = frame.partition(record->partition);
    if (!partition) return fail("there is no partition " + to_string(record->partition));
    app.choose(ChosenRecord{record->partition, partition->leader.value_or(partition->assigned.front()), record->offset});
    return {};
  }
  for (const sim::FramePartition& partition : frame.partitions) {
    if (to_string(partition.name) != text) continue;
    app.choose(ChosenPartition{partition.name});
    return {};
  }
  if (frame.group(text)) {
    app.choose(ChosenGroup{text});
    return {};
  }
  if (const sim::FrameNode* node = frame.node(std::string_view{text})) {
    app.choose(ChosenNode{node->host});
    return {};
  }
  return fail("there is nothing named " + sim::quote(text) + " to look at");
}

Result<void> bring_to_front(App& app, const std::string& tab) {
  constexpr std::array<std::pair<std::string_view, LowerTab>, 3> lower{
      {{"groups", LowerTab::groups}, {"space-time", LowerTab::space_time}, {"plots", LowerTab::plots}}};
  constexpr std::array<std::pair<std::string_view, SideTab>, 3> side{
      {{"lesson", SideTab::lesson}, {"inspect", SideTab::inspector}, {"events", SideTab::events}}};
  if (tab.empty()) return {};
  for (const auto& [name, value] : lower) {
    if (tab == name) return app.look.lower = value, Result<void>{};
  }
  for (const auto& [name, value] : side) {
    if (tab == name) return app.look.side = value, Result<void>{};
  }
  return fail("there is no tab " + sim::quote(tab) + ": groups, space-time, plots, lesson, inspect or events");
}

// An act with its moment: the run is wound there, and goes on from it.
Result<void> do_by_hand(App& app, const std::string& entry) {
  nlohmann::ordered_json json = nlohmann::ordered_json::parse(entry, nullptr, false);
  if (!json.is_object() || !json.contains("at") || !json["at"].is_string()) return fail("--act takes an entry of a timeline with its 'at': " + entry);
  const Result<Duration> at = sim::parse_duration(json["at"].get<std::string>());
  if (!at) return tl::unexpected<Error>{at.error()};
  json.erase("at");
  app.want(SeekTo{*at});
  const std::string by_hand = json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
  app.want(ActBy{by_hand, json.empty() ? by_hand : json.begin().key() + " " + json.begin().value().dump()});
  const std::size_t branches = app.tape().branch_count();
  (void)app.advance(0, 0);
  if (app.tape().branch_count() == branches) return fail(app.notices().empty() ? "this cannot be done: " + entry : app.notices().back().text);
  return {};
}

Result<void> prepare(App& app, const ViewOptions& options) {
  app.library = options.library;
  app.opener = options.open;
  app.look.theme = options.shade == Shade::light ? ThemeKind::light : ThemeKind::dark;
  app.look.type = options.type;
  app.look.preset = options.picture == Picture::inspect   ? Preset::inspect
                    : options.picture == Picture::compare ? Preset::compare
                                                          : Preset::learn;
  for (const std::string& entry : options.acts) {
    if (Result<void> done = do_by_hand(app, entry); !done) return done;
  }
  if (options.at) app.want(SeekTo{*options.at});
  if (options.picture == Picture::compare && app.branch() != 0) app.want(CompareWith{std::size_t{0}});
  (void)app.advance(0, 0);
  app.forget_notices();
  if (Result<void> front = bring_to_front(app, options.tab); !front) return front;
  return choose_thing(app, options.look_at);
}

// ---- pictures ---------------------------------------------------------------------------------------------------------------------

Headless stage(const ViewOptions& options) {
  const auto [width, height] = options.size.value_or(usual_size);
  const float scale = options.scale.value_or(scale_for(width, height)) * options.type;
  return Headless{width, height, scale, options.shade == Shade::light ? ThemeKind::light : ThemeKind::dark};
}

Image take_picture(Headless& headless, App& app) {
  constexpr int frames = 3;  // windows of ImGui settle in their second; what is measured in one is used in the next
  for (int i = 0; i < frames; ++i) headless.frame([&](Ui& ui) { app.draw(ui, whole(ImGui::GetIO().DisplaySize)); });
  return headless.image();
}

// {"btn.play": [x, y, width, height], ...} in pixels.
Result<void> write_places(const std::string& path, const Ui& ui) {
  nlohmann::ordered_json places = nlohmann::ordered_json::object();
  for (const auto& [name, area] : ui.probes()) {
    const auto whole_pixels = [](float x) { return static_cast<std::int64_t>(std::lround(x)); };
    places[name] = {whole_pixels(area.min.x), whole_pixels(area.min.y), whole_pixels(area.width()), whole_pixels(area.height())};
  }
  std::ofstream out{path, std::ios::binary};
  out << places.dump(0, ' ', false, nlohmann::ordered_json::error_handler_t::replace) << '\n' << std::flush;
  return out ? Result<void>{} : fail("cannot write " + path);
}

int write_screenshot(const Showing& showing) {
  (void)showing.app.advance(0, without_limit);  // the tape knows the whole run
  Headless headless = stage(showing.options);
  const Image image = take_picture(headless, showing.app);
  if (const Result<void> written = write_png(*showing.options.screenshot, image); !written)
    return showing.complain("cannot write " + *showing.options.screenshot + ": " + written.error().message);
  if (showing.options.places) {
    if (const Result<void> written = write_places(*showing.options.places, headless.ui()); !written) return showing.complain(written.error().message);
  }
  showing.out << fmt::format("{}: {} x {} at {}\n", *showing.options.screenshot, image.width, image.height,
                             sim::format_duration(showing.app.now()));
  return 0;
}

int write_frames(const Showing& showing) {
  constexpr std::int64_t most = 100'000;
  const std::string& folder = *showing.options.frames;
  const Duration from = showing.app.now();
  const Duration to = std::min(showing.options.to.value_or(showing.app.tape().duration()), showing.app.tape().duration());
  if (to < from) return showing.complain("the last picture would be before the first");
  if ((to - from).ns / showing.options.every.ns > most) return showing.complain("these are more than 100000 pictures: take --every longer");
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) return showing.complain("cannot make the folder " + folder + ": " + error.message());
  (void)showing.app.advance(0, without_limit);
  Headless headless = stage(showing.options);
  int count = 0;
  for (Duration at = from; at <= to; at = at + showing.options.every) {
    showing.app.want(SeekTo{at});
    (void)showing.app.advance(0, 0);
    const std::string path = fmt::format("{}/{:06}.png", folder, count);
    if (const Result<void> written = write_png(path, take_picture(headless, showing.app)); !written)
      return showing.complain("cannot write " + path + ": " + written.error().message);
    if (++count % 10 == 0) showing.err << fmt::format("view: {} pictures, {}\n", count, sim::format_duration(at));
  }
  showing.out << fmt::format("{}: {} pictures, one each {}\n", folder, count, sim::format_duration(showing.options.every));
  return 0;
}

// ---- the window ---------------------------------------------------------------------------------------------------------------------

#ifdef KAFKASIM_WINDOW
// Where the window's place and its layout are kept: ~/.config/kafkasim, or wherever XDG says.
std::string settings_folder() {
  const char* config = std::getenv("XDG_CONFIG_HOME");
  const char* home = std::getenv("HOME");
  const std::string base = config && *config ? config : home && *home ? std::string{home} + "/.config" : "";
  if (base.empty()) return "";
  std::error_code error;
  std::filesystem::create_directories(base + "/kafkasim", error);
  return error ? "" : base + "/kafkasim";
}

// What was done by hand, and the trace hashes by which it is found again.
void tell_branches(const Showing& showing) {
  const sim::Tape& tape = showing.app.tape();
  for (std::size_t b = 0; b < tape.branch_count(); ++b) {
    const sim::Tape::BranchInfo& branch = tape.branch(b);
    const sim::Simulation* end = tape.verdict(b);
    showing.out << fmt::format("branch {}: {} by hand{}, ", branch.name, branch.acts.size(), branch.superseded ? " (taken back, or gone on from)" : "")
                << (end ? fmt::format("trace hash {:016x}\n", end->world().trace_hash()) : std::string{"not run to its end\n"});
  }
}

std::string title_of(const App& app) {
  const Duration whole_tenths = app.now() / milliseconds(100).ns * milliseconds(100).ns;
  return fmt::format("kafkasim: {}, branch {} at {}{}", app.frame().scenario, app.tape().branch(app.branch()).name,
                     sim::format_duration(whole_tenths), app.exploring() ? ", running ahead" : "");
}

int open_window(const Showing& showing) {
  App& app = showing.app;
  const std::string folder = settings_folder();
  const std::string layout = folder.empty() ? "" : folder + "/layout.json";
  if (!layout.empty() && !showing.options.size) read_layout(app.look, layout);
  Result<std::unique_ptr<Window>> window =
      Window::create("kafkasim: " + app.frame().scenario, showing.options.size, showing.options.scale, folder.empty() ? "" : folder + "/window");
  if (!window) return showing.complain(window.error().message);
  if (!showing.options.at) app.want(TogglePlay{});
  (*window)->loop([&](double seconds, double spare) { return app.advance(seconds, spare); },
                  [&](Ui& ui, const Area& area) { app.draw(ui, area); },
                  [&] { return WindowWish{app.look.theme, app.look.type, !app.closing(), app.exploring(), title_of(app)}; });
  if (!layout.empty()) write_layout(app.look, layout);
  tell_branches(showing);
  return 0;
}
#else
int open_window(const Showing& showing) {
  return showing.complain("this build has no window: GLFW or OpenGL was not found (libglfw3-dev, libopengl-dev); --screenshot and --frames work");
}
#endif

}  // namespace

int view(const ViewOptions& options, std::ostream& out, std::ostream& err) {
  Result<TapeSource> source = options.open(options.file);
  Result<std::unique_ptr<App>> app = source ? App::open(std::move(*source)) : tl::unexpected<Error>{source.error()};
  if (!app) {
    err << "kafkasim: " << options.file << ": " << app.error().message << '\n';
    return bad_input;
  }
  const Showing showing{options, **app, out, err};
  if (const Result<void> prepared = prepare(**app, options); !prepared) return showing.complain(prepared.error().message);
  if (options.screenshot) return write_screenshot(showing);
  if (options.frames) return write_frames(showing);
  return open_window(showing);
}

}  // namespace kafkasim::viz
