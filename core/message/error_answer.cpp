#include "core/message/error_answer.hpp"

#include <algorithm>
#include <array>

#include "core/message/add_offsets_to_txn.hpp"
#include "core/message/add_partitions_to_txn.hpp"
#include "core/message/allocate_producer_ids.hpp"
#include "core/message/alter_configs.hpp"
#include "core/message/alter_partition.hpp"
#include "core/message/alter_partition_reassignments.hpp"
#include "core/message/api_versions.hpp"
#include "core/message/broker_heartbeat.hpp"
#include "core/message/broker_registration.hpp"
#include "core/message/consumer_group_describe.hpp"
#include "core/message/consumer_group_heartbeat.hpp"
#include "core/message/create_partitions.hpp"
#include "core/message/create_topics.hpp"
#include "core/message/delete_groups.hpp"
#include "core/message/delete_records.hpp"
#include "core/message/delete_topics.hpp"
#include "core/message/describe_cluster.hpp"
#include "core/message/describe_configs.hpp"
#include "core/message/describe_groups.hpp"
#include "core/message/describe_log_dirs.hpp"
#include "core/message/describe_producers.hpp"
#include "core/message/describe_quorum.hpp"
#include "core/message/describe_topic_partitions.hpp"
#include "core/message/describe_transactions.hpp"
#include "core/message/elect_leaders.hpp"
#include "core/message/end_txn.hpp"
#include "core/message/fetch.hpp"
#include "core/message/fetch_snapshot.hpp"
#include "core/message/find_coordinator.hpp"
#include "core/message/heartbeat.hpp"
#include "core/message/init_producer_id.hpp"
#include "core/message/join_group.hpp"
#include "core/message/leave_group.hpp"
#include "core/message/list_groups.hpp"
#include "core/message/list_offsets.hpp"
#include "core/message/list_partition_reassignments.hpp"
#include "core/message/list_transactions.hpp"
#include "core/message/metadata.hpp"
#include "core/message/offset_commit.hpp"
#include "core/message/offset_delete.hpp"
#include "core/message/offset_fetch.hpp"
#include "core/message/offset_for_leader_epoch.hpp"
#include "core/message/produce.hpp"
#include "core/message/quorum_epoch.hpp"
#include "core/message/raft_voter.hpp"
#include "core/message/sync_group.hpp"
#include "core/message/txn_offset_commit.hpp"
#include "core/message/vote.hpp"
#include "core/message/write_txn_markers.hpp"

namespace kafkasim {
namespace {

// ---- what an answer has to tell about, still without an error ---------------------------------------

std::optional<ProduceResponse> shape(const ProduceRequest& request) {
  if (request.acks == 0) return std::nullopt;
  ProduceResponse response;
  for (const auto& topic : request.topic_data) {
    auto& told = response.responses.emplace_back();
    told.name = topic.name;
    told.topic_id = topic.topic_id;
    for (const auto& partition : topic.partition_data) told.partition_responses.emplace_back().index = partition.index;
  }
  return response;
}

std::optional<FetchResponse> shape(const FetchRequest& request) {
  FetchResponse response;
  response.session_id = request.session_id;
  for (const auto& topic : request.topics) {
    auto& told = response.responses.emplace_back();
    told.topic = topic.topic;
    told.topic_id = topic.topic_id;
    for (const auto& p : topic.partitions) told.partitions.emplace_back().partition_index = p.partition;
  }
  return response;
}

template <class Response, class Request>
Response shape_partitions(const Request& request) {
  Response response;
  for (const auto& topic : request.topics) {
    auto& told = response.topics.emplace_back();
    told.name = topic.name;
    for (const auto& p : topic.partitions) told.partitions.emplace_back().partition_index = p.partition_index;
  }
  return response;
}
std::optional<ListOffsetsResponse> shape(const ListOffsetsRequest& request) { return shape_partitions<ListOffsetsResponse>(request); }

std::optional<MetadataResponse> shape(const MetadataRequest& request) {
  MetadataResponse response;
  if (!request.topics) return response;
  for (const auto& topic : *request.topics) {
    auto& told = response.topics.emplace_back();
    told.name = topic.name;
    told.topic_id = topic.topic_id;
  }
  return response;
}

std::optional<OffsetCommitResponse> shape(const OffsetCommitRequest& request) { return shape_partitions<OffsetCommitResponse>(request); }

std::optional<OffsetFetchResponse> shape(const OffsetFetchRequest& request) {
  OffsetFetchResponse response;
  for (const auto& group : request.groups) response.groups.emplace_back().group_id = group.group_id;
  return response;
}

std::optional<FindCoordinatorResponse> shape(const FindCoordinatorRequest& request) {
  FindCoordinatorResponse response;
  for (const std::string& key : request.coordinator_keys) response.coordinators.emplace_back().key = key;
  return response;
}

std::optional<JoinGroupResponse> shape(const JoinGroupRequest& request) {
  JoinGroupResponse response;
  response.member_id = request.member_id;
  return response;
}

std::optional<CreateTopicsResponse> shape(const CreateTopicsRequest& request) {
  CreateTopicsResponse response;
  for (const auto& topic : request.topics) response.topics.emplace_back().name = topic.name;
  return response;
}

std::optional<DeleteRecordsResponse> shape(const DeleteRecordsRequest& request) { return shape_partitions<DeleteRecordsResponse>(request); }

std::optional<OffsetForLeaderEpochResponse> shape(const OffsetForLeaderEpochRequest& request) {
  OffsetForLeaderEpochResponse response;
  for (const auto& topic : request.topics) {
    auto& told = response.topics.emplace_back();
    told.topic = topic.topic;
    for (const auto& p : topic.partitions) told.partitions.emplace_back().partition = p.partition;
  }
  return response;
}

std::optional<AlterPartitionResponse> shape(const AlterPartitionRequest& request) {
  AlterPartitionResponse response;
  for (const auto& topic : request.topics) {
    auto& told = response.topics.emplace_back();
    told.topic_name = topic.topic_name;
    told.topic_id = topic.topic_id;
    for (const auto& p : topic.partitions) told.partitions.emplace_back().partition_index = p.partition_index;
  }
  return response;
}

std::optional<DescribeGroupsResponse> shape(const DescribeGroupsRequest& request) {
  DescribeGroupsResponse response;
  for (const std::string& group : request.groups) response.groups.emplace_back().group_id = group;
  return response;
}

std::optional<ConsumerGroupDescribeResponse> shape(const ConsumerGroupDescribeRequest& request) {
  ConsumerGroupDescribeResponse response;
  for (const std::string& group : request.group_ids) response.groups.emplace_back().group_id = group;
  return response;
}

std::optional<DeleteGroupsResponse> shape(const DeleteGroupsRequest& request) {
  DeleteGroupsResponse response;
  for (const std::string& group : request.groups_names) response.results.emplace_back().group_id = group;
  return response;
}

std::optional<DeleteTopicsResponse> shape(const DeleteTopicsRequest& request) {
  DeleteTopicsResponse response;
  for (const auto& topic : request.topics) {
    auto& told = response.responses.emplace_back();
    told.name = topic.name;
    told.topic_id = topic.topic_id;
  }
  return response;
}

std::optional<CreatePartitionsResponse> shape(const CreatePartitionsRequest& request) {
  CreatePartitionsResponse response;
  for (const auto& topic : request.topics) response.results.emplace_back().name = topic.name;
  return response;
}

template <class Told, class Resources>
void shape_resources(const Resources& asked, std::vector<Told>& answer) {
  for (const auto& resource : asked) {
    auto& told = answer.emplace_back();
    told.resource_type = resource.resource_type;
    told.resource_name = resource.resource_name;
  }
}
std::optional<DescribeConfigsResponse> shape(const DescribeConfigsRequest& request) {
  DescribeConfigsResponse response;
  shape_resources(request.resources, response.results);
  return response;
}
std::optional<AlterConfigsResponse> shape(const AlterConfigsRequest& request) {
  AlterConfigsResponse response;
  shape_resources(request.resources, response.responses);
  return response;
}
std::optional<IncrementalAlterConfigsResponse> shape(const IncrementalAlterConfigsRequest& request) {
  IncrementalAlterConfigsResponse response;
  shape_resources(request.resources, response.responses);
  return response;
}

std::optional<AddPartitionsToTxnResponse> shape(const AddPartitionsToTxnRequest& request) {
  AddPartitionsToTxnResponse response;
  for (const auto& transaction : request.transactions) {
    auto& told = response.results_by_transaction.emplace_back();
    told.transactional_id = transaction.transactional_id;
    for (const auto& topic : transaction.topics) {
      auto& results = told.topic_results.emplace_back();
      results.name = topic.name;
      for (const PartitionIndex p : topic.partitions) results.results_by_partition.emplace_back().partition_index = p;
    }
  }
  return response;
}

std::optional<WriteTxnMarkersResponse> shape(const WriteTxnMarkersRequest& request) {
  WriteTxnMarkersResponse response;
  for (const auto& marker : request.markers) {
    auto& told = response.markers.emplace_back();
    told.producer_id = marker.producer_id;
    for (const auto& topic : marker.topics) {
      auto& results = told.topics.emplace_back();
      results.name = topic.name;
      for (const PartitionIndex p : topic.partition_indexes) results.partitions.emplace_back().partition_index = p;
    }
  }
  return response;
}

std::optional<TxnOffsetCommitResponse> shape(const TxnOffsetCommitRequest& request) { return shape_partitions<TxnOffsetCommitResponse>(request); }

std::optional<DescribeTransactionsResponse> shape(const DescribeTransactionsRequest& request) {
  DescribeTransactionsResponse response;
  for (const std::string& id : request.transactional_ids) response.transaction_states.emplace_back().transactional_id = id;
  return response;
}

std::optional<DescribeProducersResponse> shape(const DescribeProducersRequest& request) {
  DescribeProducersResponse response;
  for (const auto& topic : request.topics) {
    auto& told = response.topics.emplace_back();
    told.name = topic.name;
    for (const PartitionIndex p : topic.partition_indexes) told.partitions.emplace_back().partition_index = p;
  }
  return response;
}

std::optional<AddOffsetsToTxnResponse> shape(const AddOffsetsToTxnRequest&) { return AddOffsetsToTxnResponse{}; }
std::optional<EndTxnResponse> shape(const EndTxnRequest&) { return EndTxnResponse{}; }
std::optional<ListTransactionsResponse> shape(const ListTransactionsRequest&) { return ListTransactionsResponse{}; }
std::optional<ListGroupsResponse> shape(const ListGroupsRequest&) { return ListGroupsResponse{}; }
std::optional<OffsetDeleteResponse> shape(const OffsetDeleteRequest&) { return OffsetDeleteResponse{}; }
std::optional<DescribeLogDirsResponse> shape(const DescribeLogDirsRequest&) { return DescribeLogDirsResponse{}; }
std::optional<DescribeClusterResponse> shape(const DescribeClusterRequest&) { return DescribeClusterResponse{}; }
std::optional<ElectLeadersResponse> shape(const ElectLeadersRequest&) { return ElectLeadersResponse{}; }
std::optional<AlterPartitionReassignmentsResponse> shape(const AlterPartitionReassignmentsRequest&) {
  return AlterPartitionReassignmentsResponse{};
}
std::optional<ListPartitionReassignmentsResponse> shape(const ListPartitionReassignmentsRequest&) {
  return ListPartitionReassignmentsResponse{};
}
std::optional<ConsumerGroupHeartbeatResponse> shape(const ConsumerGroupHeartbeatRequest&) {
  return ConsumerGroupHeartbeatResponse{};
}
std::optional<HeartbeatResponse> shape(const HeartbeatRequest&) { return HeartbeatResponse{}; }
std::optional<LeaveGroupResponse> shape(const LeaveGroupRequest&) { return LeaveGroupResponse{}; }
std::optional<SyncGroupResponse> shape(const SyncGroupRequest&) { return SyncGroupResponse{}; }
std::optional<ApiVersionsResponse> shape(const ApiVersionsRequest&) { return ApiVersionsResponse{}; }
std::optional<InitProducerIdResponse> shape(const InitProducerIdRequest&) { return InitProducerIdResponse{}; }
std::optional<VoteResponse> shape(const VoteRequest&) { return VoteResponse{}; }
std::optional<BeginQuorumEpochResponse> shape(const BeginQuorumEpochRequest&) { return BeginQuorumEpochResponse{}; }
std::optional<EndQuorumEpochResponse> shape(const EndQuorumEpochRequest&) { return EndQuorumEpochResponse{}; }
std::optional<DescribeQuorumResponse> shape(const DescribeQuorumRequest&) { return DescribeQuorumResponse{}; }
std::optional<FetchSnapshotResponse> shape(const FetchSnapshotRequest&) { return FetchSnapshotResponse{}; }
std::optional<DescribeTopicPartitionsResponse> shape(const DescribeTopicPartitionsRequest& request) {
  DescribeTopicPartitionsResponse response;
  for (const auto& topic : request.topics) response.topics.push_back({.name = topic.name});
  return response;
}
std::optional<AddRaftVoterResponse> shape(const AddRaftVoterRequest&) { return AddRaftVoterResponse{}; }
std::optional<RemoveRaftVoterResponse> shape(const RemoveRaftVoterRequest&) { return RemoveRaftVoterResponse{}; }
std::optional<UpdateRaftVoterResponse> shape(const UpdateRaftVoterRequest&) { return UpdateRaftVoterResponse{}; }
std::optional<BrokerRegistrationResponse> shape(const BrokerRegistrationRequest&) {
  return BrokerRegistrationResponse{};
}
std::optional<BrokerHeartbeatResponse> shape(const BrokerHeartbeatRequest&) { return BrokerHeartbeatResponse{}; }
std::optional<AllocateProducerIdsResponse> shape(const AllocateProducerIdsRequest&) {
  return AllocateProducerIdsResponse{};
}

// ---- the error, in its place; all else of the answer is gone ------------------------------------------

template <class Response>
Response failed(const Response&, ErrorCode error) {
  Response none;
  none.error_code = error;
  return none;
}

ProduceResponse failed(ProduceResponse response, ErrorCode error) {
  for (auto& topic : response.responses) {
    for (auto& partition : topic.partition_responses) {
      const PartitionIndex index = partition.index;
      partition = {};
      partition.index = index;
      partition.error_code = error;
    }
  }
  response.node_endpoints.clear();
  return response;
}

FetchResponse failed(FetchResponse response, ErrorCode error) {
  constexpr std::array of_the_session{ErrorCode::fetch_session_id_not_found, ErrorCode::invalid_fetch_session_epoch,
                                      ErrorCode::fetch_session_topic_id_error};
  if (std::ranges::find(of_the_session, error) != of_the_session.end()) {
    FetchResponse none;
    none.error_code = error;
    return none;
  }
  for (auto& topic : response.responses) {
    for (auto& partition : topic.partitions) {
      const PartitionIndex index = partition.partition_index;
      partition = {};
      partition.partition_index = index;
      partition.error_code = error;
    }
  }
  response.node_endpoints.clear();
  return response;
}

template <class Response>
Response failed_partitions(Response response, ErrorCode error) {
  for (auto& topic : response.topics) {
    for (auto& partition : topic.partitions) {
      const PartitionIndex index = partition.partition_index;
      partition = {};
      partition.partition_index = index;
      partition.error_code = error;
    }
  }
  return response;
}
ListOffsetsResponse failed(const ListOffsetsResponse& r, ErrorCode error) { return failed_partitions(r, error); }
OffsetCommitResponse failed(const OffsetCommitResponse& r, ErrorCode error) { return failed_partitions(r, error); }
DeleteRecordsResponse failed(const DeleteRecordsResponse& r, ErrorCode error) { return failed_partitions(r, error); }

TxnOffsetCommitResponse failed(const TxnOffsetCommitResponse& r, ErrorCode error) { return failed_partitions(r, error); }
DescribeProducersResponse failed(const DescribeProducersResponse& r, ErrorCode error) { return failed_partitions(r, error); }

AddPartitionsToTxnResponse failed(AddPartitionsToTxnResponse response, ErrorCode error) {
  for (auto& transaction : response.results_by_transaction) {
    for (auto& topic : transaction.topic_results) {
      for (auto& partition : topic.results_by_partition) partition.partition_error_code = error;
    }
  }
  return response;
}

WriteTxnMarkersResponse failed(WriteTxnMarkersResponse response, ErrorCode error) {
  for (auto& marker : response.markers) {
    for (auto& topic : marker.topics) {
      for (auto& partition : topic.partitions) partition.error_code = error;
    }
  }
  return response;
}

DescribeTransactionsResponse failed(DescribeTransactionsResponse response, ErrorCode error) {
  for (auto& transaction : response.transaction_states) {
    std::string id = std::move(transaction.transactional_id);
    transaction = {};
    transaction.transactional_id = std::move(id);
    transaction.error_code = error;
  }
  return response;
}

OffsetForLeaderEpochResponse failed(OffsetForLeaderEpochResponse response, ErrorCode error) {
  for (auto& topic : response.topics) {
    for (auto& partition : topic.partitions) {
      const PartitionIndex index = partition.partition;
      partition = {};
      partition.partition = index;
      partition.error_code = error;
    }
  }
  return response;
}

// What a controller refuses for one partition, and what it refuses a broker altogether (ReplicationControlManager).
AlterPartitionResponse failed(const AlterPartitionResponse& response, ErrorCode error) {
  constexpr std::array of_a_partition{
      ErrorCode::fenced_leader_epoch,        ErrorCode::invalid_update_version, ErrorCode::ineligible_replica,
      ErrorCode::new_leader_elected,         ErrorCode::invalid_request,        ErrorCode::unknown_topic_id,
      ErrorCode::unknown_topic_or_partition, ErrorCode::operation_not_attempted};
  if (std::ranges::find(of_a_partition, error) != of_a_partition.end()) return failed_partitions(response, error);
  AlterPartitionResponse none;
  none.error_code = error;
  return none;
}

MetadataResponse failed(MetadataResponse response, ErrorCode error) {
  for (auto& topic : response.topics) {
    topic.error_code = error;
    topic.partitions.clear();
  }
  if (response.topics.empty()) response.error_code = error;
  return response;
}

OffsetFetchResponse failed(OffsetFetchResponse response, ErrorCode error) {
  for (auto& group : response.groups) {
    group.topics.clear();
    group.error_code = error;
  }
  return response;
}

FindCoordinatorResponse failed(FindCoordinatorResponse response, ErrorCode error) {
  for (auto& coordinator : response.coordinators) {
    std::string key = std::move(coordinator.key);
    coordinator = {};
    coordinator.key = std::move(key);
    coordinator.error_code = error;
  }
  return response;
}

JoinGroupResponse failed(const JoinGroupResponse& response, ErrorCode error) {
  JoinGroupResponse none;
  none.member_id = response.member_id;
  none.error_code = error;
  return none;
}

CreateTopicsResponse failed(CreateTopicsResponse response, ErrorCode error) {
  for (auto& topic : response.topics) {
    std::string name = std::move(topic.name);
    topic = {};
    topic.name = std::move(name);
    topic.error_code = error;
  }
  return response;
}

template <class Response>
Response failed_groups(Response response, ErrorCode error) {
  for (auto& group : response.groups) {
    std::string id = std::move(group.group_id);
    group = {};
    group.group_id = std::move(id);
    group.error_code = error;
  }
  return response;
}
DescribeGroupsResponse failed(const DescribeGroupsResponse& r, ErrorCode error) { return failed_groups(r, error); }
ConsumerGroupDescribeResponse failed(const ConsumerGroupDescribeResponse& r, ErrorCode error) {
  return failed_groups(r, error);
}

DeleteGroupsResponse failed(DeleteGroupsResponse response, ErrorCode error) {
  for (auto& group : response.results) group.error_code = error;
  return response;
}

// Of answers with a message beside each error.
template <class Told>
void fail_each(std::vector<Told>& list, ErrorCode error) {
  for (Told& told : list) {
    told.error_code = error;
    told.error_message.reset();
  }
}

DescribeTopicPartitionsResponse failed(DescribeTopicPartitionsResponse response, ErrorCode error) {
  for (auto& topic : response.topics) topic.error_code = error, topic.partitions.clear();
  response.next_cursor.reset();
  return response;
}

DeleteTopicsResponse failed(DeleteTopicsResponse response, ErrorCode error) {
  fail_each(response.responses, error);
  return response;
}

CreatePartitionsResponse failed(CreatePartitionsResponse response, ErrorCode error) {
  fail_each(response.results, error);
  return response;
}

DescribeConfigsResponse failed(DescribeConfigsResponse response, ErrorCode error) {
  fail_each(response.results, error);
  for (auto& resource : response.results) resource.configs.clear();
  return response;
}
AlterConfigsResponse failed(AlterConfigsResponse response, ErrorCode error) {
  fail_each(response.responses, error);
  return response;
}
IncrementalAlterConfigsResponse failed(IncrementalAlterConfigsResponse response, ErrorCode error) {
  fail_each(response.responses, error);
  return response;
}

template <class Request>
bool shaped(const Message& request, std::optional<Message>& out) {
  const auto* asked = request.get_if<Request>();
  if (asked == nullptr) return false;
  if (auto response = shape(*asked)) out = Message::of(std::move(*response));
  return true;
}

template <class... Requests>
std::optional<Message> shape_of(const Message& request) {
  std::optional<Message> out;
  (void)(shaped<Requests>(request, out) || ...);
  return out;
}

template <class... Responses>
std::optional<Message> failure_of(const Message& response, ErrorCode error) {
  std::optional<Message> out;
  const auto set = [&out](auto answer) {
    out = Message::of(std::move(answer));
    return true;
  };
  (void)((response.get_if<Responses>() && set(failed(*response.get_if<Responses>(), error))) || ...);
  return out;
}

}  // namespace

std::optional<Message> failed_answer(const Message& response, ErrorCode error) {
  return failure_of<ProduceResponse, FetchResponse, ListOffsetsResponse, MetadataResponse, OffsetCommitResponse,
                    OffsetFetchResponse, FindCoordinatorResponse, JoinGroupResponse, HeartbeatResponse,
                    LeaveGroupResponse, SyncGroupResponse, ApiVersionsResponse, CreateTopicsResponse,
                    DeleteRecordsResponse, InitProducerIdResponse, OffsetForLeaderEpochResponse, VoteResponse,
                    BeginQuorumEpochResponse, EndQuorumEpochResponse, DescribeQuorumResponse, FetchSnapshotResponse, AlterPartitionResponse,
                    BrokerRegistrationResponse, BrokerHeartbeatResponse, AllocateProducerIdsResponse,
                    ListGroupsResponse, DescribeGroupsResponse, ConsumerGroupHeartbeatResponse, ConsumerGroupDescribeResponse,
                    DeleteGroupsResponse, OffsetDeleteResponse,
                    DeleteTopicsResponse, CreatePartitionsResponse, ElectLeadersResponse,
                    AlterPartitionReassignmentsResponse, ListPartitionReassignmentsResponse, DescribeConfigsResponse,
                    AlterConfigsResponse, IncrementalAlterConfigsResponse, DescribeClusterResponse,
                    AddPartitionsToTxnResponse, AddOffsetsToTxnResponse, EndTxnResponse, WriteTxnMarkersResponse,
                    TxnOffsetCommitResponse, DescribeTransactionsResponse, ListTransactionsResponse,
                    DescribeProducersResponse, AddRaftVoterResponse, RemoveRaftVoterResponse, UpdateRaftVoterResponse,
                    DescribeTopicPartitionsResponse, DescribeLogDirsResponse>(
      response, error);
}

std::optional<Message> error_answer(const Message& request, ErrorCode error) {
  const std::optional<Message> response =
      shape_of<ProduceRequest, FetchRequest, ListOffsetsRequest, MetadataRequest, OffsetCommitRequest,
               OffsetFetchRequest, FindCoordinatorRequest, JoinGroupRequest, HeartbeatRequest, LeaveGroupRequest,
               SyncGroupRequest, ApiVersionsRequest, CreateTopicsRequest, DeleteRecordsRequest, InitProducerIdRequest,
               OffsetForLeaderEpochRequest, VoteRequest, BeginQuorumEpochRequest, EndQuorumEpochRequest, DescribeQuorumRequest, FetchSnapshotRequest,
               AlterPartitionRequest, BrokerRegistrationRequest, BrokerHeartbeatRequest, AllocateProducerIdsRequest,
               ListGroupsRequest, DescribeGroupsRequest, ConsumerGroupHeartbeatRequest, ConsumerGroupDescribeRequest,
               DeleteGroupsRequest, OffsetDeleteRequest, DeleteTopicsRequest,
               CreatePartitionsRequest, ElectLeadersRequest, AlterPartitionReassignmentsRequest,
               ListPartitionReassignmentsRequest, DescribeConfigsRequest, AlterConfigsRequest,
               IncrementalAlterConfigsRequest, DescribeClusterRequest, AddPartitionsToTxnRequest, AddOffsetsToTxnRequest,
               EndTxnRequest, WriteTxnMarkersRequest, TxnOffsetCommitRequest, DescribeTransactionsRequest,
               ListTransactionsRequest, DescribeProducersRequest, AddRaftVoterRequest, RemoveRaftVoterRequest,
               UpdateRaftVoterRequest, DescribeTopicPartitionsRequest, DescribeLogDirsRequest>(request);
  return response ? failed_answer(*response, error) : std::nullopt;
}

}  // namespace kafkasim
