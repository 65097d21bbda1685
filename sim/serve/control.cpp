#include "sim/serve/control.hpp"

#include <algorithm>
#include <deque>
#include <sstream>

#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <nlohmann/json.hpp>

#include "sim/report/report.hpp"
#include "sim/scenario/units.hpp"
#include "sim/serve/control_page.hpp"

namespace kafkasim::sim {

namespace beast = boost::beast;
namespace http = boost::beast::http;
using ControlJson = nlohmann::ordered_json;

namespace {

constexpr std::uint64_t most_body = 10U << 20;
constexpr std::size_t most_followers_lag = 16U << 20;  // bytes
constexpr std::size_t most_connections = 1000;
constexpr std::chrono::seconds longest_request{30};

struct Answer {
  http::status status{http::status::ok};
  std::string body;
  std::string_view type{"application/json"};
};

Answer refused(http::status status, const std::string& why) {
  return {status, ControlJson{{"error", why}}.dump(-1, ' ', true, ControlJson::error_handler_t::replace) + "\n"};
}

Answer done(std::string_view what) { return {http::status::ok, ControlJson{{"ok", what}}.dump() + "\n"}; }

Answer not_understood(const std::vector<Diagnostic>& diagnostics) {
  ControlJson out;
  out["error"] = "the entry cannot be carried out";
  out["errors"] = ControlJson::array();
  for (const Diagnostic& d : diagnostics) {
    if (d.severity != Severity::error) continue;
    out["errors"].push_back({{"line", d.line}, {"column", d.column}, {"message", d.message}, {"at", d.pointer.empty() ? "/" : d.pointer}});
  }
  if (!out["errors"].empty()) out["error"] = out["errors"][0]["message"];
  return {http::status::bad_request, out.dump(-1, ' ', true, ControlJson::error_handler_t::replace) + "\n"};
}

// {"speed": 2}, in thousandths.
Result<std::int64_t> read_speed(const std::string& body) {
  const auto shallow = [](int depth, ControlJson::parse_event_t, ControlJson&) { return depth <= 4; };
  const ControlJson in = ControlJson::parse(body, shallow, false);
  if (!in.is_object() || !in.contains("speed") || !in["speed"].is_number() || in.size() != 1)
    return fail("the body must be {\"speed\": NUMBER}");
  const double speed = in["speed"].get<double>();
  if (!(speed >= 0.001 && speed <= 1000)) return fail("a speed is from 0.001 to 1000 (at /speed)");
  return static_cast<std::int64_t>(speed * 1000 + 0.5);
}

std::string_view path_of(std::string_view target) { return target.substr(0, target.find('?')); }
bool follows(std::string_view target) {
  const std::size_t query = target.find('?');
  return query != std::string_view::npos && target.substr(query + 1) == "follow=1";
}

std::string chunk(const std::string& text) {
  std::ostringstream out;
  out << std::hex << text.size() << "\r\n" << text << "\r\n";
  return out.str();
}

}  // namespace

class ControlConnection : public std::enable_shared_from_this<ControlConnection> {
 public:
  ControlConnection(Control& control, Tcp::socket socket)
      : control_{control}, socket_{std::move(socket)}, timer_{control.io_} {}

  void read() {
    request_.emplace();
    request_->body_limit(most_body);
    request_->header_limit(64U << 10);
    timer_.expires_after(longest_request);
    timer_.async_wait([self = weak_from_this()](const NetError& error) {
      const auto connection = self.lock();
      if (!error && connection) connection->close();
    });
    http::async_read(socket_, buffer_, *request_, [self = shared_from_this()](const NetError& error, std::size_t) {
      self->timer_.cancel();
      if (self->closed_) return;
      if (error == http::error::body_limit) return self->answer(refused(http::status::payload_too_large, "a body has at most 10 MiB"), false);
      if (error && error.category() == http::make_error_code(http::error::bad_method).category() && error != http::error::end_of_stream)
        return self->answer(refused(http::status::bad_request, "this is no HTTP request: " + error.message()), false);
      if (error) return self->close();
      self->handle();
    });
  }
  void tell_news() {
    if (!following_ || closed_) return;
    const auto& lines = control_.session_.run().story().lines();
    if (told_ == lines.size()) return;
    const std::string text = timeline_ndjson(control_.session_.run().story(), told_);
    told_ = lines.size();
    if (!text.empty()) queue(chunk(text));
  }
  void stopped(const std::string& report) {
    if (following_) {
      tell_news();
      queue("0\r\n\r\n");
      ends_ = true;
    } else if (awaits_end_) {
      awaits_end_ = false;
      answer({http::status::ok, report}, false);
    }
  }
  void close() {
    if (closed_) return;
    closed_ = true;
    timer_.cancel();
    NetError ignored;
    socket_.shutdown(Tcp::socket::shutdown_both, ignored);
    socket_.close(ignored);
    control_.connections_.erase(shared_from_this());
  }
  [[nodiscard]] bool has_unsent() const { return !unsent_.empty(); }

 private:
  void handle() {
    const auto& request = request_->get();
    const std::string target{request.target()};
    const bool keep = request.keep_alive();
    // A page of another site must not steer a cluster because its reader has one.
    const auto origin = request[http::field::origin];
    if (!origin.empty() && origin != "http://" + std::string{request[http::field::host]})
      return answer(refused(http::status::forbidden, "this was asked by a page of another site"), keep);
    const std::string_view path = path_of(target);
    const bool get = request.method() == http::verb::get || request.method() == http::verb::head;
    const bool post = request.method() == http::verb::post;
    control_.steering_.catch_up();
    if (get && path == "/timeline" && follows(target)) return follow();
    if (post && path == "/stop") {
      awaits_end_ = true;
      return control_.steering_.stop();
    }
    if (get) return answer(get_answer(path), keep);
    if (post) return answer(post_answer(path, request.body()), keep);
    answer(refused(http::status::method_not_allowed, "there is GET and POST"), keep);
  }
  Answer get_answer(std::string_view path) {
    if (path == "/") return {http::status::ok, std::string{control_page}, "text/html; charset=utf-8"};
    if (path == "/state") return {http::status::ok, control_.steering_.report()};
    if (path == "/timeline") return {http::status::ok, timeline_ndjson(control_.session_.run().story()), "application/x-ndjson"};
    return unknown(path);
  }
  Answer post_answer(std::string_view path, const std::string& body) {
    const auto now = std::chrono::steady_clock::now();
    if (path == "/timeline") {
      const std::vector<Diagnostic> diagnostics = control_.session_.add_entries(body);
      for (const Diagnostic& d : diagnostics) {
        if (d.severity == Severity::error) return not_understood(diagnostics);
      }
      return done("added");
    }
    if (path == "/pause") {
      control_.pace_.pause(now);
      return done("paused");
    }
    if (path == "/resume") {
      control_.pace_.resume(now);
      return done("resumed");
    }
    if (path == "/speed") {
      const Result<std::int64_t> permille = read_speed(body);
      if (!permille) return refused(http::status::bad_request, permille.error().message);
      control_.pace_.set_speed(now, *permille);
      return done("speed");
    }
    return unknown(path);
  }
  static Answer unknown(std::string_view path) {
    return refused(http::status::not_found, "there is no " + quote(path) + ": see GET /, /state, /timeline; POST /timeline, /pause, /resume, /speed, /stop");
  }

  void answer(Answer what, bool keep) {
    http::response<http::string_body> response{what.status, 11};
    response.set(http::field::content_type, std::string{what.type});
    response.set(http::field::cache_control, "no-store");
    response.keep_alive(keep);
    const bool head = request_->is_header_done() && request_->get().method() == http::verb::head;
    response.body() = std::move(what.body);
    response.prepare_payload();
    if (head) response.body().clear();
    std::ostringstream out;
    out << response;
    queue(out.str());
    ends_ = !keep;
    if (keep) read();
  }
  void follow() {
    following_ = true;
    queue("HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\nCache-Control: no-store\r\nTransfer-Encoding: chunked\r\n\r\n");
    tell_news();
  }
  void queue(std::string text) {
    unsent_bytes_ += text.size();
    if (following_ && unsent_bytes_ > most_followers_lag) return close();
    unsent_.push_back(std::move(text));
    write();
  }
  void write() {
    if (writing_ || closed_ || unsent_.empty()) return;
    writing_ = true;
    asio::async_write(socket_, asio::buffer(unsent_.front()), [self = shared_from_this()](const NetError& error, std::size_t) {
      self->writing_ = false;
      if (self->closed_) return;
      if (error) return self->close();
      self->unsent_bytes_ -= self->unsent_.front().size();
      self->unsent_.pop_front();
      if (self->unsent_.empty() && self->ends_) return self->close();
      self->write();
    });
  }

  Control& control_;
  Tcp::socket socket_;
  asio::steady_timer timer_;
  beast::flat_buffer buffer_{128U << 10};
  std::optional<http::request_parser<http::string_body>> request_;
  std::deque<std::string> unsent_;
  std::size_t unsent_bytes_{0};
  std::size_t told_{0};  // lines of the story
  bool writing_{false};
  bool following_{false};
  bool awaits_end_{false};
  bool ends_{false};
  bool closed_{false};
};

Control::Control(asio::io_context& io, Tcp::acceptor acceptor, Session& session, Pace& pace, Steering steering)
    : io_{io}, acceptor_{std::move(acceptor)}, session_{session}, pace_{pace}, steering_{std::move(steering)} {
  accept();
}

Control::~Control() = default;

void Control::accept() {
  acceptor_.async_accept([this](const NetError& error, Tcp::socket socket) {
    if (closed_ || error == asio::error::operation_aborted) return;
    if (!error && connections_.size() < most_connections) {
      const auto connection = std::make_shared<ControlConnection>(*this, std::move(socket));
      connections_.insert(connection);
      connection->read();
    }
    if (!error) return accept();
    auto later = std::make_shared<asio::steady_timer>(io_, std::chrono::milliseconds{100});
    later->async_wait([this, later](const NetError&) { accept(); });
  });
}

void Control::settle() {
  const auto connections = connections_;
  for (const auto& connection : connections) connection->tell_news();
}

void Control::stopped(const std::string& report) {
  const auto connections = connections_;
  for (const auto& connection : connections) connection->stopped(report);
}

bool Control::has_unsent() const {
  return std::ranges::any_of(connections_, [](const auto& connection) { return connection->has_unsent(); });
}

void Control::close() {
  closed_ = true;
  NetError ignored;
  acceptor_.close(ignored);
  const auto connections = connections_;
  for (const auto& connection : connections) connection->close();
}

}  // namespace kafkasim::sim
