#pragma once
// The one place that includes Asio and Beast: Boost 1.74's Asio compiles as C++20 only after <utility>.
#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>

namespace kafkasim::sim {
namespace asio = boost::asio;
using Tcp = boost::asio::ip::tcp;
using NetError = boost::system::error_code;
}  // namespace kafkasim::sim
