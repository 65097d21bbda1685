#pragma once
// The names of a log's files and directories (LogFileUtils, LocalLog): "orders-0/00000000000000000042.timeindex".
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/model/ids.hpp"

namespace kafkasim {

inline constexpr std::string_view log_suffix = ".log";
inline constexpr std::string_view index_suffix = ".index";
inline constexpr std::string_view time_index_suffix = ".timeindex";
inline constexpr std::string_view transaction_index_suffix = ".txnindex";
inline constexpr std::string_view snapshot_suffix = ".snapshot";
inline constexpr std::string_view deleted_suffix = ".deleted";  // a file on its way out
inline constexpr std::string_view cleaned_suffix = ".cleaned";  // a segment that the cleaner is writing
inline constexpr std::string_view swap_suffix = ".swap";        // a whole one, about to take the place of others
inline constexpr std::string_view delete_dir_suffix = "-delete";
inline constexpr std::string_view stray_dir_suffix = "-stray";
inline constexpr std::string_view leader_epoch_file = "leader-epoch-checkpoint";
inline constexpr std::string_view partition_metadata_file = "partition.metadata";

[[nodiscard]] std::string path_of(std::string_view directory, std::string_view name);  // "directory/name"
[[nodiscard]] std::string segment_path(std::string_view directory, Offset base, std::string_view suffix);

// As above, with a second suffix: "directory/00000000000000000042.log.cleaned".
[[nodiscard]] std::string segment_path(std::string_view directory, Offset base, std::string_view suffix,
                                       std::string_view second);
// Of a segment, those without which a reader can do: they can be made from the log.
inline constexpr std::array<std::string_view, 3> index_suffixes{index_suffix, time_index_suffix,
                                                                transaction_index_suffix};

// The offset in "00000000000000000042.log", if the name is 20 digits of an offset and exactly that suffix.
[[nodiscard]] std::optional<Offset> offset_of_name(std::string_view name, std::string_view suffix);

// The partition whose directory has that name: the part before the last '-' is the topic. Absent for what is no
// partition's directory, also for "-delete", "-future" and "-stray" ones.
[[nodiscard]] std::optional<TopicPartition> partition_of_directory(std::string_view name);

}  // namespace kafkasim
