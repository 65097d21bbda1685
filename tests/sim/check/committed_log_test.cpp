#include "sim/check/committed_log.hpp"

#include <catch2/catch.hpp>

#include "tests/sim/check/story.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;
using namespace kafkasim::sim::test;

TEST_CASE("the committed log takes only what lies below the high watermark", "[check]") {
  BatchChain leader;
  leader.append(appended({0, 4, 0, 1, 0}));
  leader.append(appended({5, 9, 0, 2, 5}));
  CommittedLog log;
  CHECK(log.extend(leader, Offset{5}).committed == 1);
  CHECK(log.extend(leader, Offset{5}).committed == 0);
  CHECK(log.extend(leader, Offset{10}).committed == 1);
}

TEST_CASE("a leader that lacks the end of the committed log cuts it and its sends are free again", "[check]") {
  BatchChain old_leader;
  old_leader.append(appended({0, 4, 0, 1, 0}));
  old_leader.append(appended({5, 9, 0, 2, 5}));
  BatchChain new_leader;
  new_leader.append(appended({0, 4, 0, 1, 0}));
  CommittedLog log;
  (void)log.extend(old_leader, Offset{10});
  log.align(new_leader);
  CHECK(log.batches().size() == 1);
  new_leader.append(appended({5, 9, 1, 3, 5}));
  const CommittedLog::News news = log.extend(new_leader, Offset{10});
  CHECK(news.committed == 1);
  CHECK(news.repeated.empty());
}

TEST_CASE("sends that are committed again are counted for their client and not those that were cut", "[check]") {
  BatchChain leader;
  leader.append(appended({0, 4, 0, 1, 0}));
  leader.append(appended({5, 9, 0, 2, 3}));  // sends 3 to 7: two of them again
  trace::AppendedBatch of_another = appended({10, 10, 0, 3, 0});
  of_another.origin.client = 1;
  leader.append(of_another);
  CommittedLog log;
  (void)log.extend(leader, Offset{5});
  CHECK(log.duplicated(std::nullopt) == 0);
  (void)log.extend(leader, Offset{11});
  CHECK(log.duplicated(std::nullopt) == 2);
  CHECK(log.duplicated(0) == 2);
  CHECK(log.duplicated(1) == 0);
  BatchChain shorter;
  shorter.append(appended({0, 4, 0, 1, 0}));
  log.align(shorter);
  CHECK(log.duplicated(std::nullopt) == 0);
}
