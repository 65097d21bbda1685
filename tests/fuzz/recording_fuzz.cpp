// Recordings from anywhere: read or refused; what is read is written and read anew alike.
#include <cstddef>
#include <cstdint>

#include "sim/serve/recording.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace kafkasim;
  const Result<sim::Recording> recording = sim::parse_recording(SharedBytes{to_vector(std::as_bytes(std::span{data, size}))});
  if (recording && recording->operations.size() < 8) (void)sim::scenario_of(recording->head);
  return 0;
}
