#include "sim/explore/sweep.hpp"

#include <charconv>
#include <filesystem>
#include <fstream>

#include <fmt/format.h>

#include "sim/explore/failing.hpp"
#include "sim/explore/trial.hpp"
#include "sim/scenario/units.hpp"

namespace kafkasim::sim {

namespace {

std::optional<std::uint64_t> whole_number(std::string_view text) {
  std::uint64_t number = 0;
  const char* end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc{} || at != end) return std::nullopt;
  return number;
}

std::shared_ptr<const Scenario> with_seed(const Scenario& scenario, std::uint64_t seed) {
  auto copy = std::make_shared<Scenario>(scenario);
  copy->seed = seed;
  return copy;
}

// "acks-side-by-side-acks-1": the file's name, and the variant's in letters that a file name may have.
std::string stem(const SweptScenario& swept) {
  std::string name = std::filesystem::path{swept.file}.stem().string();
  if (!swept.variant.empty()) name += '-';
  for (const char c : swept.variant) name += (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ? c : '-';
  return name;
}

// "leader-crash-seed-7.json"; of two scenarios of one name the second has its number too.
std::string saved_name(const SweepPlan& plan, const Failure& failure) {
  const std::string mine = stem(plan.scenarios[failure.scenario]);
  std::string number;
  for (std::size_t i = 0; i < failure.scenario; ++i) {
    if (stem(plan.scenarios[i]) == mine) number = fmt::format("-{}", failure.scenario + 1);
  }
  return fmt::format("{}{}-seed-{}.json", mine, number, failure.seed);
}

Result<void> save(const SweepPlan& plan, Failure& failure) {
  const SweptScenario& swept = plan.scenarios[failure.scenario];
  const Result<std::string> text = patched_text(file_text(swept.file), swept.patches);
  const JsonDocument document = text ? read_json(*text) : JsonDocument{};
  if (!document.root) return fail("cannot read " + swept.file + " again");
  const auto scenario = with_seed(*swept.scenario, failure.seed);
  std::error_code error;
  std::filesystem::create_directories(plan.failures, error);
  failure.file = (std::filesystem::path{plan.failures} / saved_name(plan, failure)).string();
  std::ofstream out{failure.file, std::ios::binary | std::ios::trunc};
  out << write_json(failing_scenario(*document.root, *scenario, failure.breach));
  out.close();
  if (!out) return fail("cannot write " + failure.file);
  return {};
}

}  // namespace

Result<SeedRange> parse_seeds(std::string_view text) {
  const std::size_t dots = text.find("..");
  const std::optional<std::uint64_t> first = whole_number(text.substr(0, dots));
  const std::optional<std::uint64_t> last = dots == std::string_view::npos ? first : whole_number(text.substr(dots + 2));
  if (!first || !last) return fail("seeds are a range of whole numbers such as 1..1000, not " + quote(text));
  if (*last < *first) return fail("the range " + quote(text) + " ends below its beginning");
  return SeedRange{*first, *last};
}

Result<Shard> parse_shard(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return fail("a shard is I/N such as 2/8, not " + quote(text));
  const std::optional<std::uint64_t> number = whole_number(text.substr(0, slash));
  const std::optional<std::uint64_t> count = whole_number(text.substr(slash + 1));
  if (!number || !count || *number < 1 || *number > *count)
    return fail("a shard is I/N with I from 1 to N, such as 2/8, not " + quote(text));
  return Shard{*number, *count};
}

Seeds::Seeds(SeedRange range, Shard shard, std::uint64_t scenarios)
    : scenarios_{scenarios}, step_{shard.count}, last_{range.last}, count_{0} {
  const std::uint64_t skipped = shard.number - 1;
  over_ = scenarios == 0 || range.last - range.first < skipped;
  if (over_) return;
  next_ = {0, range.first + skipped};
  const std::uint64_t more = (range.last - next_.seed) / step_;
  count_ = more == UINT64_MAX ? more : more + 1;
}

std::optional<Job> Seeds::next() {
  if (over_) return std::nullopt;
  const Job job = next_;
  if (++next_.scenario == scenarios_) {
    next_.scenario = 0;
    over_ = last_ - next_.seed < step_;
    next_.seed += step_;
  }
  return job;
}

Result<Tally> sweep(const SweepPlan& plan, const SweepWatch& watch) {
  Tally all;
  all.runs.resize(plan.scenarios.size());
  Seeds seeds{plan.seeds, plan.shard, plan.scenarios.size()};
  std::optional<Error> wrong;
  const auto add = [&](Tally one) {
    for (Failure& failure : one.failures) {
      if (const Result<void> saved = save(plan, failure); !saved) wrong = saved.error();
      watch.failed(failure);
    }
    all.add(one);
  };
  Work work;
  work.run = [&](const Job& job) {
    return to_bytes(run_trial(with_seed(*plan.scenarios[job.scenario].scenario, job.seed), job.scenario));
  };
  work.next = [&] { return seeds.next(); };
  const auto died = [&](const Job& job, const std::string& how) {
    Tally one;
    one.runs.resize(job.scenario + 1);
    one.runs[job.scenario] = 1;
    one.failures = {{job.seed, job.scenario, {BreachKind::internal_error, "", "the process died: " + how, ""}, ""}};
    add(std::move(one));
  };
  work.died = died;
  work.done = [&](const Job& job, const std::string& bytes) {
    Result<Tally> one = tally_from(bytes);
    if (one) {
      add(std::move(*one));
    } else {
      died(job, one.error().message);
    }
  };
  work.tick = [&] { return wrong ? GoOn::drop_everything : watch.tick(all); };
  if (const Result<void> worked = work_in_processes(plan.jobs, work); !worked) return tl::unexpected{worked.error()};
  if (wrong) return tl::unexpected{*wrong};
  all.sort();
  return all;
}

}  // namespace kafkasim::sim
