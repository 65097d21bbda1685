#pragma once
// Reads any file of a Kafka log directory and tells a Printer what stands in it: kafka.tools.DumpLogSegments. All before
// damage is told, then the damage; batches whose checksum is wrong are told like the others.
#include <string>

#include "core/machine/disk.hpp"
#include "sim/logtool/printer.hpp"

namespace kafkasim::sim::logtool {

enum class ShowRecords : std::uint8_t { no, yes };

enum class Dumped : std::uint8_t {
  sound,
  damaged,     // something in it could not be read, or has a wrong checksum
  unreadable,  // no such file, no permission, or of no kind that is known: nothing was told
};

// The content of a log is known by the directory that it stands in; `directory_name` is that directory's own name.
[[nodiscard]] Dumped dump_file(Disk& disk, const std::string& path, std::string_view directory_name,
                               ShowRecords records, Printer& out);

}  // namespace kafkasim::sim::logtool
