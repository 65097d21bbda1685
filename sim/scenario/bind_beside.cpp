// What lessons compare Kafka with: queues and object stores.
#include "core/model/topic_name.hpp"
#include "sim/scenario/binder.hpp"

namespace kafkasim::sim {

namespace {

constexpr std::int64_t most_prefetch = 10'000;

std::optional<std::string> read_new_name(Binder& b, ObjectReader& object, std::string_view kind) {
  const JsonValue* value = object.require("name");
  const std::optional<std::string> name = value != nullptr ? read_string(b.faults, *value) : std::nullopt;
  if (!name) return std::nullopt;
  if (topic_name_fault(*name)) {
    b.faults.error(*value, quote(*name) + " is no name: 1 to 249 letters, digits, '.', '_' and '-', not '.' or '..'");
    return std::nullopt;
  }
  if (b.names.topics.contains(*name) || b.names.queues.contains(*name) || b.names.stores.contains(*name)) {
    b.faults.error(*value, quote(*name) + " is the name of something else already: a " + std::string{kind} + " needs one of its own");
    return std::nullopt;
  }
  return name;
}

std::optional<std::string> read_known(Binder& b, const JsonValue& value, std::string_view kind, const std::set<std::string, std::less<>>& known) {
  std::optional<std::string> name = read_string(b.faults, value);
  if (!name || known.contains(*name)) return name;
  const std::vector<std::string_view> names(known.begin(), known.end());
  b.faults.error(value, "there is no " + std::string{kind} + " " + quote(*name) + suggestion(*name, names));
  return std::nullopt;
}

void read_queue(Binder& b, const JsonValue& value) {
  ObjectReader object{b.faults, value, "queue"};
  if (!object.ok()) return;
  QueueSpec queue;
  if (const JsonValue* v = object.find("mode"))
    queue.mode = read_choice(b.faults, *v, {"push", "poll"}) == 1U ? QueueMode::poll : QueueMode::push;
  if (const JsonValue* v = object.find("prefetch"))
    queue.prefetch = static_cast<std::int32_t>(read_integer(b.faults, *v, 1, most_prefetch).value_or(queue.prefetch));
  if (const JsonValue* v = object.find("visibility_timeout")) {
    queue.visibility_timeout = read_duration(b.faults, *v).value_or(queue.visibility_timeout);
    if (queue.mode == QueueMode::push) b.faults.error(*v, "'visibility_timeout' is of a queue with 'mode' 'poll': a push queue looks at connections");
    if (queue.visibility_timeout <= Duration{}) b.faults.error(*v, "a message must stay invisible for some time");
  }
  if (const std::optional<std::string> name = read_new_name(b, object, "queue")) {
    queue.name = *name;
    b.names.queues.insert(*name);
    b.out.queues.push_back(std::move(queue));
  }
}

void read_store(Binder& b, const JsonValue& value) {
  ObjectReader object{b.faults, value, "store"};
  if (!object.ok()) return;
  if (const std::optional<std::string> name = read_new_name(b, object, "store")) {
    b.names.stores.insert(*name);
    b.out.stores.push_back({*name});
  }
}

template <class Read>
void read_some_of(Binder& b, const JsonValue& value, std::string_view what, const Read& read) {
  constexpr std::size_t most = 16;
  if (!expect_kind(b.faults, value, JsonKind::array)) return;
  if (value.items.size() > most) {
    b.faults.error(value, "a scenario has at most " + std::to_string(most) + " " + std::string{what});
    return;
  }
  for (const JsonValue& item : value.items) read(b, item);
}

}  // namespace

std::optional<std::string> read_queue_name(Binder& b, const JsonValue& value) { return read_known(b, value, "queue", b.names.queues); }
std::optional<std::string> read_store_name(Binder& b, const JsonValue& value) { return read_known(b, value, "store", b.names.stores); }

void bind_queues(Binder& b, const JsonValue& value) { read_some_of(b, value, "queues", read_queue); }
void bind_stores(Binder& b, const JsonValue& value) { read_some_of(b, value, "stores", read_store); }

}  // namespace kafkasim::sim
