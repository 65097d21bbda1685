#pragma once
// What dump tells, item by item as it is read, in one of two forms: text like that of kafka-dump-log, or JSON, an object
// a line.
#include <cstdint>
#include <iosfwd>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/record/record.hpp"
#include "sim/logtool/json.hpp"

namespace kafkasim::sim::logtool {

struct Damage {
  std::uint64_t position{};        // of the first byte that could not be read, or of the batch that it belongs to
  std::optional<Offset> offset{};  // of the log at that place, where known
  std::string reason;
  std::optional<std::uint64_t> bytes_left{};  // of a log: none of them, up to its end, is a batch
};

class Printer {
 public:
  virtual ~Printer() = default;
  virtual void file(const std::string& path, const std::string& note) = 0;  // `note`: what its name says
  virtual void batch(std::uint64_t position, const RecordBatch& batch, bool crc_ok) = 0;
  virtual void record(const RecordBatch& batch, const Record& record, std::int32_t index,
                      const std::optional<Json>& decoded) = 0;
  // A thing of a file that is no log: `kind` and its own fields.
  virtual void entry(std::string_view kind, const Json& fields) = 0;
  virtual void no_entries() = 0;  // of an offset index
  virtual void damage(const Damage& damage) = 0;
};

// Both write to `out`, which must outlive them.
[[nodiscard]] std::unique_ptr<Printer> text_printer(std::ostream& out);
[[nodiscard]] std::unique_ptr<Printer> json_printer(std::ostream& out);

}  // namespace kafkasim::sim::logtool
