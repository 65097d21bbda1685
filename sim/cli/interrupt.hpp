#pragma once
// Ctrl-C, and the SIGTERM with which batch systems announce their own end: noticed, so that what has come of the work so
// far is still written. While one of these lives. A second one ends the process at once, and so does the first while there is
// nothing to write yet.
#include <csignal>
#include <unistd.h>

namespace kafkasim::sim {

class Interrupt {
 public:
  enum class Work : std::sig_atomic_t { to_write, none_yet };
  Interrupt() : int_{std::signal(SIGINT, notice)}, term_{std::signal(SIGTERM, notice)} {
    noticed_ = 0;
    work_ = 0;
  }
  ~Interrupt() {
    (void)std::signal(SIGINT, int_);
    (void)std::signal(SIGTERM, term_);
  }
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;
  [[nodiscard]] bool noticed() const { return noticed_ != 0; }
  void set_work(Work work) const { work_ = static_cast<std::sig_atomic_t>(work); }

 private:
  using Handler = void (*)(int);
  static constexpr int as_interrupted = 130;
  static void notice(int) {
    if (noticed_ != 0 || work_ == static_cast<std::sig_atomic_t>(Work::none_yet)) ::_exit(as_interrupted);
    noticed_ = 1;
  }
  static inline volatile std::sig_atomic_t noticed_ = 0;
  static inline volatile std::sig_atomic_t work_ = 0;
  Handler int_;
  Handler term_;
};

}  // namespace kafkasim::sim
