#include <malloc.h>

#include "sim/cli/cli.hpp"

int main(int argc, char** argv) {
  // Simulating is making and forgetting small things. What was forgotten is kept for the next: a page that goes back to
  // the kernel and comes again costs more than all that stood on it.
  constexpr int mebibyte = 1 << 20;
  (void)::mallopt(M_TRIM_THRESHOLD, 1024 * mebibyte);
  (void)::mallopt(M_TOP_PAD, 4 * mebibyte);
  return kafkasim::sim::run_cli({argv + 1, argv + (argc > 0 ? argc : 1)}, kafkasim::sim::process_terminal());
}
