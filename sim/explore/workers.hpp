#pragma once
// Workers: child processes that do jobs, so that all cores work without a thread, a lock or an atomic counter in what
// they run, and so that a job that dies takes only itself along. Jobs and results travel through pipes. POSIX.
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "core/base/result.hpp"

namespace kafkasim::sim {

struct Job {
  std::uint64_t scenario{};
  std::uint64_t seed{};
};

enum class GoOn : std::uint8_t { yes, no_more_jobs, drop_everything };

struct Work {
  std::function<std::string(const Job&)> run;                 // in a child
  std::function<std::optional<Job>()> next;                   // the others in the parent; absent: no more
  std::function<void(const Job&, std::string)> done;          // in order of completion
  std::function<void(const Job&, const std::string&)> died;   // the child's end instead of a result: "signal 11"
  std::function<GoOn()> tick;                                 // after each result, and ten times a second
};

// Fails if no process can be made.
[[nodiscard]] Result<void> work_in_processes(std::size_t count, const Work& work);

}  // namespace kafkasim::sim
