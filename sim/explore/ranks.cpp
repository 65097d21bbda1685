#include "sim/explore/ranks.hpp"

#include <cstdlib>
#include <string_view>

#ifdef KAFKASIM_MPI
#include <mpi.h>
#endif

namespace kafkasim::sim {

namespace {

// Set by Open MPI, by PMI (MPICH, Intel, srun --mpi=pmi2) and by nobody else. MPI is not even initialised without: that
// takes longer than many a run.
bool started_by_mpirun() {
  for (const char* name : {"OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "PMIX_RANK"}) {
    if (std::getenv(name) != nullptr) return true;
  }
  return false;
}

}  // namespace

#ifdef KAFKASIM_MPI

Ranks::Ranks() {
  int initialised = 0;
  MPI_Initialized(&initialised);
  if (!started_by_mpirun() || initialised != 0) return;
  joined_ = MPI_Init(nullptr, nullptr) == MPI_SUCCESS;
  if (!joined_) return;
  int rank = 0;
  int count = 1;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Comm_size(MPI_COMM_WORLD, &count);
  rank_ = static_cast<std::uint64_t>(rank);
  count_ = static_cast<std::uint64_t>(count);
}

Ranks::~Ranks() {
  if (joined_) MPI_Finalize();
}

std::vector<std::string> Ranks::gather(const std::string& mine) const {
  if (alone()) return {mine};
  const int length = static_cast<int>(mine.size());
  std::vector<int> lengths(count_);
  MPI_Gather(&length, 1, MPI_INT, lengths.data(), 1, MPI_INT, 0, MPI_COMM_WORLD);
  std::vector<int> places(count_);
  int total = 0;
  for (std::size_t i = 0; i < count_ && rank_ == 0; ++i) {
    places[i] = total;
    total += lengths[i];
  }
  std::string all(static_cast<std::size_t>(total), '\0');
  MPI_Gatherv(mine.data(), length, MPI_CHAR, all.data(), lengths.data(), places.data(), MPI_CHAR, 0, MPI_COMM_WORLD);
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < count_ && rank_ == 0; ++i)
    parts.push_back(all.substr(static_cast<std::size_t>(places[i]), static_cast<std::size_t>(lengths[i])));
  return parts;
}

bool Ranks::missing() { return false; }

#else

Ranks::Ranks() = default;
Ranks::~Ranks() = default;

std::vector<std::string> Ranks::gather(const std::string& mine) const { return {mine}; }

bool Ranks::missing() {
  const char* size = std::getenv("OMPI_COMM_WORLD_SIZE");
  return started_by_mpirun() && size != nullptr && std::string_view{size} != "1";
}

#endif

}  // namespace kafkasim::sim
