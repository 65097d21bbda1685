#include "core/model/random_uuid.hpp"

#include <catch2/catch.hpp>

using namespace kafkasim;

TEST_CASE("a drawn Uuid has version 4 and its variant and follows from the seed") {
  Random random{7};
  const Uuid first = random_uuid(random);
  const Uuid second = random_uuid(random);
  CHECK(first != second);
  for (const Uuid& id : {first, second}) {
    CHECK((id.high >> 12 & 0xf) == 4);
    CHECK(id.low >> 62 == 2);
  }
  Random again{7};
  CHECK(random_uuid(again) == first);
}
