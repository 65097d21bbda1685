#pragma once
// DiskFile: one file as the page cache has it, and what is needed to tell what the platter has.
//
// Invariant: the durable content is `durable_size_` bytes long, and equals the cached content except where `pristine_`
// says otherwise; `agree_` is the least size since the last sync, and everything durable beyond it is in `pristine_`.
// So a file that is only appended to needs no second copy of anything.
//
// Flipped bits lie over the bytes as a mask: what was written stays as it was, reading shows them.
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "core/base/bytes.hpp"
#include "core/base/cow.hpp"
#include "core/base/random.hpp"
#include "sim/disk/extents.hpp"
#include "sim/disk/power_loss.hpp"

namespace kafkasim::sim {

struct FileMark {  // a moment in the life of a file
  std::uint64_t size{};
  std::uint64_t changes{};
  std::uint64_t dirty_bytes{};
};

struct Fate {  // power_loss.hpp, for one file
  Keep keep{Keep::drawn};
  Torn torn{Torn::drawn};
  std::uint64_t length{0};
  std::optional<std::uint64_t> garbage_to;
};

class DiskFile {
 public:
  [[nodiscard]] std::uint64_t size() const { return size_; }
  [[nodiscard]] std::uint64_t durable_size() const { return durable_size_; }
  [[nodiscard]] std::uint64_t stored_bytes() const { return bytes_.stored_bytes(); }
  [[nodiscard]] std::uint64_t stored_in(std::uint64_t from, std::uint64_t to) const {
    return bytes_.stored_in(from, to);
  }
  [[nodiscard]] std::uint64_t dirty_bytes() const { return dirty_; }
  [[nodiscard]] bool is_dirty() const { return dirty_ > 0 || size_ != durable_size_ || pristine_.has_value(); }

  // `clock` is the disk's: it tells later what the page cache still has.
  void append(std::span<const SharedBytes> slices, std::uint64_t clock);
  void write(std::uint64_t at, const SharedBytes& bytes, std::uint64_t clock);
  void truncate(std::uint64_t size);
  void flip(std::uint64_t at, std::byte mask);  // on the platter too, until that byte is written anew
  // [from, to) within the file.
  [[nodiscard]] std::vector<SharedBytes> read(std::uint64_t from, std::uint64_t to) const;
  using Flipped = std::map<std::uint64_t, std::byte>;  // place -> bits
  [[nodiscard]] const Flipped& flipped_bits() const;
  [[nodiscard]] std::uint64_t cold_bytes(std::uint64_t from, std::uint64_t to, std::uint64_t warm_since) const {
    return bytes_.older_bytes(from, to, warm_since);
  }

  void sync();
  [[nodiscard]] FileMark mark() const { return {size_, changes_, dirty_}; }
  // Makes durable what was there at that moment; all that is there now, if the file was overwritten or cut since.
  void sync_to(const FileMark& mark);
  void lose_power(const Fate& fate, Random& random);

 private:
  struct Pristine {
    std::map<std::uint64_t, std::uint64_t> ranges;  // from -> to, disjoint
    Extents bytes;                                  // zeros where it has none
  };

  void protect(std::uint64_t from, std::uint64_t to);
  void restore(std::uint64_t from, std::uint64_t to);
  void restore_some_sectors(std::uint64_t end, Random& random);
  void lose_tail(std::uint64_t base, Torn torn, Random& random);
  void keep_exactly(const Fate& fate, Random& random);
  void cut(std::uint64_t size);
  void mend(std::uint64_t from, std::uint64_t to);  // what is written anew has no flipped bits
  void tear(std::uint64_t from, std::uint64_t to, std::uint64_t real, Random& random);

  Extents bytes_;
  std::uint64_t size_{0};
  std::uint64_t durable_size_{0};
  std::uint64_t agree_{0};
  std::uint64_t dirty_{0};
  std::uint64_t changes_{0};  // counts overwrites and cuts
  std::optional<Cow<Pristine>> pristine_;
  std::optional<Cow<Flipped>> flipped_;  // absent: none
};

}  // namespace kafkasim::sim
