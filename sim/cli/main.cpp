#include "sim/cli/cli.hpp"
#include "sim/cli/heap.hpp"
#ifdef KAFKASIM_VIZ
#include "viz/show/view.hpp"
#endif

int main(int argc, char** argv) {
  kafkasim::sim::use_large_pages();
#ifdef KAFKASIM_VIZ
  const kafkasim::sim::Viewer viewer = kafkasim::viz::view;
#else
  const kafkasim::sim::Viewer viewer = nullptr;
#endif
  return kafkasim::sim::run_cli({argv + 1, argv + (argc > 0 ? argc : 1)}, kafkasim::sim::process_terminal(), viewer);
}
