// Bytes as they stand in a segment or a Produce request: batches are parsed, their records read and written anew.
#include <cstddef>
#include <cstdint>

#include "core/base/check.hpp"
#include "core/record/control_record.hpp"
#include "core/record/record.hpp"

namespace {

using namespace kafkasim;

void check_round_trip(const RecordBatch& batch, const DecodedRecords& records) {
  KAFKASIM_CHECK(records.size() == static_cast<std::size_t>(batch.header.records_count));
  for (const Record& record : records) {
    KAFKASIM_CHECK(record.offset >= batch.base_offset() && record.offset <= batch.last_offset());
    if (batch.is_control()) (void)control_type(record);
  }
  const Codec other = batch.codec() == Codec::lz4 ? Codec::none : Codec::lz4;
  const Result<RecordBatch> made = recompress(batch, {other});
  if (!made || batch.is_control()) return;
  KAFKASIM_CHECK(crc_matches(*made) && made->codec() == other && made->base_offset() == batch.base_offset());
  const Result<DecodedRecords> again = decode_records(*made);
  KAFKASIM_CHECK(again.has_value() && again->size() == records.size());
  for (std::size_t i = 0; i < records.size(); ++i) {
    KAFKASIM_CHECK((*again)[i].offset == records[i].offset && (*again)[i].timestamp == records[i].timestamp);
    KAFKASIM_CHECK((*again)[i].headers.size() == records[i].headers.size());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const SharedBytes bytes{to_vector(std::as_bytes(std::span{data, size}))};
  std::size_t total = 0;
  for (const RecordBatch& batch : read_batches(bytes).batches) {
    total += batch.size_bytes();
    ByteWriter out;
    write_batch_header(batch.header, out);
    ByteReader in{out.span()};
    KAFKASIM_CHECK(read_batch_header(in) == batch.header);
    (void)crc_matches(batch);
    RecordReader bounded{batch, std::size_t{1} << 20};
    Record record;
    while (bounded.next(record)) {}
    if (bounded.error()) continue;
    const Result<DecodedRecords> records = decode_records(batch);
    KAFKASIM_CHECK(records.has_value());
    check_round_trip(batch, *records);
  }
  KAFKASIM_CHECK(total <= size);
  return 0;
}
