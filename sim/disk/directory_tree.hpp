#pragma once
// DirectoryTree: the names on a disk, and the journal of those changes to them that a power loss may undo. The journal
// is ordered: what survives is always a prefix of it. It holds at most 128 changes; a file system commits its own every
// few seconds.
//
// A file whose last name is gone is kept by its owner until the change is durable: then commit_first returns it.
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/cow.hpp"
#include "sim/disk/file_table.hpp"

namespace kafkasim::sim {

// Relative, components separated by one '/', none of them empty, "." or "..", no zero byte, at most 4095 bytes.
[[nodiscard]] bool is_valid_path(std::string_view path);
[[nodiscard]] std::string_view parent_of(std::string_view path);                  // "" is the root
[[nodiscard]] bool is_within(std::string_view path, std::string_view directory);  // or is it

class DirectoryTree {
 public:
  // All paths are valid; "" stands for the root where a directory is meant.
  [[nodiscard]] std::optional<FileNumber> file(std::string_view path) const;
  [[nodiscard]] bool is_directory(std::string_view path) const;
  [[nodiscard]] std::vector<std::string> list(std::string_view directory) const;                            // sorted
  [[nodiscard]] std::vector<std::pair<std::string, FileNumber>> files_within(std::string_view path) const;  // sorted
  [[nodiscard]] std::vector<std::string> directories() const;  // sorted, without the root
  [[nodiscard]] std::string path_of(FileNumber file) const;    // empty if it has none

  // False, and nothing done, if a file stands where a directory is wanted.
  [[nodiscard]] bool make_directories(std::string_view directory);
  void add(std::string_view path, FileNumber file);  // the directory is there, the name is free
  // What `to` named before. Both are files, or `from` is a directory and `to` is nothing; the directory of `to` is
  // there.
  std::optional<FileNumber> rename(std::string_view from, std::string_view to);
  void remove(std::string_view path);  // a directory: all in it first, in order

  // How many of the journal's first changes have to be durable for the names in a directory, or of a file, to be.
  [[nodiscard]] std::size_t needed_for_directory(std::string_view directory) const;
  [[nodiscard]] std::size_t needed_for_file(FileNumber file) const;
  [[nodiscard]] std::size_t journal_size() const { return journal_.size(); }
  [[nodiscard]] bool journal_is_long() const { return journal_.size() > most_changes; }
  static constexpr std::size_t most_changes = 128;
  // The files whose removal is durable by this.
  std::vector<FileNumber> commit_first(std::size_t count);
  void undo_all();  // what is left in the journal

 private:
  using Directory = std::map<std::string, FileNumber, std::less<>>;
  enum class Kind : std::uint8_t { make_directory, remove_directory, create, remove, rename, rename_directory };
  struct Change {
    Kind kind{};
    std::string path;
    std::string to;
    FileNumber file;
    std::optional<FileNumber> replaced;
  };

  Directory& edit_directory_of(std::string_view path);
  void set(std::string_view path, FileNumber file);
  void unset(std::string_view path);
  void move_directory(std::string_view from, std::string_view to);
  void undo(const Change& change);

  std::map<std::string, Cow<Directory>, std::less<>> directories_{{std::string{}, Cow<Directory>{}}};
  std::vector<Change> journal_;
};

}  // namespace kafkasim::sim
