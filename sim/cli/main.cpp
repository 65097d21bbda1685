#include "sim/cli/cli.hpp"

int main(int argc, char** argv) {
  return kafkasim::sim::run_cli({argv + 1, argv + (argc > 0 ? argc : 1)}, kafkasim::sim::process_terminal());
}
