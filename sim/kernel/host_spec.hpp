#pragma once
// HostSpec: what is known of a host before it runs: its name, where it listens, what it costs, and how to make its
// process.
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "core/machine/seam.hpp"
#include "sim/disk/disk_spec.hpp"
#include "sim/kernel/any_machine.hpp"
#include "sim/kernel/lane.hpp"

namespace kafkasim::sim {

struct CpuCost {  // of one step
  Duration base{microseconds(20)};
  Duration per_kib{microseconds(1)};  // of the message that it was given and of those that it sends
};

struct HostSpec {
  std::string name;                  // "broker-1", "shop/2": unique; random streams are forked by it
  std::optional<Endpoint> endpoint;  // where it listens; unique. Absent: nobody can connect to it
  std::optional<Endpoint> second_endpoint;  // of a process with two listeners; Received tells them apart
  std::optional<std::string> rack;
  // A fresh process: called at each start, must give an equal machine each time. Absent: the host's processes are outside
  // of the World (real clients); it is never started, and what comes for it is left for World::take_outside().
  std::function<AnyMachine()> factory;
  LaneThreads threads;
  CpuCost cpu;
  DiskSpec disk;
};

}  // namespace kafkasim::sim
