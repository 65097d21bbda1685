#include <memory>
#include <ostream>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "sim/cli/cli.hpp"
#include "sim/cli/diagnose.hpp"
#include "sim/cli/parsed_option.hpp"
#include "sim/cli/scenario_folder.hpp"
#include "sim/cli/scenario_options.hpp"
#include "sim/scenario/units.hpp"
#include "viz/show/view.hpp"

namespace kafkasim::sim {

namespace {

struct ViewArguments : ScenarioOptions {
  viz::ViewOptions view;
};

template <std::optional<Duration> viz::ViewOptions::*Moment>
std::string take_moment(ViewArguments& arguments, const std::string& text) {
  const Result<Duration> at = parse_duration(text);
  if (!at) return at.error().message;
  arguments.view.*Moment = *at;
  return "";
}
std::string take_every(ViewArguments& arguments, const std::string& text) {
  const Result<Duration> every = parse_duration(text);
  if (!every || *every <= Duration{}) return "pictures are some time apart, not " + quote(text);
  arguments.view.every = *every;
  return "";
}

std::optional<int> pixels(std::string_view text) {
  constexpr int least = 320;
  constexpr int most = 8192;
  if (text.empty() || text.size() > 4 || text.find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;
  const int n = std::stoi(std::string{text});
  return n >= least && n <= most ? std::optional{n} : std::nullopt;
}
std::string take_size(ViewArguments& arguments, const std::string& text) {
  const std::size_t x = text.find('x');
  const auto width = pixels(std::string_view{text}.substr(0, x));
  const auto height = x == std::string::npos ? std::nullopt : pixels(std::string_view{text}.substr(x + 1));
  if (!width || !height) return "a size is WIDTHxHEIGHT, each from 320 to 8192, not " + quote(text);
  arguments.view.size = {*width, *height};
  return "";
}

std::optional<float> factor(const std::string& text, std::int64_t least, std::int64_t most) {
  const Result<std::int64_t> permille = parse_permille(text);
  if (!permille || *permille < least || *permille > most) return std::nullopt;
  return static_cast<float>(*permille) / 1000;
}
std::string take_scale(ViewArguments& arguments, const std::string& text) {
  arguments.view.scale = factor(text, 500, 8000);
  return arguments.view.scale ? "" : "a scale is from 0.5 to 8, not " + quote(text);
}
std::string take_type(ViewArguments& arguments, const std::string& text) {
  const std::optional<float> type = factor(text, 500, 3000);
  if (!type) return "the size of letters is from 0.5 to 3, not " + quote(text);
  arguments.view.type = *type;
  return "";
}
std::string take_picture(ViewArguments& arguments, const std::string& text) {
  if (text == "learn") {
    arguments.view.picture = viz::Picture::learn;
  } else if (text == "inspect") {
    arguments.view.picture = viz::Picture::inspect;
  } else if (text == "compare") {
    arguments.view.picture = viz::Picture::compare;
  } else {
    return "panels are learn, inspect or compare, not " + quote(text);
  }
  return "";
}

Result<TapeSource> open_source(const std::string& path, const ScenarioOptions& options) {
  if (looks_like_recording(path)) {
    Result<Recording> recording = read_recording(path);
    if (!recording) return tl::unexpected<Error>{recording.error()};
    return TapeSource{std::move(recording->head), std::move(recording->operations)};
  }
  Result<std::string> text = read_scenario_file(path);
  if (!text) return tl::unexpected<Error>{text.error()};
  return TapeSource{recording_head(path, std::move(*text), options), {}};
}

int run_view(ViewArguments& arguments, Viewer viewer, const Terminal& terminal) {
  if (!viewer) {
    terminal.err << "kafkasim: this build has no view: Dear ImGui was not found (libimgui-dev, libstb-dev)\n";
    return exit_code::bad_input;
  }
  viz::ViewOptions& view = arguments.view;
  view.library = library_scenarios();
  if (view.file.empty()) {  // a scenario that explains itself
    for (const std::string& path : view.library) {
      if (path.ends_with("/leader-crash.json")) view.file = path;
    }
    if (view.file.empty()) {
      terminal.err << "kafkasim: name a scenario to show: there is no folder of scenarios beside the program\n";
      return exit_code::bad_input;
    }
  }
  if (!looks_like_recording(view.file)) {
    const Parsed parsed = load_scenario(view.file, arguments.patches);
    print_diagnostics(terminal, view.file, parsed.diagnostics);
    if (!parsed.scenario || !choose_variant(arguments, view.file, *parsed.scenario, terminal)) return exit_code::bad_input;
  }
  const ScenarioOptions options = arguments;
  view.open = [options, file = view.file](const std::string& path) {
    return open_source(path, path == file ? options : ScenarioOptions{});  // what was changed is of the one that was named
  };
  return viewer(view, terminal.out, terminal.err);
}

}  // namespace

void add_view(CLI::App& app, const Terminal& terminal, int& code, Viewer viewer) {
  auto arguments = std::make_shared<ViewArguments>();
  CLI::App* command = app.add_subcommand("view", "the window: watch a run, go back in time, break the cluster with the mouse; or pictures of it");
  command->add_option("SCENARIO", arguments->view.file, "a scenario file or a recording; left out: one of the library");
  add_parsed(*command, arguments, "--at", "the moment to begin with, or of the picture", "T", take_moment<&viz::ViewOptions::at>);
  command->add_option("--screenshot", arguments->view.screenshot, "write a picture and exit: no display is needed")->type_name("F.png");
  command->add_option("--places", arguments->view.places, "beside a screenshot: where its things stand, by name, in pixels")->type_name("F.json");
  command->add_option("--frames", arguments->view.frames, "write a sequence of pictures into that folder, for a film")->type_name("DIR");
  add_parsed(*command, arguments, "--every", "virtual time between two of them (100ms)", "T", take_every);
  add_parsed(*command, arguments, "--to", "the moment of the last one; else the end", "T", take_moment<&viz::ViewOptions::to>);
  add_parsed(*command, arguments, "--size", "in pixels (1600x1000)", "WxH", take_size);
  add_parsed(*command, arguments, "--scale", "pixels a point; else by the size or the display", "X", take_scale);
  add_parsed(*command, arguments, "--type", "size of letters: 1.5 for lectures", "X", take_type);
  add_parsed(*command, arguments, "--panels", "learn, inspect or compare", "WHICH", take_picture);
  command->add_option("--tab", arguments->view.tab, "bring to front: groups, space-time, plots, lesson, inspect or events")->type_name("NAME");
  command->add_option("--look-at", arguments->view.look_at, "choose a thing: 'broker 2', orders-0, a group, orders-0@501")->type_name("THING");
  command->add_option("--act", arguments->view.acts, "an entry of a timeline with its 'at', done by hand in a branch of its own")
      ->type_name("JSON")
      ->allow_extra_args(false);
  command->add_flag_callback("--light", [arguments] { arguments->view.shade = viz::Shade::light; }, "light colours, for projectors");
  add_scenario_options(*command, arguments);
  command->footer("Examples:\n  kafkasim view scenarios/leader-crash.json\n  kafkasim view scenarios/leader-crash.json --at 12.5s --screenshot crash.png");
  command->callback([arguments, viewer, &terminal, &code] { code = run_view(*arguments, viewer, terminal); });
}

}  // namespace kafkasim::sim
