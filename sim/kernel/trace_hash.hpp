#pragma once
// What of inputs and effects goes into the trace hash: all that is protocol or decides what happens next, in fields,
// never as memory. Notes are not part of it: without them the run is the same. Messages are hashed when they are sent,
// as their version carries them.
#include "core/base/hash.hpp"
#include "sim/kernel/lanes.hpp"
#include "sim/net/network.hpp"

namespace kafkasim::sim {

void hash_input(RunningHash& hash, const Input& input);
void hash_effect(RunningHash& hash, const Leaving& leaving);
void hash_net_event(RunningHash& hash, const NetEvent& event);

}  // namespace kafkasim::sim
