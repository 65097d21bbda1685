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
  std::map<std::string_view, std::string_view> users{};  // transactional ids and the clients that write by them

  explicit TransactionPainter(const Shot& s) : shot{s} {
    for (const ClientHost& client : shot.run.cluster().clients) {
      const Producer* writes = shot.run.world().is_up(client.host) ? producer_on(shot.run.world(), client.host) : nullptr;
      if (writes != nullptr && writes->transactions() != nullptr) users.emplace(writes->transactions()->id(), client.name);
    }
  }

  // Who was replaced and does not know it yet has transactions, too: those are not shown.
  [[nodiscard]] bool coordinates(const Broker& broker, NodeId id, const std::string& transactional_id) const {
    const auto index = broker.transactions().partition_for(transactional_id);
    const PartitionHistory* home = index ? shot.history().partition(TopicPartition{transaction_state_topic, *index}) : nullptr;
    return home != nullptr && home->leader == id;
  }

  // Where the leader's log has its first record of the producer's open transaction.
  [[nodiscard]] std::optional<Offset> open_since(const TopicPartition& name, ProducerId producer) const {
    const PartitionHistory* partition = shot.history().partition(name);
    if (partition == nullptr || !partition->leader) return std::nullopt;
    const auto host = shot.run.cluster().brokers.find(*partition->leader);
    if (host == shot.run.cluster().brokers.end()) return std::nullopt;
    const Broker* leader = shot.run.world().machine<Broker>(host->second);
    const UnifiedLog* log = leader != nullptr ? leader->replicas().log(partition->id) : nullptr;
    if (log == nullptr) return std::nullopt;
    const auto known = log->producer_state().producers().find(producer);
    return known == log->producer_state().producers().end() ? std::nullopt : known->second.transaction_start();
  }

  [[nodiscard]] FrameTransaction transaction(NodeId coordinator, const TransactionReport& report) const {
    FrameTransaction out{report.transactional_id, std::string{transaction_status_name(report.status)}, coordinator, report.producer, report.epoch,
                         {}, {}};
    if (const auto user = users.find(report.transactional_id); user != users.end()) out.client = user->second;
    for (const TopicPartition& name : report.partitions) out.parts.push_back({name, open_since(name, report.producer)});
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
