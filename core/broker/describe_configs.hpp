#pragma once
// The answer to DescribeConfigs (kafka.server.ConfigHelper): every setting of a topic, a group or the answering broker with its
// value, whence it comes, and under which names it is looked for, the first that is set winning.
//   topic: set for the topic, then the broker's names of it    broker: set for this broker while it runs, for all
//   brokers, before it was started, built in    group: set for the group, else what the broker's group.consumer.* say
// There is no documentation here. What a broker was started with counts as set where it differs from what is built in.
#include "core/message/describe_configs.hpp"
#include "core/model/metadata_image.hpp"

namespace kafkasim {

struct DescribingBroker {
  NodeId id;
  const NodeConfig& started_with;
  const MetadataImage& image;
};

[[nodiscard]] DescribeConfigsResponse describe_configs(const DescribeConfigsRequest& request,
                                                       const DescribingBroker& broker);

}  // namespace kafkasim
