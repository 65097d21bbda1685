#pragma once
// From the text of a scenario file to a Scenario, or to everything that is wrong with it, each fault with line, column
// and JSON pointer. No input makes it crash, hang or allocate without bound: at most 10 MiB, 64 levels, a million
// values.
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/time.hpp"
#include "sim/scenario/scenario.hpp"

namespace kafkasim::sim {

enum class Severity : std::uint8_t { error, warning };
struct Diagnostic {
  Severity severity{};
  std::size_t line{1};    // from 1
  std::size_t column{1};  // from 1, in characters
  std::string message;
  std::string pointer;  // RFC 6901; "" is the whole file
  friend bool operator==(const Diagnostic&, const Diagnostic&) = default;
};
// "FILE:LINE:COLUMN: error: MESSAGE (at /json/pointer)"
[[nodiscard]] std::string to_line(std::string_view file, const Diagnostic& diagnostic);

struct Patch {  // --set: made to the JSON before it is understood
  std::string pointer;
  std::string value;  // JSON, else taken as a string
};
[[nodiscard]] std::vector<Patch> patches_of(const Variant& variant);
// The text of a scenario file with those changes made. Fails where the text is no JSON, or a pointer leads nowhere.
[[nodiscard]] Result<std::string> patched_text(std::string_view text, const std::vector<Patch>& patches);
// "/json/pointer=VALUE"
[[nodiscard]] Result<Patch> parse_patch(std::string_view argument);

struct Parsed {
  std::optional<Scenario> scenario;     // absent if there is an error among the diagnostics
  std::vector<Diagnostic> diagnostics;  // in the order of the file; about a thousand at most
};
// Whose clients there are. Real ones (kafkasim serve) may bring topics and groups that the file does not name.
enum class Clients : std::uint8_t { of_the_scenario, real_ones_too };
// Files that it names are looked for in `folder`.
[[nodiscard]] Parsed parse_scenario(std::string_view text, const std::vector<Patch>& patches = {},
                                    const std::string& folder = {}, Clients clients = Clients::of_the_scenario);
// A file that cannot be read gives one error at 1:1.
[[nodiscard]] Parsed load_scenario(const std::string& path, const std::vector<Patch>& patches = {});
// What stands in the file, hardly more than is allowed; fails if it cannot be read.
[[nodiscard]] Result<std::string> read_scenario_file(const std::string& path);

// Entries that are added to the timeline of a scenario that runs: a JSON object, or a list of at most a thousand. Names in them mean
// what they would at the end of the file, after `earlier` ones that were added so. One without a trigger fires at `now`.
struct ScenarioSource {
  std::string text;
  std::vector<Patch> patches;
  std::string folder;
};
struct ParsedEntries {
  std::vector<TimelineEntry> entries;   // empty if there is an error
  std::vector<Diagnostic> diagnostics;  // places and pointers in `added`
};
[[nodiscard]] ParsedEntries parse_entries(const ScenarioSource& source, const std::vector<std::string>& earlier,
                                          std::string_view added, Duration now);

}  // namespace kafkasim::sim
