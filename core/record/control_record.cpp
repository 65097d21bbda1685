#include "core/record/control_record.hpp"

namespace kafkasim {

std::optional<ControlType> control_type(const Record& record) {
  if (!record.key) return std::nullopt;
  ByteReader in{*record.key};
  const std::int16_t version = in.i16();
  const std::int16_t type = in.i16();
  if (!in.ok() || version < 0 || type < 0 || type > static_cast<std::int16_t>(ControlType::kraft_voters))
    return std::nullopt;
  return static_cast<ControlType>(type);
}

RecordBatch build_control_batch(ControlType type, ByteSpan value, Timestamp timestamp) {
  ByteWriter key;
  key.i16(0);
  key.i16(static_cast<std::int16_t>(type));
  BatchBuilder builder;
  builder.append(timestamp, key.span(), value);
  RecordBatch batch = builder.build();
  batch.header.attributes |= 32;
  batch.header.crc = batch_crc(batch.header, batch.body.span());
  return batch;
}

}  // namespace kafkasim
