#pragma once
// Ctrl-C, and the SIGTERM with which batch systems announce their own end: noticed, so that what has come of the work so
// far is still written. While one of these lives.
#include <csignal>

namespace kafkasim::sim {

class Interrupt {
 public:
  Interrupt() : int_{std::signal(SIGINT, notice)}, term_{std::signal(SIGTERM, notice)} { noticed_ = 0; }
  ~Interrupt() {
    (void)std::signal(SIGINT, int_);
    (void)std::signal(SIGTERM, term_);
  }
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;
  [[nodiscard]] bool noticed() const { return noticed_ != 0; }

 private:
  using Handler = void (*)(int);
  static void notice(int) { noticed_ = 1; }
  static inline volatile std::sig_atomic_t noticed_ = 0;
  Handler int_;
  Handler term_;
};

}  // namespace kafkasim::sim
