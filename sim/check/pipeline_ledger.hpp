#pragma once
// PipelineLedger: of each record that a pipeline has read, how many records that were made of it stand in the committed logs where
// readers of committed records find them. Part of the history; a value, what grows is shared between copies.
//
// An output counts when a leader's high watermark passes it, one of a transaction when that of the commit's marker does. A seek of the
// group by an administrator begins anew at the offset that it sets: what is written again then is no fault of the pipeline.
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/base/cow.hpp"
#include "sim/check/chunked.hpp"
#include "sim/check/transaction_ledger.hpp"

namespace kafkasim::sim {

struct PipelineFacts {
  std::string group;
  std::string from;
  std::string to;
  bool exactly_once{false};
  bool reads_committed{false};
};

class PipelineLedger {
 public:
  struct Twice {  // an input, of which a second output has just come
    std::string pipeline;
    trace::RecordAt input;
    trace::RecordAt output;  // the second
  };
  void begin_observation() { twice_.clear(); }
  void set_pipelines(std::map<std::string, PipelineFacts> pipelines) { pipelines_ = std::move(pipelines); }
  [[nodiscard]] const std::map<std::string, PipelineFacts>& pipelines() const { return pipelines_; }

  // By an instance of the pipeline.
  void sent(const std::string& pipeline, const trace::RecordSent& e);
  void begins_at(const std::string& pipeline, const trace::PositionReset& e);
  void offsets_sent(const std::string& pipeline, const trace::TransactionOffsetsSent& e);
  void offsets_committed(const trace::OffsetsCommitted& e);
  // A leader's high watermark has passed it; of a transaction's, the marker.
  void committed(const TopicPartition& partition, const StoredBatch& batch);
  void ended(const TopicPartition& partition, const TransactionLedger::Run& run);
  void lost(const TopicPartition& partition, Offset from);

  [[nodiscard]] const std::vector<Twice>& twice() const { return twice_; }  // of this observation
  [[nodiscard]] std::int64_t outputs_of(const std::string& pipeline, const trace::RecordAt& input) const;
  [[nodiscard]] std::int64_t duplicates(const std::string& pipeline) const;  // outputs beyond the first of their input
  // Where it began to read; absent: it has not.
  [[nodiscard]] std::optional<Offset> start_of(const std::string& pipeline, const TopicPartition& partition) const;
  // The partitions of which that transactional id has sent offsets last.
  [[nodiscard]] const std::vector<TopicPartition>* last_sent_by(const std::string& transactional_id) const;
  [[nodiscard]] std::optional<std::string> pipeline_of(const std::string& transactional_id) const;

 private:
  struct Source {
    PartitionIndex partition;
    Offset offset;
  };
  struct Sender {  // one life of a producer of the pipeline, towards one partition
    std::string pipeline;
    Chunked<Source> sources;  // by send number
  };
  struct Input {  // a partition that a pipeline reads
    std::optional<Offset> start;
    Cow<std::map<std::int64_t, std::int32_t>> outputs;  // by offset
    Cow<std::set<std::int64_t>> sent;                   // offsets that its transactions have sent, not committed yet
    std::int64_t duplicates{0};
  };
  struct Output {
    Offset offset;
    std::string pipeline;
    trace::RecordAt input;
  };
  struct Sending {
    std::string pipeline;
    std::vector<TopicPartition> partitions;
  };
  void count(const TopicPartition& partition, Offset base, const Origin& origin, std::int64_t records);
  [[nodiscard]] const Input* find(const std::string& pipeline, const TopicPartition& partition) const;
  void begin_anew(Input& input, Offset at);

  std::map<std::string, PipelineFacts> pipelines_;
  std::map<std::pair<TopicPartition, std::int32_t>, Cow<Sender>> senders_;  // by the client in an Origin
  std::map<std::pair<std::string, TopicPartition>, Input> inputs_;
  std::map<TopicPartition, Chunked<Output>> outputs_;
  std::map<std::string, Sending> sendings_;  // by transactional id
  std::vector<Twice> twice_;
};

}  // namespace kafkasim::sim
