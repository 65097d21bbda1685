#include "sim/cli/run_scenarios.hpp"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <fstream>
#include <ostream>

#include <fmt/format.h>

#include "sim/cli/diagnose.hpp"
#include "sim/report/report.hpp"

namespace kafkasim::sim {

namespace {

volatile std::sig_atomic_t interrupted = 0;
void on_interrupt(int) { interrupted = 1; }

struct OneRun {
  int code{exit_code::held};
  std::string report;
  std::string timeline;
};

class Progress {  // a bar on a terminal, nothing elsewhere
 public:
  Progress(const Terminal& terminal, bool wanted)
      : err_{terminal.err}, shown_{wanted && terminal.err_colour == Colour::on} {}
  void show(Duration now, Duration whole) {
    if (!shown_) return;
    const std::int64_t permille =
        whole.ns > 0 ? now.whole_ms() * 1000 / std::max<std::int64_t>(1, whole.whole_ms()) : 1000;
    if (permille == last_) return;
    last_ = permille;
    const auto filled = static_cast<std::size_t>(permille * 40 / 1000);
    err_ << "\r[" << std::string(filled, '#') << std::string(40 - std::min<std::size_t>(40, filled), '.') << "] "
         << permille / 10 << " %" << std::flush;
  }
  void clear() {
    if (shown_ && last_ >= 0) err_ << "\r" << std::string(50, ' ') << "\r" << std::flush;
    last_ = -1;
  }

 private:
  std::ostream& err_;
  bool shown_;
  std::int64_t last_{-1};
};

// Steps to the end; tells the story line by line as it comes.
bool run_to_end(Simulation& run, const RunOptions& options, const Terminal& terminal) {
  Progress progress{terminal, true};
  std::size_t told = 0;
  const auto tell = [&] {
    if (options.quiet || told == run.story().lines().size()) return;
    progress.clear();
    for (; told < run.story().lines().size(); ++told) print_line(run.story().lines()[told], terminal);
  };
  std::uint64_t steps = 0;
  while (!interrupted && run.step()) {
    tell();
    if (++steps % 1024 == 0) progress.show(run.now(), run.scenario().duration);
  }
  progress.clear();
  tell();
  return interrupted == 0;
}

// The same again, in lockstep: names the first event after which the two differ.
std::optional<std::string> find_difference(const std::shared_ptr<const Scenario>& scenario, WireMode mode) {
  Simulation a{scenario, mode};
  Simulation b{scenario, mode};
  if (a.form().has_value() != b.form().has_value()) return "one of two runs formed its cluster, the other did not";
  for (;;) {
    if (a.world().trace_hash() != b.world().trace_hash()) {
      return fmt::format("the runs differ from event {} on, at {} us", a.events(), a.now().whole_us());
    }
    const bool more = a.step();
    if (more != b.step()) return fmt::format("one of the runs ends at event {}, the other goes on", a.events());
    if (!more) break;
  }
  return timeline_ndjson(a.story()) == timeline_ndjson(b.story())
             ? std::nullopt
             : std::optional<std::string>{"the timelines differ although the events agree"};
}

int check_determinism(const std::shared_ptr<const Scenario>& scenario, const RunOptions& options,
                      const Simulation& first, const Terminal& terminal) {
  const std::optional<std::string> difference = find_difference(scenario, options.wire);
  if (difference) {
    terminal.err << "kafkasim: not deterministic: " << *difference << '\n';
    return exit_code::our_fault;
  }
  Simulation other{scenario, options.wire == WireMode::fast ? WireMode::exact : WireMode::fast};
  const bool formed = other.form().has_value();
  while (formed && other.step()) {}
  if (other.world().trace_hash() != first.world().trace_hash()) {
    terminal.err << fmt::format(
        "kafkasim: not deterministic: trace hash {:016x} with messages as structs or bytes, {:016x} the other way\n",
        first.world().trace_hash(), other.world().trace_hash());
    return exit_code::our_fault;
  }
  if (!options.quiet)
    terminal.out << fmt::format("deterministic: three more runs, in both wire modes, gave trace hash {:016x}\n",
                                first.world().trace_hash());
  return exit_code::held;
}

OneRun run_one(const std::string& file, Scenario scenario, const RunOptions& options, const Terminal& terminal) {
  if (options.seed) scenario.seed = *options.seed;
  for (const std::string& name : options.legacy) scenario.cluster.legacy.push_back(name);
  if (options.until) scenario.duration = std::min(scenario.duration, *options.until);
  const auto shared = std::make_shared<const Scenario>(std::move(scenario));
  const auto begin = std::chrono::steady_clock::now();
  Simulation run{shared, options.wire};
  RunFacts facts{file, Outcome::pass, 0};
  if (!options.quiet) print_header(run, facts, terminal);
  if (const Result<void> formed = run.form(); !formed) {
    terminal.err << file << ": " << formed.error().message << '\n';
    return {exit_code::failed, {}, {}};
  }
  const bool completed = run_to_end(run, options, terminal);
  run.finish();
  facts.wall_us =
      std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - begin).count();
  facts.outcome = completed ? outcome_of(run, options.strict ? Strict::yes : Strict::no) : Outcome::interrupted;
  print_verdict(run, facts, terminal);
  OneRun result{exit_code::held, report_json(run, facts), timeline_ndjson(run.story())};
  if (facts.outcome == Outcome::fail) result.code = exit_code::failed;
  if (facts.outcome == Outcome::interrupted) result.code = exit_code::interrupted;
  if (options.check_determinism && completed) {
    if (const int code = check_determinism(shared, options, run, terminal); code != exit_code::held) result.code = code;
  }
  return result;
}

bool write_file(const std::string& path, const std::string& content, const Terminal& terminal) {
  std::ofstream out{path, std::ios::binary | std::ios::trunc};
  out << content;
  out.close();
  if (out) return true;
  terminal.err << "kafkasim: cannot write " << path << '\n';
  return false;
}

}  // namespace

int run_scenarios(const RunOptions& options, const Terminal& terminal) {
  interrupted = 0;
  std::vector<std::pair<std::string, Scenario>> scenarios;
  bool good = true;
  for (const std::string& file : options.files) {
    Parsed parsed = load_scenario(file, options.patches);
    print_diagnostics(terminal, file, parsed.diagnostics);
    good = good && parsed.scenario.has_value();
    if (parsed.scenario) scenarios.emplace_back(file, std::move(*parsed.scenario));
  }
  if (!good) return exit_code::bad_input;
  const auto before = std::signal(SIGINT, on_interrupt);
  int code = exit_code::held;
  std::vector<std::string> reports;
  std::string timelines;
  for (auto& [file, scenario] : scenarios) {
    if (interrupted) break;
    OneRun one = run_one(file, std::move(scenario), options, terminal);
    code = std::max(code, one.code);
    if (!one.report.empty()) reports.push_back(std::move(one.report));
    timelines += one.timeline;
  }
  std::signal(SIGINT, before);
  bool written = true;
  if (options.report && !reports.empty())
    written = write_file(*options.report, reports_json(reports), terminal) && written;
  if (options.timeline) written = write_file(*options.timeline, timelines, terminal) && written;
  return written ? code : exit_code::bad_input;
}

}  // namespace kafkasim::sim
