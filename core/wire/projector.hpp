#pragma once
// The visitor that copies of a message what a receiver sees of it in one version: project(m) == decode(encode(m)),
// without the bytes. Fields that the version lacks keep their defaults; numbers pass through their wire form.
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "core/base/check.hpp"
#include "core/record/record_batch.hpp"
#include "core/wire/encoder.hpp"
#include "core/wire/fields.hpp"
#include "core/wire/scalar.hpp"

namespace kafkasim::wire {

class Projector {
 public:
  template <class T>
  struct Pair {
    const T& from;
    T& to;
  };
  template <class T>
  using Subject = Pair<T>;

  explicit Projector(Layout layout) : layout_{layout} {}

  template <class T, class F>
  static Pair<F> at(Pair<T> subject, F T::*member) {
    return {subject.from.*member, subject.to.*member};
  }
  [[nodiscard]] const Layout& layout() const { return layout_; }
  [[nodiscard]] static bool in_plain_pass() { return true; }

  template <class T>
  void structure(Pair<T> x) {
    Fields<Projector, T> fields{*this, x};
    describe(fields);
  }

  template <class T>
  void field(Pair<T> x, Rule rule) {
    if (rule.tagged() && is_default(x.from, rule, layout_)) return;
    if constexpr (is_optional<T>) {
      if (rule.tagged() && !rule.default_number) {
        return value(Pair<typename T::value_type>{*x.from, x.to.emplace()}, rule);
      }
    }
    value(x, rule);
  }

  template <class Rep, class T>
  void number(Pair<T> x, Rule) {
    scalar<Rep>(x);
  }

  template <class T>
  Pair<T> sole(Pair<std::vector<T>> list) {
    static const T nothing{};
    list.to.resize(1);
    return {list.from.empty() ? nothing : list.from.front(), list.to.front()};
  }

  template <class E, class N>
  void column(Pair<std::vector<E>> list, N E::*only, Rule rule) {
    for (const E& element : list.from) value(Pair<N>{element.*only, list.to.emplace_back().*only}, rule);
  }

 private:
  template <class T>
  void value(Pair<T> x, Rule rule) {
    if constexpr (IsScalar<T>) {
      scalar<typename Scalar<T>::rep>(x);
    } else if constexpr (is_sized_optional<T>) {
      const bool present = x.from.has_value() || !rule.nullable(layout_.version);
      if (!present || (rule.empty_means_all && !rule.nullable(layout_.version) && (!x.from || x.from->empty())))
        return x.to.reset();
      x.to.emplace();
      if (x.from) value(Pair<typename T::value_type>{*x.from, *x.to}, rule);
    } else if constexpr (std::is_same_v<T, Records>) {
      x.to.batches = x.from.batches;
    } else if constexpr (std::is_same_v<T, std::string> || is_bytes<T> || std::is_same_v<T, Uuid>) {
      x.to = x.from;
    } else if constexpr (is_list<T>) {
      x.to.reserve(x.from.size());
      for (const auto& element : x.from) { value(Pair<typename T::value_type>{element, x.to.emplace_back()}, always); }
    } else if constexpr (is_optional<T>) {
      if (x.from.has_value()) structure(Pair<typename T::value_type>{*x.from, x.to.emplace()});
    } else {
      structure(x);
    }
  }

  template <class Rep, class T>
  void scalar(Pair<T> x) {
    const std::optional<T> seen = Scalar<T>::template from_wire<Rep>(Scalar<T>::template to_wire<Rep>(x.from));
    KAFKASIM_CHECK(seen.has_value(), "a number of ours that the wire does not know");
    x.to = *seen;
  }

  Layout layout_;
};

}  // namespace kafkasim::wire
