#pragma once
// What a group coordinator stores in __consumer_offsets: key and value of an offset commit and of a classic group's
// state (group-coordinator/src/main/resources/common/message). A key without a value is a tombstone.
#include <cstddef>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/base/time.hpp"
#include "core/message/consumer_group_record.hpp"
#include "core/model/ids.hpp"

namespace kafkasim {

struct OffsetCommitKey {
  std::string group{};
  std::string topic{};
  PartitionIndex partition{};
  friend bool operator==(const OffsetCommitKey&, const OffsetCommitKey&) = default;
};

struct OffsetCommitValue {
  Offset offset{};
  std::optional<LeaderEpoch> leader_epoch{};
  std::string metadata{};
  Timestamp commit_timestamp{};
  std::optional<Timestamp> expire_timestamp{};  // version 1 only
  friend bool operator==(const OffsetCommitValue&, const OffsetCommitValue&) = default;
};

struct GroupMetadataKey {
  std::string group{};
  friend bool operator==(const GroupMetadataKey&, const GroupMetadataKey&) = default;
};

struct GroupMetadataValue {
  struct Member {
    std::string member_id{};
    std::optional<std::string> group_instance_id{};
    std::string client_id{};
    std::string client_host{};
    std::optional<Duration> rebalance_timeout{};
    Duration session_timeout{};
    std::vector<std::byte> subscription{};
    std::vector<std::byte> assignment{};
    friend bool operator==(const Member&, const Member&) = default;
  };
  std::string protocol_type{};
  Generation generation{};
  std::optional<std::string> protocol{};
  std::optional<std::string> leader{};
  std::optional<Timestamp> current_state_timestamp{};
  std::vector<Member> members{};
  friend bool operator==(const GroupMetadataValue&, const GroupMetadataValue&) = default;
};

using GroupRecordKey = std::variant<OffsetCommitKey, GroupMetadataKey, ConsumerGroupKey>;

}  // namespace kafkasim
