#include "sim/explore/workers.hpp"

#include <csignal>
#include <map>
#include <set>

#include <catch2/catch.hpp>
#include <unistd.h>

using namespace kafkasim::sim;

namespace {

struct Log {
  std::uint64_t next{0};
  std::map<std::uint64_t, std::string> done;
  std::map<std::uint64_t, std::string> died;
};

Work work(Log& log, std::uint64_t jobs, std::function<std::string(const Job&)> run) {
  Work w;
  w.run = std::move(run);
  w.next = [&log, jobs] { return log.next < jobs ? std::optional{Job{0, log.next++}} : std::nullopt; };
  w.done = [&log](const Job& job, std::string result) { log.done[job.seed] = std::move(result); };
  w.died = [&log](const Job& job, const std::string& how) { log.died[job.seed] = how; };
  w.tick = [] { return GoOn::yes; };
  return w;
}

}  // namespace

TEST_CASE("each job is done once whatever the number of workers") {
  for (const std::size_t count : {1U, 3U, 50U}) {
    Log log;
    REQUIRE(work_in_processes(count, work(log, 20, [](const Job& job) { return std::to_string(job.seed * job.seed); })));
    CHECK(log.done.size() == 20);
    for (const auto& [seed, result] : log.done) CHECK(result == std::to_string(seed * seed));
    CHECK(log.died.empty());
  }
}

TEST_CASE("a job that kills its process takes no other along") {
  Log log;
  REQUIRE(work_in_processes(2, work(log, 10, [](const Job& job) {
    if (job.seed == 3) (void)::raise(SIGKILL);
    if (job.seed == 5) ::_exit(7);
    return std::string(job.seed == 6 ? 1'000'000 : 0, 'x');
  })));
  CHECK(log.died == std::map<std::uint64_t, std::string>{{3, "signal 9"}, {5, "exit code 7"}});
  CHECK(log.done.size() == 8);
  CHECK(log.done.at(6).size() == 1'000'000);
}

TEST_CASE("work stops when it is told and what is under way ends or is dropped") {
  for (const GoOn decision : {GoOn::no_more_jobs, GoOn::drop_everything}) {
    Log log;
    Work w = work(log, 1000, [](const Job&) { return std::string{}; });
    w.tick = [&] { return log.done.size() < 5 ? GoOn::yes : decision; };
    REQUIRE(work_in_processes(2, w));
    CHECK(log.done.size() >= 5);
    CHECK(log.done.size() < 20);
  }
}
