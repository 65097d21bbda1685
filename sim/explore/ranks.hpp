#pragma once
// Ranks: the processes that `mpirun` has started, where kafkasim was built with MPI (libopenmpi-dev); else, and without
// mpirun, one that is alone.
#include <cstdint>
#include <string>
#include <vector>

namespace kafkasim::sim {

class Ranks {
 public:
  Ranks();   // joins the others, if mpirun has started this process
  ~Ranks();  // leaves them
  Ranks(const Ranks&) = delete;
  Ranks& operator=(const Ranks&) = delete;

  [[nodiscard]] std::uint64_t rank() const { return rank_; }  // from 0
  [[nodiscard]] std::uint64_t count() const { return count_; }
  [[nodiscard]] bool alone() const { return count_ == 1; }
  // What each rank has given, in order of the ranks, at rank 0; nothing elsewhere. All must call it.
  [[nodiscard]] std::vector<std::string> gather(const std::string& mine) const;

  // mpirun has started several processes, but this program cannot talk to the others.
  [[nodiscard]] static bool missing();

 private:
  std::uint64_t rank_{0};
  std::uint64_t count_{1};
  [[maybe_unused]] bool joined_{false};
};

}  // namespace kafkasim::sim
