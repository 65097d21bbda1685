#pragma once
// What a broker has to say to AlterConfigs and IncrementalAlterConfigs before the controller is asked
// (kafka.server.ConfigAdminManager): resources that are asked for wrongly are refused here, and those of brokers are
// looked at by the broker that they concern. The controller gets the rest; its answer is put together with the refusals.
#include <optional>
#include <string>
#include <vector>

#include "core/message/alter_configs.hpp"
#include "core/model/ids.hpp"

namespace kafkasim {

struct ResourceVerdict {  // of a resource, in the order of the request
  std::int8_t resource_type{};
  std::string resource_name;
  ErrorCode error{ErrorCode::none};
  std::string message;
  bool is_decided{false};  // else the controller decides
};

[[nodiscard]] std::vector<ResourceVerdict> preprocess(const IncrementalAlterConfigsRequest& request, NodeId broker);
[[nodiscard]] std::vector<ResourceVerdict> preprocess(const AlterConfigsRequest& request, NodeId broker);

// The request without the resources that were refused; absent if none is left.
[[nodiscard]] std::optional<Message> remaining(const Message& request, const std::vector<ResourceVerdict>& verdicts);
// The whole answer. `response` is the controller's, of the same API; absent: it was not asked.
[[nodiscard]] Message reassembled(ApiKey api, const std::vector<ResourceVerdict>& verdicts,
                                  const std::optional<Message>& response);

}  // namespace kafkasim
