// A byte for the kind, then the text of one of the small files of a log directory: it reads or is refused with a reason,
// and what was read is read again from what we write of it.
#include <string>
#include <string_view>

#include "core/base/check.hpp"
#include "core/log/checkpoint_files.hpp"
#include "core/log/leader_epoch_cache.hpp"
#include "core/log/log_files.hpp"
#include "core/raft/quorum_state.hpp"
#include "tests/fuzz/sections.hpp"
#include "tests/support/memory_disk.hpp"

namespace {

using namespace kafkasim;

template <class T>
bool read(const Result<T>& result) {
  KAFKASIM_CHECK(result.has_value() || !result.error().message.empty());
  return result.has_value();
}

void epochs(std::string_view text) {
  test::MemoryDisk disk;
  disk.set_text(path_of("orders-0", leader_epoch_file), text);
  const auto loaded = LeaderEpochCache::load(disk, "orders-0");
  KAFKASIM_CHECK(loaded.has_value());
  if (!loaded->readable) return;
  KAFKASIM_CHECK(loaded->cache.write(disk, "orders-0").has_value());
  const auto again = LeaderEpochCache::load(disk, "orders-0");
  KAFKASIM_CHECK(again.has_value() && again->readable && again->cache == loaded->cache);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Sections in{data, size};
  const int kind = in.byte() % 6;
  const std::string_view text = as_text(in.rest());
  if (kind == 0) {
    const auto offsets = parse_offset_checkpoint(text);
    if (read(offsets)) KAFKASIM_CHECK(parse_offset_checkpoint(format_offset_checkpoint(*offsets)) == offsets);
  } else if (kind == 1) {
    const auto metadata = parse_partition_metadata(text);
    if (read(metadata))
      KAFKASIM_CHECK(parse_partition_metadata(format_partition_metadata(*metadata))->topic_id == metadata->topic_id);
  } else if (kind == 2) {
    const auto properties = parse_meta_properties(text);
    if (read(properties)) KAFKASIM_CHECK(parse_meta_properties(format_meta_properties(*properties)) == properties);
  } else if (kind == 3) {
    const auto marker = parse_clean_shutdown(text);
    if (read(marker))
      KAFKASIM_CHECK(parse_clean_shutdown(format_clean_shutdown(*marker))->broker_epoch == marker->broker_epoch);
  } else if (kind == 4) {
    const auto state = raft::parse_quorum_state(text);
    if (read(state)) KAFKASIM_CHECK(raft::parse_quorum_state(raft::format_quorum_state(*state)) == state);
  } else {
    epochs(text);
  }
  return 0;
}
