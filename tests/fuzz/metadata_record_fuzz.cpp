// The value of a record of the metadata log: it decodes or is refused with a reason, and what decodes is what decodes again
// from what we write of it.
#include <cstddef>
#include <cstdint>

#include "core/base/check.hpp"
#include "core/wire/metadata_record_codec.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace kafkasim;
  const Result<MetadataRecord> record = decode_metadata_record(std::as_bytes(std::span{data, size}));
  if (!record) {
    KAFKASIM_CHECK(!record.error().message.empty());
    return 0;
  }
  const std::vector<std::byte> bytes = encode_metadata_record(*record);
  KAFKASIM_CHECK(bytes.size() == encoded_size(*record));
  const Result<MetadataRecord> again = decode_metadata_record(bytes);
  KAFKASIM_CHECK(again.has_value() && *again == *record);
  return 0;
}
