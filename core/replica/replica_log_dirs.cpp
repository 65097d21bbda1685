// ReplicaManager: DescribeLogDirs (ReplicaManager.describeLogDirs, KIP-113, KIP-827).
#include <algorithm>
#include <cstdint>
#include <map>
#include <set>

#include "core/replica/replica_manager.hpp"

namespace kafkasim {

namespace {

std::int64_t as_told(std::uint64_t bytes) { return static_cast<std::int64_t>(std::min<std::uint64_t>(bytes, INT64_MAX)); }

std::set<TopicPartition> named(const std::vector<DescribeLogDirsRequest::Topic>& topics) {
  std::set<TopicPartition> partitions;
  for (const auto& topic : topics) {
    for (const PartitionIndex index : topic.partitions) partitions.insert({topic.topic, index});
  }
  return partitions;
}

// It is behind where its high watermark lies beyond its end. Of a log without an online replica nothing is known.
std::int64_t lag(const Partition* partition, const UnifiedLog& log) {
  if (partition == nullptr || partition->is_offline()) return offset_lag_unknown;
  return std::max<std::int64_t>(log.high_watermark().value - log.log_end_offset().value, 0);
}

}  // namespace

void ReplicaManager::describe_log_dirs(const RequestRef& ref, const DescribeLogDirsRequest& request, Env& env) const {
  DescribeLogDirsResponse response;
  DescribeLogDirsResponse::Result& told = response.results.emplace_back();
  told.log_dir = log_directory_path;
  if (replicas_.failed()) {
    told.error_code = ErrorCode::kafka_storage_error;
    return answer(ref, std::move(response), env);
  }
  told.total_bytes = as_told(env.disk.total_bytes());
  told.usable_bytes = as_told(env.disk.free_bytes());
  const std::set<TopicPartition> wanted = request.topics ? named(*request.topics) : std::set<TopicPartition>{};
  std::map<TopicPartition, TopicIdPartition> found;  // by name
  for (const auto& [id, log] : replicas_.logs()) {
    if (!request.topics || wanted.contains(log->partition())) found.emplace(log->partition(), id);
  }
  for (const auto& [name, id] : found) {
    if (told.topics.empty() || told.topics.back().name != name.topic) told.topics.push_back({name.topic, {}});
    const UnifiedLog& log = *replicas_.log(id);
    told.topics.back().partitions.push_back({.partition_index = name.partition,
                                             .partition_size = as_told(log.size_bytes()),
                                             .offset_lag = lag(partition(id), log)});
  }
  answer(ref, std::move(response), env);
}

}  // namespace kafkasim
