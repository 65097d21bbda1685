#include "sim/cli/heap.hpp"

#include <cstdint>
#include <cstdlib>

#ifdef __GLIBC__
#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>
#endif

namespace kafkasim::sim {

#ifdef __GLIBC__

// The heap is made to grow by a large piece at once, of which the kernel is told that it will be used; memory it takes only where it is
// touched. What is freed stays with the process, since the next run wants it again.
LargePages use_large_pages() {
  constexpr std::intptr_t piece = 256 << 20;
  constexpr std::intptr_t page = 2 << 20;
  const auto end_of_heap = [] { return reinterpret_cast<std::intptr_t>(sbrk(0)); };
  const std::intptr_t before = end_of_heap();
  mallopt(M_MMAP_THRESHOLD, 32 << 20);
  mallopt(M_TRIM_THRESHOLD, 2 * piece);
  mallopt(M_TOP_PAD, piece);
  void* volatile first = std::malloc(1 << 20);  // more than there is
  std::free(first);
  const std::intptr_t begin = (before + page - 1) / page * page;
  const std::intptr_t size = (end_of_heap() - begin) / page * page;
  if (before <= 0 || size <= 0) return LargePages::not_to_be_had;  // another allocator, as the sanitizers', or no room
  return madvise(reinterpret_cast<void*>(begin), static_cast<std::size_t>(size), MADV_HUGEPAGE) == 0 ? LargePages::granted
                                                                                                   : LargePages::not_to_be_had;
}

#else

LargePages use_large_pages() { return LargePages::not_to_be_had; }

#endif

}  // namespace kafkasim::sim
