#include "sim/cli/verdict_files.hpp"

#include <fstream>
#include <ostream>

#include "sim/report/junit.hpp"

namespace kafkasim::sim {

bool write_file(const std::string& path, const std::string& content, const Terminal& terminal) {
  std::ofstream out{path, std::ios::binary | std::ios::trunc};
  out << content;
  out.close();
  if (out) return true;
  terminal.err << "kafkasim: cannot write " << path << '\n';
  return false;
}

bool write_verdict(const VerdictFiles& files, const Simulation& run, const RunFacts& facts, const Terminal& terminal) {
  bool written = true;
  if (files.report) written = write_file(*files.report, report_json(run, facts) + "\n", terminal) && written;
  if (files.timeline) written = write_file(*files.timeline, timeline_ndjson(run.story()), terminal) && written;
  if (files.junit) written = write_file(*files.junit, junit_xml({junit_suite(run, facts)}), terminal) && written;
  return written;
}

}  // namespace kafkasim::sim
