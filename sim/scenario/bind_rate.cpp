// A producer's rate: constant, in steps, or as a trace has it.
#include <algorithm>
#include <filesystem>

#include "sim/scenario/binder.hpp"
#include "sim/scenario/trace_file.hpp"

namespace kafkasim::sim {

namespace {

constexpr std::size_t most_steps = 100'000;

// The first rate and where it changes.
void take(std::vector<RateStep> steps, ProducerSpec& producer) {
  producer.rate = RecordRate{};
  for (const RateStep& step : steps) {
    const RecordRate before = producer.changes.empty() ? *producer.rate : producer.changes.back().rate;
    if (step.from <= producer.from) {
      producer.rate = step.rate;
    } else if (step.rate != before) {
      producer.changes.push_back(step);
    }
  }
}

void read_steps(Binder& b, const JsonValue& value, ProducerSpec& producer) {
  if (!expect_kind(b.faults, value, JsonKind::array)) return;
  if (value.items.empty() || value.items.size() > most_steps) {
    b.faults.error(value, "'steps' needs between 1 and " + std::to_string(most_steps) + " steps");
    return;
  }
  std::vector<RateStep> steps;
  for (const JsonValue& item : value.items) {
    if (!expect_kind(b.faults, item, JsonKind::array)) continue;
    if (item.items.size() != 2) {
      b.faults.error(item, "a step is a moment and a rate, like [\"10s\", \"5000/s\"]");
      continue;
    }
    const std::optional<Duration> from = read_duration(b.faults, item.items[0]);
    const std::optional<RecordRate> rate = read_quantity(b.faults, item.items[1], parse_record_rate);
    if (!from || !rate) continue;
    if (!steps.empty() && *from <= steps.back().from) {
      b.faults.error(item.items[0], "this step does not come after the one before it");
      continue;
    }
    warn_if_late(b, item.items[0], *from);
    steps.push_back({*from, *rate});
  }
  take(std::move(steps), producer);
}

void read_recorded(Binder& b, ObjectReader& object, const JsonValue& file, ProducerSpec& producer) {
  const std::optional<std::string> name = read_string(b.faults, file);
  std::int64_t column = 1;
  if (const JsonValue* v = object.find("column")) column = read_integer(b.faults, *v, 1, 10'000).value_or(column);
  const JsonValue* lasts = object.require("row_lasts");
  const JsonValue* peak = object.require("peak");
  const auto row = lasts != nullptr ? read_duration(b.faults, *lasts) : std::nullopt;
  const auto highest = peak != nullptr ? read_quantity(b.faults, *peak, parse_record_rate) : std::nullopt;
  if (row == Duration{}) b.faults.error(*lasts, "a row must last some time");
  if (!name || !row || row == Duration{} || !highest) return;
  const std::filesystem::path path = std::filesystem::path{b.folder} / *name;
  const Result<std::vector<std::int64_t>> trace = read_trace(path.string(), column);
  if (!trace) {
    b.faults.error(file, "trace " + quote(*name) + ": " + trace.error().message);
    return;
  }
  std::vector<RateStep> steps;
  Duration at = producer.from;
  for (const RecordRate rate : scaled_to(*highest, *trace)) {
    if (at > longest_duration) break;
    steps.push_back({at, rate});
    at = at + *row;
  }
  if (at <= longest_duration) steps.push_back({at, RecordRate{}});  // it is over
  take(std::move(steps), producer);
}

}  // namespace

void read_rate(Binder& b, const JsonValue& value, ProducerSpec& producer) {
  if (!value.is(JsonKind::object)) {
    producer.rate = read_quantity(b.faults, value, parse_record_rate);
    return;
  }
  ObjectReader object{b.faults, value, "rate"};
  producer.rate = RecordRate{};  // it has one, whatever is wrong with it
  const JsonValue* steps = object.find("steps");
  const JsonValue* trace = object.find("trace");
  if ((steps == nullptr) == (trace == nullptr)) {
    b.faults.error(value, "a rate is a string like \"1000/s\", or has either 'steps' or a 'trace'");
    return;
  }
  if (trace != nullptr) return read_recorded(b, object, *trace, producer);
  for (const std::string_view key : {"column", "row_lasts", "peak"}) {
    if (const JsonValue* v = object.find(key)) b.faults.error(*v, quote(key) + " stands only with 'trace'");
  }
  read_steps(b, *steps, producer);
}

}  // namespace kafkasim::sim
