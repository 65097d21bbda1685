#pragma once
// Which names a topic may have (org.apache.kafka.common.internals.Topic).
#include <optional>
#include <string>

namespace kafkasim {

// Topics that the cluster makes for itself.
inline constexpr const char* offsets_topic = "__consumer_offsets";
inline constexpr const char* transaction_state_topic = "__transaction_state";
inline constexpr const char* cluster_metadata_topic = "__cluster_metadata";

// What is wrong with it, as a sentence without its subject; absent: nothing. It must do as a file's name on every disk.
[[nodiscard]] std::optional<std::string> topic_name_fault(const std::string& name);
// Names that differ only in '.' and '_' look alike in metrics, so that no two topics may have them.
[[nodiscard]] bool topic_names_collide(const std::string& one, const std::string& other);

}  // namespace kafkasim
