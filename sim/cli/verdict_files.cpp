#include "sim/cli/verdict_files.hpp"

#include "sim/cli/outputs.hpp"
#include "sim/report/junit.hpp"

namespace kafkasim::sim {

void VerdictFiles::add_to(Outputs& outputs) const {
  outputs.add("--report", report);
  outputs.add("--timeline", timeline);
  outputs.add("--junit", junit);
}

bool write_verdict(const VerdictFiles& files, const Simulation& run, const RunFacts& facts, const Terminal& terminal) {
  bool written = true;
  if (files.report) written = write_file(*files.report, report_json(run, facts) + "\n", terminal) && written;
  if (files.timeline) written = write_file(*files.timeline, timeline_ndjson(run.story()), terminal) && written;
  if (files.junit) written = write_file(*files.junit, junit_xml({junit_suite(run, facts)}), terminal) && written;
  return written;
}

}  // namespace kafkasim::sim
