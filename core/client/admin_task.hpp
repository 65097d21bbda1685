#pragma once
// AdminTask: one operation on its way, as a chain of requests, each sent when the one before is answered
// (org.apache.kafka.clients.admin: PartitionLeaderStrategy, DeleteRecordsHandler, AlterConsumerGroupOffsetsHandler).
//
//   elect a leader    [look up -> order ->] elect         reassign        order
//   delete records    look up -> delete                   create a topic  create
//   reset offsets     look up -> list ... -> coordinate -> commit
//   add or remove a voter    vote
//   delete a topic    drop    add partitions    grow    change settings    [look up ->] alter, a broker's at that broker
//
// An answer moves the task on, or back to looking up who leads, or is to be asked for again after a pause, or ends it.
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/client/admin_operation.hpp"
#include "core/message/list_offsets.hpp"
#include "core/message/metadata.hpp"

namespace kafkasim {

class AdminTask {
 public:
  explicit AdminTask(AdminOperation operation);

  struct Ask {
    std::optional<std::pair<NodeId, Endpoint>> node;  // absent: any broker
    Message request;
  };
  struct Seen {  // an error that an answer told
    ApiKey api{};
    ErrorCode error{};
  };
  enum class Progress : std::uint8_t { on, again, over };  // again: after a pause

  [[nodiscard]] Ask next(Duration timeout) const;
  [[nodiscard]] Progress take(const Message& answer);
  Progress unanswered();  // the connection broke, or time ran out
  [[nodiscard]] const AdminOperation& operation() const { return operation_; }
  [[nodiscard]] const std::string& verdict() const { return verdict_; }  // once it is over
  [[nodiscard]] const std::vector<Seen>& seen() const { return seen_; }
  [[nodiscard]] std::string last_error() const;

 private:
  enum class Phase : std::uint8_t {
    look_up,
    order,
    elect,
    remove,
    create,
    list,
    coordinate,
    commit,
    drop,
    grow,
    alter,
    vote
  };
  struct Partition {
    std::optional<NodeId> leader;
    std::vector<NodeId> replicas;
  };

  [[nodiscard]] std::set<std::string> topics() const;
  [[nodiscard]] Message order_request(Duration timeout) const;
  [[nodiscard]] Message elect_request(Duration timeout) const;
  [[nodiscard]] Message list_request(NodeId leader) const;
  [[nodiscard]] Message commit_request() const;
  [[nodiscard]] Message alter_request() const;
  [[nodiscard]] Message vote_request(Duration timeout) const;
  [[nodiscard]] std::optional<NodeId> leader_to_ask() const;
  [[nodiscard]] std::vector<Timestamp> questions() const;  // of ListOffsets, for a reset
  [[nodiscard]] std::optional<Timestamp> open_question() const;
  [[nodiscard]] Offset target_of(const TopicPartition& tp) const;

  Progress on_metadata(const MetadataResponse& answer);
  Progress on_ordered(const Message& answer);
  Progress on_elected(const Message& answer);
  Progress on_removed(const Message& answer);
  Progress on_created(const Message& answer);
  Progress on_dropped(const Message& answer);
  Progress on_grown(const Message& answer);
  Progress on_altered(const Message& answer);
  Progress on_voted(const Message& answer);
  // Of a change that the controller makes: only that it has moved is tried again.
  Progress decided(ApiKey api, ErrorCode error, const std::optional<std::string>& why, std::string done);
  Progress on_listed(const ListOffsetsResponse& answer);
  Progress on_coordinator(const Message& answer);
  Progress on_committed(const Message& answer);
  Progress failed(ApiKey api, ErrorCode error, const std::optional<std::string>& why);  // again, if that may help
  Progress refused(ApiKey api, ErrorCode error, const std::optional<std::string>& why);
  Progress over(std::string verdict);

  AdminOperation operation_;
  Phase phase_{};
  std::map<NodeId, Endpoint> brokers_;
  std::map<TopicPartition, Partition> partitions_;
  std::map<std::pair<Timestamp, TopicPartition>, std::optional<Offset>> listed_;
  std::optional<std::pair<NodeId, Endpoint>> coordinator_;
  std::vector<Seen> seen_;
  std::string verdict_;
};

}  // namespace kafkasim
