#include "core/message/version.hpp"

namespace kafkasim {

std::int16_t spoken_version(ApiKey key) {
  switch (key) {
    case ApiKey::produce: return 13;
    case ApiKey::fetch: return 18;
    case ApiKey::list_offsets: return 10;
    case ApiKey::metadata: return 13;
    case ApiKey::offset_commit: return 9;
    case ApiKey::offset_fetch: return 9;
    case ApiKey::find_coordinator: return 6;
    case ApiKey::join_group: return 9;
    case ApiKey::heartbeat: return 4;
    case ApiKey::leave_group: return 5;
    case ApiKey::sync_group: return 5;
    case ApiKey::describe_groups: return 6;
    case ApiKey::list_groups: return 5;
    case ApiKey::api_versions: return 4;
    case ApiKey::create_topics: return 7;
    case ApiKey::delete_topics: return 6;
    case ApiKey::delete_records: return 2;
    case ApiKey::init_producer_id: return 5;
    case ApiKey::offset_for_leader_epoch: return 4;
    case ApiKey::describe_configs: return 4;
    case ApiKey::alter_configs: return 2;
    case ApiKey::describe_log_dirs: return 4;
    case ApiKey::create_partitions: return 3;
    case ApiKey::delete_groups: return 2;
    case ApiKey::elect_leaders: return 2;
    case ApiKey::incremental_alter_configs: return 1;
    case ApiKey::alter_partition_reassignments: return 1;
    case ApiKey::list_partition_reassignments: return 0;
    case ApiKey::offset_delete: return 0;
    case ApiKey::vote: return 2;
    case ApiKey::begin_quorum_epoch: return 1;
    case ApiKey::end_quorum_epoch: return 1;
    case ApiKey::describe_quorum: return 2;
    case ApiKey::alter_partition: return 3;
    case ApiKey::fetch_snapshot: return 1;
    case ApiKey::describe_cluster: return 2;
    case ApiKey::broker_registration: return 4;
    case ApiKey::broker_heartbeat: return 1;
    case ApiKey::add_partitions_to_txn: return 5;
    case ApiKey::add_offsets_to_txn: return 4;
    case ApiKey::end_txn: return 5;
    case ApiKey::write_txn_markers: return 1;
    case ApiKey::txn_offset_commit: return 5;
    case ApiKey::describe_producers: return 0;
    case ApiKey::describe_transactions: return 0;
    case ApiKey::list_transactions: return 1;
    case ApiKey::allocate_producer_ids: return 0;
    case ApiKey::consumer_group_heartbeat: return 1;
    case ApiKey::consumer_group_describe: return 1;
    case ApiKey::describe_topic_partitions: return 0;
    case ApiKey::add_raft_voter: return 0;
    case ApiKey::remove_raft_voter: return 0;
    case ApiKey::update_raft_voter: return 0;
  }
  return 0;
}

}  // namespace kafkasim
