#pragma once
// The part of dump for files that are no logs: indexes, and the small ones that are read whole.
#include <string>

#include "sim/logtool/dump.hpp"
#include "sim/logtool/files.hpp"

namespace kafkasim::sim::logtool {

[[nodiscard]] Dumped dump_index(Disk& disk, const std::string& path, FileKind kind, Printer& out);
[[nodiscard]] Dumped dump_small(Disk& disk, const std::string& path, FileKind kind, Printer& out);

}  // namespace kafkasim::sim::logtool
