// Record batches of 100-byte values against a memcpy of the same bytes: encoding (builder, header, CRC) and decoding
// (header, CRC, all records as views). The values lie in 32 MiB, so both sides read from memory and not from a cache.
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <vector>

#include "core/base/random.hpp"
#include "core/record/record.hpp"
#include "core/record/record_batch.hpp"
#include "tests/bench/paired.hpp"

namespace kafkasim::bench {
namespace {

constexpr std::size_t value_size = 100;
constexpr std::size_t source_size = std::size_t{32} << 20;

std::vector<std::byte> random_bytes() {
  Random random{3};
  std::vector<std::byte> bytes(source_size);
  for (std::byte& b : bytes) b = static_cast<std::byte>(random.next() >> 56);
  return bytes;
}

RecordBatch batch_of(ByteSpan values, std::int64_t first) {
  BatchBuilder builder;
  for (std::size_t at = 0; at + value_size <= values.size(); at += value_size) {
    builder.append(Timestamp{1'700'000'000'000 + first++ / 10}, std::nullopt, values.subspan(at, value_size));
  }
  return builder.build();
}

void encode(benchmark::State& state) {
  const auto records = static_cast<std::size_t>(state.range(0));
  const std::vector<std::byte> source = random_bytes();
  const std::size_t batches = source.size() / (records * value_size);
  const std::size_t bytes = batch_of(ByteSpan{source}.first(records * value_size), 0).size_bytes();
  std::vector<std::byte> copy(bytes);
  std::uint64_t sum = 0;
  paired(
      state, static_cast<double>(batches * records),
      [&] {
        for (std::size_t i = 0; i < batches; ++i) {
          const RecordBatch batch =
              batch_of(ByteSpan{source}.subspan(i * records * value_size, records * value_size), 0);
          sum += batch.header.crc;
        }
      },
      [&] {
        for (std::size_t i = 0; i < batches; ++i) {
          const std::size_t from = std::min(i * records * value_size, source.size() - bytes);
          std::memcpy(copy.data(), source.data() + from, bytes);
          benchmark::DoNotOptimize(copy.data());
          benchmark::ClobberMemory();
        }
      });
  benchmark::DoNotOptimize(sum);
}
BENCHMARK(encode)->Arg(10)->Arg(150)->Arg(10'000)->Iterations(15);

void decode(benchmark::State& state) {
  const auto records = static_cast<std::size_t>(state.range(0));
  const std::vector<std::byte> source = random_bytes();
  const std::size_t batches = source.size() / (records * value_size);
  std::vector<SharedBytes> encoded;
  for (std::size_t i = 0; i < batches; ++i) {
    const RecordBatch batch = batch_of(ByteSpan{source}.subspan(i * records * value_size, records * value_size), 0);
    ByteWriter out;
    write_batch_header(batch.header, out);
    out.bytes(batch.body.span());
    encoded.emplace_back(out.take());
  }
  std::vector<std::byte> copy(encoded.front().size() + 16);
  bool wrong = false;
  paired(
      state, static_cast<double>(batches * records),
      [&] {
        for (const SharedBytes& bytes : encoded) {
          const Result<RecordBatch> batch = read_batch(bytes, 0);
          wrong = wrong || !batch || !crc_matches(*batch);
          if (wrong) return;
          RecordReader reader{*batch};
          Record record;
          std::size_t count = 0;
          while (reader.next(record)) {
            benchmark::DoNotOptimize(record.value->data());
            ++count;
          }
          wrong = count != records || reader.error();
        }
      },
      [&] {
        for (const SharedBytes& bytes : encoded) {
          std::memcpy(copy.data(), bytes.span().data(), bytes.size());
          benchmark::DoNotOptimize(copy.data());
          benchmark::ClobberMemory();
        }
      });
  if (wrong) state.SkipWithError("a batch did not come back as it was");
}
BENCHMARK(decode)->Arg(10)->Arg(150)->Arg(10'000)->Iterations(15);

}  // namespace
}  // namespace kafkasim::bench
