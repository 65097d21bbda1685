// The entries of a timeline that act on the network, on messages and on metadata.
#include <algorithm>
#include <array>

#include "core/wire/codec.hpp"
#include "sim/scenario/binder.hpp"
#include "sim/scenario/keys.hpp"

namespace kafkasim::sim {

namespace {

// A target, or a list of them.
std::vector<Target> read_some(Binder& b, const JsonValue& value) {
  std::vector<Target> targets;
  const auto add = [&](const JsonValue& one) {
    if (std::optional<Target> target = read_target(b, one)) targets.push_back(std::move(*target));
  };
  if (!value.is(JsonKind::array)) {
    add(value);
    return targets;
  }
  if (value.items.empty()) b.faults.error(value, "a group must not be empty");
  for (const JsonValue& item : value.items) add(item);
  return targets;
}

bool read_between(Binder& b, ObjectReader& object, std::vector<Target>& one, std::vector<Target>& two) {
  const JsonValue* between = object.require("between");
  if (between == nullptr) return false;
  if (!between->is(JsonKind::array) || between->items.size() != 2) {
    b.faults.error(*between, "'between' must be a list of two ends");
    return false;
  }
  one = read_some(b, between->items[0]);
  two = read_some(b, between->items[1]);
  return !one.empty() && !two.empty();
}

std::optional<std::uint32_t> read_loss(Binder& b, const JsonValue& value) {
  if (!value.is(JsonKind::fraction)) {
    const auto whole = read_integer(b.faults, value, 0, 1);
    return whole ? std::optional{static_cast<std::uint32_t>(*whole * 1'000'000)} : std::nullopt;
  }
  const Result<std::int64_t> parts = parse_per_million(value.text);
  if (parts && *parts <= 1'000'000) return static_cast<std::uint32_t>(*parts);
  b.faults.error(value, parts ? "a loss is between 0 and 1" : parts.error().message);
  return std::nullopt;
}

std::optional<Operation> read_slow_link(Binder& b, const JsonValue& value) {
  ObjectReader object{b.faults, value, "slow_link"};
  if (!object.ok()) return std::nullopt;
  SlowLink link;
  const bool complete = read_between(b, object, link.a, link.b);
  const JsonValue* latency = object.find("latency");
  const JsonValue* bandwidth = object.find("bandwidth");
  const JsonValue* loss = object.find("loss");
  if (latency != nullptr) link.latency = read_quantity(b.faults, *latency, parse_duration_range);
  if (bandwidth != nullptr) link.bytes_per_s = read_quantity(b.faults, *bandwidth, parse_byte_rate);
  if (loss != nullptr) link.loss_per_million = read_loss(b, *loss);
  if (latency == nullptr && bandwidth == nullptr && loss == nullptr) {
    b.faults.error(value, "'slow_link' needs 'latency', 'bandwidth' or 'loss'");
  }
  return complete ? std::optional<Operation>{std::move(link)} : std::nullopt;
}

std::optional<Operation> read_disconnect(Binder& b, const JsonValue& value) {
  ObjectReader object{b.faults, value, "disconnect"};
  ResetConnections reset;
  if (!object.ok() || !read_between(b, object, reset.a, reset.b)) return std::nullopt;
  return Operation{std::move(reset)};
}

std::optional<ApiKey> read_api(Binder& b, const JsonValue& value) {
  const std::optional<std::string> name = read_string(b.faults, value);
  if (!name) return std::nullopt;
  std::vector<std::string_view> known;
  for (const ApiKey api : known_apis()) {
    if (api_name(api) == *name) return api;
    known.push_back(api_name(api));
  }
  b.faults.error(value, "there is no API " + quote(*name) + suggestion(*name, known));
  return std::nullopt;
}

void read_then(Binder& b, const JsonValue& value, Intercept& out) {
  if (!value.is(JsonKind::object)) {
    const std::optional<std::size_t> choice = read_choice(b.faults, value, {"drop", "hold", "disconnect"});
    if (choice == 1U) out.then = HoldIt{};
    if (choice == 2U) out.then = DisconnectIt{};
    return;
  }
  const ObjectReader object{b.faults, value, "then"};
  const JsonValue* delay = object.find("delay");
  const JsonValue* error = object.find("error");
  if ((delay == nullptr) == (error == nullptr)) b.faults.error(value, "'then' needs either 'delay' or 'error'");
  if (delay != nullptr) out.then = DelayIt{read_duration(b.faults, *delay).value_or(Duration{})};
  if (error == nullptr) return;
  const std::optional<std::string> name = read_string(b.faults, *error);
  if (!name) return;
  const std::optional<ErrorCode> code = error_by_name(*name);
  if (code && *code != ErrorCode::none) {
    out.then = FailIt{*code};
    return;
  }
  std::vector<std::string_view> known;
  for (std::int16_t number = 1; number < 256; ++number) {
    const ErrorCode one = error_by_number(number);
    if (static_cast<std::int16_t>(one) == number) known.push_back(error_name(one));
  }
  b.faults.error(*error, "Kafka has no error " + quote(*name) + suggestion(*name, known));
}

std::optional<std::uint64_t> read_count(Binder& b, const JsonValue& value, std::int64_t least) {
  const std::optional<std::int64_t> count = read_integer(b.faults, value, least, INT64_MAX);
  return count ? std::optional{static_cast<std::uint64_t>(*count)} : std::nullopt;
}

std::optional<Operation> read_intercept(Binder& b, const JsonValue& value) {
  const ObjectReader object{b.faults, value, "intercept"};
  if (!object.ok()) return std::nullopt;
  Intercept out;
  if (const JsonValue* v = object.find("from")) out.from = read_some(b, *v);
  if (const JsonValue* v = object.find("to")) out.to = read_some(b, *v);
  if (const JsonValue* v = object.find("api")) out.api = read_api(b, *v);
  if (const JsonValue* v = object.find("kind")) {
    const std::optional<std::size_t> kind = read_choice(b.faults, *v, {"request", "response"});
    if (kind) out.kind = *kind == 0 ? MessageKind::request : MessageKind::response;
  }
  if (const JsonValue* v = object.find("then")) read_then(b, *v, out);  // left out: dropped
  if (const JsonValue* v = object.find("skip")) out.skip = read_count(b, *v, 0).value_or(0);
  if (const JsonValue* v = object.find("count")) out.count = read_count(b, *v, 1);
  return Operation{std::move(out)};
}

std::optional<Operation> read_release(Binder& b, const JsonValue& value, const JsonValue& entry) {
  Release release;
  if (const JsonValue* count = entry.find("count")) release.count = read_count(b, *count, 1);
  const std::optional<std::string> name = read_intercept_name(b, value);
  if (!name) return std::nullopt;
  release.name = *name;
  return Operation{std::move(release)};
}

std::optional<Operation> read_freeze(Binder& b, const JsonValue& value) {
  if (!value.is(JsonKind::object)) {
    std::optional<Target> target = read_target(b, value);
    return target ? std::optional<Operation>{MetadataFreeze{std::move(*target), {}, {}}} : std::nullopt;
  }
  ObjectReader object{b.faults, value, "freeze_metadata"};
  MetadataFreeze freeze;
  const JsonValue* whom = object.require("target");
  std::optional<Target> target = whom != nullptr ? read_target(b, *whom) : std::nullopt;
  const JsonValue* partition = object.find("partition");
  const JsonValue* epoch = object.find("leader_epoch");
  if (partition != nullptr) freeze.partition = read_partition(b, *partition);
  if (epoch != nullptr) {
    freeze.leader_epoch.value = static_cast<std::int32_t>(read_integer(b.faults, *epoch, 0, INT32_MAX).value_or(0));
  }
  if ((partition == nullptr) != (epoch == nullptr)) {
    b.faults.error(value, "'partition' and 'leader_epoch' stand together");
  }
  if (!target) return std::nullopt;
  freeze.target = std::move(*target);
  return Operation{std::move(freeze)};
}

}  // namespace

std::optional<std::string> read_intercept_name(Binder& b, const JsonValue& value) {
  const std::optional<std::string> name = read_string(b.faults, value);
  if (!name || b.names.intercepts.contains(*name)) return name;
  const std::vector<std::string_view> known(b.names.intercepts.begin(), b.names.intercepts.end());
  b.faults.error(value, "there is no intercept named " + quote(*name) + suggestion(*name, known));
  return std::nullopt;
}

bool is_network_fault(std::string_view key) {
  constexpr std::array<std::string_view, 6> keys{"slow_link", "disconnect",      "intercept",
                                                 "release",   "freeze_metadata", "campaign"};
  return std::ranges::find(keys, key) != keys.end();
}

std::optional<Operation> read_network_fault(Binder& b, std::string_view key, const JsonValue& value,
                                            const JsonValue& entry) {
  if (key == "slow_link") return read_slow_link(b, value);
  if (key == "disconnect") return read_disconnect(b, value);
  if (key == "intercept") return read_intercept(b, value);
  if (key == "release") return read_release(b, value, entry);
  if (key == "freeze_metadata") return read_freeze(b, value);
  std::optional<Target> target = read_target(b, value);  // campaign
  return target ? std::optional<Operation>{StandForElection{std::move(*target)}} : std::nullopt;
}

}  // namespace kafkasim::sim
