#pragma once
// Extents: sparse bytes as slices of shared memory, by position. What no slice covers reads as zeros and takes no
// memory. Slices stand in chunks of up to 64 that copies share, so that appending to a copied file copies one chunk,
// not the file.
//
// Slices are kept as they were given, with one exception: up to 16 bytes of unknown origin that directly follow others
// are copied together with them (entries of an index), up to a sector.
#include <cstdint>
#include <span>
#include <vector>

#include "core/base/bytes.hpp"
#include "core/base/cow.hpp"

namespace kafkasim::sim {

class Extents {
 public:
  struct Piece {
    std::uint64_t at{};
    SharedBytes bytes;  // never empty
    [[nodiscard]] std::uint64_t end() const { return at + bytes.size(); }
  };

  // Over whatever was there. `stamp`: when, for older_bytes; it never decreases.
  void put(std::uint64_t at, const SharedBytes& bytes, std::uint64_t stamp);
  void clear(std::uint64_t from, std::uint64_t to);

  [[nodiscard]] std::vector<Piece> pieces(std::uint64_t from, std::uint64_t to) const;
  // Slices in order that together are [from, to), zeros included.
  [[nodiscard]] std::vector<SharedBytes> read(std::uint64_t from, std::uint64_t to) const;
  [[nodiscard]] std::uint64_t stored_bytes() const { return stored_; }
  [[nodiscard]] std::uint64_t stored_in(std::uint64_t from, std::uint64_t to) const;
  // Of [from, to), the bytes in chunks that were last written to before `stamp`.
  [[nodiscard]] std::uint64_t older_bytes(std::uint64_t from, std::uint64_t to, std::uint64_t stamp) const;

 private:
  struct Chunk {
    std::uint64_t stamp{};
    std::vector<Piece> pieces;  // ascending, disjoint, not empty
  };

  [[nodiscard]] std::size_t first_chunk_after(std::uint64_t position) const;
  template <class Visit>
  void visit(std::uint64_t from, std::uint64_t to, Visit visit) const;
  [[nodiscard]] bool joined(std::uint64_t at, const SharedBytes& bytes, std::uint64_t stamp);
  void insert(Piece piece, std::uint64_t stamp);

  std::vector<Cow<Chunk>> chunks_;
  std::uint64_t stored_{0};
};

}  // namespace kafkasim::sim
