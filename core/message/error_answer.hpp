#pragma once
// The answer that says an error, for a request of any API: AbstractRequest.getErrorResponse, but with the error where a
// broker itself would say it (at each partition, topic, group or key; else for the whole). For faults that answer in a
// node's place.
#include <optional>

#include "core/message/message.hpp"
#include "core/model/error_code.hpp"

namespace kafkasim {

// Absent: the request wants no answer (acks=0), or its API is not one of ours.
[[nodiscard]] std::optional<Message> error_answer(const Message& request, ErrorCode error);
// The same answer, as if what it tells had failed.
[[nodiscard]] std::optional<Message> failed_answer(const Message& response, ErrorCode error);

}  // namespace kafkasim
