#include "core/message/version.hpp"

#include <catch2/catch.hpp>

using namespace kafkasim;

TEST_CASE("machines speak the newest versions of Kafka 4.1") {
  CHECK(spoken_version(ApiKey::produce) == 13);
  CHECK(spoken_version(ApiKey::fetch) == 18);
  CHECK(spoken_version(ApiKey::metadata) == 13);
  CHECK(spoken_version(ApiKey::alter_partition) == 3);
  CHECK(spoken_version(ApiKey::vote) == 2);
}
