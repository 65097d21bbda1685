#pragma once
// The language in which the layout of a message is described, once for sizes, writing, reading, hashing and projecting:
//
//   template <class V>
//   void describe(Fields<V, HeartbeatRequest>& m) {
//     using M = HeartbeatRequest;
//     m.field(&M::group_id);
//     m.field(&M::group_instance_id, since(3));
//   }
//
// A line names a field, whose C++ type gives the wire type (scalar.hpp; std::string, std::vector<std::byte>, Records,
// structs and vectors of these), and the versions that have it. Null, compact lengths and tag buffers follow from type
// and version. Lines stand in wire order; tagged fields in order of their tags.
//
// V is a visitor: Encoder, Reader, Projector. It does what the lines say.
#include "core/wire/rule.hpp"

namespace kafkasim::wire {

template <class V, class T>
class Fields {
 public:
  Fields(V& visitor, typename V::template Subject<T> subject) : visitor_{visitor}, subject_{subject} {}

  template <class F>
  void field(F T::*member, Rule rule = always) {
    if (rule.holds(visitor_.layout().version)) visitor_.field(V::at(subject_, member), rule);
  }

  // A number in another width than usual: a port as int32, a duration as int64.
  template <class Rep, class F>
  void field_as(F T::*member, Rule rule = always) {
    if (rule.holds(visitor_.layout().version)) visitor_.template number<Rep>(V::at(subject_, member), rule);
  }

  // A member struct whose own fields stand here, without a tag buffer of its own; `describe_inner(Fields<V, F>&)` names
  // them.
  template <class F, class D>
  void flat(F T::*member, Rule rule, D describe_inner) {
    if (!rule.holds(visitor_.layout().version) || !visitor_.in_plain_pass()) return;
    Fields<V, F> inner{visitor_, V::at(subject_, member)};
    describe_inner(inner);
  }

  // Old versions that had one thing where newer ones have a list: only the first element, its fields standing here.
  template <class F, class D>
  void first_flat(F T::*member, Rule rule, D describe_inner) {
    if (!rule.holds(visitor_.layout().version) || !visitor_.in_plain_pass()) return;
    Fields<V, typename F::value_type> inner{visitor_, visitor_.sole(V::at(subject_, member))};
    describe_inner(inner);
  }
  template <class F>
  void first(F T::*member, Rule rule) {
    if (rule.holds(visitor_.layout().version) && visitor_.in_plain_pass())
      visitor_.field(visitor_.sole(V::at(subject_, member)), rule);
  }

  // Old versions that had a list of numbers or names where newer ones have structs: only this member of each element.
  template <class F, class E, class N>
  void column(F T::*member, N E::*only, Rule rule) {
    if (rule.holds(visitor_.layout().version) && visitor_.in_plain_pass())
      visitor_.column(V::at(subject_, member), only, rule);
  }

 private:
  V& visitor_;
  typename V::template Subject<T> subject_;
};

}  // namespace kafkasim::wire
