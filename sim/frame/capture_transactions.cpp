// Transactions: as their coordinators have them, who uses them, and where each is open.
#include <map>
#include <string_view>

#include "core/broker/broker.hpp"
#include "core/model/topic_name.hpp"
#include "sim/frame/capture_parts.hpp"

namespace kafkasim::sim {

namespace {

struct TransactionPainter {
  const Shot& shot;
  struct User {  // a client that writes by a transactional id
    std::string_view name;
    std::optional<ProducerIdAndEpoch> producer;
  };
  std::multimap<std::string_view, User> users{};  // several where one has taken over from another that does not know it

  explicit TransactionPainter(const Shot& s) : shot{s} {
    for (const ClientHost& client : shot.run.cluster().clients) {
      const Producer* writes = shot.run.world().is_up(client.host) ? producer_on(shot.run.world(), client.host) : nullptr;
      if (writes != nullptr && writes->transactions() != nullptr)
        users.emplace(writes->transactions()->id(), User{client.name, writes->producer_id()});
    }
  }

  // Who was replaced and does not know it yet has transactions, too: those are not shown.
  [[nodiscard]] bool coordinates(const Broker& broker, NodeId id, const std::string& transactional_id) const {
    const auto index = broker.transactions().partition_for(transactional_id);
    const PartitionHistory* home = index ? shot.history().partition(TopicPartition{transaction_state_topic, *index}) : nullptr;
    return home != nullptr && home->leader == id;
  }

  // Null: nobody leads it, or is down.
  [[nodiscard]] const UnifiedLog* leaders_log(const TopicPartition& name) const {
    const PartitionHistory* partition = shot.history().partition(name);
    if (partition == nullptr || !partition->leader) return nullptr;
    const auto host = shot.run.cluster().brokers.find(*partition->leader);
    if (host == shot.run.cluster().brokers.end()) return nullptr;
    const Broker* leader = shot.run.world().machine<Broker>(host->second);
    return leader != nullptr ? leader->replicas().log(partition->id) : nullptr;
  }

  // Where the log has the first record of the producer's open transaction.
  [[nodiscard]] static std::optional<Offset> open_since(const UnifiedLog& log, ProducerId producer) {
    const auto known = log.producer_state().producers().find(producer);
    return known == log.producer_state().producers().end() ? std::nullopt : known->second.transaction_start();
  }

  // Of several who write by an id the one with the newest epoch of the coordinator's producer: the others are fenced by it.
  [[nodiscard]] std::string_view user_of(const TransactionReport& report) const {
    std::string_view name;
    std::optional<ProducerEpoch> newest;
    const auto [first, last] = users.equal_range(report.transactional_id);
    for (auto user = first; user != last; ++user) {
      const auto& producer = user->second.producer;
      const bool same = producer && producer->id == report.producer;
      if (!name.empty() && !(same && (!newest || producer->epoch > *newest))) continue;
      name = user->second.name;
      newest = same ? std::optional{producer->epoch} : std::nullopt;
    }
    return name;
  }

  [[nodiscard]] FrameTransaction transaction(NodeId coordinator, const TransactionReport& report) const {
    FrameTransaction out{report.transactional_id, std::string{transaction_status_name(report.status)}, coordinator, report.producer, report.epoch,
                         {}, {}};
    out.client = user_of(report);
    for (const TopicPartition& name : report.partitions) {
      const UnifiedLog* log = leaders_log(name);
      out.parts.push_back({name, log != nullptr ? open_since(*log, report.producer) : std::nullopt, log != nullptr});
    }
    return out;
  }
};

}  // namespace

std::vector<FrameTransaction> capture_transactions(const Shot& shot) {
  const TransactionPainter painter{shot};
  std::map<std::string, FrameTransaction> by_id;
  for (const auto& [id, host] : shot.run.cluster().brokers) {
    const Broker* broker = shot.run.world().machine<Broker>(host);
    if (broker == nullptr) continue;
    for (const TransactionReport& report : broker->transactions().report()) {
      if (painter.coordinates(*broker, id, report.transactional_id))
        by_id.insert_or_assign(report.transactional_id, painter.transaction(id, report));
    }
  }
  std::vector<FrameTransaction> transactions;
  for (auto& [name, transaction] : by_id) transactions.push_back(std::move(transaction));
  return transactions;
}

}  // namespace kafkasim::sim
