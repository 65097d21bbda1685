#pragma once
// Paired measuring: machines are noisy, so two things are measured in turn, in one run of one program, and what counts
// is the median of the ratios of neighbours.
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <ctime>
#include <vector>

#include <benchmark/benchmark.h>

namespace kafkasim::bench {

template <class Work>
double seconds_of(Work work) {
  const auto from = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - from).count();
}

// Of this thread, in the kernel and outside: what it costs also where others take the processor in between.
inline double processor_seconds() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

inline double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

// Each iteration does `ours` and `theirs` once, each of them `units` of work; `prepare` goes before both, untimed.
// Counters: millions of units a second of either, and how many times faster ours is, by the clock and by processor time;
// medians.
template <class Ours, class Theirs, class Prepare>
void paired(benchmark::State& state, double units, Ours ours, Theirs theirs, Prepare prepare) {
  std::vector<double> a;
  std::vector<double> b;
  std::vector<double> ratios;
  std::vector<double> processor_ratios;
  prepare();
  ours();
  theirs();
  for (auto _ : state) {
    prepare();
    const double before = processor_seconds();
    a.push_back(seconds_of(ours));
    const double between = processor_seconds();
    b.push_back(seconds_of(theirs));
    ratios.push_back(b.back() / a.back());
    processor_ratios.push_back((processor_seconds() - between) / (between - before));
  }
  state.counters["ours_M/s"] = units / median(a) / 1e6;
  state.counters["theirs_M/s"] = units / median(b) / 1e6;
  state.counters["ratio"] = median(ratios);
  state.counters["cpu_ratio"] = median(processor_ratios);
}
template <class Ours, class Theirs>
void paired(benchmark::State& state, double units, Ours ours, Theirs theirs) {
  paired(state, units, ours, theirs, [] {});
}

}  // namespace kafkasim::bench
