#include <algorithm>

#include "sim/scenario/binder.hpp"
#include "sim/scenario/keys.hpp"

namespace kafkasim::sim {

namespace {

std::vector<Target> read_targets(Binder& b, const JsonValue& list, std::size_t from_depth) {
  std::vector<Target> targets;
  if (!expect_kind(b.faults, list, JsonKind::array)) return targets;
  if (list.items.empty())
    b.faults.error(list, from_depth == 0 ? "a partition cuts off somebody" : "a group must not be empty");
  for (const JsonValue& item : list.items) {
    if (std::optional<Target> target = read_target(b, item)) targets.push_back(std::move(*target));
  }
  return targets;
}

void read_keep(Binder& b, const JsonValue& value, PowerOff& out) {
  if (!value.is(JsonKind::object)) {
    if (const auto choice = read_choice(b.faults, value, {"none", "all"}))
      out.keep = *choice == 0 ? Keep::none : Keep::all;
    return;
  }
  ObjectReader object{b.faults, value, "keep"};
  const JsonValue* partition = object.require("partition");
  const JsonValue* records = object.require("records");
  const auto tp = partition != nullptr ? read_partition(b, *partition) : std::nullopt;
  const auto count = records != nullptr ? read_integer(b.faults, *records, 0, INT64_MAX) : std::nullopt;
  if (tp && count) out.keep = KeepRecords{*tp, *count};
}

std::optional<Operation> read_power_off(Binder& b, const JsonValue& value) {
  if (!value.is(JsonKind::object)) {
    std::optional<Target> target = read_target(b, value);
    return target ? std::optional<Operation>{PowerOff{std::move(*target), Keep::drawn, LeftTorn::no}} : std::nullopt;
  }
  ObjectReader object{b.faults, value, "power_off"};
  PowerOff out;
  if (const JsonValue* v = object.find("keep")) read_keep(b, *v, out);
  if (const JsonValue* v = object.find("torn")) out.torn = read_bool(b.faults, *v) == true ? LeftTorn::yes : LeftTorn::no;
  const JsonValue* whom = object.require("target");
  std::optional<Target> target = whom != nullptr ? read_target(b, *whom) : std::nullopt;
  if (!target) return std::nullopt;
  out.target = std::move(*target);
  return Operation{std::move(out)};
}

std::optional<Operation> read_cut(Binder& b, const JsonValue& value, const JsonValue& entry) {
  Partition cut;
  if (const JsonValue* one_way = entry.find("one_way")) {
    cut.direction = read_bool(b.faults, *one_way) == true ? CutDirection::one_way : CutDirection::both_ways;
  }
  if (!expect_kind(b.faults, value, JsonKind::array)) return std::nullopt;
  const bool any_list = std::ranges::any_of(value.items, [](const JsonValue& v) { return v.is(JsonKind::array); });
  if (!any_list) {
    cut.a = read_targets(b, value, 0);
  } else if (value.items.size() != 2 || !value.items[0].is(JsonKind::array) || !value.items[1].is(JsonKind::array)) {
    b.faults.error(value, "'partition' takes one list of targets, or two such lists in a list");
    return std::nullopt;
  } else {
    cut.a = read_targets(b, value.items[0], 1);
    cut.b = read_targets(b, value.items[1], 1);
  }
  return Operation{std::move(cut)};
}

// "shop", or "shop/2" of several. `one`: only a single one will do.
enum class HowMany : std::uint8_t { any, one };
std::optional<std::string> read_producer_id(Binder& b, const JsonValue& value, HowMany wanted) {
  const std::optional<std::string> id = read_string(b.faults, value);
  if (!id) return std::nullopt;
  const std::optional<ClientTarget> client = find_client(b.names, *id);
  if (!client || client->kind != ClientKind::producer) {
    std::vector<std::string_view> known;
    for (const auto& [name, count] : b.names.producers) known.push_back(name);
    b.faults.error(value, "there is no producer " + quote(*id) + suggestion(*id, known));
    return std::nullopt;
  }
  const std::optional<std::int32_t> count = b.names.producers.find(client->name)->second;
  if (wanted == HowMany::one && !client->number && count.value_or(1) > 1) {
    b.faults.error(value,
                   "there are " + std::to_string(*count) + " of them: say which, as in " + quote(client->name + "/1"));
    return std::nullopt;
  }
  return id;
}

std::optional<Operation> read_traffic(Binder& b, const JsonValue& value) {
  ObjectReader object{b.faults, value, "traffic"};
  if (!object.ok()) return std::nullopt;
  Traffic traffic;
  const JsonValue* producer = object.require("producer");
  const std::optional<std::string> id =
      producer != nullptr ? read_producer_id(b, *producer, HowMany::any) : std::nullopt;
  const JsonValue* times = object.find("times");
  const JsonValue* rate = object.find("rate");
  if ((times == nullptr) == (rate == nullptr)) b.faults.error(value, "'traffic' needs either 'times' or 'rate'");
  if (times != nullptr) traffic.permille = read_factor(b, *times);
  if (rate != nullptr) traffic.rate = read_quantity(b.faults, *rate, parse_record_rate);
  if (!id) return std::nullopt;
  traffic.producer = *id;
  return Operation{std::move(traffic)};
}

// A string, or null.
std::optional<std::string> read_nullable(Binder& b, const JsonValue* value) {
  if (value == nullptr || value->is(JsonKind::null)) return std::nullopt;
  return read_any_string(b.faults, *value);
}

std::optional<Operation> read_produce(Binder& b, const JsonValue& value) {
  ObjectReader object{b.faults, value, "produce"};
  if (!object.ok()) return std::nullopt;
  Produce produce;
  const JsonValue* topic = object.require("topic");
  const std::optional<std::string> name = topic != nullptr ? read_string(b.faults, *topic) : std::nullopt;
  const bool known = name && known_topic(b, *topic, *name);
  produce.key = read_nullable(b, object.find("key"));
  produce.value = read_nullable(b, object.find("value"));
  if (const JsonValue* v = object.find("partition")) produce.partition = read_partition_of(b, *v, name.value_or(""));
  if (const JsonValue* v = object.find("headers"); v != nullptr && expect_kind(b.faults, *v, JsonKind::object)) {
    for (std::size_t i = 0; i < v->keys.size(); ++i) {
      produce.headers.emplace_back(v->keys[i].name, read_nullable(b, &v->items[i]));
    }
  }
  if (const JsonValue* v = object.find("as")) {
    produce.as = read_producer_id(b, *v, HowMany::one);
    if (!produce.as) return std::nullopt;
  }
  if (!known) return std::nullopt;
  produce.topic = *name;
  return Operation{std::move(produce)};
}

std::optional<Operation> read_transaction(Binder& b, const JsonValue& value) {
  ObjectReader object{b.faults, value, "transaction"};
  if (!object.ok()) return std::nullopt;
  const JsonValue* as = object.require("as");
  const JsonValue* step = object.require("do");
  if (as == nullptr || step == nullptr) return std::nullopt;
  const std::optional<std::string> id = read_producer_id(b, *as, HowMany::one);
  const auto what = read_choice(b.faults, *step, {"begin", "commit", "abort"});
  if (!id || !what) return std::nullopt;
  const std::string owner = id->substr(0, id->rfind('/'));
  const auto of = [&](const ProducerSpec& p) { return p.id == *id || p.id == owner; };
  const auto producer = std::ranges::find_if(b.out.producers, of);
  if (producer != b.out.producers.end() && producer->config.transactional_id.empty()) {
    b.faults.error(*as, "producer " + quote(*id) + " has no 'transactional.id'");
    return std::nullopt;
  }
  if (producer != b.out.producers.end() && producer->transaction_size) {
    b.faults.error(*as, "producer " + quote(*id) + " has a 'transaction_size': it makes its transactions by itself");
    return std::nullopt;
  }
  return Operation{Transact{*id, static_cast<TransactionStep>(*what)}};
}

std::optional<Operation> read_undo(Binder& b, const JsonValue& value) {
  const std::optional<std::string> name = read_string(b.faults, value);
  if (!name) return std::nullopt;
  const auto found = b.names.entries.find(*name);
  if (found == b.names.entries.end()) {
    std::vector<std::string_view> known;
    for (const auto& [entry, undoable] : b.names.entries) known.push_back(entry);
    b.faults.error(value, "there is no entry named " + quote(*name) + suggestion(*name, known));
    return std::nullopt;
  }
  if (found->second == Undoable::no) {
    b.faults.error(value, "what the entry " + quote(*name) + " does cannot be undone");
    return std::nullopt;
  }
  return Operation{Undo{*name}};
}

std::optional<Operation> read_operation(Binder& b, std::string_view key, const JsonValue& value,
                                        const JsonValue& entry) {
  if (is_host_fault(key)) return read_host_fault(b, key, value);
  if (key == "crash") return of_target<Crash>(b, value);
  if (key == "power_off") return read_power_off(b, value);
  if (key == "restart") return of_target<Restart>(b, value);
  if (key == "start") return of_target<Start>(b, value);
  if (key == "stop") return of_target<Stop>(b, value);
  if (key == "pause") return of_target<Pause>(b, value);
  if (key == "partition") return read_cut(b, value, entry);
  if (is_network_fault(key)) return read_network_fault(b, key, value, entry);
  if (key == "traffic") return read_traffic(b, value);
  if (key == "produce") return read_produce(b, value);
  if (key == "undo") return read_undo(b, value);
  if (key == "transaction") return read_transaction(b, value);
  if (key == "expect") {
    std::optional<Expectation> expectation = read_expectation(b, value, Timed::no);
    return expectation ? std::optional<Operation>{ExpectNow{std::move(*expectation)}} : std::nullopt;
  }
  if (key != "note") return read_admin_operation(b, key, value);
  std::optional<std::string> text = read_string(b.faults, value);
  return text ? std::optional<Operation>{NoteText{std::move(*text)}} : std::nullopt;
}

void read_when(Binder& b, const JsonValue& value, Trigger& trigger) {
  const auto one = [&](const JsonValue& object) {
    const ObjectReader reader{b.faults, object, "condition"};
    if (!reader.ok()) return;
    if (std::optional<Condition> condition = read_condition(b, object)) trigger.when.push_back(std::move(*condition));
  };
  const JsonValue* all = value.find("all");
  if (all == nullptr) {
    one(value);
    return;
  }
  const ObjectReader reader{b.faults, value, "conditions"};
  if (!expect_kind(b.faults, *all, JsonKind::array)) return;
  if (all->items.empty()) b.faults.error(*all, "'all' needs at least one condition");
  for (const JsonValue& item : all->items) one(item);
}

void read_trigger(Binder& b, const JsonValue& entry, const ObjectReader& object, Trigger& trigger) {
  const JsonValue* at = object.find("at");
  const JsonValue* after = object.find("after");
  const JsonValue* hit = object.find("hit");
  const JsonValue* when = object.find("when");
  const JsonValue* plus = object.find("plus");
  if (plus != nullptr) trigger.plus = read_duration(b.faults, *plus).value_or(Duration{});
  if (at != nullptr) {
    trigger.at = read_duration(b.faults, *at);
    if (trigger.at) warn_if_late(b, *at, *trigger.at + trigger.plus);
  }
  if (after != nullptr) {
    trigger.after = read_string(b.faults, *after);
    if (trigger.after && !b.names.entries.contains(*trigger.after)) {
      std::vector<std::string_view> known;
      for (const auto& [name, undoable] : b.names.entries) known.push_back(name);
      b.faults.error(*after, "there is no entry named " + quote(*trigger.after) + suggestion(*trigger.after, known));
    }
    if (at != nullptr) b.faults.error(*after, "only one of 'at' and 'after' can stand here");
  }
  if (hit != nullptr) {
    trigger.hit = read_intercept_name(b, *hit);
    if (at != nullptr || after != nullptr) b.faults.error(*hit, "only one of 'at', 'after' and 'hit' can stand here");
  }
  if (when != nullptr) read_when(b, *when, trigger);
  if (at == nullptr && after == nullptr && when == nullptr && hit == nullptr) {
    b.faults.error(entry, "the entry does not say when it fires: 'at', 'when' or 'after' is missing");
  }
}

void check_undo_after(Binder& b, const JsonValue& value, const OperationInfo* operation, TimelineEntry& entry) {
  entry.undo_after = read_duration(b.faults, value);
  if (operation != nullptr && operation->undoable == Undoable::no) {
    b.faults.error(value, "'for' cannot stand here: " + quote(operation->name) + " cannot be undone");
  }
}

void read_entry(Binder& b, const JsonValue& value) {
  const ObjectReader object{b.faults, value, "entry"};
  if (!object.ok()) return;
  TimelineEntry entry;
  entry.pointer = pointer_to(value);
  EntryOperation what = read_entry_operation(b, value, object);
  if (const JsonValue* every = object.find("every")) b.faults.error(*every, "'every' stands only in 'chaos'");
  if (const JsonValue* name = object.find("name")) entry.name = read_string(b.faults, *name).value_or("");
  read_trigger(b, value, object, entry.trigger);
  if (const JsonValue* v = object.find("for")) check_undo_after(b, *v, what.info, entry);
  if (!what.operation) return;
  entry.operation = std::move(*what.operation);
  b.out.timeline.push_back(std::move(entry));
}

// Names first: entries may refer to later ones.
void collect_names(Binder& b, const JsonValue& list) {
  for (const JsonValue& entry : list.items) {
    const JsonValue* name = entry.find("name");
    if (name == nullptr || !name->is(JsonKind::string)) continue;
    if (name->text.empty()) {
      b.faults.error(*name, "a name must not be empty");
      continue;
    }
    Undoable undoable = Undoable::no;
    for (const OperationInfo& operation : operation_table()) {
      if (entry.find(operation.name) != nullptr) undoable = operation.undoable;
    }
    if (entry.find("intercept") != nullptr) b.names.intercepts.insert(name->text);
    if (!b.names.entries.emplace(name->text, undoable).second) {
      b.faults.error(*name, "there are two entries named " + quote(name->text));
    }
  }
}

// Entries that wait for each other in a circle would never fire.
void check_circles(Binder& b, const JsonValue& list) {
  std::map<std::string_view, const JsonValue*> waits;  // name -> the value of its `after` or `hit`
  for (const JsonValue& entry : list.items) {
    const JsonValue* name = entry.find("name");
    const JsonValue* after = entry.find("after");
    if (after == nullptr) after = entry.find("hit");
    if (name != nullptr && after != nullptr && name->is(JsonKind::string) && after->is(JsonKind::string)) {
      waits.emplace(name->text, after);
    }
  }
  std::set<std::string_view> done;
  for (const auto& [first, value] : waits) {
    std::set<std::string_view> path;
    std::string_view at = first;
    while (waits.contains(at) && !done.contains(at) && path.insert(at).second) at = waits[at]->text;
    if (path.contains(at)) b.faults.error(*waits[at], "this entry waits, through 'after' or 'hit', for itself");
    done.insert(path.begin(), path.end());
  }
}

}  // namespace

EntryOperation read_entry_operation(Binder& b, const JsonValue& entry, const ObjectReader& object) {
  EntryOperation out;
  const JsonValue* argument = nullptr;
  for (const OperationInfo& candidate : operation_table()) {
    const JsonValue* found = object.find(candidate.name);
    if (found == nullptr) continue;
    if (out.info != nullptr) {
      b.faults.error(*found, "an entry does one thing: " + quote(out.info->name) + " or " + quote(candidate.name));
      continue;
    }
    out.info = &candidate;
    argument = found;
  }
  if (const JsonValue* one_way = object.find("one_way"); one_way != nullptr && object.find("partition") == nullptr) {
    b.faults.error(*one_way, "'one_way' stands only with 'partition'");
  }
  if (const JsonValue* count = object.find("count"); count != nullptr && object.find("release") == nullptr) {
    b.faults.error(*count, "'count' stands only with 'release'");
  }
  if (out.info != nullptr) {
    out.operation = read_operation(b, out.info->name, *argument, entry);
  } else {
    b.faults.error(entry, "the entry does nothing: it needs one of the operations of 'kafkasim list faults'");
  }
  return out;
}

std::optional<std::int64_t> read_factor(Binder& b, const JsonValue& value) {
  if (!value.is(JsonKind::fraction)) {
    const std::optional<std::int64_t> factor = read_integer(b.faults, value, 0, 1'000'000);
    return factor ? std::optional{*factor * 1000} : std::nullopt;
  }
  const Result<std::int64_t> permille = parse_permille(value.text);
  if (permille) return *permille;
  b.faults.error(value, permille.error().message);
  return std::nullopt;
}

void bind_timeline(Binder& b, const JsonValue& value) {
  if (!expect_kind(b.faults, value, JsonKind::array)) return;
  collect_names(b, value);
  check_circles(b, value);
  for (const JsonValue& entry : value.items) read_entry(b, entry);
}

}  // namespace kafkasim::sim
