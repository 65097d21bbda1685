#include "sim/explore/reduce.hpp"

#include <algorithm>
#include <charconv>

#include "sim/explore/ddmin.hpp"
#include "sim/scenario/json_edit.hpp"
#include "sim/scenario/units.hpp"

namespace kafkasim::sim {

namespace {

// By keys and, in lists, indices; null where the way ends.
JsonValue* follow(JsonValue& root, const std::vector<std::string>& path) {
  JsonValue* at = &root;
  for (const std::string& step : path) {
    if (at->is(JsonKind::array)) {
      std::size_t index = 0;
      (void)std::from_chars(step.data(), step.data() + step.size(), index);
      if (index >= at->items.size()) return nullptr;
      at = &at->items[index];
    } else {
      at = member_of(*at, step);
    }
    if (!at) return nullptr;
  }
  return at;
}

void keep_only(JsonValue& container, const std::vector<std::size_t>& kept) {
  JsonValue rest;
  rest.kind = container.kind;
  for (const std::size_t i : kept) {
    rest.items.push_back(std::move(container.items[i]));
    if (container.is(JsonKind::object)) rest.keys.push_back(container.keys[i]);
  }
  container = std::move(rest);
}

bool is_any(const JsonValue& value) { return value.is(JsonKind::string) && (value.text == "any broker" || value.text == "any controller"); }

std::size_t count_any(const JsonValue& value) {
  std::size_t count = is_any(value) ? 1 : 0;
  for (const JsonValue& item : value.items) count += count_any(item);
  return count;
}

void replace_any(JsonValue& value, const std::string& name) {
  if (is_any(value)) value.text = name;
  for (JsonValue& item : value.items) replace_any(item, name);
}

void erase_numbers(JsonValue& list, std::int64_t number) {
  std::erase_if(list.items, [number](const JsonValue& v) { return v.as_i64() == number; });
}

}  // namespace

bool Reduction::try_instead(JsonValue candidate) {
  if (!attempt_(candidate)) return false;
  best_ = std::move(candidate);
  return true;
}

std::size_t Reduction::size_of(const std::string& list) const {
  const JsonValue* found = best_.find(list);
  return found ? found->items.size() : 0;
}

void Reduction::take_out_of(const Path& path) {
  const JsonValue start = best_;
  JsonValue copy = start;
  const JsonValue* container = follow(copy, path);
  if (!container || container->items.empty()) return;
  (void)ddmin(container->items.size(), [&](const std::vector<std::size_t>& kept) {
    JsonValue candidate = start;
    keep_only(*follow(candidate, path), kept);
    return try_instead(std::move(candidate));
  });
}

void Reduction::take_out_lists(const Path& to_list, const std::string& key) {
  JsonValue copy = best_;
  const JsonValue* list = follow(copy, to_list);
  for (std::size_t i = 0; list && i < list->items.size(); ++i) {
    Path path = to_list;
    path.push_back(std::to_string(i));
    path.push_back(key);
    take_out_of(path);
  }
}

void Reduction::drop(const Path& object, const std::string& key) {
  JsonValue candidate = best_;
  JsonValue* owner = follow(candidate, object);
  if (!owner || !member_of(*owner, key)) return;
  erase_member(*owner, key);
  (void)try_instead(std::move(candidate));
}

void Reduction::set(const Path& object, const std::string& key, JsonValue value) {
  JsonValue candidate = best_;
  JsonValue* owner = follow(candidate, object);
  if (!owner) return;
  set_member(*owner, key, std::move(value));
  (void)try_instead(std::move(candidate));
}

void Reduction::settle_targets(const std::map<std::size_t, std::string>& hit) {
  JsonValue candidate = best_;
  JsonValue* timeline = member_of(candidate, "timeline");
  bool any = false;
  for (const auto& [entry, name] : hit) {
    if (!timeline || entry >= timeline->items.size() || count_any(timeline->items[entry]) != 1) continue;
    replace_any(timeline->items[entry], name);
    any = true;
  }
  if (any) (void)try_instead(std::move(candidate));
}

void Reduction::take_out_faults() { take_out_of({"timeline"}); }

void Reduction::take_out_clients() {
  for (const char* list : {"consumers", "pipelines", "producers", "queues", "stores"}) take_out_of({list});
  take_out_lists({"consumers"}, "topics");
  take_out_lists({"consumers"}, "assign");
}

void Reduction::take_out_topics() {
  take_out_of({"topics"});
  take_out_lists({"topics"}, "config");
}

void Reduction::take_out_broker(std::int64_t id) {
  JsonValue candidate = best_;
  JsonValue* brokers = follow(candidate, {"cluster", "brokers"});
  if (!brokers || !brokers->is(JsonKind::array)) return;
  erase_numbers(*brokers, id);
  const std::size_t left = brokers->items.size();
  JsonValue* topics = member_of(candidate, "topics");
  for (std::size_t i = 0; topics && i < topics->items.size(); ++i) {
    JsonValue& topic = topics->items[i];
    std::size_t replicas = left;
    if (JsonValue* assignment = member_of(topic, "assignment")) {
      for (JsonValue& list : assignment->items) {
        erase_numbers(list, id);
        replicas = std::min(replicas, list.items.size());
      }
      for (JsonValue& list : assignment->items) list.items.resize(replicas);
    }
    JsonValue* factor = member_of(topic, "replication_factor");
    if (factor && factor->as_u64() > replicas) *factor = json_number(replicas);
  }
  (void)try_instead(std::move(candidate));
}

void Reduction::take_out_nodes() {
  take_out_of({"network", "links"});
  drop({}, "network");
  for (const char* key : {"racks", "overrides", "disk", "features", "legacy"}) drop({"cluster"}, key);
  take_out_of({"cluster", "overrides"});
  take_out_of({"cluster", "config"});
  JsonValue copy = best_;
  const JsonValue* brokers = follow(copy, {"cluster", "brokers"});
  std::vector<std::int64_t> ids;
  if (brokers && brokers->is(JsonKind::array)) {
    for (const JsonValue& id : brokers->items) ids.push_back(id.as_i64().value_or(0));
  } else if (brokers) {
    JsonValue list = json_list();
    for (std::int64_t id = 1; id <= brokers->as_i64().value_or(0); ++id) {
      ids.push_back(id);
      list.items.push_back(json_number(static_cast<std::uint64_t>(id)));
    }
    set_member(*follow(copy, {"cluster"}), "brokers", std::move(list));
    best_ = std::move(copy);  // says the same
  }
  for (std::size_t i = ids.size(); i-- > 0;) take_out_broker(ids[i]);
  set({"cluster"}, "controllers", json_number(1));
}

void Reduction::end_at(Duration when) {
  JsonValue candidate = best_;
  set_member(candidate, "duration", json_text(format_duration(milliseconds(when.whole_ms() + 1))));
  set_member(candidate, "epilogue", json_bool(false));
  (void)try_instead(std::move(candidate));
}

void Reduction::shorten() {
  for (;;) {
    const JsonValue* text = best_.find("duration");
    const Result<Duration> duration = text ? parse_duration(text->text) : fail("");
    if (!duration || duration->whole_ms() < 2) return;
    JsonValue candidate = best_;
    set_member(candidate, "duration", json_text(format_duration(milliseconds(duration->whole_ms() / 2))));
    if (!try_instead(std::move(candidate))) return;
  }
}

void Reduction::halve_rate(std::size_t producer) {
  for (;;) {
    JsonValue candidate = best_;
    JsonValue* rate = follow(candidate, {"producers", std::to_string(producer), "rate"});
    const Result<RecordRate> was = rate && rate->is(JsonKind::string) ? parse_record_rate(rate->text) : fail("");
    if (!was || was->records_per_1000_s < 2000) return;
    *rate = json_text(std::to_string(was->records_per_1000_s / 2000) + "/s");
    if (!try_instead(std::move(candidate))) return;
  }
}

void Reduction::lighten() {
  for (const char* list : {"producers", "consumers"}) {
    for (std::size_t i = 0; i < size_of(list); ++i) drop({list, std::to_string(i)}, "count");
  }
  for (std::size_t i = 0; i < size_of("topics"); ++i) {
    const Path topic{"topics", std::to_string(i)};
    JsonValue copy = best_;
    if (follow(copy, {"topics", std::to_string(i), "assignment"})) {
      take_out_of({"topics", std::to_string(i), "assignment"});
    } else {
      set(topic, "partitions", json_number(1));
    }
  }
  for (std::size_t i = 0; i < size_of("producers"); ++i) {
    for (const char* key : {"keys", "value_size", "rack"}) drop({"producers", std::to_string(i)}, key);
    take_out_of({"producers", std::to_string(i), "config"});
    halve_rate(i);
  }
  for (std::size_t i = 0; i < size_of("consumers"); ++i) {
    drop({"consumers", std::to_string(i)}, "process_time");
    take_out_of({"consumers", std::to_string(i), "config"});
  }
}

}  // namespace kafkasim::sim
