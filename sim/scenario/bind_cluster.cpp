#include <algorithm>
#include <array>

#include "core/model/legacy.hpp"
#include "sim/scenario/binder.hpp"

namespace kafkasim::sim {

namespace {

constexpr std::int32_t first_controller = 3000;
constexpr std::int64_t most_brokers = 500;
constexpr std::size_t most_combined = 3;

std::vector<NodeId> read_broker_ids(Binder& b, const JsonValue& value) {
  std::vector<NodeId> ids;
  if (value.is(JsonKind::integer)) {
    const std::optional<std::int64_t> count = read_integer(b.faults, value, 1, most_brokers);
    for (std::int32_t id = 1; count && id <= *count; ++id) ids.push_back(NodeId{id});
    return ids;
  }
  if (!value.is(JsonKind::array)) {
    if (!value.is(JsonKind::unusable))
      b.faults.error(value, "'brokers' must be a number of brokers, or a list of their ids");
    return ids;
  }
  if (value.items.empty() || value.items.size() > static_cast<std::size_t>(most_brokers)) {
    b.faults.error(value, "there must be between 1 and " + std::to_string(most_brokers) + " brokers");
    return ids;
  }
  std::set<NodeId> seen;
  for (const JsonValue& item : value.items) {
    const std::optional<std::int64_t> id = read_integer(b.faults, item, 0, first_controller - 1);
    if (!id) continue;
    if (!seen.insert(NodeId{static_cast<std::int32_t>(*id)}).second) {
      b.faults.error(item, "there are two brokers " + std::to_string(*id));
    }
  }
  return {seen.begin(), seen.end()};
}

std::int32_t read_controllers(Binder& b, const JsonValue* value) {
  constexpr std::int32_t usual = 3;
  if (value == nullptr) return usual;
  const std::optional<std::int64_t> count = read_integer(b.faults, *value, 0, 5);
  if (!count) return usual;
  if (*count % 2 == 0 && *count > 0) {
    b.faults.error(*value, "the number of controllers must be odd: 1, 3 or 5, or 0 for combined nodes");
    return usual;
  }
  return static_cast<std::int32_t>(*count);
}

// They are there to be made voters.
std::int64_t read_spare_controllers(Binder& b, const JsonValue& cluster, std::int32_t controllers) {
  constexpr std::int64_t most = 4;
  const JsonValue* value = cluster.find("spare_controllers");
  const auto count = value != nullptr ? read_integer(b.faults, *value, 0, most) : std::nullopt;
  if (!count || *count == 0) return 0;
  if (controllers == 0) b.faults.error(*value, "combined nodes have no spare controllers");
  const JsonValue* features = cluster.find("features");
  const JsonValue* version = features != nullptr ? features->find("kraft_version") : nullptr;
  if (version == nullptr || !version->is(JsonKind::integer) || version->bits != 1)
    b.faults.error(*value, "spare controllers can become voters only with \"features\": {\"kraft_version\": 1}");
  return *count;
}

void read_disk(Binder& b, const JsonValue& value, DiskSpec& disk) {
  const ObjectReader object{b.faults, value, "disk"};
  const auto quantity = [&](std::string_view key, auto parse, std::uint64_t& out) {
    const JsonValue* v = object.find(key);
    const std::optional<std::int64_t> read = v ? read_quantity(b.faults, *v, parse) : std::nullopt;
    if (read) out = static_cast<std::uint64_t>(*read);
  };
  const auto duration = [&](std::string_view key, Duration& out) {
    if (const JsonValue* v = object.find(key)) out = read_duration(b.faults, *v).value_or(out);
  };
  quantity("capacity", parse_size, disk.capacity);
  if (disk.capacity == 0) b.faults.error(*object.find("capacity"), "a disk must have some capacity");
  quantity("write", parse_byte_rate, disk.write_per_second);
  quantity("read", parse_byte_rate, disk.read_per_second);
  duration("seek", disk.seek);
  duration("sync", disk.sync);
  const auto toggle = [&](std::string_view key, Switch& out) {
    const JsonValue* v = object.find(key);
    const std::optional<bool> read = v ? read_bool(b.faults, *v) : std::nullopt;
    if (read) out = *read ? Switch::on : Switch::off;
  };
  toggle("zero_copy", disk.zero_copy);
  toggle("sequential", disk.sequential);
  const JsonValue* cache = object.find("page_cache");
  if (cache != nullptr && !cache->is(JsonKind::boolean)) {
    quantity("page_cache", parse_size, disk.page_cache);
  } else if (cache != nullptr && !cache->boolean) {
    disk.page_cache = 0;
  }
}

// KafkaConfig.validateValues, as far as we have the settings.
void check_node_config(Binder& b, const NodeConfig& config, const JsonValue& object) {
  const JsonValue* wait = object.find("replica.fetch.wait.max.ms");
  const auto check = [&](Duration limit, std::string_view name) {
    if (config.replica_fetch_wait_max <= limit) return;
    const JsonValue* at = wait != nullptr ? wait : object.find(name);
    b.faults.error(at != nullptr ? *at : object,
                   "'replica.fetch.wait.max.ms' must be at most '" + std::string{name} + "'");
  };
  check(config.replica_socket_timeout, "replica.socket.timeout.ms");
  check(config.replica_lag_time_max, "replica.lag.time.max.ms");
}

void read_racks(Binder& b, const JsonValue& value) {
  if (!expect_kind(b.faults, value, JsonKind::array)) return;
  std::vector<std::string> racks;
  for (const JsonValue& item : value.items) {
    std::optional<std::string> rack = read_string(b.faults, item);
    if (rack && rack->empty()) b.faults.error(item, "a rack must have a name");
    if (rack) racks.push_back(*rack);
    if (rack) b.names.racks.insert(std::move(*rack));
  }
  if (racks.empty()) return;
  auto& brokers = b.out.cluster.brokers;
  if (!brokers.empty() && racks.size() > brokers.size()) b.faults.warning(value, "there are more racks than brokers");
  for (std::size_t i = 0; i < brokers.size(); ++i) brokers[i].rack = racks[i % racks.size()];
}

void read_overrides(Binder& b, const JsonValue& value) {
  if (!expect_kind(b.faults, value, JsonKind::array)) return;
  for (const JsonValue& item : value.items) {
    ObjectReader object{b.faults, item, "override"};
    const JsonValue* id = object.require("broker");
    const std::optional<NodeId> broker = id != nullptr ? read_broker(b, *id) : std::nullopt;
    NodeSpec unknown;  // so that the rest is checked even where the broker is not known
    NodeSpec* node = &unknown;
    for (NodeSpec& candidate : b.out.cluster.brokers) {
      if (broker == candidate.id) node = &candidate;
    }
    if (const JsonValue* disk = object.find("disk")) read_disk(b, *disk, node->disk);
    if (const JsonValue* config = object.find("config")) {
      apply_settings(b.faults, node->config, *config, node_setting_names());
      check_node_config(b, node->config, *config);
    }
  }
}

void read_features(Binder& b, const JsonValue& value) {
  const ObjectReader object{b.faults, value, "features"};
  Features& features = b.out.cluster.features;
  if (const JsonValue* v = object.find("eligible_leader_replicas")) {
    features.eligible_leader_replicas = read_bool(b.faults, *v).value_or(true);
  }
  if (const JsonValue* v = object.find("transaction_version")) {
    features.transaction_version = static_cast<std::int16_t>(read_integer(b.faults, *v, 0, 2).value_or(2));
  }
  if (const JsonValue* v = object.find("kraft_version")) {
    features.kraft_version = static_cast<std::int16_t>(read_integer(b.faults, *v, 0, 1).value_or(0));
  }
}

void read_legacy(Binder& b, const JsonValue& value) {
  if (!expect_kind(b.faults, value, JsonKind::array)) return;
  for (const JsonValue& item : value.items) {
    const std::optional<std::string> name = read_string(b.faults, item);
    if (!name) continue;
    if (legacy_by_name(*name)) {
      b.out.cluster.legacy.push_back(*name);
      continue;
    }
    std::vector<std::string_view> known;
    for (const LegacyInfo& one : legacy_table()) known.push_back(one.name);
    b.faults.error(item, "there is no legacy behaviour " + quote(*name) + suggestion(*name, known));
  }
}

LinkEnd named_end(LinkEndKind kind, std::string_view name) { return LinkEnd{kind, std::string{name}, {}}; }

// Links stand from the beginning: only what does not move can be their end.
std::optional<LinkEnd> read_link_end(Binder& b, const JsonValue& value) {
  constexpr std::string_view prefix = "rack:";
  if (value.is(JsonKind::string) && value.text.starts_with(prefix)) {
    const std::string name = value.text.substr(prefix.size());
    if (b.names.racks.contains(name)) return named_end(LinkEndKind::rack, name);
    const std::vector<std::string_view> racks(b.names.racks.begin(), b.names.racks.end());
    b.faults.error(value, "there is no rack " + quote(name) + suggestion(name, racks));
    return std::nullopt;
  }
  const std::optional<Target> target = read_target(b, value);
  if (!target) return std::nullopt;
  if (const auto* rack = std::get_if<RackTarget>(&target->what)) return named_end(LinkEndKind::rack, rack->rack);
  if (const auto* node = std::get_if<NodeTarget>(&target->what)) return LinkEnd{LinkEndKind::node, "", node->node};
  if (std::holds_alternative<ClientTarget>(target->what)) return named_end(LinkEndKind::client, target->text);
  if (const auto* some = std::get_if<ClusterTarget>(&target->what)) {
    if (*some == ClusterTarget::all_brokers) return named_end(LinkEndKind::all_brokers, "");
    if (*some == ClusterTarget::all_controllers) return named_end(LinkEndKind::all_controllers, "");
  }
  b.faults.error(value,
                 "a link stands from the beginning: its end is a rack (\"rack:a\"), an id, a client, 'all brokers' or "
                 "'all controllers'");
  return std::nullopt;
}

void read_link(Binder& b, const JsonValue& value) {
  ObjectReader object{b.faults, value, "link"};
  LinkSpec link;
  bool complete = false;
  if (const JsonValue* between = object.require("between")) {
    if (!between->is(JsonKind::array) || between->items.size() != 2) {
      b.faults.error(*between, "'between' must be a list of two ends");
    } else {
      const std::optional<LinkEnd> first = read_link_end(b, between->items[0]);
      const std::optional<LinkEnd> second = read_link_end(b, between->items[1]);
      complete = first && second;
      if (complete) link.a = *first;
      if (complete) link.b = *second;
    }
  }
  if (const JsonValue* v = object.find("latency")) link.latency = read_quantity(b.faults, *v, parse_duration_range);
  if (const JsonValue* v = object.find("bandwidth")) link.bytes_per_s = read_quantity(b.faults, *v, parse_byte_rate);
  if (complete) b.out.network.links.push_back(std::move(link));
}

}  // namespace

void bind_cluster(Binder& b, const JsonValue& value) {
  ObjectReader object{b.faults, value, "cluster"};
  ClusterSpec& cluster = b.out.cluster;
  if (const JsonValue* v = object.find("profile")) {
    cluster.profile = read_choice(b.faults, *v, {"default", "fast"}) == 1U ? Profile::fast : Profile::kafka_defaults;
  }
  std::vector<NodeId> ids;
  if (const JsonValue* v = object.require("brokers")) ids = read_broker_ids(b, *v);
  NodeSpec node;
  if (cluster.profile == Profile::fast) apply_fast_profile(node.config);
  if (!ids.empty()) {
    const std::int64_t replicas = std::min<std::int64_t>(3, std::ssize(ids));
    node.config.offsets_topic_replication_factor = replicas;
    node.config.transaction_state_log_replication_factor = replicas;
    node.config.transaction_state_log_min_isr = std::min<std::int64_t>(2, replicas);
  }
  if (const JsonValue* v = object.find("disk")) read_disk(b, *v, node.disk);
  if (const JsonValue* v = object.find("config")) {
    apply_settings(b.faults, node.config, *v, node_setting_names());
    check_node_config(b, node.config, *v);
    for (const std::string_view setting : {"offsets.topic.replication.factor", "transaction.state.log.replication.factor"}) {
      const JsonValue* replicas = v->find(setting);
      const std::int64_t wanted = setting.starts_with("offsets") ? node.config.offsets_topic_replication_factor
                                                                 : node.config.transaction_state_log_replication_factor;
      if (replicas != nullptr && !ids.empty() && wanted > std::ssize(ids)) {
        b.faults.error(*replicas, "there are only " + std::to_string(ids.size()) + " brokers for so many replicas");
      }
    }
  }
  for (const NodeId id : ids) {
    node.id = id;
    cluster.brokers.push_back(node);
    b.names.brokers.insert(id);
  }
  const std::int32_t controllers = read_controllers(b, object.find("controllers"));
  const std::int64_t spare = read_spare_controllers(b, value, controllers);
  cluster.spare_controllers = static_cast<std::size_t>(spare);
  for (std::int32_t i = 0; i < controllers + static_cast<std::int32_t>(spare); ++i) {
    node.id = NodeId{first_controller + i};
    cluster.controllers.push_back(node);
    b.names.controllers.insert(node.id);
  }
  for (std::size_t i = 0; controllers == 0 && i < std::min(ids.size(), most_combined); ++i) b.names.controllers.insert(ids[i]);
  if (const JsonValue* v = object.find("racks")) read_racks(b, *v);
  if (const JsonValue* v = object.find("overrides")) read_overrides(b, *v);
  for (const NodeSpec& broker : cluster.brokers) {  // with its rack and settings
    if (b.names.controllers.contains(broker.id)) cluster.controllers.push_back(broker);
  }
  if (const JsonValue* v = object.find("features")) read_features(b, *v);
  if (const JsonValue* v = object.find("legacy")) read_legacy(b, *v);
}

void bind_network(Binder& b, const JsonValue& value) {
  const ObjectReader object{b.faults, value, "network"};
  NetworkSpec& network = b.out.network;
  if (const JsonValue* v = object.find("latency")) {
    network.latency = read_quantity(b.faults, *v, parse_duration_range).value_or(network.latency);
  }
  if (const JsonValue* v = object.find("bandwidth")) {
    network.bytes_per_s = read_quantity(b.faults, *v, parse_byte_rate).value_or(network.bytes_per_s);
  }
  const JsonValue* links = object.find("links");
  if (links == nullptr || !expect_kind(b.faults, *links, JsonKind::array)) return;
  for (const JsonValue& link : links->items) read_link(b, link);
}

}  // namespace kafkasim::sim
