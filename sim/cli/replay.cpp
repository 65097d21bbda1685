#include <memory>
#include <ostream>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <fmt/format.h>

#include "sim/cli/cli.hpp"
#include "sim/cli/one_run.hpp"
#include "sim/cli/outputs.hpp"
#include "sim/cli/stopwatch.hpp"
#include "sim/cli/story_teller.hpp"
#include "sim/cli/verdict_files.hpp"
#include "sim/serve/session.hpp"

namespace kafkasim::sim {

namespace {

struct ReplayOptions {
  std::string file;
  VerdictFiles files;
  bool strict{};
  bool quiet{};
};

int run_replay(const ReplayOptions& options, const Terminal& terminal) {
  const Result<Recording> recording = read_recording(options.file);
  if (!recording) {
    terminal.err << "kafkasim: " << options.file << ": " << recording.error().message << '\n';
    return exit_code::bad_input;
  }
  if (recording->broken_off)
    terminal.err << fmt::format("{}: warning: it breaks off at byte {}: replayed up to there\n", options.file, *recording->broken_off);
  Outputs outputs{{options.file}};
  options.files.add_to(outputs);
  if (!outputs.are_sound(terminal)) return exit_code::bad_input;
  const Stopwatch watch;
  StoryTeller teller{terminal, options.quiet};
  const Result<Replayed> replayed = replay(*recording, [&teller](const Simulation& run) { teller.look(run); });
  if (!replayed) {
    terminal.err << "kafkasim: " << options.file << ": " << replayed.error().message << '\n';
    return exit_code::bad_input;
  }
  const Simulation& run = replayed->session->run();
  RunFacts facts{recording->head.file, Outcome::pass, 0, "", options.strict ? Strict::yes : Strict::no};
  facts.outcome = outcome_of(run, facts.strict);
  facts.wall_us = watch.us();
  print_verdict(run, facts, {}, terminal);
  int code = code_of(facts.outcome);
  if (replayed->difference) {
    terminal.err << "kafkasim: the run differs from its recording: " << *replayed->difference << '\n';
    if (recording->head.version != KAFKASIM_VERSION)
      terminal.err << "kafkasim: it was recorded by version " << recording->head.version << ", this is " KAFKASIM_VERSION "\n";
    code = exit_code::our_fault;
  } else if (recording->end()) {
    terminal.out << fmt::format("replayed: trace hash {:016x}, as recorded\n", run.world().trace_hash());
  } else {
    terminal.err << options.file << ": warning: the recording has no end: there is no trace hash to compare with\n";
  }
  if (!write_verdict(options.files, run, facts, terminal)) code = std::max(code, exit_code::bad_input);
  return code;
}

}  // namespace

void add_replay(CLI::App& app, const Terminal& terminal, int& code) {
  auto options = std::make_shared<ReplayOptions>();
  CLI::App* command = app.add_subcommand("replay", "run a recording again, what real clients sent included, and compare");
  command->add_option("RECORDING", options->file, "what 'run --record' or 'serve --record' wrote")->required();
  command->add_option("--report", options->files.report, "write the report as JSON")->type_name("F.json");
  command->add_option("--timeline", options->files.timeline, "write the timeline, a JSON object a line")->type_name("F.ndjson");
  command->add_option("--junit", options->files.junit, "write test results as JUnit XML")->type_name("F.xml");
  command->add_flag("--strict", options->strict, "excused findings fail the run too");
  command->add_flag("--quiet", options->quiet, "print the verdict only");
  command->footer("Example:\n  kafkasim serve scenarios/leader-crash.json --record run.ksrec   (clients come and go; Ctrl-C)\n  kafkasim replay run.ksrec");
  command->callback([options, &terminal, &code] { code = run_replay(*options, terminal); });
}

}  // namespace kafkasim::sim
