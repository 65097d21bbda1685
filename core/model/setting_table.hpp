#pragma once
// A setting as data: its name, the member of a configuration that it is, and what it may be (ConfigDef.ConfigKey). The tables of
// topics and nodes stand in config.cpp, those of clients in client_config.cpp; nothing else includes this.
#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "core/model/config.hpp"

namespace kafkasim {

template <class C>
using Field = std::variant<bool C::*, std::int64_t C::*, Duration C::*, Ratio C::*, std::string C::*>;

template <class C>
struct Setting {
  Setting(std::string_view name_, Field<C> field_, std::int64_t least_ = 0, std::int64_t most_ = INT64_MAX,
          std::vector<std::string_view> choices_ = {}, std::optional<std::int64_t> also_ = {})
      : name{name_}, field{field_}, least{least_}, most{most_}, choices{std::move(choices_)}, also{also_} {}
  using Check = Result<void> (*)(std::string_view name, std::string_view text);
  Setting(std::string_view name_, std::string C::*field_, Check check_) : Setting{name_, field_} { check = check_; }
  std::string_view name;
  Field<C> field;
  std::int64_t least;
  std::int64_t most;
  std::vector<std::string_view> choices;
  std::optional<std::int64_t> also;  // allowed too, although outside of [least, most]
  Check check{};                     // of a text with a form of its own: says what may be, instead of `choices` and longest_name
};

inline constexpr std::size_t longest_name = 200;  // of what is free text

std::optional<std::int64_t> as_number(const SettingValue& value);
std::optional<Ratio> as_ratio(const SettingValue& value);  // a decimal from 0 to 1 with at most six digits behind the point
std::optional<bool> as_bool(const SettingValue& value);
std::string as_string(const SettingValue& value);
std::string quoted(std::string_view text);
std::string text_of(Ratio ratio);  // as Java prints a double
std::string text_of(Duration duration);

template <class C>
std::vector<std::string_view> names_of(const std::vector<Setting<C>>& table) {
  std::vector<std::string_view> names;
  for (const auto& setting : table) names.push_back(setting.name);
  std::ranges::sort(names);
  return names;
}

template <class C>
Result<void> assign(C& config, const Setting<C>& setting, const SettingValue& value) {
  if (const auto* field = std::get_if<bool C::*>(&setting.field)) {
    const std::optional<bool> b = as_bool(value);
    if (!b) return fail(quoted(setting.name) + " must be true or false");
    config.*(*field) = *b;
    return {};
  }
  if (const auto* field = std::get_if<std::string C::*>(&setting.field)) {
    const std::string text = as_string(value);
    if (setting.check != nullptr) {
      if (Result<void> sound = setting.check(setting.name, text); !sound) return sound;
      config.*(*field) = text;
      return {};
    }
    const bool free = setting.choices.empty();
    if (free && text.size() > longest_name) return fail(quoted(setting.name) + " is too long");
    if (!free && std::ranges::find(setting.choices, std::string_view{text}) == setting.choices.end()) {
      std::string choices;
      for (const std::string_view c : setting.choices) choices += (choices.empty() ? "" : ", ") + quoted(c);
      return fail(quoted(setting.name) + " must be " + (setting.choices.size() > 1 ? "one of " : "") + choices + ", not " + quoted(text));
    }
    config.*(*field) = text;
    return {};
  }
  if (const auto* field = std::get_if<Ratio C::*>(&setting.field)) {
    const std::optional<Ratio> ratio = as_ratio(value);
    if (!ratio) return fail(quoted(setting.name) + " must be a number from 0 to 1 with at most six decimals");
    config.*(*field) = *ratio;
    return {};
  }
  const std::optional<std::int64_t> n = as_number(value);
  if (!n) return fail(quoted(setting.name) + " must be a whole number");
  if ((*n < setting.least || *n > setting.most) && n != setting.also) {
    return fail(quoted(setting.name) + " must be between " + std::to_string(setting.least) + " and " + std::to_string(setting.most) +
                (setting.also ? ", or " + std::to_string(*setting.also) : "") + ", not " + std::to_string(*n));
  }
  if (const auto* field = std::get_if<std::int64_t C::*>(&setting.field)) {
    config.*(*field) = *n;
  } else {
    config.*(*std::get_if<Duration C::*>(&setting.field)) = milliseconds(*n);
  }
  return {};
}

template <class C>
std::string text_of(const C& config, const Setting<C>& setting) {
  if (const auto* field = std::get_if<bool C::*>(&setting.field)) return config.*(*field) ? "true" : "false";
  if (const auto* field = std::get_if<std::string C::*>(&setting.field)) return config.*(*field);
  if (const auto* field = std::get_if<Ratio C::*>(&setting.field)) return text_of(config.*(*field));
  if (const auto* field = std::get_if<Duration C::*>(&setting.field)) return text_of(config.*(*field));
  return std::to_string(config.*(*std::get_if<std::int64_t C::*>(&setting.field)));
}

template <class C>
Result<void> set_by_table(C& config, const std::vector<Setting<C>>& table, std::string_view name, const SettingValue& value,
                          const std::vector<std::string_view>& known, std::string_view owner, std::optional<SettingsOf> whose = {}) {
  for (const Setting<C>& setting : table) {
    if (setting.name == name) return assign(config, setting, value);
  }
  if (whose && is_unsimulated(*whose, name)) return {};
  const std::string_view near = nearest_name(name, known);
  return fail("unknown " + std::string{owner} + " setting " + quoted(name) + (near.empty() ? "" : ", did you mean " + quoted(near) + "?"));
}

}  // namespace kafkasim
