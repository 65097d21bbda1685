// ReplicaManager: DeleteRecords (ReplicaManager.deleteRecords, KIP-107).
#include <algorithm>

#include "core/replica/replica_manager.hpp"

namespace kafkasim {

void ReplicaManager::delete_records(const RequestRef& ref, const DeleteRecordsRequest& request, Env& env) {
  DeleteOperation operation{ref, {}, {}, env.now + std::max(request.timeout, Duration{})};
  for (const DeleteRecordsRequest::Topic& topic : request.topics) {
    operation.topics.push_back(topic.name);
    std::vector<DeleteTarget>& targets = operation.targets.emplace_back();
    for (const DeleteRecordsRequest::Partition& partition : topic.partitions) {
      const auto [unresolved, id] = resolve(topic.name, {}, partition.partition_index, Naming::by_name);
      DeleteTarget& target = targets.emplace_back();
      target.id = id;
      target.response.partition_index = partition.partition_index;
      target.response.error_code = unresolved;
      if (unresolved != ErrorCode::none) continue;
      const RecordsDeletion deletion = is_internal_topic(topic.name)
                                           ? RecordsDeletion{.error = ErrorCode::invalid_topic_exception}
                                           : replicas_.delete_records(id, partition.offset, env);
      target.response.error_code = deletion.error;
      target.response.low_watermark = deletion.low_watermark;
      if (deletion.error != ErrorCode::none || deletion.low_watermark >= deletion.to) continue;
      target.awaits = deletion.to;
      target.response.error_code = ErrorCode::request_timed_out;  // what is answered if nothing happens
    }
  }
  if (operation.waits()) {
    deletes_.add(std::move(operation));
  } else {
    answer(ref, operation.response(), env);
  }
  settle(env);
}

void ReplicaManager::check_waiting_deletes(const TopicIdPartition& id, Env& env) {
  if (!deletes_.has_waiting(id)) return;
  if (const std::optional<Offset> low_watermark = replicas_.low_watermark(id))
    finish(deletes_.reached(id, *low_watermark), env);
}

void ReplicaManager::finish(const std::vector<DeleteOperation>& complete, Env& env) {
  for (const DeleteOperation& operation : complete) answer(operation.ref, operation.response(), env);
}

}  // namespace kafkasim
