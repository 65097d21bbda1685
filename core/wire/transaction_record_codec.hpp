#pragma once
// Keys and values of __transaction_state as bytes: an int16 version, then the body. Keys have version 0; values 0, or 1
// with tagged fields where transaction.version is at least 1 (KIP-915, KIP-890). Values are read in both.
#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/base/bytes.hpp"
#include "core/base/result.hpp"
#include "core/message/transaction_record.hpp"

namespace kafkasim {

enum class TransactionValueVersion : std::int16_t { v0 = 0, v1 = 1 };

[[nodiscard]] std::vector<std::byte> encode_transaction_key(const TransactionLogKey& key);
[[nodiscard]] std::vector<std::byte> encode_transaction_value(const TransactionLogValue& value,
                                                              TransactionValueVersion version);
[[nodiscard]] Result<TransactionLogKey> decode_transaction_key(ByteSpan bytes);
[[nodiscard]] Result<TransactionLogValue> decode_transaction_value(ByteSpan bytes);

}  // namespace kafkasim
