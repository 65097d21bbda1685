#include "core/wire/reader.hpp"

namespace kafkasim::wire {

Records BatchSource::read(ByteReader& in, std::size_t from, std::size_t count) {
  if (count == 0) return {};
  if (body_ == nullptr) return in.fail("records where none can be"), Records{};
  Records records = read_batches(body_->slice(from, count));
  in.skip(count);
  if (origins_->empty()) return records;
  for (RecordBatch& batch : records.batches) {
    if (next_ == origins_->size()) return in.fail("more batches than origins"), Records{};
    batch.body = SharedBytes{to_vector(batch.body.span()), (*origins_)[next_++]};
  }
  return records;
}

}  // namespace kafkasim::wire
