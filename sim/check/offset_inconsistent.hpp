#pragma once
// offset-inconsistent (C-INCONS): an offset of a partition holds one record for ever, whoever tells of it: an
// acknowledgement, a poll (of any outcome), or a leader's high watermark. Each is compared with what the clients had
// been told before. Excused: what only acks=1 had acknowledged; and what came to be replaced after a loss that is
// excused itself.
#include <array>
#include <map>
#include <vector>

#include "core/base/cow.hpp"
#include "sim/check/chunked.hpp"
#include "sim/check/invariant.hpp"

namespace kafkasim::sim {

class OffsetInconsistent {
 public:
  static constexpr std::string_view id = "offset-inconsistent";
  static constexpr std::string_view promise = "an offset holds one record for ever, for whoever reads or wrote it";
  void on(const Observation& o, const trace::RecordsAcked& e, const History& history, Findings& findings);
  void on(const Observation& o, const trace::RecordsDelivered& e, const History& history, Findings& findings);
  void on(const Observation& o, const NewlyCommitted& committed, const History& history, Findings& findings);
  std::uint64_t evaluations{0};

 private:
  enum class ToldBy : std::uint8_t { promise, acks_one };  // a promise: acks=all, or a poll
  struct Records {                                         // at neighbouring offsets, sent one after the other
    std::int64_t base{};
    std::int64_t past{};
    Origin origin;                                             // of the first
    [[nodiscard]] bool continues(const Records& other) const;  // whether both fit one such row
  };
  // By base; they do not overlap. A list and no tree: nearly all that happens to it happens at its end, and a run of many
  // producers has very many rows. Copies share what is settled.
  class Told {
   public:
    [[nodiscard]] std::size_t size() const { return settled_.size() + recent_.size(); }
    [[nodiscard]] const Records& operator[](std::size_t i) const { return i < settled_.size() ? settled_[i] : recent_[i - settled_.size()]; }
    [[nodiscard]] std::size_t first_after(std::int64_t base) const;  // that begins after `base`
    void remember(Records now);

   private:
    void unsettle(std::size_t from);  // rows from there on are recent
    void settle();
    Chunked<Records> settled_;
    std::vector<Records> recent_;
  };
  struct OfPartition {
    std::array<Told, 2> told;  // by ToldBy
  };
  struct Seen {
    std::string_view how;
    Instant at;
  };
  void compare(const PartitionHistory& partition, const Records& now, ToldBy now_by, const Seen& seen, const History& history,
               Findings& findings);
  void remember(const PartitionHistory& partition, Records now, ToldBy by);

  std::map<TopicIdPartition, Cow<OfPartition>> partitions_;
};

}  // namespace kafkasim::sim
