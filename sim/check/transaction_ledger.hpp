#pragma once
// TransactionLedger: what is known of transactions from three sides: what their producers were told, what coordinators have decided, and
// what stands in the committed logs of partitions. Part of the history; a value, its partitions are shared between copies.
//
// What does not fit together is noted as a Problem of the observation that brought it to light; each kind is for one invariant to report.
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/base/cow.hpp"
#include "sim/check/batch_chain.hpp"
#include "sim/kernel/observation.hpp"

namespace kafkasim::sim {

class TransactionLedger {
 public:
  struct Name {  // a transaction as its producer counts them
    std::int32_t client{};
    std::int64_t number{};
    friend auto operator<=>(const Name&, const Name&) = default;
  };
  enum class Fate : std::uint8_t { open, committed, aborted };
  struct Run {  // a transactional batch in the committed log of a partition
    Offset base;
    Offset last;
    std::int64_t producer{};
    std::int16_t epoch{};
    Origin origin;
    Fate fate{};
  };
  struct OpenSince {
    Instant at;
    Offset first;
  };
  enum class ProblemKind : std::uint8_t { zombie, marker, torn };
  struct Problem {
    ProblemKind kind{};
    std::string subject;
    std::string detail;
  };

  void begin_observation() {
    problems_.clear();
    ended_.clear();
  }
  void on(const Observation& o, const trace::TransactionBegan& e);
  void on(const Observation& o, const trace::RecordSent& e);
  void on(const Observation& o, const trace::TransactionEnded& e);
  // A former coordinator, who does not know yet that another has taken over, tells what is over.
  enum class Teller : std::uint8_t { coordinator, former_coordinator };
  void changed(const trace::TransactionChanged& e, Teller teller);
  void on(const Observation& o, const trace::ProducerInitialised& e);
  void on(const Observation& o, const trace::MarkerAskedFor& e);
  // A leader's high watermark has passed the batch.
  void committed(Instant at, const TopicPartition& partition, const StoredBatch& batch);
  // What was committed there from `from` on is no more.
  void lost(const TopicPartition& partition, Offset from);

  [[nodiscard]] const std::vector<Problem>& problems() const { return problems_; }  // of this observation
  [[nodiscard]] const std::vector<Run>& ended() const { return ended_; }  // by a marker in this observation, with their fates
  [[nodiscard]] const Run* run_at(const TopicPartition& partition, Offset offset) const;
  [[nodiscard]] std::optional<Name> transaction_of(const TopicPartition& partition, const Origin& record) const;
  // Transactions that are open in a partition, by producer id.
  [[nodiscard]] const std::map<TopicPartition, std::map<std::int64_t, OpenSince>>& open() const { return open_; }
  // Whether a coordinator has, as far as was told, an open or ending transaction of that producer over that partition.
  [[nodiscard]] bool is_known(std::int64_t producer, const TopicPartition& partition) const;

 private:
  struct Decision {
    TransactionStatus status{};
    std::int16_t epoch{};
    std::string transactional_id;
    std::set<TopicPartition> partitions;
  };
  struct Ends {  // how parts of a transaction have ended
    bool committed{};
    bool aborted{};
    std::optional<trace::TransactionFate> told;
  };
  void end_runs(const TopicPartition& partition, const StoredBatch& marker);
  void check_marker(const TopicPartition& partition, const StoredBatch& marker);
  void check_whole(const Name& name, Ends& ends);
  [[nodiscard]] std::string named(std::int64_t producer) const;

  std::map<std::int32_t, std::int64_t> current_;  // by client
  std::map<std::pair<TopicPartition, std::int32_t>, std::vector<std::pair<std::int64_t, std::int64_t>>> sends_;  // first send, number
  std::map<Name, Ends> ends_;
  std::map<std::int64_t, Decision> decisions_;                              // the latest, by producer id
  std::set<std::pair<std::int64_t, std::int16_t>> asked_for_;               // markers by an administrator, likewise
  std::map<std::pair<std::int64_t, std::int16_t>, bool> decided_commit_;    // by producer id and the epoch of the markers
  std::map<std::int64_t, std::int16_t> initialised_;                        // the newest epoch that was given out
  std::map<TopicPartition, Cow<std::vector<Run>>> runs_;
  std::map<TopicPartition, std::map<std::int64_t, OpenSince>> open_;
  std::vector<Problem> problems_;
  std::vector<Run> ended_;
};

}  // namespace kafkasim::sim
