#pragma once
// The part of verify for one partition's directory.
#include <optional>
#include <string>
#include <vector>

#include "sim/logtool/verify.hpp"

namespace kafkasim::sim::logtool {

struct VerifiedLog {
  Offset end;           // after the last batch that was read
  bool damaged{false};  // more may stand behind `end`
  std::uint64_t batches{};
};

// `names` are what stands in the directory; `log_start` is what the checkpoint beside it says of this log.
[[nodiscard]] VerifiedLog verify_partition(Disk& disk, const std::string& directory,
                                           const std::vector<std::string>& names, std::optional<Offset> log_start,
                                           const VerifyOptions& options, const Report& report);

// A snapshot of the metadata log, also the one that a new cluster begins with: a header, records, a footer.
void verify_metadata_snapshot(Disk& disk, const std::string& path, const Report& report);

}  // namespace kafkasim::sim::logtool
