#include "core/record/control_record.hpp"

namespace kafkasim {

namespace {

constexpr std::int16_t control_bit = 32;

std::vector<std::byte> key_of(ControlType type) {
  ByteWriter key;
  key.i16(0);
  key.i16(static_cast<std::int16_t>(type));
  return key.take();
}

void make_control(RecordBatch& batch) {
  batch.header.attributes = static_cast<std::int16_t>(batch.header.attributes | control_bit);
  batch.header.crc = batch_crc(batch.header, batch.body.span());
}

}  // namespace

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
  return build_control_batch({{type, to_vector(value)}}, timestamp);
}

RecordBatch build_control_batch(const std::vector<ControlRecord>& records, Timestamp timestamp) {
  BatchBuilder builder;
  for (const ControlRecord& record : records) builder.append(timestamp, key_of(record.type), ByteSpan{record.value});
  RecordBatch batch = builder.build();
  make_control(batch);
  return batch;
}

RecordBatch build_end_transaction_batch(ProducerId producer, ProducerEpoch epoch, const EndTransactionMarker& marker,
                                        Timestamp timestamp) {
  ByteWriter value;
  value.i16(0);
  value.i32(marker.coordinator_epoch);
  const bool aborts = marker.outcome == TransactionOutcome::abort;
  BatchBuilder builder;
  builder.append(timestamp, key_of(aborts ? ControlType::abort : ControlType::commit), value.span());
  RecordBatch batch = builder.build({}, ProducerFields{producer, epoch, Sequence{-1}}, Transactional::yes);
  make_control(batch);
  return batch;
}

Result<EndTransactionMarker> read_end_transaction(const Record& record) {
  const std::optional<ControlType> type = control_type(record);
  if (type != ControlType::abort && type != ControlType::commit)
    return fail("control record is no end of a transaction");
  if (!record.value) return fail("end of a transaction has no value");
  ByteReader in{*record.value};
  const std::int16_t version = in.i16();
  const std::int32_t coordinator_epoch = in.i32();
  if (!in.ok()) return fail("end of a transaction: " + in.error());
  if (version < 0) return fail("end of a transaction has a negative version");
  const bool aborts = type == ControlType::abort;
  return EndTransactionMarker{aborts ? TransactionOutcome::abort : TransactionOutcome::commit, coordinator_epoch};
}

}  // namespace kafkasim
