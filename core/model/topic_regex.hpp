#pragma once
// Subscriptions by regular expression, matched on the server (KIP-848). Kafka uses RE2J; this is RE2, of which that is a port: the same
// syntax, and time that grows with the length of what is matched, whatever the expression. A topic matches as a whole.
#include <set>
#include <string>

#include "core/base/result.hpp"

namespace kafkasim {

// Fails with what RE2 says: no regular expression, or one that would take too much memory.
[[nodiscard]] Result<void> check_topic_regex(const std::string& regex);
[[nodiscard]] std::set<std::string> topics_matching(const std::string& regex, const std::set<std::string>& topics);

}  // namespace kafkasim
