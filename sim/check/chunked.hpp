#pragma once
// Chunked<T>: a list that mostly grows at its end and is copied often. Full chunks are shared between copies for ever;
// a copy costs a pointer a chunk and at most one chunk of elements.
#include <cstddef>
#include <utility>
#include <vector>

#include "core/base/check.hpp"
#include "core/base/cow.hpp"

namespace kafkasim::sim {

template <class T, std::size_t ChunkSize = 256>
class Chunked {
 public:
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }
  [[nodiscard]] const T& operator[](std::size_t i) const { return (*chunks_[i / ChunkSize])[i % ChunkSize]; }
  [[nodiscard]] const T& back() const { return (*this)[size_ - 1]; }

  void push_back(T value) {
    if (size_ % ChunkSize == 0) {
      chunks_.emplace_back();
      chunks_.back().edit().reserve(ChunkSize);
    }
    chunks_.back().edit().push_back(std::move(value));
    ++size_;
  }
  void truncate(std::size_t count) {
    KAFKASIM_CHECK(count <= size_);
    chunks_.resize((count + ChunkSize - 1) / ChunkSize);
    if (count % ChunkSize != 0) chunks_.back().edit().resize(count % ChunkSize);
    size_ = count;
  }
  // The index of the first element for which `below` is false, in a list ordered so.
  template <class Below>
  [[nodiscard]] std::size_t partition_point(const Below& below) const {
    return between(0, size_, below);
  }
  // The same, where it is likely to be near the end.
  template <class Below>
  [[nodiscard]] std::size_t last_partition_point(const Below& below) const {
    std::size_t past = size_;  // not below from here on
    for (std::size_t stride = 1; past > 0; stride *= 2) {
      const std::size_t probe = past > stride ? past - stride : 0;
      if (below((*this)[probe])) return between(probe + 1, past, below);
      past = probe;
    }
    return past;
  }

 private:
  template <class Below>
  [[nodiscard]] std::size_t between(std::size_t from, std::size_t past, const Below& below) const {
    while (from < past) {
      const std::size_t middle = from + (past - from) / 2;
      if (below((*this)[middle])) {
        from = middle + 1;
      } else {
        past = middle;
      }
    }
    return from;
  }

  std::vector<Cow<std::vector<T>>> chunks_;
  std::size_t size_{0};
};

}  // namespace kafkasim::sim
