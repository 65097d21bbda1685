// What a window costs: a Frame of a large cluster, drawing it, rasterising it; winding a ten-minute run to any moment, and what the
// copies for that take. Ratios in one run: a drawn frame against the 16.7 ms that 60 frames a second leave.
#include <benchmark/benchmark.h>

#include <cstdio>
#include <memory>
#include <string>

#include "sim/frame/capture.hpp"
#include "sim/travel/tape.hpp"
#include "viz/app/app.hpp"
#include "viz/backend/headless.hpp"

using namespace kafkasim;
using namespace kafkasim::viz;

namespace {

TapeSource source_of(const std::string& text) {
  TapeSource source;
  source.head.source = {text, {}, "."};
  source.head.file = "bench.json";
  return source;
}

// Nine brokers, 200 partitions; far apart, so that thousands of messages are under way.
const char* const large = R"j({"name": "large", "duration": "20s", "epilogue": false,
  "cluster": {"brokers": 9, "controllers": 3, "profile": "fast", "config": {"broker.session.timeout.ms": 9000, "replica.lag.time.max.ms": 30000}},
  "topics": [{"name": "t", "partitions": 200, "replication_factor": 3}],
  "network": {"links": [{"between": ["p", "all brokers"], "latency": "200ms..400ms"}]},
  "producers": [{"id": "p", "topic": "t", "count": 120, "rate": "100/s", "config": {"linger.ms": 0, "batch.size": 1}}]})j";

const char* const ten_minutes = R"j({"name": "long", "duration": "600s", "epilogue": false, "cluster": {"brokers": 3, "controllers": 3},
  "topics": [{"name": "orders", "partitions": 3, "replication_factor": 3}],
  "producers": [{"id": "shop", "topic": "orders", "count": 4, "rate": "250/s"}],
  "consumers": [{"group": "analytics", "topics": ["orders"], "count": 3}],
  "timeline": [{"at": "100s", "crash": "leader(orders-0)", "for": "15s"}, {"at": "300s", "crash": "leader(orders-1)", "for": "15s"}]})j";

std::unique_ptr<App> app_of(const char* text, Duration at) {
  auto app = App::open(source_of(text));
  if (!app) {
    std::fprintf(stderr, "%s\n", app.error().message.c_str());
    std::exit(1);
  }
  (*app)->want(SeekTo{at});
  (void)(*app)->advance(0, 0);
  return std::move(*app);
}

App& large_app() {
  static const std::unique_ptr<App> app = app_of(large, seconds(4));
  return *app;
}

void frame_capture(benchmark::State& state) {
  App& app = large_app();
  sim::FrameWish wish;
  for (std::int32_t i = 0; i < 6; ++i) wish.strips.insert({"t", PartitionIndex{i}});
  for (auto _ : state) benchmark::DoNotOptimize(sim::capture(app.run(), app.cursor().recent, app.now(), wish));
  state.counters["messages"] = static_cast<double>(app.frame().messages.size());
  state.counters["partitions"] = static_cast<double>(app.frame().partitions.size());
}

void frame_draw(benchmark::State& state) {
  App& app = large_app();
  Headless head{1600, 1000};
  for (auto _ : state) head.frame([&](Ui& ui) { app.draw(ui, head.area()); });
  state.counters["vertices"] = static_cast<double>(ImGui::GetDrawData()->TotalVtxCount);
}

void frame_whole(benchmark::State& state) {  // an event further, its picture, drawn: what a window does while it plays
  App& app = large_app();
  Headless head{1600, 1000};
  for (auto _ : state) {
    app.want(StepBy{1});
    (void)app.advance(0.016, 0);
    head.frame([&](Ui& ui) { app.draw(ui, head.area()); });
  }
  state.counters["of_16.7_ms"] = benchmark::Counter(0.0167, benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}

void raster(benchmark::State& state) {
  App& app = large_app();
  Headless head{1600, 1000};
  head.frame([&](Ui& ui) { app.draw(ui, head.area()); });
  for (auto _ : state) benchmark::DoNotOptimize(head.image());
}

void seek(benchmark::State& state) {
  static const std::unique_ptr<sim::Tape> tape = [] {
    auto made = sim::Tape::begin(source_of(ten_minutes));
    (void)(*made)->explore(0, [] { return true; });
    return std::move(*made);
  }();
  sim::Cursor cursor = tape->start();
  std::uint64_t x = 12345;
  for (auto _ : state) {
    x = x * 6364136223846793005ULL + 1442695040888963407ULL;
    tape->seek(cursor, milliseconds(static_cast<std::int64_t>((x >> 33) % 600'000)));
  }
  state.counters["copies"] = static_cast<double>(tape->copies());
  state.counters["MiB"] = static_cast<double>(tape->copied_bytes()) / (1 << 20);
}

void step_back(benchmark::State& state) {
  static const std::unique_ptr<sim::Tape> tape = [] {
    auto made = sim::Tape::begin(source_of(ten_minutes));
    (void)(*made)->explore(0, [] { return true; });
    return std::move(*made);
  }();
  sim::Cursor cursor = tape->at(0, seconds(333));
  for (auto _ : state) benchmark::DoNotOptimize(tape->step_back(cursor));
}

BENCHMARK(frame_capture)->Unit(benchmark::kMillisecond);
BENCHMARK(frame_draw)->Unit(benchmark::kMillisecond);
BENCHMARK(frame_whole)->Unit(benchmark::kMillisecond);
BENCHMARK(raster)->Unit(benchmark::kMillisecond);
BENCHMARK(seek)->Unit(benchmark::kMillisecond);
BENCHMARK(step_back)->Unit(benchmark::kMillisecond);

}  // namespace
