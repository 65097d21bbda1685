// A byte for the name, then a file's content: `log dump` reads any file of any kind in both forms, and says the same each
// time; a file that is sound is so in both.
#include <array>
#include <sstream>
#include <string>

#include "core/base/check.hpp"
#include "sim/logtool/dump.hpp"
#include "tests/fuzz/sections.hpp"
#include "tests/support/memory_disk.hpp"

namespace {

using namespace kafkasim;
using namespace kafkasim::sim::logtool;

struct Place {
  const char* directory;
  const char* name;
};
constexpr std::array places{
    Place{"orders-0", "00000000000000000000.log"},
    Place{"__consumer_offsets-3", "00000000000000000000.log"},
    Place{"__transaction_state-1", "00000000000000000000.log"},
    Place{"__cluster_metadata-0", "00000000000000000000.log"},
    Place{"__cluster_metadata-0", "00000000000000000007-0000000002.checkpoint"},
    Place{"orders-0", "00000000000000000007.index"},
    Place{"orders-0", "09223372036854775807.timeindex"},
    Place{"orders-0", "00000000000000000007.txnindex"},
    Place{"orders-0", "00000000000000000007.snapshot"},
    Place{"orders-0", "leader-epoch-checkpoint"},
    Place{"orders-0", "replication-offset-checkpoint"},
    Place{"orders-0", "partition.metadata"},
    Place{"orders-0", "meta.properties"},
    Place{"orders-0", ".kafka_cleanshutdown"},
    Place{"__cluster_metadata-0", "quorum-state"},
};

Dumped dump(test::MemoryDisk& disk, const Place& place, bool json) {
  std::ostringstream out;
  const auto printer = json ? json_printer(out) : text_printer(out);
  const std::string path = std::string{place.directory} + "/" + place.name;
  return dump_file(disk, path, place.directory, ShowRecords::yes, *printer);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Sections in{data, size};
  const Place& place = places[in.byte() % places.size()];
  test::MemoryDisk disk;
  disk.set_bytes(std::string{place.directory} + "/" + place.name, to_vector(in.rest()));
  const Dumped as_text = dump(disk, place, false);
  KAFKASIM_CHECK(as_text != Dumped::unreadable);
  KAFKASIM_CHECK(dump(disk, place, true) == as_text);
  return 0;
}
