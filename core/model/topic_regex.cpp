#include "core/model/topic_regex.hpp"

#include <re2/re2.h>

namespace kafkasim {

namespace {

RE2::Options quietly() {
  RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(std::int64_t{1} << 20);
  return options;
}

}  // namespace

Result<void> check_topic_regex(const std::string& regex) {
  const RE2 compiled{regex, quietly()};
  if (!compiled.ok()) return fail(compiled.error());
  return {};
}

std::set<std::string> topics_matching(const std::string& regex, const std::set<std::string>& topics) {
  const RE2 compiled{regex, quietly()};
  std::set<std::string> matching;
  if (!compiled.ok()) return matching;
  for (const std::string& name : topics) {
    if (RE2::FullMatch(name, compiled)) matching.insert(name);
  }
  return matching;
}

}  // namespace kafkasim
