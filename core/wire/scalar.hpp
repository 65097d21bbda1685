#pragma once
// Which number stands on the wire for a value of ours: Id and Ordinal by their representation, Duration in
// milliseconds, ErrorCode as int16, an absent number as -1. from_wire(to_wire(x)) is what a receiver sees of x.
#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "core/base/strong.hpp"
#include "core/base/time.hpp"
#include "core/message/common.hpp"
#include "core/message/find_coordinator.hpp"
#include "core/message/metadata_record.hpp"
#include "core/message/transaction_record.hpp"
#include "core/model/error_code.hpp"

namespace kafkasim::wire {

// A number that no enumerator has must not become one of our enums.
constexpr bool known(IsolationLevel x) {
  return x == IsolationLevel::read_uncommitted || x == IsolationLevel::read_committed;
}
constexpr bool known(LeaderRecoveryState x) {
  return x == LeaderRecoveryState::recovered || x == LeaderRecoveryState::recovering;
}
constexpr bool known(CoordinatorType x) { return x >= CoordinatorType::group && x <= CoordinatorType::share; }
constexpr bool known(TransactionStatus x) {
  return x >= TransactionStatus::empty && x <= TransactionStatus::prepare_epoch_fence;
}
constexpr bool known(FencingChange x) { return x >= FencingChange::unfence && x <= FencingChange::fence; }
constexpr bool known(ControlledShutdownChange x) {
  return x == ControlledShutdownChange::none || x == ControlledShutdownChange::in_controlled_shutdown;
}
constexpr bool known(ConfigResourceType x) {
  switch (x) {
    case ConfigResourceType::unknown:
    case ConfigResourceType::topic:
    case ConfigResourceType::broker:
    case ConfigResourceType::broker_logger:
    case ConfigResourceType::client_metrics:
    case ConfigResourceType::group: return true;
  }
  return false;
}

template <class T>
struct Scalar;  // rep: the wire's usual number type; to_wire<Rep>(value); from_wire(number), absent if no value has
                // that number

template <class T>
requires std::integral<T>
struct Scalar<T> {
  using rep = std::conditional_t<std::same_as<T, bool>, std::int8_t, T>;
  template <class Rep>
  static constexpr Rep to_wire(T x) {
    return static_cast<Rep>(x);
  }
  template <class Rep>
  static constexpr std::optional<T> from_wire(Rep x) {
    if constexpr (std::same_as<T, bool>) {
      return x != 0;
    } else if constexpr (std::same_as<T, Rep>) {
      return x;
    } else {
      return std::in_range<T>(x) ? std::optional{static_cast<T>(x)} : std::nullopt;
    }
  }
};

template <class T>
requires std::is_enum_v<T>
struct Scalar<T> {
  using rep = std::underlying_type_t<T>;
  template <class Rep>
  static constexpr Rep to_wire(T x) {
    return static_cast<Rep>(x);
  }
  template <class Rep>
  static std::optional<T> from_wire(Rep x) {
    if constexpr (std::same_as<T, ErrorCode>) {
      return error_by_number(x);
    } else {
      return known(static_cast<T>(x)) ? std::optional{static_cast<T>(x)} : std::nullopt;
    }
  }
};

template <class Tag, class R>
struct Scalar<Id<Tag, R>> {
  using rep = R;
  template <class Rep>
  static constexpr Rep to_wire(Id<Tag, R> x) {
    return x.value;
  }
  template <class Rep>
  static constexpr std::optional<Id<Tag, R>> from_wire(Rep x) {
    return Id<Tag, R>{x};
  }
};

template <class Tag, class R>
struct Scalar<Ordinal<Tag, R>> {
  using rep = R;
  template <class Rep>
  static constexpr Rep to_wire(Ordinal<Tag, R> x) {
    return x.value;
  }
  template <class Rep>
  static constexpr std::optional<Ordinal<Tag, R>> from_wire(Rep x) {
    return Ordinal<Tag, R>{x};
  }
};

template <>
struct Scalar<Duration> {
  using rep = std::int32_t;
  template <class Rep>
  static constexpr Rep to_wire(Duration x) {
    return static_cast<Rep>(
        std::clamp<std::int64_t>(x.whole_ms(), std::numeric_limits<Rep>::min(), std::numeric_limits<Rep>::max()));
  }
  template <class Rep>
  static constexpr std::optional<Duration> from_wire(Rep x) {
    return milliseconds(x);
  }
};

// An absent number is -1. A present value that happens to be written as -1 arrives as absent.
template <class T>
requires requires { typename Scalar<T>::rep; }
struct Scalar<std::optional<T>> {
  using rep = typename Scalar<T>::rep;
  template <class Rep>
  static constexpr Rep to_wire(const std::optional<T>& x) {
    return x ? Scalar<T>::template to_wire<Rep>(*x) : static_cast<Rep>(-1);
  }
  template <class Rep>
  static constexpr std::optional<std::optional<T>> from_wire(Rep x) {
    if (x == static_cast<Rep>(-1)) return std::optional<T>{};
    const std::optional<T> value = Scalar<T>::template from_wire<Rep>(x);
    if (!value) return std::nullopt;
    return std::optional<std::optional<T>>{std::in_place, value};
  }
};

template <class T>
concept IsScalar = requires {
  typename Scalar<T>::rep;
};

template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;
template <class T>
inline constexpr bool is_list = false;  // an array of Kafka's; bytes are none
template <class T>
inline constexpr bool is_list<std::vector<T>> = !std::same_as<T, std::byte>;
template <class T>
inline constexpr bool is_bytes = std::same_as<T, std::vector<std::byte>>;
// A value with a length in front, in whose place null can stand. A struct that can be absent has a byte in front that says
// so, unless it is a tagged field.
template <class T>
inline constexpr bool is_sized = std::same_as<T, std::string> || is_bytes<T> || is_list<T>;
template <class T>
inline constexpr bool is_sized_optional = false;
template <class T>
inline constexpr bool is_sized_optional<std::optional<T>> = is_sized<T>;

}  // namespace kafkasim::wire
