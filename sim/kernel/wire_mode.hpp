#pragma once
// How messages pass between hosts. Only here does the kernel meet core/wire.
#include <cstdint>

#include "core/machine/seam.hpp"

namespace kafkasim::sim {

enum class WireMode : std::uint8_t {
  fast,   // as structs; their exact encoded size is what links and processors are charged
  exact,  // through the codec and back: what the version does not carry does not arrive
};

struct Wired {
  Envelope envelope;      // as it arrives
  std::uint64_t bytes{};  // of the frame, its length field included
};
[[nodiscard]] Wired through_wire(Envelope envelope, WireMode mode);

// Of the message as its version carries it, so that it is the same in both modes.
[[nodiscard]] std::uint64_t wire_hash(const Envelope& envelope);

}  // namespace kafkasim::sim
