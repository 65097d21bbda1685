#include <array>

#include "core/model/error_code.hpp"
#include "sim/scenario/binder.hpp"
#include "sim/scenario/keys.hpp"

namespace kafkasim::sim {

namespace {

constexpr std::array<std::string_view, 4> comparisons{"is", "not", "at_least", "at_most"};

struct NamedMetric {
  Metric metric{};
  ErrorCode error{};
};

std::optional<NamedMetric> read_metric(Binder& b, const JsonValue& value) {
  const std::optional<std::string> name = read_string(b.faults, value);
  if (!name) return std::nullopt;
  constexpr std::string_view errors = "errors.";
  if (name->starts_with(errors)) {
    const std::string_view code = std::string_view{*name}.substr(errors.size());
    if (const std::optional<ErrorCode> error = error_by_name(code)) return NamedMetric{Metric::errors, *error};
    std::vector<std::string_view> codes;
    for (std::int16_t i = -1; i < 200; ++i) codes.push_back(error_name(error_by_number(i)));
    b.faults.error(value, "Kafka has no error code " + quote(code) + suggestion(code, codes));
    return std::nullopt;
  }
  std::vector<std::string_view> known;
  for (const MetricInfo& info : metric_table()) {
    if (info.metric == Metric::errors) continue;
    if (info.name == *name) return NamedMetric{info.metric, {}};
    known.push_back(info.name);
  }
  b.faults.error(value, "unknown metric " + quote(*name) + suggestion(*name, known));
  return std::nullopt;
}

bool looks_like_partition(std::string_view text) {
  const std::size_t dash = text.rfind('-');
  return dash != std::string_view::npos && dash + 1 < text.size()
         && text.find_first_not_of("0123456789", dash + 1) == std::string_view::npos;
}

std::string kinds_of(const MetricInfo& info) {
  std::string out;
  for (const char kind : info.of) {
    const std::string_view word = kind == 'p'   ? "partition"
                                  : kind == 't' ? "topic"
                                  : kind == 'g' ? "group"
                                  : kind == 'b' ? "broker"
                                  : kind == 'l' ? "pipeline"
                                                : "client";
    out += (out.empty() ? "a " : kind == info.of.back() ? " or a " : ", a ") + std::string{word};
  }
  return out;
}

std::optional<Subject> subject_of_kind(Binder& b, const JsonValue& value, std::string_view text, char kind) {
  if (kind == 'p' && looks_like_partition(text)) {
    const std::string_view topic = text.substr(0, text.rfind('-'));
    if (!b.names.topics.contains(topic) && !is_made_by_cluster(topic) && !topic_may_come(b, topic)) return std::nullopt;
    if (const auto partition = resolve_partition(b, value, text)) return Subject{*partition};
    return Subject{};  // reported
  }
  if (kind == 't' && b.names.queues.contains(text)) return Subject{TopicName{std::string{text}}};
  if (kind == 't' && b.names.topics.contains(text)) return Subject{TopicName{std::string{text}}};
  if (kind == 'g' && b.names.groups.contains(text)) return Subject{GroupName{std::string{text}}};
  if (kind == 'l' && b.names.pipelines.contains(text)) return Subject{ClientName{std::string{text}, std::nullopt}};
  if (kind == 'c') {
    if (const auto client = find_client(b.names, text)) return Subject{ClientName{client->name, client->number}};
  }
  return std::nullopt;
}

std::optional<Subject> read_subject(Binder& b, const JsonValue& value, const MetricInfo& info) {
  if (info.total == MetricTotal::of_the_cluster) {
    b.faults.error(value, quote(info.name) + " is of the whole cluster: leave 'of' out");
    return std::nullopt;
  }
  const bool of_broker = info.of.find('b') != std::string_view::npos;
  const bool digits = value.is(JsonKind::string) && !value.text.empty()
                      && value.text.find_first_not_of("0123456789") == std::string::npos;
  if (of_broker && (value.is(JsonKind::integer) || digits)) {
    const std::optional<NodeId> broker = read_broker(b, value);
    return broker ? std::optional{Subject{*broker}} : std::nullopt;
  }
  const std::optional<std::string> text = read_string(b.faults, value);
  if (!text) return std::nullopt;
  for (const char kind : info.of) {
    if (const auto subject = subject_of_kind(b, value, *text, kind)) return subject;
  }
  // A name that nothing has yet: a real client may bring it.
  if (info.of.find('g') != std::string_view::npos && b.clients == Clients::real_ones_too && !text->empty())
    return Subject{GroupName{*text}};
  if (info.of.find('t') != std::string_view::npos && topic_may_come(b, *text)) return Subject{TopicName{*text}};
  if (info.of.find('p') != std::string_view::npos && looks_like_partition(*text)) {
    (void)resolve_partition(b, value, *text);  // says which topic is not known
    return std::nullopt;
  }
  std::vector<std::string_view> known = topic_names(b.names);
  for (const auto& group : b.names.groups) known.push_back(group);
  for (const auto& [producer, count] : b.names.producers) known.push_back(producer);
  b.faults.error(value, quote(info.name) + " is of " + kinds_of(info) + ": " + quote(*text) + " is none"
                            + suggestion(*text, known));
  return std::nullopt;
}

std::optional<MetricValue> read_node_value(Binder& b, const JsonValue& value, Metric metric) {
  const std::optional<std::int64_t> id = read_integer(b.faults, value, -1, INT32_MAX);
  if (!id) return std::nullopt;
  const NodeId node{static_cast<std::int32_t>(*id)};
  const bool quorum = metric == Metric::controller;
  const auto& known = quorum ? b.names.controllers : b.names.brokers;
  if (*id < 0 || known.empty() || known.contains(node) || b.names.controllers.contains(node)) return MetricValue{*id};
  b.faults.error(value, "there is no " + std::string{quorum ? "controller " : "broker "} + std::to_string(*id));
  return std::nullopt;
}

std::optional<MetricValue> read_value(Binder& b, const JsonValue& value, const MetricInfo& info) {
  switch (info.unit) {
    case MetricUnit::count: {
      const auto number = read_integer(b.faults, value, INT64_MIN, INT64_MAX);
      return number ? std::optional{MetricValue{*number}} : std::nullopt;
    }
    case MetricUnit::duration: {
      if (value.is(JsonKind::string)) {
        const auto duration = read_duration(b.faults, value);
        return duration ? std::optional{MetricValue{duration->ns}} : std::nullopt;
      }
      const auto ms = read_integer(b.faults, value, 0, longest_duration.whole_ms());
      return ms ? std::optional{MetricValue{milliseconds(*ms).ns}} : std::nullopt;
    }
    case MetricUnit::size: {
      const auto bytes = value.is(JsonKind::string) ? read_quantity(b.faults, value, parse_size)
                                                    : read_integer(b.faults, value, 0, INT64_MAX);
      return bytes ? std::optional{MetricValue{*bytes}} : std::nullopt;
    }
    case MetricUnit::node: return read_node_value(b, value, info.metric);
    case MetricUnit::text: break;
  }
  const std::vector<std::string_view> states{"Empty", "PreparingRebalance", "CompletingRebalance", "Stable",
                                             "Dead",  "Assigning",          "Reconciling"};
  const auto choice = read_choice(b.faults, value, states);
  return choice ? std::optional{MetricValue{std::string{states[*choice]}}} : std::nullopt;
}

// The one comparison key of the object.
const JsonValue* only_comparison(Binder& b, const JsonValue& object, Comparison& out) {
  const JsonValue* found = nullptr;
  for (std::size_t i = 0; i < comparisons.size(); ++i) {
    const JsonValue* value = object.find(comparisons.at(i));
    if (value == nullptr) continue;
    if (found != nullptr) b.faults.error(*value, "only one of 'is', 'not', 'at_least' and 'at_most' can stand here");
    found = value;
    out = static_cast<Comparison>(i);
  }
  if (found == nullptr) b.faults.error(object, "one of 'is', 'not', 'at_least' and 'at_most' is missing");
  return found;
}

std::optional<Duration> read_moment(Binder& b, const JsonValue& value) {
  const std::optional<Duration> moment = read_duration(b.faults, value);
  if (moment) warn_if_late(b, value, *moment);
  return moment;
}

ExpectTime read_time(Binder& b, const JsonValue& object) {
  const JsonValue* at = object.find("at");
  const JsonValue* always = object.find("always");
  const JsonValue* within = object.find("within");
  const auto only_with = [&](std::string_view key, const JsonValue* needed, std::string_view name) {
    const JsonValue* value = object.find(key);
    if (value != nullptr && needed == nullptr) b.faults.error(*value, quote(key) + " stands only with " + quote(name));
    return needed != nullptr ? value : nullptr;
  };
  const JsonValue* from = only_with("from", always, "always");
  const JsonValue* to = only_with("to", always, "always");
  const JsonValue* after = only_with("after", within, "within");
  if ((at != nullptr) + (always != nullptr) + (within != nullptr) > 1) {
    b.faults.error(object, "only one of 'at', 'always' and 'within' can stand here");
    return AtEnd{};
  }
  if (within != nullptr) {
    Within time;
    if (after != nullptr) time.after = read_moment(b, *after).value_or(Duration{});
    time.within = read_duration(b.faults, *within).value_or(Duration{});
    if (time.after <= b.out.duration) warn_if_late(b, *within, time.after + time.within);
    return time;
  }
  if (always != nullptr) {
    if (read_bool(b.faults, *always) == false) b.faults.error(*always, "'always' can only be true");
    Always time;
    if (from != nullptr) time.from = read_moment(b, *from).value_or(Duration{});
    if (to != nullptr) time.to = read_moment(b, *to);
    if (time.to && *time.to < time.from) b.faults.error(*to, "this is before 'from'");
    return time;
  }
  if (at == nullptr || (at->is(JsonKind::string) && at->text == "end")) return AtEnd{};
  const std::optional<Duration> moment = read_moment(b, *at);
  return moment ? ExpectTime{AtMoment{*moment}} : ExpectTime{AtEnd{}};
}

std::string time_text(const ExpectTime& time) {
  if (const auto* at = std::get_if<AtMoment>(&time)) return " at " + format_duration(at->at);
  if (const auto* within = std::get_if<Within>(&time)) {
    return " within " + format_duration(within->within) + " after " + format_duration(within->after);
  }
  const auto* always = std::get_if<Always>(&time);
  if (always == nullptr) return " at the end";
  std::string out = " always";
  if (always->from > Duration{}) out += " from " + format_duration(always->from);
  if (always->to) out += " to " + format_duration(*always->to);
  return out;
}

std::optional<std::string> read_invariant(Binder& b, const JsonValue& value) {
  const std::optional<std::string> id = read_string(b.faults, value);
  if (!id) return std::nullopt;
  const std::vector<std::string_view> known(invariant_ids().begin(), invariant_ids().end());
  if (std::ranges::find(known, std::string_view{*id}) != known.end()) return id;
  b.faults.error(value, "unknown invariant " + quote(*id) + suggestion(*id, known));
  return std::nullopt;
}

// Keys that the form of the expectation has no use for. `at` may say "end" everywhere.
void check_keys(Binder& b, const JsonValue& object, std::string_view form,
                std::initializer_list<std::string_view> fitting) {
  const ObjectKeys& all = keys_of("expectation");
  for (std::size_t i = 0; i < object.keys.size(); ++i) {
    const std::string_view key = object.keys[i].name;
    if (std::ranges::find(all.known, key) == all.known.end()) continue;
    if (key == form || key == "text" || key == "variant" || std::ranges::find(fitting, key) != fitting.end()) continue;
    if (key == "at" && form != "metric" && object.items[i].text == "end") continue;
    b.faults.error_at_key(object, i, quote(key) + " does not go with " + quote(form));
  }
}

std::optional<ExpectRecords> read_records(Binder& b, const JsonValue& object, const JsonValue& partition) {
  ExpectRecords records;
  const std::optional<TopicPartition> tp = read_partition(b, partition);
  const JsonValue* values = nullptr;
  constexpr std::array<std::string_view, 3> words{"are", "include", "exclude"};
  for (std::size_t i = 0; i < words.size(); ++i) {
    const JsonValue* found = object.find(words.at(i));
    if (found == nullptr) continue;
    if (values != nullptr) b.faults.error(*found, "only one of 'are', 'include' and 'exclude' can stand here");
    values = found;
    records.match = static_cast<RecordsMatch>(i);
  }
  if (values == nullptr) {
    b.faults.error(object, "one of 'are', 'include' and 'exclude' is missing");
  } else if (expect_kind(b.faults, *values, JsonKind::array)) {
    for (const JsonValue& item : values->items) {
      records.values.push_back(item.is(JsonKind::null) ? std::nullopt : read_any_string(b.faults, item));
    }
  }
  if (const JsonValue* on = object.find("on")) records.on = read_broker(b, *on);
  if (const JsonValue* isolation = object.find("isolation")) {
    records.isolation = read_choice(b.faults, *isolation, {"read_uncommitted", "read_committed"}) == 1U
                            ? Isolation::read_committed
                            : Isolation::read_uncommitted;
  }
  if (!tp) return std::nullopt;
  records.partition = *tp;
  return records;
}

std::string records_text(const ExpectRecords& records) {
  constexpr std::array<std::string_view, 3> words{" are ", " include ", " exclude "};
  std::string out = "records of " + to_string(records.partition);
  if (records.on) out += " on " + std::to_string(records.on->value);
  out += words.at(static_cast<std::size_t>(records.match));
  return out + std::to_string(records.values.size()) + " given ones";
}

void read_form(Binder& b, const JsonValue& value, std::string_view form, Timed timed, std::optional<Expectation>& out) {
  const JsonValue& subject = *value.find(form);
  if (form == "metric") {
    check_keys(b, value, form,
               {"of", "on", "is", "not", "at_least", "at_most", "at", "always", "from", "to", "within", "after"});
    const std::optional<Condition> condition = read_condition(b, value);
    const ExpectTime time = timed != Timed::no ? read_time(b, value) : ExpectTime{};
    if (!condition) return;
    const std::string when = timed != Timed::no ? time_text(time) : "";
    out = Expectation{ExpectMetric{*condition, time}, describe(*condition) + when, ""};
  } else if (form == "records") {
    check_keys(b, value, form, {"are", "include", "exclude", "on", "isolation"});
    if (const auto records = read_records(b, value, subject)) out = Expectation{*records, records_text(*records), ""};
  } else if (form == "no" && subject.is(JsonKind::string) && subject.text == "violations") {
    check_keys(b, value, form, {});
    out = Expectation{ExpectNo{}, "no violations", ""};
  } else {
    check_keys(b, value, form, {});
    const std::optional<std::string> id = read_invariant(b, subject);
    if (id && form == "no") out = Expectation{ExpectNo{*id}, "no " + *id, ""};
    if (id && form == "violates") out = Expectation{ExpectViolates{*id}, "violates " + *id, ""};
  }
}

}  // namespace

void warn_if_late(Binder& b, const JsonValue& at, Duration moment) {
  if (b.out.duration > Duration{} && moment > b.out.duration) {
    b.faults.warning(at,
                     format_duration(moment) + " is after the end of the run at " + format_duration(b.out.duration));
  }
}

std::optional<Condition> read_condition(Binder& b, const JsonValue& object) {
  const JsonValue* metric = object.find("metric");
  if (metric == nullptr) b.faults.error(object, "'metric' is missing");
  Condition condition;
  const JsonValue* value = only_comparison(b, object, condition.comparison);
  const std::optional<NamedMetric> named = metric != nullptr ? read_metric(b, *metric) : std::nullopt;
  if (!named) return std::nullopt;
  const MetricInfo& info = metric_info(named->metric);
  condition.query.metric = named->metric;
  condition.query.error = named->error;
  const std::string name = metric->text;
  bool good = true;
  if (const JsonValue* of = object.find("of")) {
    const std::optional<Subject> subject = read_subject(b, *of, info);
    good = subject.has_value();
    if (subject) condition.query.of = *subject;
  } else if (info.total == MetricTotal::needs_subject) {
    b.faults.error(object, quote(name) + " needs 'of': " + kinds_of(info));
    good = false;
  }
  if (const JsonValue* on = object.find("on")) {
    if (!info.on) b.faults.error(*on, quote(name) + " is nothing that a replica knows for itself: leave 'on' out");
    condition.query.on = read_broker(b, *on);
  }
  if (value == nullptr) return std::nullopt;
  const bool ordered = info.unit != MetricUnit::text;
  if (!ordered && condition.comparison != Comparison::is && condition.comparison != Comparison::is_not) {
    b.faults.error(*value, quote(name) + " can only be compared by 'is' and 'not'");
    return std::nullopt;
  }
  const std::optional<MetricValue> number = read_value(b, *value, info);
  if (!number || !good) return std::nullopt;
  condition.value = *number;
  return condition;
}

std::optional<Expectation> read_expectation(Binder& b, const JsonValue& value, Timed timed) {
  const ObjectReader object{b.faults, value, "expectation"};
  if (!object.ok()) return std::nullopt;
  constexpr std::array<std::string_view, 4> forms{"metric", "no", "violates", "records"};
  std::string_view form;
  for (const std::string_view candidate : forms) {
    if (object.find(candidate) == nullptr || !form.empty()) continue;
    form = candidate;
  }
  if (const JsonValue* variant = object.find("variant"); variant != nullptr && timed != Timed::proof)
    b.faults.error(*variant, "'variant' stands in the proofs of a lesson only: an expectation holds for all variants, or a variant sets its own");
  if (form.empty()) {
    b.faults.error(value, "one of 'metric', 'no', 'violates' and 'records' is missing");
    return std::nullopt;
  }
  if (timed == Timed::no) {
    for (const std::string_view key : {"at", "always", "from", "to", "within", "after"}) {
      const JsonValue* time = object.find(key);
      if (time != nullptr)
        b.faults.error(*time,
                       "an expectation in the timeline has no time of its own: it is looked at when the entry fires");
    }
  }
  std::optional<Expectation> expectation;
  read_form(b, value, form, timed, expectation);
  if (const JsonValue* text = object.find("text")) {
    const std::optional<std::string> sentence = read_string(b.faults, *text);
    if (sentence && expectation) expectation->text = *sentence;
  }
  if (expectation) expectation->pointer = pointer_to(value);
  return expectation;
}

void bind_expectations(Binder& b, const JsonValue& value) {
  if (!expect_kind(b.faults, value, JsonKind::array)) return;
  for (const JsonValue& item : value.items) {
    if (std::optional<Expectation> expectation = read_expectation(b, item, Timed::yes)) {
      b.out.expect.push_back(std::move(*expectation));
    }
  }
}

}  // namespace kafkasim::sim
