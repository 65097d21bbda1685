#include "sim/scenario/parse.hpp"

#include <array>
#include <filesystem>
#include <fstream>

#include "sim/scenario/binder.hpp"
#include "sim/scenario/faults.hpp"
#include "sim/scenario/json_tree.hpp"

namespace kafkasim::sim {

namespace {

constexpr std::string_view violations = "violations";

void read_head(Binder& b, ObjectReader& object) {
  if (const JsonValue* v = object.find("$schema")) (void)read_string(b.faults, *v);
  if (const JsonValue* v = object.require("name")) {
    b.out.name = read_string(b.faults, *v).value_or("");
    if (v->is(JsonKind::string)
        && (v->text.empty() || v->text.size() > 200 || v->text.find_first_of("/\\\n") != std::string::npos)) {
      b.faults.error(*v, "a scenario's name has 1 to 200 characters, and no slash or line break");
    }
  }
  if (const JsonValue* v = object.find("title")) b.out.title = read_string(b.faults, *v).value_or("");
  b.out.question = b.out.title;
  if (const JsonValue* v = object.find("question")) b.out.question = read_string(b.faults, *v).value_or("");
  if (const JsonValue* v = object.find("description")) b.out.description = read_string(b.faults, *v).value_or("");
  if (const JsonValue* v = object.find("seed"); v != nullptr && expect_kind(b.faults, *v, JsonKind::integer)) {
    if (!v->as_u64()) b.faults.error(*v, "a seed must not be negative");
    b.out.seed = v->as_u64().value_or(1);
  }
  if (const JsonValue* v = object.find("epilogue")) {
    b.out.epilogue = read_bool(b.faults, *v) == false ? Epilogue::leave_out : Epilogue::run;
  }
  const JsonValue* duration = object.require("duration");
  if (duration == nullptr) return;
  const std::optional<Duration> length = read_duration(b.faults, *duration);
  if (length == Duration{}) b.faults.error(*duration, "a run must last some time");
  b.out.duration = length.value_or(Duration{});
}

void add_default_expectation(Scenario& scenario) {
  for (const Expectation& expectation : scenario.expect) {
    if (std::holds_alternative<ExpectNo>(expectation.what) || std::holds_alternative<ExpectViolates>(expectation.what))
      return;
  }
  scenario.expect.push_back(Expectation{ExpectNo{}, "no " + std::string{violations}, ""});
}

Diagnostic whole_file(std::string message) { return Diagnostic{Severity::error, 1, 1, std::move(message), ""}; }

void apply_patches(Faults& faults, JsonValue& root, const std::vector<Patch>& patches) {
  for (const Patch& patch : patches) {
    if (const auto wrong = patch_json(root, patch.pointer, patch.value)) {
      faults.add(Diagnostic{Severity::error, 1, 1, "--set: " + *wrong, patch.pointer.substr(0, 300)});
    }
  }
}

void parse_into(Faults& faults, Scenario& scenario, std::string_view text, const std::vector<Patch>& patches,
                const std::string& folder, Clients clients) {
  const JsonDocument document = read_json(text);
  for (const JsonFault& fault : document.faults) {
    faults.add(Diagnostic{Severity::error, fault.place.line, fault.place.column, fault.message, fault.pointer});
  }
  if (!document.root) return;
  apply_patches(faults, *document.root, patches);
  link(*document.root);
  Binder binder{faults, scenario, folder, clients};
  bind_scenario(binder, *document.root);
}

}  // namespace

void bind_scenario(Binder& b, const JsonValue& root) {
  ObjectReader object{b.faults, root, "scenario"};
  if (!object.ok()) return;
  read_head(b, object);
  if (const JsonValue* v = object.require("cluster")) bind_cluster(b, *v);
  if (const JsonValue* v = object.find("topics")) bind_topics(b, *v);
  if (const JsonValue* v = object.find("timeline")) collect_created_topics(b, *v);
  if (const JsonValue* v = object.find("queues")) bind_queues(b, *v);
  if (const JsonValue* v = object.find("stores")) bind_stores(b, *v);
  if (const JsonValue* v = object.find("producers")) bind_producers(b, *v);
  if (const JsonValue* v = object.find("consumers")) bind_consumers(b, *v);
  if (const JsonValue* v = object.find("pipelines")) bind_pipelines(b, *v);
  if (const JsonValue* v = object.find("network")) bind_network(b, *v);
  if (const JsonValue* v = object.find("timeline")) bind_timeline(b, *v);
  if (const JsonValue* v = object.find("chaos")) bind_chaos(b, *v);
  if (const JsonValue* v = object.find("expect")) bind_expectations(b, *v);
  if (const JsonValue* v = object.find("variants")) bind_variants(b, *v);
  if (const JsonValue* v = object.find("lesson")) bind_lesson(b, *v);
  add_default_expectation(b.out);
}

std::string to_line(std::string_view file, const Diagnostic& diagnostic) {
  std::string line{file};
  line += ":" + std::to_string(diagnostic.line) + ":" + std::to_string(diagnostic.column);
  line += diagnostic.severity == Severity::error ? ": error: " : ": warning: ";
  return line + diagnostic.message + " (at " + (diagnostic.pointer.empty() ? "/" : diagnostic.pointer) + ")";
}

Result<Patch> parse_patch(std::string_view argument) {
  const std::size_t equals = argument.find('=');
  if (equals == std::string_view::npos || !argument.starts_with('/')) {
    return fail("--set takes /json/pointer=VALUE, not " + quote(argument));
  }
  return Patch{std::string{argument.substr(0, equals)}, std::string{argument.substr(equals + 1)}};
}

namespace {

Parsed parse_alone(std::string_view text, const std::vector<Patch>& patches, const std::string& folder, Clients clients) {
  Faults faults;
  Scenario scenario;
  try {
    parse_into(faults, scenario, text, patches, folder, clients);
  } catch (const TooManyFaults&) {
    // What was found so far says enough.
  }
  Parsed parsed;
  if (!faults.any_error()) parsed.scenario = std::move(scenario);
  parsed.diagnostics = faults.take();
  return parsed;
}

}  // namespace

std::vector<Patch> patches_of(const Variant& variant) {
  std::vector<Patch> patches;
  for (const auto& [pointer, value] : variant.set) patches.push_back({pointer, value});
  return patches;
}

Result<std::string> patched_text(std::string_view text, const std::vector<Patch>& patches) {
  JsonDocument document = read_json(text);
  if (!document.root || !document.faults.empty()) return fail("this is no JSON");
  for (const Patch& patch : patches) {
    if (const auto wrong = patch_json(*document.root, patch.pointer, patch.value)) return fail(*wrong);
  }
  return write_json(*document.root);
}

Parsed parse_scenario(std::string_view text, const std::vector<Patch>& patches, const std::string& folder, Clients clients) {
  Parsed parsed = parse_alone(text, patches, folder, clients);
  if (!parsed.scenario) return parsed;
  bool good = true;
  for (Variant& variant : parsed.scenario->variants) {
    std::vector<Patch> all = patches;
    for (Patch& patch : patches_of(variant)) all.push_back(std::move(patch));
    Parsed varied = parse_alone(text, all, folder, clients);
    good = good && varied.scenario.has_value();
    if (varied.scenario) {
      varied.scenario->variants.clear();
      variant.scenario = std::make_shared<const Scenario>(std::move(*varied.scenario));
    }
    for (Diagnostic& d : varied.diagnostics) {
      if (d.severity != Severity::error) continue;
      d.message = "in the variant " + quote(variant.name) + ": " + d.message;
      parsed.diagnostics.push_back(std::move(d));
    }
  }
  if (!good) parsed.scenario.reset();
  return parsed;
}

Result<std::string> read_scenario_file(const std::string& path) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (!std::filesystem::exists(status)) return fail("there is no such file");
  if (std::filesystem::is_directory(status)) return fail("this is a folder, not a file");
  std::ifstream in{path, std::ios::binary};
  std::string text;
  // In pieces, for the size that a file claims is not to be relied on. A little more than is allowed is enough to know that.
  std::array<char, 64U << 10> piece{};
  while (in && text.size() <= json_most_bytes) {
    in.read(piece.data(), static_cast<std::streamsize>(piece.size()));
    text.append(piece.data(), static_cast<std::size_t>(in.gcount()));
  }
  if (!in.is_open() || in.bad()) return fail("the file cannot be read");
  return text;
}

Parsed load_scenario(const std::string& path, const std::vector<Patch>& patches) {
  const Result<std::string> text = read_scenario_file(path);
  if (!text) return Parsed{std::nullopt, {whole_file(text.error().message)}};
  return parse_scenario(*text, patches, std::filesystem::path{path}.parent_path().string());
}

}  // namespace kafkasim::sim
