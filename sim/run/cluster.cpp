#include "sim/run/cluster.hpp"

#include <algorithm>

#include "core/broker/combined_node.hpp"
#include "core/client/admin.hpp"
#include "core/controller/controller.hpp"
#include "core/log/checkpoint_files.hpp"
#include "core/model/legacy.hpp"
#include "core/raft/metadata_log.hpp"
#include "core/raft/snapshot_file.hpp"
#include "sim/run/timers.hpp"
#include "sim/workload/consuming_app.hpp"
#include "sim/workload/object_store.hpp"
#include "sim/workload/pipeline_app.hpp"
#include "sim/workload/producing_app.hpp"
#include "sim/workload/queue_broker.hpp"
#include "sim/workload/queue_worker.hpp"

namespace kafkasim::sim {

namespace {

constexpr std::uint16_t broker_port = 9092;
constexpr std::uint16_t controller_port = 9093;
constexpr const char* cluster_id = "kafkasim-cluster";  // what every node was formatted with

std::string broker_name(NodeId id) { return "broker-" + std::to_string(id.value); }
std::string controller_name(NodeId id) { return "controller-" + std::to_string(id.value); }

std::vector<Endpoint> bootstrap(const Scenario& scenario) {
  std::vector<Endpoint> endpoints;
  for (const NodeSpec& broker : scenario.cluster.brokers) endpoints.push_back(endpoint_of(broker));
  return endpoints;
}

HostSpec client_spec(std::string name, const std::optional<std::string>& rack, std::function<AnyMachine()> factory) {
  HostSpec spec;
  spec.name = std::move(name);
  spec.rack = rack;
  spec.factory = std::move(factory);
  return spec;
}

// What kafka-storage leaves on a disk before a node first starts (StorageTool, MetaPropertiesEnsemble). It costs nothing: nobody has
// to wait for it.
Uuid drawn_directory(const World& world, NodeId id) {
  Random random = world.random("directory id").fork(static_cast<std::uint64_t>(id.value));
  const std::uint64_t high = random.next();
  const std::uint64_t low = random.next();
  return {high, low};
}

void put_file(SimDisk& disk, std::string_view path, const SharedBytes& bytes) {
  const DiskResult<FileId> file = disk.open(path, OpenMode::create);
  if (!file) return;  // a disk without room for it: the node finds out
  (void)disk.append(*file, std::span{&bytes, 1});
  (void)disk.sync(*file);
  disk.close(*file);
  (void)disk.take_costs();
}

void format_storage(World& world, HostId host, NodeId id, const Uuid& directory) {
  put_file(world.edit_disk(host), meta_properties_file, SharedBytes::of(format_meta_properties({cluster_id, id, directory})));
}

// The voters that a quorum with kraft.version 1 begins with (kafka-storage format --initial-controllers).
void format_quorum(const Scenario& scenario, World& world, const Cluster& cluster, const std::map<NodeId, Endpoint>& endpoints) {
  std::map<NodeId, raft::Voter> voters;
  const std::size_t count = scenario.cluster.controllers.size() - scenario.cluster.spare_controllers;
  for (std::size_t i = 0; i < count; ++i) {
    const NodeId id = scenario.cluster.controllers[i].id;
    const Endpoint& at = endpoints.at(id);
    voters[id] = {drawn_directory(world, id), {{std::string{raft::controller_listener}, at.host, at.port}}, raft::known_kraft_versions};
  }
  const raft::SnapshotContent content{Timestamp{0}, {}, raft::SnapshotVoters{raft::reconfigurable_version, raft::VoterSet{voters}}};
  const SharedBytes bytes{raft::encode_snapshot(raft::bootstrap_snapshot, content, Timestamp{0})};
  const std::string path = std::string{raft::metadata_log_directory} + "/" + raft::snapshot_name(raft::bootstrap_snapshot);
  for (const auto& [id, voter] : voters) put_file(world.edit_disk(cluster.controllers.at(id)), path, bytes);
}

LaneThreads threads_of(const NodeConfig& config) {
  LaneThreads threads;
  threads.network = static_cast<std::uint32_t>(config.num_network_threads);
  threads.request = static_cast<std::uint32_t>(config.num_io_threads);
  return threads;
}

std::vector<CreateTopicsRequest::Topic> topics_to_create(const Scenario& scenario) {
  std::vector<CreateTopicsRequest::Topic> topics;
  for (const TopicSpec& spec : scenario.topics) topics.push_back(as_request(spec));
  return topics;
}

LegacyBehaviours legacy_of(const ClusterSpec& cluster) {
  LegacyBehaviours legacy;
  for (const std::string& name : cluster.legacy) {
    if (const std::optional<Legacy> known = legacy_by_name(name)) legacy.bring_back(*known);
  }
  return legacy;
}

constexpr std::uint16_t beside_port = 5672;
BesideAddress address_of_queue(const Scenario& scenario, const std::string& name) {
  const auto place = static_cast<std::uint64_t>(find_queue(scenario, name) - scenario.queues.data());
  return {name, Uuid{1, 1 + place}, Endpoint{"queue-" + name, beside_port}};
}
BesideAddress address_of_store(const Scenario& scenario, const std::string& name) {
  const auto place = static_cast<std::uint64_t>(std::ranges::find(scenario.stores, name, &StoreSpec::name) - scenario.stores.begin());
  return {name, Uuid{2, 1 + place}, Endpoint{"store-" + name, beside_port}};
}

std::map<std::string, std::int16_t> features_of(const ClusterSpec& cluster) {
  std::map<std::string, std::int16_t> features{{std::string{metadata_version_feature}, newest_metadata_version}};
  if (cluster.features.eligible_leader_replicas) features[std::string{eligible_leader_replicas_feature}] = 1;
  if (cluster.features.transaction_version > 0)
    features[std::string{transaction_version_feature}] = static_cast<std::int16_t>(cluster.features.transaction_version);
  return features;
}

VoterSource voter_source_of(const ClusterSpec& cluster) {
  return cluster.features.kraft_version > 0 ? VoterSource::log : VoterSource::configuration;
}

std::function<AnyMachine()> broker_factory(const Scenario& scenario, const NodeSpec& spec,
                                           const std::map<NodeId, Endpoint>& voters) {
  const LegacyBehaviours legacy = legacy_of(scenario.cluster);
  BrokerOptions broker{spec.id, endpoint_of(spec), spec.rack, cluster_id, voters, spec.config, legacy};
  broker.transaction_version = static_cast<TransactionVersion>(scenario.cluster.features.transaction_version);
  broker.voter_source = voter_source_of(scenario.cluster);
  if (!is_combined(scenario.cluster, spec.id)) return [broker] { return AnyMachine{Broker{broker}}; };
  broker.metadata = MetadataSource::own_controller;
  ControllerOptions controller{spec.id, cluster_id, voters, spec.config, legacy, features_of(scenario.cluster), Replayed::kept};
  controller.voter_source = broker.voter_source;
  return [broker, controller] { return AnyMachine{CombinedNode{broker, controller}}; };
}

struct ClientMaker {
  const Scenario& scenario;
  World& world;
  Cluster& cluster;
  Instant origin;  // of no account for consumers

  ClientIdentity identity(const std::string& name) const {
    return {name, static_cast<std::int32_t>(cluster.clients.size()), bootstrap(scenario), 0, legacy_of(scenario.cluster)};
  }
  void add_beside(const BesideAddress& address, std::function<AnyMachine()> factory) {
    HostSpec spec = client_spec(address.endpoint.host, std::nullopt, std::move(factory));
    spec.endpoint = address.endpoint;
    const HostId host = world.add_host(std::move(spec));
    cluster.beside[address.name] = host;
    cluster.beside_kafka.insert(host);
    world.start(host);
  }
  void queue(const QueueSpec& spec) {
    const BesideAddress address = address_of_queue(scenario, spec.name);
    add_beside(address, [address, spec] { return AnyMachine{QueueBroker{address, spec}}; });
  }
  void store(const StoreSpec& spec) {
    const BesideAddress address = address_of_store(scenario, spec.name);
    add_beside(address, [address] { return AnyMachine{ObjectStore{address}}; });
  }
  std::optional<BesideAddress> claim_check(const std::optional<std::string>& store) const {
    return store ? std::optional{address_of_store(scenario, *store)} : std::nullopt;
  }
  void add(ClientHost client, const std::optional<std::string>& rack, ClientFacts facts,
           std::function<AnyMachine()> factory) {
    client.host = world.add_host(client_spec(client.name, rack, std::move(factory)));
    facts.host = client.host;
    cluster.clients.push_back(std::move(client));
    cluster.facts.push_back(std::move(facts));
  }

  std::shared_ptr<const std::vector<ProducingPlan::Change>> changes_of(const ProducerSpec& spec) const {
    if (spec.changes.empty()) return nullptr;
    std::vector<ProducingPlan::Change> changes;
    for (const RateStep& step : spec.changes) changes.push_back({origin + step.from, step.rate.records_per_1000_s});
    return std::make_shared<const std::vector<ProducingPlan::Change>>(std::move(changes));
  }

  void producer(const ProducerSpec& spec, std::int32_t number) {
    const std::string name = producer_client_id(spec, number);
    ClientIdentity who = identity(name);
    if (spec.queue) who.bootstrap = {address_of_queue(scenario, *spec.queue).endpoint};
    const bool all = spec.config.acks == "all" || spec.config.acks == "-1";
    ClientFacts facts{name, all, spec.config.enable_idempotence,
                      spec.config.enable_idempotence || spec.config.max_in_flight == 1};
    facts.delivery_timeout = spec.config.delivery_timeout;
    ProducerConfig config = spec.config;
    // Several of one entry would fence each other.
    if (!config.transactional_id.empty() && spec.count > 1) config.transactional_id += "-" + std::to_string(number);
    std::function<AnyMachine()> factory;
    if (spec.rate && (spec.queue || !spec.topic.empty())) {
      ProducingPlan plan{.topic = spec.queue.value_or(spec.topic),
                         .partition = spec.partition,
                         .records_per_1000_s = spec.rate->records_per_1000_s,
                         .changes = changes_of(spec),
                         .from = origin + spec.from,
                         .to = origin + spec.to,
                         .records = spec.records,
                         .keys = spec.keys,
                         .value_bytes = spec.value_bytes,
                         .store = claim_check(spec.claim_check),
                         .transaction_size = spec.transaction_size,
                         .aborts_per_million = spec.aborts_per_million};
      factory = [who, config, plan] { return AnyMachine{ProducingApp{who, config, plan}}; };
    } else {
      factory = [who, config] { return AnyMachine{HandProducerApp{who, config}}; };
    }
    // One that only produces by hand is there from the start, unless it would fence another then.
    const bool begins_later = spec.rate || !config.transactional_id.empty();
    add({ClientKind::producer, spec.id, number, name, {}, begins_later ? spec.from : Duration{}}, spec.rack, facts,
        std::move(factory));
    if (spec.queue) cluster.beside_kafka.insert(cluster.clients.back().host);
  }

  void worker(const ConsumerSpec& spec, std::int32_t number) {
    const std::string name = spec.count > 1 ? spec.id + "/" + std::to_string(number) : spec.id;
    const BesideAddress queue = address_of_queue(scenario, *spec.queue);
    const ClientIdentity who = identity(name);
    add({ClientKind::assigned_consumer, spec.id, number, name, {}, spec.from}, spec.rack, ClientFacts{name},
        [who, queue, mode = find_queue(scenario, *spec.queue)->mode, process_time = spec.process_time] {
          return AnyMachine{QueueWorker{who, queue, mode, process_time}};
        });
    cluster.beside_kafka.insert(cluster.clients.back().host);
  }

  void consumer(const ConsumerSpec& spec, std::int32_t member) {
    if (spec.queue) return worker(spec, member);
    const bool grouped = spec.group.has_value();
    const std::string owner = grouped ? *spec.group : spec.id;
    const std::string name = grouped || spec.count > 1 ? owner + "/" + std::to_string(member) : owner;
    const std::vector<std::string> by_name = spec.regex ? std::vector<std::string>{} : spec.topics;
    const ConsumeWhat what = grouped ? ConsumeWhat{ConsumeGroup{*spec.group, by_name, spec.regex.value_or(std::string{})}}
                                     : ConsumeWhat{ConsumePartitions{spec.assign}};
    const ClientIdentity who = identity(name);
    ConsumerConfig config = spec.config;
    if (spec.instance_id) {
      const bool one = spec.count == 1;
      config.group_instance_id = *spec.instance_id + (one ? std::string{} : "-" + std::to_string(member));
    }
    const ConsumingPlan work{spec.process_time, spec.commit, spec.poison};
    ClientFacts facts{name};
    facts.group = spec.group;
    facts.topics = spec.topics;
    facts.commits = spec.config.enable_auto_commit || spec.commit != CommitMoment::by_itself;
    facts.commits_by_hand = spec.commit != CommitMoment::by_itself;
    facts.assigned = spec.assign;
    facts.reads_committed = spec.config.isolation_level == "read_committed";
    add({grouped ? ClientKind::group_member : ClientKind::assigned_consumer, owner, member, name, {}, spec.from, spec.group},
        spec.rack, std::move(facts), [who, config, what, work, store = claim_check(spec.claim_check)] {
          return AnyMachine{ConsumingApp{who, config, what, work, store}};
        });
  }

  void pipeline(const PipelineSpec& spec, std::int32_t number) {
    const std::string name = spec.id + "/" + std::to_string(number);
    const ClientIdentity who = identity(name);
    ConsumerConfig reads = spec.consumer.config;
    ProducerConfig writes = spec.producer.config;
    const bool alone = spec.count == 1 && number == 1;
    if (!writes.transactional_id.empty() && !alone) writes.transactional_id += "-" + std::to_string(number);
    if (!reads.group_instance_id.empty() && !alone) reads.group_instance_id += "-" + std::to_string(number);
    const bool all = writes.acks == "all";
    ClientFacts facts{name, all, writes.enable_idempotence, writes.enable_idempotence || writes.max_in_flight == 1};
    facts.delivery_timeout = writes.delivery_timeout;
    facts.group = spec.group();
    facts.topics = spec.consumer.topics;
    facts.commits = facts.commits_by_hand = true;
    facts.reads_committed = reads.isolation_level == "read_committed";
    facts.pipeline = spec.id;
    const PipelinePlan plan{spec.id, spec.from(), spec.to, spec.guarantee, spec.consumer.process_time};
    add({ClientKind::pipeline, spec.id, number, name, {}, spec.consumer.from, spec.group()}, spec.consumer.rack, std::move(facts),
        [who, reads, writes, group = spec.group(), plan] { return AnyMachine{PipelineApp{who, reads, writes, group, plan}}; });
  }
};

std::vector<Place> places(const LinkEnd& end, const Cluster& cluster) {
  std::vector<Place> found;
  const auto all_of = [&found](const std::map<NodeId, HostId>& nodes) {
    for (const auto& [id, host] : nodes) found.emplace_back(host);
  };
  switch (end.kind) {
    case LinkEndKind::rack: found.emplace_back(Rack{end.name}); break;
    case LinkEndKind::node: found.emplace_back(*cluster.node(end.node)); break;
    case LinkEndKind::all_brokers: all_of(cluster.brokers); break;
    case LinkEndKind::all_controllers: all_of(cluster.controllers); break;
    case LinkEndKind::client:
      for (const ClientHost& client : cluster.clients) {
        if (client.name == end.name || client.owner == end.name) found.emplace_back(client.host);
      }
      break;
  }
  return found;
}

enum class Between : std::uint8_t { all, newest_client };  // newest: the links of the client that came last
void set_link(const LinkSpec& link, const NetworkSpec& network, const Cluster& cluster, World& world,
              Between whom = Between::all) {
  LinkQuality quality = everywhere(network);
  if (link.latency) {
    quality.least = link.latency->least;
    quality.most = link.latency->most;
  }
  if (link.bytes_per_s) quality.bytes_per_second = static_cast<std::uint64_t>(*link.bytes_per_s);
  const auto newest = [&](const Place& place) {
    const auto* host = std::get_if<HostId>(&place);
    return host && *host == cluster.clients.back().host;
  };
  for (const Place& a : places(link.a, cluster)) {
    for (const Place& b : places(link.b, cluster)) {
      if (a == b) continue;  // of 'all brokers' with 'all brokers', say
      if (whom == Between::all || newest(a) || newest(b)) world.set_link(a, b, quality);
    }
  }
}

}  // namespace

bool produces_by_hand(const Scenario& scenario) {
  return std::ranges::any_of(scenario.timeline, [](const TimelineEntry& entry) {
    const auto* produce = std::get_if<Produce>(&entry.operation);
    return produce && !produce->as;
  });
}

Endpoint endpoint_of(const NodeSpec& broker) {
  return broker.advertised.value_or(Endpoint{broker_name(broker.id), broker_port});
}

LinkQuality everywhere(const NetworkSpec& network) {
  return {network.latency.least, network.latency.most, static_cast<std::uint64_t>(network.bytes_per_s), 0};
}

std::optional<HostId> Cluster::node(NodeId id) const {
  if (const auto broker = brokers.find(id); broker != brokers.end()) return broker->second;
  if (const auto controller = controllers.find(id); controller != controllers.end()) return controller->second;
  return std::nullopt;
}

const ClientHost* Cluster::client(const std::string& name) const {
  const auto found = std::ranges::find(clients, name, &ClientHost::name);
  return found == clients.end() ? nullptr : &*found;
}

CreateTopicsRequest::Topic as_request(const TopicSpec& spec) {
  CreateTopicsRequest::Topic topic{.name = spec.name};
  for (const auto& [name, value] : spec.config) topic.configs.push_back({name, value});
  if (spec.assignment.empty()) {
    topic.num_partitions = spec.partitions;
    topic.replication_factor = spec.replication_factor;
  }
  for (std::size_t i = 0; i < spec.assignment.size(); ++i) {
    topic.assignments.push_back({PartitionIndex{static_cast<std::int32_t>(i)}, spec.assignment[i]});
  }
  return topic;
}

Cluster add_nodes(const Scenario& scenario, World& world) {
  Cluster cluster;
  std::map<NodeId, Endpoint> voters;
  for (const NodeSpec& spec : scenario.cluster.controllers)
    voters[spec.id] = Endpoint{controller_name(spec.id), controller_port};
  for (const NodeSpec& spec : scenario.cluster.controllers) {
    if (is_combined(scenario.cluster, spec.id)) continue;
    ControllerOptions options{spec.id,     cluster_id, voters, spec.config, legacy_of(scenario.cluster),
                              features_of(scenario.cluster)};
    options.voter_source = voter_source_of(scenario.cluster);
    HostSpec host =
        client_spec(controller_name(spec.id), spec.rack, [options] { return AnyMachine{Controller{options}}; });
    host.endpoint = voters.at(spec.id);
    host.disk = spec.disk;
    host.threads = threads_of(spec.config);
    cluster.controllers[spec.id] = world.add_host(std::move(host));
    format_storage(world, cluster.controllers[spec.id], spec.id, drawn_directory(world, spec.id));
  }
  for (const NodeSpec& spec : scenario.cluster.brokers) {
    HostSpec host = client_spec(broker_name(spec.id), spec.rack, broker_factory(scenario, spec, voters));
    host.endpoint = endpoint_of(spec);
    const bool combined = is_combined(scenario.cluster, spec.id);
    if (combined) host.second_endpoint = voters.at(spec.id);
    host.disk = spec.disk;
    host.threads = threads_of(spec.config);
    cluster.brokers[spec.id] = world.add_host(std::move(host));
    if (combined) cluster.controllers[spec.id] = cluster.brokers[spec.id];
    format_storage(world, cluster.brokers[spec.id], spec.id, drawn_directory(world, spec.id));
  }
  if (scenario.cluster.features.kraft_version > 0) format_quorum(scenario, world, cluster, voters);
  const ClientIdentity admin{"admin", -1, bootstrap(scenario), 0};
  const auto topics = topics_to_create(scenario);
  cluster.admin = world.add_host(client_spec("admin", std::nullopt, [admin, topics] {
    return AnyMachine{Admin{admin, ClientConfig{}, topics}};
  }));
  return cluster;
}

void format_new_disk(World& world, const Cluster& cluster, HostId host) {
  for (const auto* nodes : {&cluster.controllers, &cluster.brokers}) {
    for (const auto& [id, at] : *nodes) {
      if (at != host) continue;
      Random random = world.random("directory id").fork(static_cast<std::uint64_t>(id.value)).fork(static_cast<std::uint64_t>(world.now().ns));
      const std::uint64_t high = random.next();
      const std::uint64_t low = random.next();
      return format_storage(world, host, id, Uuid{high, low});
    }
  }
}

std::optional<Uuid> directory_id(const World& world, HostId host) {
  SimDisk copy = world.disk(host);
  const auto text = read_text(copy, meta_properties_file);
  if (!text || !*text) return std::nullopt;
  const Result<MetaProperties> properties = parse_meta_properties(**text);
  return properties ? std::optional{properties->directory_id} : std::nullopt;
}

std::optional<raft::VoterSet> voters_of(const World& world, const Cluster& cluster) {
  const RaftNode* best = nullptr;
  const auto knows = [](const RaftNode& node) { return std::pair{node.leader_and_epoch().epoch, node.log_end_offset()}; };
  for (const auto& [id, host] : cluster.controllers) {
    const Controller* controller = world.is_up(host) ? world.machine<Controller>(host) : nullptr;
    const bool knows_any = controller != nullptr && controller->raft().voter_set().size() > 0;  // its log has been read
    if (!knows_any || controller->raft().has_failed()) continue;
    if (best == nullptr || knows(controller->raft()) > knows(*best)) best = &controller->raft();
  }
  return best == nullptr ? std::nullopt : std::optional{best->voter_set()};
}

void add_clients(const Scenario& scenario, Instant origin, World& world, Cluster& cluster) {
  ClientMaker maker{scenario, world, cluster, origin};
  for (const QueueSpec& spec : scenario.queues) maker.queue(spec);
  for (const StoreSpec& spec : scenario.stores) maker.store(spec);
  for (const ProducerSpec& spec : scenario.producers) {
    for (std::int32_t i = 1; i <= spec.count; ++i) maker.producer(spec, i);
  }
  if (produces_by_hand(scenario)) add_producer_by_hand(scenario, world, cluster);
  std::map<std::string, std::int32_t> members;  // a group's members are numbered over all entries that name it
  for (const ConsumerSpec& spec : scenario.consumers) {
    for (std::int32_t i = 1; i <= spec.count; ++i)
      maker.consumer(spec, ++members[spec.group ? *spec.group : "assign " + spec.id]);
  }
  for (const PipelineSpec& spec : scenario.pipelines) {
    for (std::int32_t i = 1; i <= spec.count; ++i) maker.pipeline(spec, i);
  }
  for (const LinkSpec& link : scenario.network.links) set_link(link, scenario.network, cluster, world);
}

void add_producer_by_hand(const Scenario& scenario, World& world, Cluster& cluster) {
  ProducerSpec by_hand;
  by_hand.id = producer_by_hand;
  ClientMaker{scenario, world, cluster, Instant{}}.producer(by_hand, 1);
}

HostId add_member(const Scenario& scenario, const std::string& group, World& world, Cluster& cluster) {
  std::int32_t joined = 0;
  for (const ClientHost& client : cluster.clients) {
    if (client.group == group) joined = std::max(joined, client.number);
  }
  ClientMaker maker{scenario, world, cluster, Instant{}};
  if (const PipelineSpec* pipeline = pipeline_of_group(scenario, group)) {
    maker.pipeline(*pipeline, joined + 1);
  } else {
    maker.consumer(*std::ranges::find(scenario.consumers, std::optional{group}, &ConsumerSpec::group), joined + 1);
  }
  for (const LinkSpec& link : scenario.network.links)
    set_link(link, scenario.network, cluster, world, Between::newest_client);
  return cluster.clients.back().host;
}

std::vector<std::string> topics_of_group(const Scenario& scenario, const std::string& group) {
  std::vector<std::string> topics;
  for (const ConsumerSpec* spec : all_consumers(scenario)) {
    if (spec->group == group) topics.insert(topics.end(), spec->topics.begin(), spec->topics.end());
  }
  std::ranges::sort(topics);
  topics.erase(std::unique(topics.begin(), topics.end()), topics.end());
  return topics;
}

HostId add_administrator(const Scenario& scenario, World& world) {
  const ClientIdentity who{"admin", -1, bootstrap(scenario), 0};
  return world.add_host(client_spec("administrator", std::nullopt, [who] {
    return AnyMachine{Admin{who, ClientConfig{}, {}}};
  }));
}

HostId add_real_clients(World& world) {
  HostSpec spec;
  spec.name = "real-clients";
  return world.add_host(std::move(spec));
}

HostId add_final_reader(const Scenario& scenario, World& world, const std::vector<TopicPartition>& partitions,
                        Cluster& cluster) {
  ConsumerConfig config;
  config.auto_offset_reset = "earliest";
  config.enable_auto_commit = false;
  const ClientIdentity who{"final-reader", static_cast<std::int32_t>(cluster.clients.size()), bootstrap(scenario), 0};
  const ConsumeWhat what = ConsumePartitions{partitions};
  const HostId host = world.add_host(client_spec(who.client_id, std::nullopt, [who, config, what] {
    return AnyMachine{ConsumingApp{who, config, what, ConsumingPlan{}}};
  }));
  ClientFacts facts{who.client_id};
  facts.host = host;
  cluster.facts.push_back(std::move(facts));
  return host;
}

Subjects subjects_of(const Scenario& scenario, const Cluster& cluster) {
  Subjects subjects;
  for (const auto& [id, host] : cluster.brokers) subjects.nodes[host] = id;
  for (const auto& [id, host] : cluster.controllers) {
    subjects.nodes[host] = id;
    subjects.controllers.insert(id);
  }
  subjects.clients = cluster.facts;
  subjects.settling = time_to_settle(scenario);
  subjects.longest_transaction = Duration{};
  for (const ProducerSpec* producer : all_producers(scenario))
    subjects.longest_transaction = std::max(subjects.longest_transaction, producer->config.transaction_timeout);
  for (const PipelineSpec& pipeline : scenario.pipelines) {
    subjects.pipelines[pipeline.id] = {pipeline.group(), pipeline.from(), pipeline.to, pipeline.guarantee == Guarantee::exactly_once,
                                       pipeline.consumer.config.isolation_level == "read_committed"};
  }
  for (const NodeSpec& broker : scenario.cluster.brokers) {
    const Duration kept = broker.config.producer_id_expiration;
    subjects.producers_stay = subjects.producers_stay && scenario.duration < kept / 2;
  }
  std::vector<TopicSpec> topics = scenario.topics;
  for (const TimelineEntry& entry : scenario.timeline) {
    if (const auto* create = std::get_if<CreateTopic>(&entry.operation)) topics.push_back(create->topic);
  }
  for (const TopicSpec& topic : topics) {
    TopicConfig config = scenario.cluster.brokers.front().config.topic_defaults;
    for (const auto& [name, value] : topic.config) (void)set(config, name, SettingValue{value});
    subjects.min_insync_replicas[topic.name] = config.min_insync_replicas;
  }
  return subjects;
}

}  // namespace kafkasim::sim
