#include "core/client/compression_ratio.hpp"

#include <catch2/catch.hpp>

using namespace kafkasim;

TEST_CASE("a producer guesses the compression ratio of a topic slowly downwards and quickly upwards") {
  CompressionRatios ratios;
  CHECK(ratios.of("orders") == CompressionRatios::one);
  ratios.observe("orders", 1000, 200);
  CHECK(ratios.of("orders") == 995'000);
  for (int i = 0; i < 1000; ++i) ratios.observe("orders", 1000, 200);
  CHECK(ratios.of("orders") == 200'000);
  ratios.observe("orders", 1000, 210);
  CHECK(ratios.of("orders") == 250'000);
  ratios.observe("orders", 1000, 1100);
  CHECK(ratios.of("orders") == 1'100'000);
  ratios.observe("orders", 0, 20);
  CHECK(ratios.of("orders") == 1'100'000);
  CHECK(ratios.of("payments") == CompressionRatios::one);
}

TEST_CASE("what a batch will take is guessed with five per cent on top") {
  CHECK(CompressionRatios::packed_size(1000, CompressionRatios::one) == 1050);
  CHECK(CompressionRatios::packed_size(1000, 200'000) == 210);
  CHECK(CompressionRatios::packed_size(INT32_MAX, 2 * CompressionRatios::one) > INT32_MAX);
}
