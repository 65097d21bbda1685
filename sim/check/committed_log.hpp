#pragma once
// CommittedLog: the one log of a partition that all agree on, as its leaders' high watermarks revealed it, and which
// sends of which client it holds. When a leader takes over that lacks a part of it, that part is cut out (whether that
// was allowed is for acked-record-lost to say): what is sent again then is no duplicate.
#include <map>

#include "sim/check/batch_chain.hpp"
#include "sim/check/intervals.hpp"

namespace kafkasim::sim {

class CommittedLog {
 public:
  struct Repeated {  // a batch that was just committed holds sends that had been committed before
    StoredBatch first;
    StoredBatch again;
  };
  struct Overtaken {  // a batch was committed behind one that its client had sent later
    StoredBatch later;
    StoredBatch earlier;
  };
  struct News {
    std::vector<Repeated> repeated;
    std::vector<Overtaken> overtaken;
    std::size_t committed{0};
  };

  // The leader's high watermark is `to`.
  News extend(const BatchChain& leader, Offset to);
  // A leader begins: keeps what it has. Below `from` it may lack what it likes: that was deleted, or compacted. True if
  // something went.
  bool align(const BatchChain& leader, Offset from = {});
  // Where `log` first lacks, at or above `from`, what is committed; absent: it has it all.
  [[nodiscard]] std::optional<Offset> first_missing(const BatchChain& log, Offset from) const;
  [[nodiscard]] const BatchChain& batches() const { return batches_; }
  [[nodiscard]] Offset end() const { return end_; }
  // Records that stand in it although their send stood there before; of one client, by its ordinal, or of all.
  [[nodiscard]] std::int64_t duplicated(std::optional<std::int32_t> client) const;

 private:
  void take(const StoredBatch& batch, News& news);
  void rebuild();
  struct Sends {
    Intervals committed;
    std::int64_t repeated{0};  // sends that came when they had been committed before
    StoredBatch latest;        // with the highest send numbers
  };
  BatchChain batches_;
  Offset end_;
  std::map<std::int32_t, Sends> clients_;
};

}  // namespace kafkasim::sim
