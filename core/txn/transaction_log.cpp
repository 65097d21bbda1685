#include "core/txn/transaction_log.hpp"

#include "core/record/record.hpp"
#include "core/wire/transaction_record_codec.hpp"

namespace kafkasim {
namespace {

void pass_over(LoadedTransactions& loaded, const Error& why) {
  ++loaded.passed_over;
  if (!loaded.first_fault) loaded.first_fault = why;
}

void apply(LoadedTransactions& loaded, const Record& record) {
  if (!record.key) return pass_over(loaded, {"a record without key", {}});
  const Result<TransactionLogKey> key = decode_transaction_key(*record.key);
  if (!key) return pass_over(loaded, key.error());
  if (!record.value) {
    loaded.transactions.erase(key->transactional_id);
    return;
  }
  Result<TransactionLogValue> value = decode_transaction_value(*record.value);
  if (!value) return pass_over(loaded, value.error());
  loaded.transactions.insert_or_assign(key->transactional_id, std::move(*value));
}

}  // namespace

RecordBatch transaction_batch(const std::string& id, const std::optional<TransactionLogValue>& value, TransactionVersion version,
                              Timestamp now) {
  const std::vector<std::byte> key = encode_transaction_key({id});
  BatchBuilder builder;
  if (value) {
    const auto form = version >= TransactionVersion::v1 ? TransactionValueVersion::v1 : TransactionValueVersion::v0;
    const std::vector<std::byte> bytes = encode_transaction_value(*value, form);
    builder.append(now, ByteSpan{key}, ByteSpan{bytes});
  } else {
    builder.append(now, ByteSpan{key}, std::nullopt);
  }
  return builder.build();
}

LoadedTransactions read_transaction_log(const std::vector<RecordBatch>& log) {
  LoadedTransactions loaded;
  for (const RecordBatch& batch : log) {
    if (batch.is_control()) continue;
    RecordReader reader{batch};
    Record record{};
    while (reader.next(record)) apply(loaded, record);
    if (reader.error()) pass_over(loaded, *reader.error());
  }
  return loaded;
}

}  // namespace kafkasim
