#pragma once
// Holds the files of a log directory, or of one partition, against each other. Reads only, everything in one pass and in
// pieces. Findings come as they are found.
//
//   .log                       checksums, records, rising offsets from the file's name on, no overlap, epochs never fall
//   .index                     points at beginnings of batches, with the offset of the last record there or of the batches
//                              up to the next entry (as Kafka before 4.0 writes it for a set of batches); rises
//   .timeindex                 names the batch with that largest timestamp, none before it has a larger one; rises
//   .txnindex                  exactly the aborted transactions whose marker is in the segment
//   leader-epoch-checkpoint    says of every batch the epoch that it carries
//   .snapshot (producers)      the state that the log below it makes; producers that may have expired may be missing
//   .checkpoint                between a snapshot header and a footer, offsets rise; bootstrap.checkpoint too
//   offset checkpoints         not beyond the end of the log; of partitions that are gone Kafka leaves lines there
//   the small files            parse, have the fields of a version that Kafka knows
// Partitions are the directories with such a name in which a file of a log is, also those on their way ("-future").
// Where offsets are missing, the cleaner was here: then producers and transactions are held to what it leaves alone.
// Where a segment is damaged, what depends on the rest of it is not held against it.
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "core/base/time.hpp"
#include "core/machine/disk.hpp"
#include "core/model/ids.hpp"

namespace kafkasim::sim::logtool {

struct Mismatch {
  std::string file;
  std::optional<std::uint64_t> position{};  // byte
  std::string reason;
};
using Report = std::function<void(const Mismatch&)>;

struct VerifyOptions {
  std::optional<Timestamp> now{};  // for producers that may have expired meanwhile; absent: none has
  std::int64_t producer_id_expiration_ms{86'400'000};
};

struct Verified {
  bool readable{true};  // false: no directory, or none of a log; nothing was reported
  std::uint64_t partitions{};
  std::uint64_t batches{};
  std::uint64_t mismatches{};
};

[[nodiscard]] Verified verify_directory(Disk& disk, const std::string& directory, const VerifyOptions& options,
                                        const Report& report);

}  // namespace kafkasim::sim::logtool
