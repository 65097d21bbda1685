#pragma once
// Brokers as a client sees them, as simple as possible: topics with leaders, logs with producer state, one group
// without rebalances. It answers requests; a test puts errors in front, moves leaders, or takes requests out and
// answers itself.
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/message/create_topics.hpp"
#include "core/message/fetch.hpp"
#include "core/message/find_coordinator.hpp"
#include "core/message/heartbeat.hpp"
#include "core/message/init_producer_id.hpp"
#include "core/message/join_group.hpp"
#include "core/message/leave_group.hpp"
#include "core/message/list_offsets.hpp"
#include "core/message/metadata.hpp"
#include "core/message/offset_commit.hpp"
#include "core/message/offset_fetch.hpp"
#include "core/message/produce.hpp"
#include "core/message/sync_group.hpp"
#include "core/record/record.hpp"
#include "tests/core/client/bench.hpp"

namespace kafkasim::test {

struct ModelProducer {
  std::int16_t epoch{};
  std::deque<std::pair<std::int32_t, std::pair<std::int32_t, std::int64_t>>> last;  // first, last sequence, base offset
};
struct ModelPartition {
  NodeId leader{1};
  LeaderEpoch epoch{0};
  std::vector<RecordBatch> log;
  std::int64_t start{0};
  std::map<std::int64_t, ModelProducer> producers;
  [[nodiscard]] std::int64_t end() const { return log.empty() ? start : log.back().next_offset().value; }
};
struct ModelTopic {
  Uuid id;
  std::vector<ModelPartition> partitions;
};

class ModelCluster {
 public:
  void add_topic(const std::string& name, int partitions);
  [[nodiscard]] ModelPartition& at(const std::string& topic, int partition) {
    return topics.at(topic).partitions[static_cast<std::size_t>(partition)];
  }
  [[nodiscard]] std::optional<Message> handle(const Sent& sent);  // absent: no answer

  // Answers everything that waits, and what follows from that.
  template <class M>
  void serve(Bench<M>& bench) {
    while (!bench.requests.empty()) {
      const Sent sent = bench.requests.front();
      bench.requests.pop_front();
      if (const std::optional<Message> answer = handle(sent)) {
        bench.answer(sent, *answer);
      } else if (sent.envelope.message.api() == ApiKey::fetch) {
        held.push_back(sent);
      }
    }
  }
  // A Fetch that found nothing is answered when there is something.
  template <class M>
  void serve_held(Bench<M>& bench) {
    for (const Sent& sent : std::exchange(held, {})) {
      if (!bench.open.contains(sent.connection)) continue;
      if (const std::optional<Message> answer = handle(sent)) {
        bench.answer(sent, *answer);
      } else {
        held.push_back(sent);
      }
    }
    serve(bench);
  }
  // Serves while time goes on.
  template <class M>
  void run_for(Bench<M>& bench, Duration time) {
    bench.run_until(bench.now + time, [&] {
      serve(bench);
      serve_held(bench);
    });
  }

  std::vector<std::int32_t> brokers{1, 2, 3};
  std::map<std::string, ModelTopic> topics;
  std::map<ApiKey, std::deque<ErrorCode>> errors;  // the next answers of that API
  std::vector<Sent> held;
  std::int64_t next_producer_id{100};
  std::int32_t coordinator{2};
  std::map<TopicPartition, std::int64_t> committed;
  std::int32_t generation{0};
  std::vector<std::byte> assignment;
  std::map<ApiKey, int> handled;

 private:
  [[nodiscard]] ErrorCode next_error(ApiKey api);
  [[nodiscard]] Message metadata(const MetadataRequest& request);
  [[nodiscard]] Message produce(const ProduceRequest& request, std::int32_t node);
  [[nodiscard]] ErrorCode append(ModelPartition& partition, const RecordBatch& batch, ProduceResponse::Partition& out);
  [[nodiscard]] Message fetch(const FetchRequest& request, std::int32_t node);
  [[nodiscard]] Message list_offsets(const ListOffsetsRequest& request);
  [[nodiscard]] std::optional<Message> group(const Message& request);
  [[nodiscard]] const std::string* name_of(const Uuid& id) const;
};

}  // namespace kafkasim::test
