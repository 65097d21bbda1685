#pragma once
// Whether a small file reads as what its name says, by the same reader that dumps it.
#include <string>

#include "core/log/checkpoint_files.hpp"
#include "sim/logtool/verify.hpp"

namespace kafkasim::sim::logtool {

// False if it does not; then it was reported.
bool verify_small(Disk& disk, const std::string& path, const Report& report);
// The offsets of a checkpoint; empty if there is none or it does not read, which verify_small() tells.
[[nodiscard]] OffsetCheckpoint read_offsets(Disk& disk, const std::string& path);

}  // namespace kafkasim::sim::logtool
