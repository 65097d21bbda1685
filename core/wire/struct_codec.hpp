#pragma once
// A described struct that stands alone, outside of requests and responses: a record in an internal log.
#include <string>
#include <utility>

#include "core/base/bytes.hpp"
#include "core/base/result.hpp"
#include "core/wire/encoder.hpp"
#include "core/wire/reader.hpp"

namespace kafkasim::wire {

template <class T>
void append_struct(const T& x, Layout layout, ByteWriter& out) {
  ByteSink sink{out, nullptr};
  Encoder<ByteSink>{layout, sink}.structure(x);
}

template <class T>
[[nodiscard]] T read_struct(Layout layout, ByteReader& in) {
  T x;
  BatchSource no_batches;
  Reader{layout, in, no_batches}.structure(x);
  return x;
}

// The end of reading: the value if all went well and nothing is left over. `what` names it in the error.
template <class T>
[[nodiscard]] Result<T> finished(T x, ByteReader& in, const std::string& what) {
  if (in.ok() && in.remaining() != 0) in.fail("bytes after the end");
  if (!in.ok()) return fail(what + ": " + in.error());
  return x;
}

}  // namespace kafkasim::wire
