#include "sim/cli/one_run.hpp"

#include <algorithm>
#include <fstream>
#include <ostream>
#include <set>

#include <fmt/format.h>

#include "sim/cli/stopwatch.hpp"
#include "sim/report/divergence.hpp"
#include "sim/report/follow.hpp"
#include "sim/report/html.hpp"
#include "sim/report/investigation.hpp"
#include "sim/report/perfetto.hpp"
#include "sim/serve/recording.hpp"

namespace kafkasim::sim {

namespace {

constexpr std::size_t most_investigations = 3;  // each runs the scenario once more

class Progress {  // a bar on a terminal, nothing elsewhere
 public:
  explicit Progress(const Terminal& terminal) : err_{terminal.err}, shown_{terminal.err_colour == Colour::on} {}
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

struct Onlookers {  // who looks at the run after each step
  Series series;
  std::optional<std::ofstream> perfetto_file;
  std::optional<PerfettoTrace> perfetto;
};

// Steps to the end; tells the story line by line as it comes.
bool run_to_end(Simulation& run, const RunOptions& options, Onlookers& onlookers, const Interrupt& interrupt,
                const Terminal& terminal) {
  Progress progress{terminal};
  std::size_t told = 0;
  const auto tell = [&] {
    if (options.quiet || told == run.story().lines().size()) return;
    progress.clear();
    for (; told < run.story().lines().size(); ++told) print_line(run.story().lines()[told], terminal);
  };
  std::uint64_t steps = 0;
  while (!interrupt.noticed() && run.step()) {
    tell();
    if (options.html) onlookers.series.look(run);
    if (onlookers.perfetto) onlookers.perfetto->look(run);
    if (++steps % 1024 == 0) progress.show(run.now(), run.scenario().duration);
  }
  progress.clear();
  tell();
  onlookers.series.end(run);
  if (onlookers.perfetto) onlookers.perfetto->end(run);
  return !interrupt.noticed();
}

void print_side(const Terminal& terminal, std::string_view name, const std::vector<std::string>& lines) {
  for (const std::string& line : lines) terminal.err << "  " << name << ": " << line << '\n';
}

// The same again, once in each wire mode, in lockstep.
int check_determinism(const std::shared_ptr<const Scenario>& scenario, const RunOptions& options,
                      const Simulation& first, const Terminal& terminal) {
  const auto in = [&scenario](WireMode mode) { return [&scenario, mode] { return Simulation{scenario, mode}; }; };
  std::uint64_t hash = 0;
  std::optional<Divergence> difference = first_divergence(in(WireMode::fast), in(WireMode::exact), hash);
  std::string_view one = "messages as structs";
  std::string_view other = "messages as bytes";
  if (!difference && hash != first.world().trace_hash()) {
    difference = first_divergence(in(options.wire), in(options.wire), hash);
    if (!difference) difference = Divergence{"somewhere, and two further runs agree with each other", {}, {}};
    one = "one run";
    other = "the other";
  }
  if (difference) {
    terminal.err << "kafkasim: not deterministic: two runs differ: " << difference->where << '\n';
    print_side(terminal, one, difference->one);
    print_side(terminal, other, difference->other);
    return exit_code::our_fault;
  }
  if (!options.quiet)
    terminal.out << fmt::format("deterministic: two more runs, one in each wire mode, gave trace hash {:016x}\n", hash);
  return exit_code::held;
}

// How the first findings came about, one a kind.
std::vector<std::string> investigations(const Simulation& run, const std::shared_ptr<const Scenario>& scenario, WireMode mode,
                                        const RunFacts& facts) {
  std::vector<std::string> lines;
  std::set<std::string> kinds;
  for (const Finding& finding : run.findings().kept()) {
    const bool interesting = !finding.excuse || facts.strict == Strict::yes;
    if (!interesting || kinds.size() == most_investigations || !kinds.insert(finding.invariant).second) continue;
    for (std::string& line : investigate(run, scenario, mode, finding, facts)) lines.push_back(std::move(line));
  }
  return lines;
}

// Of the record that is to be followed; false if there is no such partition.
bool print_life(const Simulation& run, const std::shared_ptr<const Scenario>& scenario, const RunOptions& options, const Terminal& terminal) {
  const Result<std::vector<std::string>> life = follow(run, scenario, options.wire, *options.follow);
  if (!life) {
    terminal.err << "kafkasim: " << life.error().message << '\n';
    return false;
  }
  terminal.out << '\n';
  for (const std::string& line : *life) terminal.out << line << '\n';
  return true;
}

// A run that nobody disturbs follows from its scenario alone: the recording is that, and what it came to.
bool write_recording(const WhichRun& which, const RunOptions& options, const Simulation& run, const Terminal& terminal) {
  const Result<std::string> text = read_scenario_file(which.file);
  Result<RecordingWriter> writer = fail("cannot read " + which.file);
  if (text) {
    RecordingHead head = recording_head(which.file, *text, options);
    for (const Patch& patch : which.variant_patches) head.source.patches.push_back(patch);
    head.until = options.until;
    writer = RecordingWriter::create(*options.record, head);
  }
  if (writer) {
    writer->add({run.events(), run.world().now(), RecordedEnd{run.world().trace_hash()}});
    writer->flush();
  }
  if (writer && writer->ok()) return true;
  terminal.err << "kafkasim: " << (writer ? "cannot write " + *options.record : writer.error().message) << '\n';
  return false;
}

}  // namespace

int code_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::pass: return exit_code::held;
    case Outcome::fail: return exit_code::failed;
    case Outcome::interrupted: return exit_code::interrupted;
  }
  return exit_code::our_fault;
}

OneRun run_one(const WhichRun& which, Scenario scenario, Several several, const RunOptions& options, const Interrupt& interrupt,
               const Terminal& terminal) {
  if (options.seed) scenario.seed = *options.seed;
  for (const std::string& name : options.legacy) scenario.cluster.legacy.push_back(name);
  if (options.until) scenario.duration = std::min(scenario.duration, *options.until);
  const auto shared = std::make_shared<const Scenario>(std::move(scenario));
  const Stopwatch watch;
  Simulation run{shared, options.wire};
  RunFacts facts{which.file, Outcome::pass, 0, which.variant, options.strict ? Strict::yes : Strict::no, options.patches};
  facts.patches.insert(facts.patches.end(), which.variant_patches.begin(), which.variant_patches.end());
  if (!options.quiet || several == Several::yes) print_header(run, facts, terminal);
  OneRun result{exit_code::bad_input, {}, {}, {}, {shared->name, 0, {{"the cluster forms", "", "", false}}}, {which.variant, {{"outcome", "not formed"}}, {}}};
  interrupt.set_work(Interrupt::Work::none_yet);  // a large cluster takes its time to form
  const Result<void> formed = run.form();
  interrupt.set_work(Interrupt::Work::to_write);
  if (!formed) {
    terminal.err << which.file << ": " << formed.error().message << '\n';
    result.junit.cases.front().failure = formed.error().message;
    return result;
  }
  Onlookers onlookers{Series{shared->duration}, std::nullopt, std::nullopt};
  if (options.perfetto) {
    onlookers.perfetto_file.emplace(*options.perfetto, std::ios::binary | std::ios::trunc);
    onlookers.perfetto.emplace(*onlookers.perfetto_file);
    run.observe_details();
  }
  const bool completed = run_to_end(run, options, onlookers, interrupt, terminal);
  const bool recorded = !options.record || write_recording(which, options, run, terminal);
  run.finish();
  facts.wall_us = watch.us();
  facts.outcome = completed ? outcome_of(run, facts.strict) : Outcome::interrupted;
  const std::vector<std::string> investigation =
      completed ? investigations(run, shared, options.wire, facts) : std::vector<std::string>{};
  print_verdict(run, facts, investigation, terminal);
  const bool followed = !options.follow || print_life(run, shared, options, terminal);
  const std::string of_run = several == Several::yes ? run_name(shared->name, which.variant) : "";
  result = {code_of(facts.outcome), report_json(run, facts), timeline_ndjson(run.story(), 0, of_run), {}, junit_suite(run, facts),
            variant_column(run, facts)};
  if (!recorded || !followed) result.code = std::max(result.code, exit_code::bad_input);
  if (options.html) result.html = html_section(run, facts, onlookers.series, investigation);
  if (onlookers.perfetto_file && !onlookers.perfetto_file->flush()) {
    terminal.err << "kafkasim: cannot write " << *options.perfetto << '\n';
    result.code = std::max(result.code, exit_code::bad_input);
  }
  if (options.check_determinism && completed) {
    if (const int code = check_determinism(shared, options, run, terminal); code != exit_code::held) result.code = code;
  }
  return result;
}

}  // namespace kafkasim::sim
