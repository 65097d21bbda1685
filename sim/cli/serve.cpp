#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <iostream>
#include <memory>
#include <ostream>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <fmt/format.h>

#include "sim/cli/cli.hpp"
#include "sim/cli/diagnose.hpp"
#include "sim/cli/one_run.hpp"
#include "sim/cli/outputs.hpp"
#include "sim/cli/parsed_option.hpp"
#include "sim/cli/scenario_options.hpp"
#include "sim/cli/stopwatch.hpp"
#include "sim/cli/story_teller.hpp"
#include "sim/cli/verdict_files.hpp"
#include "sim/scenario/units.hpp"
#include "sim/serve/server.hpp"

namespace kafkasim::sim {

namespace {

struct ServeArguments : ScenarioOptions {
  std::string file;
  ServeOptions serve;
  VerdictFiles files;
  bool wait{};
  bool strict{};
  bool quiet{};
};

std::string take_listen(ServeArguments& arguments, const std::string& text) {
  const Result<Endpoint> endpoint = parse_endpoint(text);
  if (!endpoint) return endpoint.error().message;
  arguments.serve.listen = *endpoint;
  return "";
}

std::string take_control(ServeArguments& arguments, const std::string& text) {
  const Result<Endpoint> endpoint = parse_endpoint(text);
  if (!endpoint) return endpoint.error().message;
  arguments.serve.control = *endpoint;
  return "";
}

std::string take_speed(ServeArguments& arguments, const std::string& text) {
  const Result<std::int64_t> permille = parse_permille(text);
  if (!permille || *permille < 1 || *permille > 1'000'000) return "a speed is from 0.001 to 1000, not " + quote(text);
  arguments.serve.speed_permille = *permille;
  return "";
}

std::string take_advertise(ServeArguments& arguments, const std::string& text) {
  if (text.empty() || text.size() > 255 || text.find_first_of("\"\\/ :") != std::string::npos) return "this is no name of a host: " + quote(text);
  arguments.serve.advertise = text;
  return "";
}

std::string state_json(const Simulation& run, RunFacts facts, const Stopwatch& watch) {
  Simulation now = run;  // expectations are looked at on a copy: the run goes on
  now.finish();
  facts.wall_us = watch.us();
  facts.outcome = outcome_of(now, facts.strict);
  return report_json(now, facts) + "\n";
}

// The process that goes on in the background; the first returns once that is ready, with its line. Absent: this is the one that serves.
class Background {
 public:
  std::optional<int> split(const Terminal& terminal) {
    int ends[2];
    if (::pipe(ends) != 0) return exit_code::our_fault;
    const pid_t child = ::fork();
    if (child < 0) return exit_code::our_fault;
    if (child == 0) {
      ::close(ends[0]);
      ::setsid();
      ready_ = ends[1];
      return std::nullopt;
    }
    ::close(ends[1]);
    std::string line;
    char byte = 0;
    while (::read(ends[0], &byte, 1) == 1) line += byte;
    ::close(ends[0]);
    if (!line.empty()) {
      terminal.out << line << std::flush;
      return exit_code::held;
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : exit_code::our_fault;
  }
  // From here on nobody reads what it says.
  void ready(const std::string& line) const {
    const std::string text = line + "\n";
    [[maybe_unused]] const ssize_t written = ::write(ready_, text.data(), text.size());
    ::close(ready_);
    const int nothing = ::open("/dev/null", O_RDWR | O_CLOEXEC);
    for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) ::dup2(nothing, stream);
  }

 private:
  int ready_{-1};
};

// The scenario as text, as a recording keeps it; false after telling what is wrong with it.
bool read_scenario(ServeArguments& arguments, const Terminal& terminal) {
  const Result<std::string> text = read_scenario_file(arguments.file);
  if (!text) {
    terminal.err << arguments.file << ":1:1: error: " << text.error().message << " (at /)\n";
    return false;
  }
  arguments.serve.head = recording_head(arguments.file, *text, arguments);
  const Parsed parsed = parse_scenario(*text, arguments.patches, arguments.serve.head.source.folder, Clients::real_ones_too);
  print_diagnostics(terminal, arguments.file, parsed.diagnostics);
  if (!parsed.scenario || !choose_variant(arguments, arguments.file, *parsed.scenario, terminal)) return false;
  arguments.serve.head = recording_head(arguments.file, *text, arguments);
  return true;
}

int run_serve(ServeArguments arguments, const Terminal& terminal) {
  if (!read_scenario(arguments, terminal)) return exit_code::bad_input;
  Outputs outputs{{arguments.file}};
  arguments.files.add_to(outputs);
  outputs.add("--record", arguments.serve.record);
  if (!outputs.are_sound(terminal)) return exit_code::bad_input;
  Background background;
  if (arguments.wait) {
    if (const std::optional<int> code = background.split(terminal)) return *code;
  }
  const Stopwatch watch;
  int code = exit_code::our_fault;
  const RunFacts facts{arguments.file, Outcome::pass, 0, "", arguments.strict ? Strict::yes : Strict::no};
  StoryTeller teller{terminal, arguments.quiet || arguments.wait};
  bool is_ready = false;
  Served served;
  served.ready = [&](const std::string& line) {
    is_ready = true;
    if (arguments.wait) {
      background.ready(line);
    } else {
      terminal.out << line << std::endl;
    }
  };
  served.look = [&](const Simulation& run) {
    if (is_ready) teller.look(run);
  };
  served.state = [&](const Simulation& run) { return state_json(run, facts, watch); };
  served.warn = [&](const std::string& line) { terminal.err << "serve: " << line << std::endl; };
  served.judge = [&](Session& session) {
    RunFacts end = facts;
    end.wall_us = watch.us();
    end.outcome = outcome_of(session.run(), facts.strict);
    code = code_of(end.outcome);
    print_verdict(session.run(), end, {}, terminal);
    terminal.out << std::flush;
    if (!write_verdict(arguments.files, session.run(), end, terminal)) code = std::max(code, exit_code::bad_input);
    return report_json(session.run(), end) + "\n";
  };
  if (const Result<void> done = serve(std::move(arguments.serve), served); !done) {
    terminal.err << "kafkasim: " << done.error().message << '\n';
    return exit_code::bad_input;
  }
  return code;
}

}  // namespace

void add_serve(CLI::App& app, const Terminal& terminal, int& code) {
  auto arguments = std::make_shared<ServeArguments>();
  CLI::App* command = app.add_subcommand("serve", "the simulated cluster for real clients, over TCP");
  command->add_option("SCENARIO", arguments->file, "a scenario file: its timeline runs while clients are served")->required();
  add_scenario_options(*command, arguments);
  add_parsed(*command, arguments, "--listen",
             "where the broker of the lowest id listens, the others on the ports behind; port 0: any that are free (127.0.0.1:9092)",
             "HOST:PORT", take_listen);
  add_parsed(*command, arguments, "--control", "where the HTTP interface listens (127.0.0.1:9099)", "HOST:PORT", take_control);
  add_parsed(*command, arguments, "--advertise", "the host that clients are told (that of --listen)", "HOST", take_advertise);
  add_parsed(*command, arguments, "--speed", "how fast virtual time goes: 0.001 to 1000 (1)", "X", take_speed);
  command->add_option("--record", arguments->serve.record, "write what clients send, for 'kafkasim replay'")->type_name("F.ksrec");
  command->add_option("--data", arguments->serve.data, "mirror the disks into real files, in a folder that is empty")->type_name("DIR");
  command->add_flag("--allow-remote", arguments->serve.allow_remote, "listen on addresses that other machines can reach");
  command->add_flag("--wait", arguments->wait, "serve in the background: return once ready; end it by POST /stop");
  command->add_option("--report", arguments->files.report, "write the report as JSON at the end")->type_name("F.json");
  command->add_option("--timeline", arguments->files.timeline, "write the timeline at the end, a JSON object a line")->type_name("F.ndjson");
  command->add_option("--junit", arguments->files.junit, "write test results as JUnit XML at the end")->type_name("F.xml");
  command->add_flag("--strict", arguments->strict, "excused findings fail the run too");
  command->add_flag("--quiet", arguments->quiet, "print the ready line and the verdict only");
  command->footer("Example:\n  kafkasim serve scenarios/leader-crash.json --set /producers=[] --listen 127.0.0.1:9092\n"
                  "  kcat -b 127.0.0.1:9092 -L\n"
                  "  curl -d '{\"crash\": \"leader(orders-0)\", \"for\": \"5s\"}' http://127.0.0.1:9099/timeline");
  command->callback([arguments, &terminal, &code] { code = run_serve(std::move(*arguments), terminal); });
}

}  // namespace kafkasim::sim
