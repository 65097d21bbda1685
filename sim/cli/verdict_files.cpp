#include "sim/cli/verdict_files.hpp"

#include <fstream>
#include <ostream>

#include "sim/report/junit.hpp"

namespace kafkasim::sim {

namespace {

bool write_whole(const std::optional<std::string>& path, const std::string& content, const Terminal& terminal) {
  if (!path) return true;
  std::ofstream out{*path, std::ios::binary | std::ios::trunc};
  out << content;
  out.close();
  if (out) return true;
  terminal.err << "kafkasim: cannot write " << *path << '\n';
  return false;
}

}  // namespace

bool write_verdict(const VerdictFiles& files, const Simulation& run, const RunFacts& facts, const Terminal& terminal) {
  bool written = write_whole(files.report, report_json(run, facts) + "\n", terminal);
  written = write_whole(files.timeline, timeline_ndjson(run.story()), terminal) && written;
  return write_whole(files.junit, junit_xml({junit_suite(run, facts)}), terminal) && written;
}

}  // namespace kafkasim::sim
