#include "sim/explore/workers.hpp"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <vector>

#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

namespace kafkasim::sim {

namespace {

bool read_all(int from, void* to, std::size_t size) {
  char* at = static_cast<char*>(to);
  while (size > 0) {
    const ssize_t got = ::read(from, at, size);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    at += got;
    size -= static_cast<std::size_t>(got);
  }
  return true;
}

bool write_all(int to, const void* from, std::size_t size) {
  const char* at = static_cast<const char*>(from);
  while (size > 0) {
    const ssize_t put = ::write(to, at, size);
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) return false;
    at += put;
    size -= static_cast<std::size_t>(put);
  }
  return true;
}

constexpr std::uint64_t longest_result = 1U << 30;

// Ends with the parent: then there is nothing more to read.
[[noreturn]] void serve_jobs(int jobs, int results, const Work& work) {
  (void)std::signal(SIGINT, SIG_IGN);  // a terminal sends it to all: the parent decides
  (void)std::signal(SIGTERM, SIG_DFL);
  (void)std::signal(SIGPIPE, SIG_DFL);
  Job job;
  while (read_all(jobs, &job, sizeof job)) {
    const std::string result = work.run(job);
    const std::uint64_t size = result.size();
    if (!write_all(results, &size, sizeof size) || !write_all(results, result.data(), result.size())) break;
  }
  ::_exit(0);
}

class Worker {
 public:
  // Absent: the system gives no more processes or files.
  static std::optional<Worker> start(const Work& work, const std::vector<Worker>& others) {
    int jobs[2];
    int results[2];
    if (::pipe(jobs) != 0) return std::nullopt;
    if (::pipe(results) != 0) {
      close_both(jobs);
      return std::nullopt;
    }
    const pid_t pid = ::fork();
    if (pid == 0) {
      for (const Worker& other : others) other.close_ends();  // else they would outlive the parent's end
      ::close(jobs[1]);
      ::close(results[0]);
      serve_jobs(jobs[0], results[1], work);
    }
    ::close(jobs[0]);
    ::close(results[1]);
    Worker worker{pid, jobs[1], results[0]};
    if (pid > 0) return worker;
    worker.close_ends();
    return std::nullopt;
  }

  bool give(const Job& job) {
    job_ = job;
    return write_all(jobs_, &job, sizeof job);
  }
  [[nodiscard]] const std::optional<Job>& job() const { return job_; }
  [[nodiscard]] int results() const { return results_; }
  std::optional<std::string> take() {
    std::uint64_t size = 0;
    if (!read_all(results_, &size, sizeof size) || size > longest_result) return std::nullopt;
    std::string result(size, '\0');
    if (!read_all(results_, result.data(), size)) return std::nullopt;
    job_.reset();
    return result;
  }
  std::string end() {  // says how it ended
    close_ends();
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {}
    if (WIFSIGNALED(status)) return "signal " + std::to_string(WTERMSIG(status));
    return "exit code " + std::to_string(WEXITSTATUS(status));
  }
  std::string kill() {
    (void)::kill(pid_, SIGKILL);
    return end();
  }

 private:
  Worker(pid_t pid, int jobs, int results) : pid_{pid}, jobs_{jobs}, results_{results} {}
  void close_ends() const {
    ::close(jobs_);
    ::close(results_);
  }
  static void close_both(const int (&ends)[2]) {
    ::close(ends[0]);
    ::close(ends[1]);
  }

  pid_t pid_;
  int jobs_;
  int results_;
  std::optional<Job> job_;
};

class Pool {
 public:
  Pool(std::size_t count, const Work& work) : count_{count}, work_{work} {}

  Result<void> run() {
    fill();
    if (workers_.empty() && !exhausted_) return fail("no process can be started: " + std::string{std::strerror(errno)});
    while (!workers_.empty()) {
      wait();
      const GoOn decision = work_.tick();
      if (decision == GoOn::drop_everything) break;
      exhausted_ = exhausted_ || decision == GoOn::no_more_jobs;
      fill();
    }
    for (Worker& worker : workers_) (void)worker.kill();
    return {};
  }

 private:
  void fill() {  // those that are idle get a job or end; as long as there are jobs, there are workers
    for (std::size_t i = workers_.size(); i-- > 0;) {
      if (!workers_[i].job()) employ(i);
    }
    while (!exhausted_ && workers_.size() < count_) {
      const std::optional<Job> job = next();
      if (!job) return;
      std::optional<Worker> fresh = Worker::start(work_, workers_);
      if (!fresh) {
        if (workers_.empty()) {
          work_.died(*job, "no process can be started");
        } else {
          held_ = job;
        }
        count_ = workers_.size();
        return;
      }
      workers_.push_back(*fresh);
      if (!workers_.back().give(*job)) lose(workers_.size() - 1);
    }
  }
  void employ(std::size_t i) {
    const std::optional<Job> job = exhausted_ ? std::nullopt : next();
    if (!job) {
      (void)workers_[i].end();
      remove(i);
    } else if (!workers_[i].give(*job)) {
      lose(i);
    }
  }
  std::optional<Job> next() {
    std::optional<Job> job = held_ ? std::exchange(held_, std::nullopt) : work_.next();
    exhausted_ = exhausted_ || !job;
    return job;
  }
  void wait() {
    std::vector<pollfd> ends;
    for (const Worker& worker : workers_) ends.push_back({worker.results(), POLLIN, 0});
    if (::poll(ends.data(), ends.size(), 100) <= 0) return;
    for (std::size_t i = ends.size(); i-- > 0;) {
      if (ends[i].revents == 0 || !workers_[i].job()) continue;
      const Job job = *workers_[i].job();
      if (std::optional<std::string> result = workers_[i].take()) {
        work_.done(job, std::move(*result));
      } else {
        lose(i);
      }
    }
  }
  void lose(std::size_t i) {
    const Job job = *workers_[i].job();
    const std::string how = workers_[i].end();
    remove(i);
    work_.died(job, how);
  }
  void remove(std::size_t i) { workers_.erase(workers_.begin() + static_cast<std::ptrdiff_t>(i)); }

  std::size_t count_;
  const Work& work_;
  std::vector<Worker> workers_;
  std::optional<Job> held_;  // taken, but nobody was there to do it
  bool exhausted_{false};
};

}  // namespace

Result<void> work_in_processes(std::size_t count, const Work& work) {
  const auto before = std::signal(SIGPIPE, SIG_IGN);  // a worker that has died is told by its pipe
  Result<void> result = Pool{count, work}.run();
  (void)std::signal(SIGPIPE, before);
  return result;
}

}  // namespace kafkasim::sim
