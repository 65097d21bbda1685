#include <algorithm>
#include <array>
#include <charconv>

#include "core/model/topic_name.hpp"
#include "sim/scenario/binder.hpp"
#include "sim/scenario/keys.hpp"

namespace kafkasim::sim {

namespace {

struct FixedTarget {
  std::string_view name;
  ClusterTarget target{};
};
constexpr std::array fixed_targets{FixedTarget{"controller", ClusterTarget::active_controller},
                                   FixedTarget{"any controller", ClusterTarget::any_controller},
                                   FixedTarget{"all controllers", ClusterTarget::all_controllers},
                                   FixedTarget{"any broker", ClusterTarget::any_broker},
                                   FixedTarget{"all brokers", ClusterTarget::all_brokers}};
constexpr std::array<std::string_view, 6> call_forms{"leader", "follower", "followers", "coordinator",
                                                    "transaction_coordinator", "rack"};

std::optional<std::int32_t> number_in(std::string_view text) {
  std::int32_t number = 0;
  const bool digits = !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
  const auto [at, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (!digits || error != std::errc{} || at != text.data() + text.size()) return std::nullopt;
  return number;
}

template <class Container>
std::vector<std::string_view> names_in(const Container& container) {
  std::vector<std::string_view> names;
  for (const auto& item : container) {
    if constexpr (std::is_same_v<std::remove_cvref_t<decltype(item)>, std::string>) {
      names.push_back(item);
    } else {
      names.push_back(item.first);
    }
  }
  return names;
}

std::optional<Target> node_target(Binder& b, const JsonValue& at, std::int64_t id) {
  const NodeId node{static_cast<std::int32_t>(std::clamp<std::int64_t>(id, INT32_MIN, INT32_MAX))};
  const bool known = b.names.brokers.empty() || b.names.brokers.contains(node) || b.names.controllers.contains(node);
  if (known && id >= 0 && id <= INT32_MAX) return Target{NodeTarget{node}, std::to_string(id)};
  b.faults.error(at, "there is no node " + std::to_string(id));
  return std::nullopt;
}

// "leader(orders-0)" and so on.
std::optional<Target> call_target(Binder& b, const JsonValue& at, std::string_view text) {
  const std::size_t open = text.find('(');
  const std::string_view form = text.substr(0, open);
  const std::string_view argument = text.substr(open + 1, text.size() - open - 2);
  const auto with = [&](auto what) { return Target{std::move(what), std::string{text}}; };
  if (form == "coordinator") {
    const bool may_come = b.clients == Clients::real_ones_too && !argument.empty();
    if (may_come || b.names.groups.contains(argument)) return with(CoordinatorTarget{std::string{argument}});
    b.faults.error(at, "there is no group " + quote(argument) + suggestion(argument, names_in(b.names.groups)));
    return std::nullopt;
  }
  if (form == "transaction_coordinator") {  // any id has one, whether or not it is in use
    if (!argument.empty()) return with(TransactionCoordinatorTarget{std::string{argument}});
    b.faults.error(at, "a transactional id must not be empty");
    return std::nullopt;
  }
  if (form == "rack") {
    if (b.names.racks.contains(argument)) return with(RackTarget{std::string{argument}});
    b.faults.error(at, "there is no rack " + quote(argument) + suggestion(argument, names_in(b.names.racks)));
    return std::nullopt;
  }
  if (std::ranges::find(call_forms, form) == call_forms.end()) {
    const std::vector<std::string_view> forms(call_forms.begin(), call_forms.end());
    b.faults.error(at, "unknown target " + quote(text) + suggestion(form, forms));
    return std::nullopt;
  }
  const std::optional<TopicPartition> partition = resolve_partition(b, at, argument);
  if (!partition) return std::nullopt;
  if (form == "leader") return with(LeaderTarget{*partition});
  if (form == "follower") return with(FollowerTarget{*partition});
  return with(FollowersTarget{*partition});
}

}  // namespace

bool is_made_by_cluster(std::string_view topic) {
  return topic == offsets_topic || topic == transaction_state_topic || topic == cluster_metadata_topic;
}

bool topic_may_come(const Binder& b, std::string_view name) {
  return b.clients == Clients::real_ones_too && !topic_name_fault(std::string{name});
}

std::vector<std::string_view> topic_names(const Names& names) { return names_in(names.topics); }

bool known_topic(Binder& b, const JsonValue& at, std::string_view name) {
  if (b.names.topics.contains(name) || topic_may_come(b, name)) return true;
  b.faults.error(at, "there is no topic " + quote(name) + suggestion(name, topic_names(b.names)));
  return false;
}

std::optional<TopicPartition> resolve_partition(Binder& b, const JsonValue& at, std::string_view text) {
  const std::size_t dash = text.rfind('-');
  const std::optional<std::int32_t> number =
      dash == std::string_view::npos ? std::nullopt : number_in(text.substr(dash + 1));
  if (!number) {
    b.faults.error(at, quote(text) + " is no partition: it is written TOPIC-NUMBER, as in 'orders-0'");
    return std::nullopt;
  }
  const std::string_view topic = text.substr(0, dash);
  std::optional<std::int32_t> count;
  if (topic == "__cluster_metadata") {
    count = 1;
  } else if (topic == offsets_topic) {
    if (!b.out.cluster.brokers.empty()) {
      count = static_cast<std::int32_t>(b.out.cluster.brokers.front().config.offsets_topic_num_partitions);
    }
  } else if (topic == transaction_state_topic) {
    if (!b.out.cluster.brokers.empty()) {
      count = static_cast<std::int32_t>(b.out.cluster.brokers.front().config.transaction_state_log_num_partitions);
    }
  } else if (const auto found = b.names.topics.find(topic); found != b.names.topics.end()) {
    count = found->second;
  } else if (!topic_may_come(b, topic)) {
    b.faults.error(at, "there is no topic " + quote(topic) + suggestion(topic, topic_names(b.names)));
    return std::nullopt;
  }
  if (count && *number >= *count) {
    b.faults.error(at, "topic " + quote(topic) + " has no partition " + std::to_string(*number) + ": it has "
                           + std::to_string(*count) + ", from 0 on");
    return std::nullopt;
  }
  return TopicPartition{std::string{topic}, PartitionIndex{*number}};
}

std::optional<TopicPartition> read_partition(Binder& b, const JsonValue& value) {
  const std::optional<std::string> text = read_string(b.faults, value);
  return text ? resolve_partition(b, value, *text) : std::nullopt;
}

std::optional<PartitionIndex> read_partition_of(Binder& b, const JsonValue& value, std::string_view topic) {
  const std::optional<std::int64_t> number = read_integer(b.faults, value, 0, INT32_MAX);
  if (!number) return std::nullopt;
  const auto found = b.names.topics.find(topic);
  if (found != b.names.topics.end() && found->second && *number >= *found->second) {
    b.faults.error(value, "topic " + quote(topic) + " has no partition " + std::to_string(*number) + ": it has "
                              + std::to_string(*found->second) + ", from 0 on");
    return std::nullopt;
  }
  return PartitionIndex{static_cast<std::int32_t>(*number)};
}

std::optional<NodeId> read_broker(Binder& b, const JsonValue& value) {
  std::optional<std::int64_t> id = value.as_i64();
  if (value.is(JsonKind::string)) id = number_in(value.text);
  if (!id) {
    if (!value.is(JsonKind::unusable)) b.faults.error(value, "this must be the id of a broker");
    return std::nullopt;
  }
  const NodeId node{static_cast<std::int32_t>(std::clamp<std::int64_t>(*id, -1, INT32_MAX))};
  if (node.value >= 0 && (b.names.brokers.empty() || b.names.brokers.contains(node))) return node;
  b.faults.error(value, "there is no broker " + std::to_string(*id));
  return std::nullopt;
}

std::optional<ClientTarget> find_client(const Names& names, std::string_view text) {
  const std::size_t slash = text.rfind('/');
  const std::string_view name = text.substr(0, slash);
  std::optional<std::int32_t> number;
  if (slash != std::string_view::npos) {
    number = number_in(text.substr(slash + 1));
    if (!number || *number < 1) return std::nullopt;
  }
  const auto within = [&](std::optional<std::int32_t> count) { return !number || !count || *number <= *count; };
  const auto client = [&](ClientKind kind) { return ClientTarget{kind, std::string{name}, number}; };
  if (const auto it = names.producers.find(name); it != names.producers.end() && within(it->second)) {
    return client(ClientKind::producer);
  }
  if (const auto it = names.assigned.find(name); it != names.assigned.end() && within(it->second)) {
    return client(ClientKind::assigned_consumer);
  }
  if (names.pipelines.contains(name)) return client(ClientKind::pipeline);
  if (names.groups.contains(name)) return client(ClientKind::group_member);  // of members there may come more
  return std::nullopt;
}

bool good_client_name(Binder& b, const JsonValue& at, std::string_view name) {
  const bool taken = std::ranges::find(fixed_targets, name, &FixedTarget::name) != fixed_targets.end();
  if (name.empty() || name.size() > 249 || taken || number_in(name)
      || name.find_first_of("/()") != std::string_view::npos) {
    b.faults.error(at,
                   quote(name) + " cannot be a name: it is empty or too long, has '/', '(' or ')', or means a node");
    return false;
  }
  return true;
}

std::optional<Target> read_target(Binder& b, const JsonValue& value) {
  if (const std::optional<std::int64_t> id = value.as_i64()) return node_target(b, value, *id);
  if (!value.is(JsonKind::string)) {
    if (!value.is(JsonKind::unusable))
      b.faults.error(value, "a target must be a node's id or a string like \"leader(orders-0)\"");
    return std::nullopt;
  }
  const std::string& text = value.text;
  if (const std::optional<std::int32_t> id = number_in(text)) return node_target(b, value, *id);
  const auto fixed = std::ranges::find(fixed_targets, std::string_view{text}, &FixedTarget::name);
  if (fixed != fixed_targets.end()) return Target{fixed->target, text};
  if (text.find('(') != std::string::npos && text.ends_with(')')) return call_target(b, value, text);
  if (constexpr std::string_view prefix = "rack:"; text.starts_with(prefix)) {  // as links have it
    return call_target(b, value, "rack(" + text.substr(prefix.size()) + ")");
  }
  if (const std::optional<ClientTarget> client = find_client(b.names, text)) return Target{*client, text};
  std::vector<std::string_view> known = names_in(b.names.producers);
  for (const std::string_view name : names_in(b.names.pipelines)) known.push_back(name);
  for (const std::string_view name : names_in(b.names.groups)) known.push_back(name);
  for (const std::string_view name : names_in(b.names.assigned)) known.push_back(name);
  for (const FixedTarget& target : fixed_targets) known.push_back(target.name);
  b.faults.error(value, "unknown target " + quote(text) + suggestion(text, known));
  return std::nullopt;
}

}  // namespace kafkasim::sim
