// Leadership by request, and by the controller's own care (ReplicationControlManager.electLeaders,
// maybeBalancePartitionLeaders, maybeElectUncleanLeaders).
#include <algorithm>

#include "core/controller/controller.hpp"

namespace kafkasim {

namespace {

constexpr std::size_t most_elections_at_once = 1000;  // ReplicationControlManager.MAX_ELECTIONS_PER_IMBALANCE

struct Found {
  const TopicImage* topic{};
  const PartitionRegistration* partition{};
};

Found find(const MetadataImage& image, const std::string& name, PartitionIndex index) {
  Found found{image.topic(name), nullptr};
  if (found.topic) found.partition = image.partition({found.topic->id, index});
  return found;
}

std::string described(const std::string& topic, PartitionIndex index) {
  return topic + "-" + std::to_string(index.value);
}

}  // namespace

ElectLeadersResponse::Partition Controller::elect_leader(const std::string& topic, PartitionIndex index,
                                                         std::int8_t type, RecordList& records) const {
  const auto told = [index](ErrorCode error, std::string why) {
    return ElectLeadersResponse::Partition{index, error, std::move(why)};
  };
  const Found found = find(current_, topic, index);
  if (!found.topic) return told(ErrorCode::unknown_topic_or_partition, "No such topic as " + topic);
  if (!found.partition)
    return told(ErrorCode::unknown_topic_or_partition, "No such partition as " + described(topic, index));
  const PartitionRegistration& partition = *found.partition;
  const bool preferred = type == preferred_election;
  const bool fulfilled = preferred ? partition.leader == partition.replicas.front() : partition.leader.has_value();
  if (fulfilled) return told(ErrorCode::election_not_needed, "Leader election not needed for topic partition.");
  auto record =
      build_change(change_of(*found.topic, index, preferred ? Election::preferred : Election::unclean_allowed));
  if (!record) {
    return preferred
               ? told(ErrorCode::preferred_leader_not_available, "The preferred leader was not available.")
               : told(ErrorCode::eligible_leaders_not_available, "Eligible topic partition leaders are not available.");
  }
  records.emplace_back(std::move(*record));
  return {index, ErrorCode::none, std::nullopt};
}

void Controller::on_elect_leaders(const ElectLeadersRequest& request, const RequestRef& from, Env& env) {
  ElectLeadersResponse response;
  RecordList records;
  if (request.election_type != preferred_election && request.election_type != unclean_election) {
    response.error_code = ErrorCode::invalid_request;
    return answer(from, std::move(response), env);
  }
  if (request.topic_partitions) {
    for (const auto& asked : *request.topic_partitions) {
      auto& told = response.replica_election_results.emplace_back();
      told.topic = asked.topic;
      for (const PartitionIndex index : asked.partitions)
        told.partition_result.push_back(elect_leader(asked.topic, index, request.election_type, records));
    }
  } else {  // all: those that have the leader that they should have are passed over in silence
    for (const auto& [name, id] : current_.topic_ids) {
      auto& told = response.replica_election_results.emplace_back();
      told.topic = name;
      const auto count = static_cast<std::int32_t>(current_.topic(id)->partitions.size());
      for (std::int32_t i = 0; i < count; ++i) {
        auto result = elect_leader(name, PartitionIndex{i}, request.election_type, records);
        if (result.error_code != ErrorCode::election_not_needed) told.partition_result.push_back(std::move(result));
      }
    }
  }
  write_and_answer(records, from, Message::of(std::move(response)), env);
}

// Leaders that are not the preferred ones, where those could take over (maybeBalancePartitionLeaders). The percentage of
// leader.imbalance.per.broker.percentage is not asked for: KRaft's controller does not either.
void Controller::balance_leaders(Env& env) {
  const auto elsewhere = [](const TopicImage&, const PartitionRegistration& p) { return p.leader != p.replicas.front(); };
  balance_at_ = env.now + seconds(options_.config.leader_imbalance_check_interval_seconds);
  elect_where(elsewhere, Election::preferred, *balance_at_, env);
}

// Partitions without a leader whose topics allow an unclean one (maybeElectUncleanLeaders, KIP-966).
void Controller::elect_unclean_leaders(Env& env) {
  const auto allowed = [this](const TopicImage& topic, const PartitionRegistration& p) {
    return !p.leader && election_for(topic) == Election::unclean_allowed;
  };
  unclean_at_ = env.now + options_.config.unclean_leader_election_interval;
  elect_where(allowed, Election::unclean_allowed, *unclean_at_, env);
}

// `next`, when that is done again, is now where there is more to do than is done at once.
void Controller::elect_where(const std::function<bool(const TopicImage&, const PartitionRegistration&)>& wanted, Election election,
                             Instant& next, Env& env) {
  RecordList records;
  for (const auto& [id, topic] : current_.topics) {
    for (std::size_t i = 0; i < topic->partitions.size() && records.size() < most_elections_at_once; ++i) {
      if (!wanted(*topic, topic->partitions[i])) continue;
      const PartitionIndex index{static_cast<std::int32_t>(i)};
      if (auto record = build_change(change_of(*topic, index, election))) records.emplace_back(std::move(*record));
    }
  }
  if (records.size() >= most_elections_at_once) next = env.now;
  (void)write(records, env);
}

}  // namespace kafkasim
