#include "core/wire/stored_schema.hpp"

#include <algorithm>
#include <array>
#include <span>

namespace kafkasim {

namespace {

constexpr std::array metadata_schemas{
    StoredSchema{0, "REGISTER_BROKER_RECORD", 3, 0,
                 "brokerId i32, isMigratingZkBroker bool 2+, incarnationId uuid, brokerEpoch i64, endPoints [{name "
                 "string, host string, port u16, securityProtocol i16}], features [{name string, minSupportedVersion "
                 "i16, maxSupportedVersion i16}], rack string, fenced bool, inControlledShutdown bool 1+, logDirs "
                 "[uuid] 3+ #0"},
    StoredSchema{1, "UNREGISTER_BROKER_RECORD", 0, 0, "brokerId i32, brokerEpoch i64"},
    StoredSchema{2, "TOPIC_RECORD", 0, 0, "name string, topicId uuid"},
    StoredSchema{3, "PARTITION_RECORD", 2, 0,
                 "partitionId i32, topicId uuid, replicas [i32], isr [i32], removingReplicas [i32], addingReplicas "
                 "[i32], leader i32, leaderRecoveryState i8 #0, leaderEpoch i32, partitionEpoch i32, directories "
                 "[uuid] 1+, eligibleLeaderReplicas [i32] 2+ #1, lastKnownElr [i32] 2+ #2"},
    StoredSchema{4, "CONFIG_RECORD", 0, 0, "resourceType i8, resourceName string, name string, value string"},
    StoredSchema{5, "PARTITION_CHANGE_RECORD", 2, 0,
                 "partitionId i32, topicId uuid, isr [i32] #0, leader i32 #1, replicas [i32] #2, removingReplicas "
                 "[i32] #3, addingReplicas [i32] #4, leaderRecoveryState i8 #5, directories [uuid] 1+ #8, "
                 "eligibleLeaderReplicas [i32] 2+ #6, lastKnownElr [i32] 2+ #7"},
    StoredSchema{7, "FENCE_BROKER_RECORD", 0, 0, "id i32, epoch i64"},
    StoredSchema{8, "UNFENCE_BROKER_RECORD", 0, 0, "id i32, epoch i64"},
    StoredSchema{9, "REMOVE_TOPIC_RECORD", 0, 0, "topicId uuid"},
    StoredSchema{10, "DELEGATION_TOKEN_RECORD", 0, 0,
                 "owner string, requester string, renewers [string], issueTimestamp i64, maxTimestamp i64, "
                 "expirationTimestamp i64, tokenId string"},
    StoredSchema{11, "USER_SCRAM_CREDENTIAL_RECORD", 0, 0,
                 "name string, mechanism i8, salt bytes, storedKey bytes, serverKey bytes, iterations i32"},
    StoredSchema{12, "FEATURE_LEVEL_RECORD", 0, 0, "name string, featureLevel i16"},
    StoredSchema{14, "CLIENT_QUOTA_RECORD", 0, 0,
                 "entity [{entityType string, entityName string}], key string, value f64, remove bool"},
    StoredSchema{15, "PRODUCER_IDS_RECORD", 0, 0, "brokerId i32, brokerEpoch i64, nextProducerId i64"},
    StoredSchema{17, "BROKER_REGISTRATION_CHANGE_RECORD", 2, 0,
                 "brokerId i32, brokerEpoch i64, fenced i8 #0, inControlledShutdown i8 1+ #1, logDirs [uuid] 2+ #2"},
    StoredSchema{18, "ACCESS_CONTROL_ENTRY_RECORD", 0, 0,
                 "id uuid, resourceType i8, resourceName string, patternType i8, principal string, host string, "
                 "operation i8, permissionType i8"},
    StoredSchema{19, "REMOVE_ACCESS_CONTROL_ENTRY_RECORD", 0, 0, "id uuid"},
    StoredSchema{20, "NO_OP_RECORD", 0, 0, ""},
    StoredSchema{21, "ZK_MIGRATION_STATE_RECORD", 0, 0, "zkMigrationState i8"},
    StoredSchema{22, "REMOVE_USER_SCRAM_CREDENTIAL_RECORD", 0, 0, "name string, mechanism i8"},
    StoredSchema{23, "BEGIN_TRANSACTION_RECORD", 0, 0, "name string #0"},
    StoredSchema{24, "END_TRANSACTION_RECORD", 0, 0, ""},
    StoredSchema{25, "ABORT_TRANSACTION_RECORD", 0, 0, "reason string #0"},
    StoredSchema{26, "REMOVE_DELEGATION_TOKEN_RECORD", 0, 0, "tokenId string"},
    StoredSchema{27, "REGISTER_CONTROLLER_RECORD", 0, 0,
                 "controllerId i32, incarnationId uuid, zkMigrationReady bool, endPoints [{name string, host string, "
                 "port u16, securityProtocol i16}], features [{name string, minSupportedVersion i16, "
                 "maxSupportedVersion i16}]"},
    StoredSchema{28, "CLEAR_ELR_RECORD", 0, 0, "topicName string"},
};

// Key and value, in turn; the kind is the version of the key.
constexpr std::array group_schemas{
    StoredSchema{0, "OffsetCommitKey", 1, never_flexible, "group string, topic string, partition i32"},
    StoredSchema{0, "OffsetCommitValue", 4, 4,
                 "offset i64, leaderEpoch i32 3+, metadata string, commitTimestamp i64, expireTimestamp i64 1-1"},
    StoredSchema{1, "OffsetCommitKey", 1, never_flexible, "group string, topic string, partition i32"},
    StoredSchema{1, "OffsetCommitValue", 4, 4,
                 "offset i64, leaderEpoch i32 3+, metadata string, commitTimestamp i64, expireTimestamp i64 1-1"},
    StoredSchema{2, "GroupMetadataKey", 2, never_flexible, "group string"},
    StoredSchema{2, "GroupMetadataValue", 4, 4,
                 "protocolType string, generation i32, protocol string, leader string, currentStateTimestamp i64 2+, "
                 "members [{memberId string, groupInstanceId string 3+, clientId string, clientHost string, "
                 "rebalanceTimeout i32 1+, sessionTimeout i32, subscription bytes, assignment bytes}]"},
    StoredSchema{3, "ConsumerGroupMetadataKey", 3, never_flexible, "groupId string"},
    StoredSchema{3, "ConsumerGroupMetadataValue", 0, 0, "epoch i32, metadataHash i64 #0"},
    StoredSchema{4, "ConsumerGroupPartitionMetadataKey", 4, never_flexible, "groupId string"},
    StoredSchema{4, "ConsumerGroupPartitionMetadataValue", 0, 0,
                 "topics [{topicId uuid, topicName string, numPartitions i32, partitionMetadata [{partition i32, "
                 "racks [string]}]}]"},
    StoredSchema{5, "ConsumerGroupMemberMetadataKey", 5, never_flexible, "groupId string, memberId string"},
    StoredSchema{
        5, "ConsumerGroupMemberMetadataValue", 0, 0,
        "instanceId string, rackId string, clientId string, clientHost string, subscribedTopicNames "
        "[string], subscribedTopicRegex string, rebalanceTimeoutMs i32, serverAssignor string, "
        "classicMemberMetadata {sessionTimeoutMs i32, supportedProtocols [{name string, metadata bytes}]}? #0"},
    StoredSchema{6, "ConsumerGroupTargetAssignmentMetadataKey", 6, never_flexible, "groupId string"},
    StoredSchema{6, "ConsumerGroupTargetAssignmentMetadataValue", 0, 0, "assignmentEpoch i32"},
    StoredSchema{7, "ConsumerGroupTargetAssignmentMemberKey", 7, never_flexible, "groupId string, memberId string"},
    StoredSchema{7, "ConsumerGroupTargetAssignmentMemberValue", 0, 0,
                 "topicPartitions [{topicId uuid, partitions [i32]}]"},
    StoredSchema{8, "ConsumerGroupCurrentMemberAssignmentKey", 8, never_flexible, "groupId string, memberId string"},
    StoredSchema{8, "ConsumerGroupCurrentMemberAssignmentValue", 0, 0,
                 "memberEpoch i32, previousMemberEpoch i32, state i8, assignedPartitions [{topicId uuid, partitions "
                 "[i32]}], partitionsPendingRevocation [{topicId uuid, partitions [i32]}]"},
    StoredSchema{16, "ConsumerGroupRegularExpressionKey", 16, never_flexible,
                 "groupId string, regularExpression string"},
    StoredSchema{16, "ConsumerGroupRegularExpressionValue", 0, 0, "topics [string], version i64, timestamp i64"},
};

constexpr std::array transaction_schemas{
    StoredSchema{0, "TransactionLogKey", 0, never_flexible, "transactionalId string"},
    StoredSchema{0, "TransactionLogValue", 1, 1,
                 "producerId i64, previousProducerId i64 1+ #0, nextProducerId i64 1+ #1, producerEpoch i16, "
                 "transactionTimeoutMs i32, transactionStatus i8, transactionPartitions [{topic string, partitionIds "
                 "[i32]}], transactionLastUpdateTimestampMs i64, transactionStartTimestampMs i64, "
                 "clientTransactionVersion i16 1+ #2"},
};

// By ControlType.
constexpr std::array control_schemas{
    StoredSchema{0, "ABORT", 0, never_flexible, "version i16, coordinatorEpoch i32"},
    StoredSchema{1, "COMMIT", 0, never_flexible, "version i16, coordinatorEpoch i32"},
    StoredSchema{2, "LEADER_CHANGE", 1, 0,
                 "version i16, leaderId i32, voters [{voterId i32, voterDirectoryId uuid 1+}], grantingVoters "
                 "[{voterId i32, voterDirectoryId uuid 1+}]"},
    StoredSchema{3, "SNAPSHOT_HEADER", 0, 0, "version i16, lastContainedLogTimestamp i64"},
    StoredSchema{4, "SNAPSHOT_FOOTER", 0, 0, "version i16"},
    StoredSchema{5, "KRAFT_VERSION", 0, 0, "version i16, kRaftVersion i16"},
    StoredSchema{6, "KRAFT_VOTERS", 0, 0,
                 "version i16, voters [{voterId i32, voterDirectoryId uuid, endpoints [{name string, host string, "
                 "port u16}], kRaftVersionFeature {minSupportedVersion i16, maxSupportedVersion i16}}]"},
};

constexpr StoredSchema subscription{
    0, "ConsumerProtocolSubscription", 3, never_flexible,
    "topics [string], userData bytes, ownedPartitions [{topic string 1+, partitions [i32] 1+}] 1+, "
    "generationId i32 2+, rackId string 3+"};
constexpr StoredSchema assignment{0, "ConsumerProtocolAssignment", 3, never_flexible,
                                  "assignedPartitions [{topic string, partitions [i32]}], userData bytes"};

// Of records whose layout does not stand above: share groups (KIP-932) and streams groups (KIP-1071).
struct KindName {
  std::int16_t key_version;
  std::string_view name;
};
constexpr std::array other_group_records{
    KindName{9, "ShareGroupPartitionMetadata"},
    KindName{10, "ShareGroupMemberMetadata"},
    KindName{11, "ShareGroupMetadata"},
    KindName{12, "ShareGroupTargetAssignmentMetadata"},
    KindName{13, "ShareGroupTargetAssignmentMember"},
    KindName{14, "ShareGroupCurrentMemberAssignment"},
    KindName{15, "ShareGroupStatePartitionMetadata"},
    KindName{17, "StreamsGroupMetadata"},
    KindName{18, "StreamsGroupPartitionMetadata"},
    KindName{19, "StreamsGroupMemberMetadata"},
    KindName{20, "StreamsGroupTargetAssignmentMetadata"},
    KindName{21, "StreamsGroupTargetAssignmentMember"},
    KindName{22, "StreamsGroupCurrentMemberAssignment"},
    KindName{23, "StreamsGroupTopology"},
};

std::optional<KeyAndValueSchema> pair_in(std::span<const StoredSchema> schemas, std::int16_t key_version) {
  for (std::size_t i = 0; i + 1 < schemas.size(); i += 2) {
    if (schemas[i].kind == key_version) return KeyAndValueSchema{&schemas[i], &schemas[i + 1]};
  }
  return std::nullopt;
}

}  // namespace

const StoredSchema* metadata_schema(std::uint32_t api_key) {
  for (const StoredSchema& schema : metadata_schemas) {
    if (static_cast<std::uint32_t>(schema.kind) == api_key) return &schema;
  }
  return nullptr;
}

std::optional<KeyAndValueSchema> group_schema(std::int16_t key_version) { return pair_in(group_schemas, key_version); }

std::optional<KeyAndValueSchema> transaction_schema(std::int16_t key_version) {
  return pair_in(transaction_schemas, key_version);
}

std::string_view group_record_name(std::int16_t key_version) {
  if (const auto schemas = group_schema(key_version)) {
    return schemas->key->name.substr(0, schemas->key->name.size() - std::string_view{"Key"}.size());
  }
  for (const KindName& kind : other_group_records) {
    if (kind.key_version == key_version) return kind.name;
  }
  return {};
}

const StoredSchema& control_schema(ControlType type) { return control_schemas[static_cast<std::size_t>(type)]; }

const StoredSchema& subscription_schema() { return subscription; }
const StoredSchema& assignment_schema() { return assignment; }

}  // namespace kafkasim
