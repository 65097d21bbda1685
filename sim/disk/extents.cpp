#include "sim/disk/extents.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace kafkasim::sim {

namespace {

constexpr std::size_t most_pieces = 64;
constexpr std::size_t small_bytes = 16;
constexpr std::size_t joined_bytes = 512;
constexpr std::uint64_t zero_block = 65536;

void add_zeros(std::uint64_t count, std::vector<SharedBytes>& out) {
  static const SharedBytes zeros{std::vector<std::byte>(zero_block)};
  for (; count > 0; count -= std::min(count, zero_block)) {
    out.push_back(zeros.slice(0, static_cast<std::size_t>(std::min(count, zero_block))));
  }
}

// The part of a piece that lies in [from, to); they overlap.
Extents::Piece part(const Extents::Piece& piece, std::uint64_t from, std::uint64_t to) {
  const std::uint64_t begin = std::max(piece.at, from);
  const std::uint64_t end = std::min(piece.end(), to);
  if (begin == piece.at && end == piece.end()) return piece;
  return {begin, piece.bytes.slice(static_cast<std::size_t>(begin - piece.at), static_cast<std::size_t>(end - begin))};
}

}  // namespace

// The first chunk that has anything beyond `position`.
std::size_t Extents::first_chunk_after(std::uint64_t position) const {
  const auto it = std::partition_point(chunks_.begin(), chunks_.end(),
                                       [&](const Cow<Chunk>& chunk) { return chunk->pieces.back().end() <= position; });
  return static_cast<std::size_t>(it - chunks_.begin());
}

template <class Visit>
void Extents::visit(std::uint64_t from, std::uint64_t to, Visit visit) const {
  for (std::size_t i = first_chunk_after(from); i < chunks_.size(); ++i) {
    const Chunk& chunk = *chunks_[i];
    auto piece =
        std::partition_point(chunk.pieces.begin(), chunk.pieces.end(), [&](const Piece& p) { return p.end() <= from; });
    for (; piece != chunk.pieces.end(); ++piece) {
      if (piece->at >= to) return;
      visit(*piece, chunk);
    }
  }
}

void Extents::put(std::uint64_t at, const SharedBytes& bytes, std::uint64_t stamp) {
  if (bytes.empty()) return;
  const auto at_the_end = [&] { return chunks_.empty() || at >= chunks_.back()->pieces.back().end(); };
  if (!at_the_end()) clear(at, at + bytes.size());
  if (joined(at, bytes, stamp)) return;
  stored_ += bytes.size();
  if (!at_the_end()) return insert({at, bytes}, stamp);
  if (chunks_.empty()) {
    chunks_.emplace_back();
  } else if (chunks_.back()->pieces.size() >= most_pieces) {
    chunks_.emplace_back();
    chunks_.back().edit().pieces.reserve(most_pieces);  // a file that has filled a chunk fills the next; most never do
  }
  Chunk& last = chunks_.back().edit();
  last.stamp = stamp;
  last.pieces.push_back({at, bytes});
}

bool Extents::joined(std::uint64_t at, const SharedBytes& bytes, std::uint64_t stamp) {
  if (bytes.size() > small_bytes || bytes.origin().known() || at == 0) return false;
  const std::size_t i = first_chunk_after(at - 1);
  if (i == chunks_.size()) return false;
  const auto before = [&](const Piece& p) { return p.end() < at; };
  const auto found = std::partition_point(chunks_[i]->pieces.begin(), chunks_[i]->pieces.end(), before);
  if (found->end() != at || found->bytes.origin().known() || found->bytes.size() + bytes.size() > joined_bytes)
    return false;
  const auto index = static_cast<std::size_t>(found - chunks_[i]->pieces.begin());
  Chunk& chunk = chunks_[i].edit();
  std::vector<std::byte> together = to_vector(chunk.pieces[index].bytes.span());
  together.insert(together.end(), bytes.span().begin(), bytes.span().end());
  chunk.pieces[index].bytes = SharedBytes{std::move(together)};
  chunk.stamp = stamp;
  stored_ += bytes.size();
  return true;
}

void Extents::insert(Piece piece, std::uint64_t stamp) {  // where nothing is
  const std::size_t after = std::min(first_chunk_after(piece.at), chunks_.size() - 1);
  // Between two chunks it belongs to the earlier, which is the one that grows.
  const std::size_t i = after > 0 && chunks_[after]->pieces.front().at > piece.at ? after - 1 : after;
  Chunk& chunk = chunks_[i].edit();
  chunk.stamp = stamp;
  const auto place =
      std::partition_point(chunk.pieces.begin(), chunk.pieces.end(), [&](const Piece& p) { return p.at < piece.at; });
  chunk.pieces.insert(place, std::move(piece));
  if (chunk.pieces.size() <= most_pieces) return;
  const auto half = chunk.pieces.begin() + static_cast<std::ptrdiff_t>(most_pieces / 2);
  Chunk upper{stamp, {std::make_move_iterator(half), std::make_move_iterator(chunk.pieces.end())}};
  chunk.pieces.erase(half, chunk.pieces.end());
  chunks_.insert(chunks_.begin() + static_cast<std::ptrdiff_t>(i) + 1, Cow<Chunk>{std::move(upper)});
}

void Extents::clear(std::uint64_t from, std::uint64_t to) {
  if (from >= to) return;
  std::size_t i = first_chunk_after(from);
  std::size_t kept = i;  // chunks in [kept, i) have become empty
  for (; i < chunks_.size() && chunks_[i]->pieces.front().at < to; ++i) {
    const bool whole = chunks_[i]->pieces.front().at >= from && chunks_[i]->pieces.back().end() <= to;
    if (whole) {
      for (const Piece& piece : chunks_[i]->pieces) stored_ -= piece.bytes.size();
      continue;
    }
    std::vector<Piece> left;
    for (const Piece& piece : chunks_[i]->pieces) {
      if (piece.end() <= from || piece.at >= to) {
        left.push_back(piece);
        continue;
      }
      if (piece.at < from) left.push_back(part(piece, piece.at, from));
      if (piece.end() > to) left.push_back(part(piece, to, piece.end()));
      stored_ -= std::min(piece.end(), to) - std::max(piece.at, from);
    }
    if (left.empty()) continue;
    chunks_[i].edit().pieces = std::move(left);
    if (kept != i) std::swap(chunks_[kept], chunks_[i]);
    ++kept;
  }
  chunks_.erase(chunks_.begin() + static_cast<std::ptrdiff_t>(kept), chunks_.begin() + static_cast<std::ptrdiff_t>(i));
}

std::vector<Extents::Piece> Extents::pieces(std::uint64_t from, std::uint64_t to) const {
  std::vector<Piece> found;
  visit(from, to, [&](const Piece& piece, const Chunk&) { found.push_back(part(piece, from, to)); });
  return found;
}

std::vector<SharedBytes> Extents::read(std::uint64_t from, std::uint64_t to) const {
  std::vector<SharedBytes> slices;
  std::uint64_t at = from;
  visit(from, to, [&](const Piece& piece, const Chunk&) {
    const Piece here = part(piece, from, to);
    add_zeros(here.at - at, slices);
    at = here.end();
    slices.push_back(here.bytes);
  });
  if (at < to) add_zeros(to - at, slices);
  return slices;
}

std::uint64_t Extents::stored_in(std::uint64_t from, std::uint64_t to) const {
  std::uint64_t sum = 0;
  visit(from, to,
        [&](const Piece& piece, const Chunk&) { sum += std::min(piece.end(), to) - std::max(piece.at, from); });
  return sum;
}

std::uint64_t Extents::older_bytes(std::uint64_t from, std::uint64_t to, std::uint64_t stamp) const {
  std::uint64_t sum = 0;
  visit(from, to, [&](const Piece& piece, const Chunk& chunk) {
    if (chunk.stamp < stamp) sum += std::min(piece.end(), to) - std::max(piece.at, from);
  });
  return sum;
}

}  // namespace kafkasim::sim
