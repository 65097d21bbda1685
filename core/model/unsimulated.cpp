// Settings that Kafka 4.1 has (TopicConfig, KafkaConfig, ProducerConfig, ConsumerConfig) and that nothing here follows: files of
// others name them, and most say how to reach a cluster, what threads and sockets it has, or what is measured. A name that ends
// in a point stands for all that begin with it.
#include <algorithm>
#include <span>

#include "core/model/config.hpp"

namespace kafkasim {

namespace {

constexpr std::string_view of_topics[] = {"local.retention.bytes", "local.retention.ms", "preallocate", "remote."};

constexpr std::string_view of_nodes[] = {
    "advertised.listeners", "alter.config.policy.class.name", "authorizer.class.name", "auto.include.jmx.reporter", "background.threads", "broker.id",
    "broker.rack", "client.quota.", "client.telemetry.", "config.providers", "connection.failed.authentication.delay.ms", "connections.max.",
    "controller.listener.names", "controller.performance.", "controller.quorum.append.linger.ms",
    "controller.quorum.auto.join.enable", "controller.quorum.bootstrap.servers", "controller.quorum.voters", "controller.quota.",
    "create.topic.policy.class.name", "delegation.token.", "delete.records.purgatory.purge.interval.requests", "early.start.listeners",
    "fetch.purgatory.purge.interval.requests", "group.consumer.regex.refresh.interval.ms", "group.coordinator.append.linger.ms",
    "group.coordinator.rebalance.protocols", "group.coordinator.threads", "group.share.", "group.streams.", "inter.broker.listener.name",
    "kafka.metrics.", "leader.imbalance.per.broker.percentage", "listener.", "listeners", "log.cleaner.threads", "log.dir", "log.dir.failure.timeout.ms",
    "log.dirs", "log.flush.start.offset.checkpoint.interval.ms", "log.local.", "log.preallocate", "max.connection.creation.rate", "max.connections",
    "max.connections.", "max.request.partition.size.limit", "metadata.log.dir", "metric.reporters", "metrics.", "node.id",
    "num.recovery.threads.per.data.dir", "num.replica.alter.log.dirs.threads", "offsets.load.buffer.size", "offsets.topic.compression.codec",
    "principal.builder.class", "process.roles", "producer.purgatory.purge.interval.requests", "queued.max.",
    "quota.", "remote.", "replica.alter.log.dirs.", "replica.socket.receive.buffer.bytes", "sasl.", "security.", "server.max.startup.time.ms", "share.",
    "socket.", "ssl.", "super.users", "telemetry.", "transaction.state.log.load.buffer.size", "transaction.two.phase.commit.enable", "unstable.",
};

constexpr std::string_view of_clients[] = {
    "auto.include.jmx.reporter", "bootstrap.servers", "client.dns.lookup", "client.id", "config.providers", "connections.max.idle.ms",
    "enable.metrics.push", "interceptor.classes", "key.", "metadata.recovery.", "metric.reporters", "metrics.", "receive.buffer.bytes", "sasl.",
    "security.", "send.buffer.bytes", "ssl.", "value.",
};

constexpr std::string_view of_producers[] = {"metadata.max.idle.ms", "partitioner.class", "transaction.two.phase.commit.enable"};

constexpr std::string_view of_consumers[] = {"check.crcs", "default.api.timeout.ms", "exclude.internal.topics", "group.id", "share."};

bool names(std::span<const std::string_view> all, std::string_view setting) {
  return std::ranges::any_of(all, [setting](std::string_view one) { return one.ends_with('.') ? setting.starts_with(one) : setting == one; });
}

}  // namespace

bool is_unsimulated(SettingsOf whose, std::string_view setting) {
  switch (whose) {
    case SettingsOf::topic: return names(of_topics, setting);
    case SettingsOf::node: return names(of_nodes, setting);
    case SettingsOf::producer: return names(of_clients, setting) || names(of_producers, setting);
    case SettingsOf::consumer: return names(of_clients, setting) || names(of_consumers, setting);
  }
  return false;
}

}  // namespace kafkasim
