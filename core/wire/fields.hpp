#pragma once
// The language in which the layout of a message is described, once for sizes, writing, reading, hashing and projecting:
//
//   template <class V>
//   void describe(Fields<V, HeartbeatRequest>& m) {
//     using M = HeartbeatRequest;
//     m.field(named<&M::group_id>);
//     m.field(named<&M::group_instance_id>, since(3));
//   }
//
// A line names a field, whose C++ type gives the wire type (scalar.hpp; std::string, std::vector<std::byte>, Records,
// structs and vectors of these), and the versions that have it. Null, compact lengths and tag buffers follow from type
// and version. Lines stand in wire order; tagged fields in order of their tags.
//
// V is a visitor: Encoder, Reader, Projector. It does what the lines say. One that has next_field(name) is told what the field is
// called: as the member is, which is Kafka's name in our spelling.
#include <string_view>

#include "core/wire/rule.hpp"

namespace kafkasim::wire {

template <class T, class F>
struct Named {  // a member
  F T::*pointer;
  std::string_view name;
  [[nodiscard]] constexpr Named as(std::string_view other) const { return {pointer, other}; }  // where Kafka calls it otherwise
};

// Read from what the compiler calls this function: "... [with auto Member = &kafkasim::HeartbeatRequest::group_id; ...".
template <auto Member>
[[nodiscard]] constexpr std::string_view member_name() {
  constexpr std::string_view function = __PRETTY_FUNCTION__;
  constexpr std::string_view path = function.substr(function.rfind("= &") + 3);
  constexpr std::string_view member = path.substr(0, path.find_first_of(";]"));
  return member.substr(member.rfind(':') + 1);
}
template <class T, class F>
[[nodiscard]] constexpr Named<T, F> make_named(F T::*pointer, std::string_view name) {
  return {pointer, name};
}
template <auto Member>
inline constexpr auto named = make_named(Member, member_name<Member>());

template <class V>
concept TakesNames = requires(V visitor, std::string_view name) { visitor.next_field(name); };

template <class V, class T>
class Fields {
 public:
  Fields(V& visitor, typename V::template Subject<T> subject) : visitor_{visitor}, subject_{subject} {}

  template <class F>
  void field(Named<T, F> member, Rule rule = always) {
    if (rule.holds(visitor_.layout().version)) visitor_.field(next(member), rule);
  }

  // A number in another width than usual: a port as int32, a duration as int64.
  template <class Rep, class F>
  void field_as(Named<T, F> member, Rule rule = always) {
    if (rule.holds(visitor_.layout().version)) visitor_.template number<Rep>(next(member), rule);
  }

  // A member struct whose own fields stand here, without a tag buffer of its own; `describe_inner(Fields<V, F>&)` names
  // them.
  template <class F, class D>
  void flat(Named<T, F> member, Rule rule, D describe_inner) {
    if (!rule.holds(visitor_.layout().version) || !visitor_.in_plain_pass()) return;
    Fields<V, F> inner{visitor_, next(member)};
    describe_inner(inner);
  }

  // Old versions that had one thing where newer ones have a list: only the first element, its fields standing here.
  template <class F, class D>
  void first_flat(Named<T, F> member, Rule rule, D describe_inner) {
    if (!rule.holds(visitor_.layout().version) || !visitor_.in_plain_pass()) return;
    Fields<V, typename F::value_type> inner{visitor_, visitor_.sole(next(member))};
    describe_inner(inner);
  }
  template <class F>
  void first(Named<T, F> member, Rule rule) {
    if (rule.holds(visitor_.layout().version) && visitor_.in_plain_pass())
      visitor_.field(visitor_.sole(next(member)), rule);
  }

  // Old versions that had a list of numbers or names where newer ones have structs: only this member of each element.
  template <class F, class E, class N>
  void column(Named<T, F> member, N E::*only, Rule rule) {
    if (rule.holds(visitor_.layout().version) && visitor_.in_plain_pass())
      visitor_.column(next(member), only, rule);
  }

 private:
  template <class F>
  decltype(auto) next(Named<T, F> member) {
    if constexpr (TakesNames<V>) visitor_.next_field(member.name);
    return V::at(subject_, member.pointer);
  }

  V& visitor_;
  typename V::template Subject<T> subject_;
};

}  // namespace kafkasim::wire
