// The metrics of the contract, measured on a run.
#include <algorithm>

#include "core/broker/broker.hpp"
#include "core/controller/controller.hpp"
#include "sim/check/ends.hpp"
#include "sim/check/pipeline_losses.hpp"
#include "sim/run/simulation.hpp"
#include "sim/workload/queue_broker.hpp"

namespace kafkasim::sim {

namespace {

using Number = std::optional<std::int64_t>;

enum class Fold : std::uint8_t { sum, least, most };

Number fold(Fold how, const std::vector<Number>& values) {
  Number result;
  for (const Number& value : values) {
    if (!value) continue;
    if (!result) {
      result = value;
    } else if (how == Fold::sum) {
      *result += *value;
    } else {
      *result = how == Fold::least ? std::min(*result, *value) : std::max(*result, *value);
    }
  }
  return result;
}

struct Measuring {
  const Simulation& run;
  const MetricQuery& query;

  [[nodiscard]] const History& history() const { return run.checks().history(); }

  // The scenario's partitions that the subject covers.
  [[nodiscard]] std::vector<const PartitionHistory*> partitions() const {
    if (const auto* one = std::get_if<TopicPartition>(&query.of)) {
      const PartitionHistory* partition = history().partition(*one);
      return partition ? std::vector{partition} : std::vector<const PartitionHistory*>{};
    }
    std::vector<const PartitionHistory*> found;
    const auto* topic = std::get_if<TopicName>(&query.of);
    for (const auto& [id, partition] : history().partitions()) {
      if (topic ? partition->name.topic == topic->name : !is_internal_topic(partition->name.topic))
        found.push_back(&*partition);
    }
    return found;
  }

  [[nodiscard]] const Broker* broker_of(const PartitionHistory& partition) const {
    const std::optional<NodeId> at = query.on ? query.on : partition.leader;
    const std::optional<HostId> host = at ? run.cluster().node(*at) : std::nullopt;
    return host ? run.world().machine<Broker>(*host) : nullptr;
  }
  [[nodiscard]] std::optional<ReplicaReport> report(const PartitionHistory& partition) const {
    const Broker* broker = broker_of(partition);
    return broker ? broker->replicas().report(partition.id) : std::nullopt;
  }
  // What a leader holds for committed; any other broker, what it has heard from the controller.
  [[nodiscard]] Number believed_isr(const PartitionHistory& partition) const {
    const auto held = report(partition);
    if (held && held->role == ReportedRole::leader) return std::ssize(held->isr);
    const Broker* broker = broker_of(partition);
    const PartitionRegistration* known = broker ? broker->image().partition(partition.id) : nullptr;
    return known ? Number{std::ssize(known->isr)} : std::nullopt;
  }

  // A machine without power believes nothing; it holds what its disk has kept.
  [[nodiscard]] Number kept_without_power(const PartitionHistory& partition) const {
    const ReplicaHistory* replica = partition.replica(*query.on);
    if (!replica || !replica->kept_to) return std::nullopt;
    if (query.metric == Metric::log_end) return replica->kept_to->value;
    return query.metric == Metric::log_start ? Number{std::min(replica->log_start, *replica->kept_to).value} : std::nullopt;
  }

  [[nodiscard]] Number of_partition(const PartitionHistory& partition) const {
    const std::optional<HostId> on = query.on ? run.cluster().node(*query.on) : std::nullopt;
    if (on && !run.world().host(*on).has_power()) return kept_without_power(partition);
    const ReplicaHistory* replica = query.on           ? partition.replica(*query.on)
                                    : partition.leader ? partition.replica(*partition.leader)
                                                       : nullptr;
    const auto offset = [replica](Offset ReplicaHistory::*field) {
      return replica ? Number{(replica->*field).value} : std::nullopt;
    };
    switch (query.metric) {
      case Metric::leader:
        if (query.on) {
          const auto believed = report(partition);
          return believed ? Number{believed->leader ? believed->leader->value : -1} : std::nullopt;
        }
        return partition.leader ? partition.leader->value : -1;
      case Metric::leader_epoch:
        if (query.on) {
          const auto believed = report(partition);
          return believed ? Number{believed->leader_epoch.value} : std::nullopt;
        }
        return partition.leader_epoch.value;
      case Metric::isr_size: return query.on ? believed_isr(partition) : std::ssize(partition.isr);
      case Metric::replicas_online:
        return std::ranges::count_if(partition.assigned, [this](NodeId id) {
          const auto known = run.measures().brokers_fenced().find(id);
          return known != run.measures().brokers_fenced().end() && !known->second;
        });
      case Metric::log_start: return offset(&ReplicaHistory::log_start);
      case Metric::log_end: return offset(&ReplicaHistory::log_end);
      case Metric::high_watermark: return offset(&ReplicaHistory::high_watermark);
      case Metric::last_stable_offset: {
        const Broker* broker = broker_of(partition);
        const UnifiedLog* log = broker ? broker->replicas().log(partition.id) : nullptr;
        return log ? Number{log->last_stable_offset().value} : std::nullopt;
      }
      case Metric::log_size: {
        const auto held = report(partition);
        return held ? Number{static_cast<std::int64_t>(held->size_bytes)} : std::nullopt;
      }
      case Metric::log_segments: {
        const auto held = report(partition);
        return held ? Number{static_cast<std::int64_t>(held->segments)} : std::nullopt;
      }
      case Metric::log_cleanings: return run.measures().cleanings(partition.name);
      case Metric::unavailable: return run.measures().unavailable(partition.name, run.world().now()).ns;
      case Metric::records_lost: return std::ssize(*partition.lost);
      default: return std::nullopt;
    }
  }

  [[nodiscard]] Number over_partitions(Fold how) const {
    if (const auto* one = std::get_if<TopicPartition>(&query.of)) {  // watched all the time, many of them
      const PartitionHistory* partition = history().partition(*one);
      return partition ? of_partition(*partition) : std::nullopt;
    }
    std::vector<Number> values;
    for (const PartitionHistory* partition : partitions()) values.push_back(of_partition(*partition));
    return fold(how, values);
  }

  [[nodiscard]] std::vector<std::string> clients() const {  // that the subject names
    std::vector<std::string> names;
    const auto* client = std::get_if<ClientName>(&query.of);
    const auto* group = std::get_if<GroupName>(&query.of);
    for (const ClientHost& host : run.cluster().clients) {
      const bool mine = client ? host.owner == client->name && (!client->number || *client->number == host.number)
                               : group && (host.owner == group->name || host.group == group->name);
      if (mine) names.push_back(host.name);
    }
    return names;
  }

  [[nodiscard]] Number counted(std::int64_t Counts::*field) const {
    const auto* partition = std::get_if<TopicPartition>(&query.of);
    const auto* topic = std::get_if<TopicName>(&query.of);
    const std::optional<TopicPartition> where = partition ? std::optional{*partition} : std::nullopt;
    const std::optional<std::string> which = topic ? std::optional{topic->name} : std::nullopt;
    if (const auto* broker = std::get_if<NodeId>(&query.of)) return run.measures().bytes_of(*broker).*field;
    if (!std::holds_alternative<ClientName>(query.of) && !std::holds_alternative<GroupName>(query.of)) {
      return run.measures().counts(std::nullopt, which, where).*field;
    }
    std::int64_t sum = 0;
    for (const std::string& name : clients()) sum += run.measures().counts(name, which, where).*field;
    return sum;
  }

  [[nodiscard]] LatencyHistogram latency(LatencyOf what) const {
    const auto* partition = std::get_if<TopicPartition>(&query.of);
    const auto* topic = std::get_if<TopicName>(&query.of);
    const bool named = std::holds_alternative<ClientName>(query.of) || std::holds_alternative<GroupName>(query.of);
    return run.measures().latency(what, named ? std::optional{clients()} : std::nullopt,
                                  topic ? std::optional{topic->name} : std::nullopt,
                                  partition ? std::optional{*partition} : std::nullopt);
  }

  [[nodiscard]] std::optional<Duration> percentile(LatencyOf what, std::int64_t percent) const {
    const bool of_all = std::holds_alternative<std::monostate>(query.of);
    return of_all ? run.measures().most_percentile(what, percent) : latency(what).percentile(percent);
  }

  // Of the queue that the subject names, of all where it names nothing; absent where it names something else.
  [[nodiscard]] Number of_queues(std::int64_t (QueueBroker::*what)() const) const {
    const auto* one = std::get_if<TopicName>(&query.of);
    if (!one && !std::holds_alternative<std::monostate>(query.of)) return std::nullopt;
    Number sum;
    for (const QueueSpec& queue : run.scenario().queues) {
      if (one && queue.name != one->name) continue;
      const auto host = run.cluster().beside.find(queue.name);
      const QueueBroker* broker = host == run.cluster().beside.end() ? nullptr : run.world().machine<QueueBroker>(host->second);
      if (broker) sum = sum.value_or(0) + (broker->*what)();
    }
    return sum;
  }

  // Of a pipeline as a whole; its instances have no part of their own in it.
  [[nodiscard]] const PipelineSpec* pipeline() const {
    const auto* client = std::get_if<ClientName>(&query.of);
    return client ? find_pipeline(run.scenario(), client->name) : nullptr;
  }
  [[nodiscard]] std::int64_t passed_over_by(const PipelineSpec& pipeline) const {
    std::int64_t sum = 0;
    for (const auto& [id, partition] : history().partitions()) {
      if (partition->name.topic == pipeline.from()) sum += std::ssize(passed_over(history(), pipeline.id, *partition, Offset{}, SIZE_MAX));
    }
    return sum;
  }

  // Records that stand twice in the committed log: of a partition, of a topic, of what a group reads, or of a client.
  [[nodiscard]] Number duplicated() const {
    if (const PipelineSpec* one = pipeline()) return history().pipelines().duplicates(one->id);
    const std::vector<std::string> mine = clients();
    const auto* group = std::get_if<GroupName>(&query.of);
    std::int64_t sum = of_queues(&QueueBroker::redelivered).value_or(0);
    if (std::holds_alternative<std::monostate>(query.of)) {
      for (const PipelineSpec& one : run.scenario().pipelines) sum += history().pipelines().duplicates(one.id);
    }
    for (const PartitionHistory* partition : partitions()) {
      const CommittedLog* log = run.checks().committed(partition->id);
      if (!log || (group && !subscribed(group->name, partition->name.topic))) continue;
      if (!std::holds_alternative<ClientName>(query.of)) {
        sum += log->duplicated(std::nullopt);
        continue;
      }
      for (std::size_t i = 0; i < run.cluster().clients.size(); ++i) {
        if (std::ranges::find(mine, run.cluster().clients[i].name) != mine.end())
          sum += log->duplicated(static_cast<std::int32_t>(i));
      }
    }
    return sum;
  }

  [[nodiscard]] Number out_of_order() const {
    return of_queues(&QueueBroker::out_of_order).value_or(0) + read_of_partitions(&Measures::out_of_order);
  }
  // Records that retention deleted before the group, or anybody, had read them.
  [[nodiscard]] Number expired() const { return read_of_partitions(&Measures::expired); }

  // Summed over the partitions of the subject, or of what the group that it names reads.
  [[nodiscard]] std::int64_t read_of_partitions(std::int64_t (Measures::*what)(const TopicPartition&, const std::optional<std::string>&) const) const {
    const auto* group = std::get_if<GroupName>(&query.of);
    const std::optional<std::string> reader = group ? std::optional{group->name} : std::nullopt;
    std::int64_t sum = 0;
    for (const auto& [id, partition] : history().partitions()) {
      const TopicPartition& name = partition->name;
      const auto* one = std::get_if<TopicPartition>(&query.of);
      const auto* topic = std::get_if<TopicName>(&query.of);
      if ((one && name != *one) || (topic && name.topic != topic->name)) continue;
      if (group && !subscribed(group->name, name.topic)) continue;
      sum += (run.measures().*what)(name, reader);
    }
    return sum;
  }

  [[nodiscard]] bool subscribed(const std::string& group, const std::string& topic) const {
    return std::ranges::any_of(all_consumers(run.scenario()), [&](const ConsumerSpec* consumer) {
      return consumer->group == group && std::ranges::find(consumer->topics, topic) != consumer->topics.end();
    });
  }

  [[nodiscard]] Number voters() const {
    const auto active = run.measures().controller();
    const auto host = active ? run.cluster().node(active->first) : std::nullopt;
    const Controller* controller = host ? run.world().machine<Controller>(*host) : nullptr;
    if (controller == nullptr) return std::nullopt;
    return static_cast<std::int64_t>(controller->raft().voter_set().size());
  }

  [[nodiscard]] Number errors() const {
    if (std::holds_alternative<std::monostate>(query.of)) return run.measures().errors(query.error, std::nullopt);
    std::int64_t sum = 0;
    for (const std::string& name : clients()) sum += run.measures().errors(query.error, name);
    return sum;
  }

  // Whether the client that the subject names is assigned the partition now.
  [[nodiscard]] bool reads(const std::string& group, const TopicPartition& partition) const {
    const auto known = run.measures().groups().find(group);
    if (known == run.measures().groups().end()) return false;
    const std::vector<std::string> mine = clients();
    return std::ranges::any_of(known->second.members, [&](const trace::GroupChanged::Member& member) {
      return std::ranges::find(mine, member.client_id) != mine.end()
             && std::ranges::find(member.assignment, partition) != member.assignment.end();
    });
  }

  // High watermark less committed offset; what nothing was committed for counts from the log's start.
  [[nodiscard]] Number lag_of_group(const std::string& group, Fold how) const {
    std::vector<Number> lags;
    const auto* one = std::get_if<TopicPartition>(&query.of);
    const auto* topic = std::get_if<TopicName>(&query.of);
    for (const auto& [id, partition] : history().partitions()) {
      if (!subscribed(group, partition->name.topic)) continue;
      if ((one && partition->name != *one) || (topic && partition->name.topic != topic->name)) continue;
      if (std::holds_alternative<ClientName>(query.of) && !reads(group, partition->name)) continue;
      const Ends ends = ends_of(*partition);
      const Offset from = history().vitals().committed(group, partition->name).value_or(ends.start);
      lags.emplace_back(std::max<std::int64_t>(0, ends.high_watermark - from));
    }
    return fold(how, lags);
  }
  [[nodiscard]] Number lag(Fold how) const {
    if (const auto* group = std::get_if<GroupName>(&query.of)) return lag_of_group(group->name, how);
    std::vector<Number> lags;
    if (const Number depth = of_queues(&QueueBroker::depth)) lags.push_back(depth);
    std::vector<std::string> seen;
    for (const ConsumerSpec* consumer : all_consumers(run.scenario())) {
      if (!consumer->group || std::ranges::find(seen, *consumer->group) != seen.end()) continue;
      seen.push_back(*consumer->group);
      lags.push_back(lag_of_group(*consumer->group, how));
    }
    return lags.empty() ? Number{0} : fold(how, lags);
  }

  [[nodiscard]] std::int64_t number_of(const GroupState& group) const {
    switch (query.metric) {
      case Metric::rebalances: return group.rebalances;
      case Metric::partitions_revoked: return group.partitions_revoked;
      case Metric::partitions_moved: return group.partitions_moved;
      default: return std::ssize(group.members);
    }
  }

  [[nodiscard]] std::optional<MetricValue> of_group() const {
    const auto* group = std::get_if<GroupName>(&query.of);
    if (!group) {
      std::int64_t sum = 0;
      for (const auto& [name, state] : run.measures().groups())
        sum += number_of(state);
      return query.metric == Metric::group_generation || query.metric == Metric::group_state
                 ? std::nullopt
                 : std::optional<MetricValue>{sum};
    }
    const auto known = run.measures().groups().find(group->name);
    if (known == run.measures().groups().end()) return std::nullopt;
    switch (query.metric) {
      case Metric::group_generation: return std::int64_t{known->second.generation.value};
      case Metric::group_state: return known->second.state;
      default: return number_of(known->second);
    }
  }

  [[nodiscard]] Number elections(bool unclean_only) const {
    const auto* partition = std::get_if<TopicPartition>(&query.of);
    const auto* topic = std::get_if<TopicName>(&query.of);
    std::int64_t count = 0;
    const auto& all = run.story().elections();
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (unclean_only && !all[i].unclean) continue;
      if (partition && all[i].partition != *partition) continue;
      if (topic && all[i].partition.topic != topic->name) continue;
      ++count;
    }
    return count;
  }

  [[nodiscard]] Number disk() const {
    std::vector<Number> values;
    for (const auto& [id, host] : run.cluster().brokers) {
      if (const auto* one = std::get_if<NodeId>(&query.of); one && *one != id) continue;
      const auto capacity = static_cast<std::int64_t>(run.world().spec(host).disk.capacity);
      const auto free = static_cast<std::int64_t>(run.world().disk(host).free_bytes());
      values.emplace_back(query.metric == Metric::disk_free ? free : capacity - free);
    }
    return fold(query.metric == Metric::disk_free ? Fold::least : Fold::sum, values);
  }

  [[nodiscard]] static std::optional<MetricValue> value(Number n) {
    return n ? std::optional<MetricValue>{*n} : std::nullopt;
  }
  [[nodiscard]] static std::optional<MetricValue> value(const std::optional<Duration>& d) {
    return d ? std::optional<MetricValue>{d->ns} : std::nullopt;
  }
};

}  // namespace

std::optional<MetricValue> Simulation::measure(const MetricQuery& query) const {
  const Measuring m{*this, query};
  switch (query.metric) {
    case Metric::leader:
    case Metric::leader_epoch:
      return std::holds_alternative<TopicPartition>(query.of) ? m.value(m.over_partitions(Fold::most)) : std::nullopt;
    case Metric::isr_size:
    case Metric::replicas_online: return m.value(m.over_partitions(Fold::least));
    case Metric::log_start:
    case Metric::log_end:
    case Metric::high_watermark:
    case Metric::last_stable_offset:
    case Metric::log_size:
    case Metric::log_segments:
    case Metric::log_cleanings:
    case Metric::unavailable: return m.value(m.over_partitions(Fold::sum));
    case Metric::records_out_of_order: return m.value(m.out_of_order());
    case Metric::records_lost: return m.value(m.pipeline() ? Number{m.passed_over_by(*m.pipeline())} : m.over_partitions(Fold::sum));
    case Metric::disk_used:
    case Metric::disk_free: return m.value(m.disk());
    case Metric::records_produced: return m.value(m.counted(&Counts::produced));
    case Metric::records_acked: return m.value(m.counted(&Counts::acked));
    case Metric::records_failed: return m.value(m.counted(&Counts::failed));
    case Metric::records_consumed: return m.value(m.counted(&Counts::consumed));
    case Metric::records_duplicated: return m.value(m.duplicated());
    case Metric::records_expired: return m.value(m.expired());
    case Metric::bytes_in: return m.value(m.counted(&Counts::bytes_in));
    case Metric::bytes_out: return m.value(m.counted(&Counts::bytes_out));
    case Metric::lag: return m.value(m.lag(Fold::sum));
    case Metric::lag_max: return m.value(m.lag(Fold::most));
    case Metric::group_members:
    case Metric::group_generation:
    case Metric::group_state:
    case Metric::rebalances:
    case Metric::partitions_revoked:
    case Metric::partitions_moved: return m.of_group();
    case Metric::elections: return m.value(m.elections(false));
    case Metric::elections_unclean: return m.value(m.elections(true));
    case Metric::controller: return std::int64_t{measures_.controller() ? measures_.controller()->first.value : -1};
    case Metric::voters: return m.voters();
    case Metric::controller_epoch: return std::int64_t{measures_.controller_epoch()};
    case Metric::latency_produce_p50: return m.value(m.percentile(LatencyOf::produce, 50));
    case Metric::latency_produce_p99: return m.value(m.percentile(LatencyOf::produce, 99));
    case Metric::latency_produce_max: return m.value(m.latency(LatencyOf::produce).most());
    case Metric::latency_end_to_end_p50: return m.value(m.percentile(LatencyOf::end_to_end, 50));
    case Metric::latency_end_to_end_p99: return m.value(m.percentile(LatencyOf::end_to_end, 99));
    case Metric::latency_end_to_end_max: return m.value(m.latency(LatencyOf::end_to_end).most());
    case Metric::errors: return m.value(m.errors());
  }
  return std::nullopt;
}

}  // namespace kafkasim::sim
