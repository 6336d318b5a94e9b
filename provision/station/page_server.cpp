#include "provision/station/page_server.hpp"

#include <httplib.h>

#include <atomic>

#include "core/text.hpp"
#include "provision/station/embedded.hpp"
#include "provision/station/page_rules.hpp"

namespace epki::station {

namespace {

constexpr std::size_t most_streams = 24;  // each holds a thread of the pool
constexpr std::size_t threads = most_streams + 16;
constexpr std::size_t largest_request = 16384;  // bytes: a serial number, a name
constexpr auto heartbeat = std::chrono::seconds(10);
constexpr std::string_view cookie_name = "ec200u_station";

constexpr std::string_view policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

void answer(httplib::Response& response, const Status& status) {
  if (status) {
    response.set_content("{\"ok\":true}", "application/json");
    return;
  }
  const auto& error = status.error();
  response.status = error.code == Errc::usage ? 409 : 500;
  response.set_content(Json::object({{"ok", false}, {"what", error.what}, {"hint", next_step(error)}}).dump(-1),
                       "application/json");
}

void refuse(httplib::Response& response, int status, const char* why) {
  response.status = status;
  response.set_content(why, "text/plain; charset=utf-8");
}

}  // namespace

struct PageServer::Impl {
  PagePlace place;
  Line& line;
  Records& records;
  std::unique_ptr<httplib::Server> server{};
  std::uint16_t port = 0;
  std::atomic<std::size_t> streams{0};
  std::atomic<bool> stopping{false};
  std::jthread thread{};

  Impl(PagePlace given, Line& l, Records& r) : place(std::move(given)), line(l), records(r) {}
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  ~Impl() {
    stopping = true;
    if (server) server->stop();
    line.nudge();  // a stream waits for the next change; it ends now
  }

  bool tls() const { return !place.certificate_file.empty(); }
  bool knows(const httplib::Request& request) const;
  httplib::Server::HandlerResponse gate(const httplib::Request& request, httplib::Response& response) const;
  void routes();
  void stream(httplib::Response& response);
  void posts();
};

bool PageServer::Impl::knows(const httplib::Request& request) const {
  if (same_secret(cookie(request.get_header_value("Cookie"), cookie_name), place.token)) return true;
  const auto bearer = request.get_header_value("Authorization");
  return bearer.starts_with("Bearer ") && same_secret(std::string_view(bearer).substr(7), place.token);
}

// Every request passes here first: the name it came under, the page it came from, and the token of this start.
httplib::Server::HandlerResponse PageServer::Impl::gate(const httplib::Request& request,
                                                        httplib::Response& response) const {
  using Result = httplib::Server::HandlerResponse;
  const auto host = request.get_header_value("Host");
  if (!host_allowed(host, place.address, place.names)) {
    refuse(response, 421, "This station is not reached by that name.\n");
    return Result::Handled;
  }
  if (request.method != "GET" && request.method != "HEAD" &&
      !origin_allowed(request.get_header_value("Origin"), host, tls())) {
    refuse(response, 403, "Only the station's own page may do that.\n");
    return Result::Handled;
  }
  if (request.path == "/" && same_secret(request.get_param_value("token"), place.token)) {
    response.set_header("Set-Cookie", std::string(cookie_name) + "=" + place.token +
                                          "; Path=/; HttpOnly; SameSite=Strict" + (tls() ? "; Secure" : ""));
    response.set_redirect("/", 303);  // the token leaves the address line
    return Result::Handled;
  }
  if (!knows(request)) {
    refuse(response, 401, "Open the address that ec200u-pki station printed: it carries this start's token.\n");
    return Result::Handled;
  }
  return Result::Unhandled;
}

// One event a change, at once; a comment now and then, so that a browser that went away is noticed.
void PageServer::Impl::stream(httplib::Response& response) {
  if (streams.fetch_add(1) >= most_streams) {
    streams.fetch_sub(1);
    refuse(response, 503, "Too many pages are open.\n");
    return;
  }
  auto seen = std::make_shared<std::uint64_t>(0);
  response.set_header("Cache-Control", "no-store");
  response.set_chunked_content_provider(
      "text/event-stream",
      [this, seen](std::size_t, httplib::DataSink& sink) {
        if (stopping) return false;
        const auto now =
            line.wait_newer(*seen, after(std::chrono::duration_cast<std::chrono::milliseconds>(heartbeat)));
        const std::string text = now.version > *seen ? "data: " + now.json().dump(-1) + "\n\n" : std::string(":\n\n");
        *seen = now.version;
        return sink.write(text.data(), text.size());
      },
      [this](bool) { streams.fetch_sub(1); });
}

void PageServer::Impl::posts() {
  const auto slot_of = [](const httplib::Request& request) { return request.get_param_value("slot"); };
  server->Post("/retry", [this, slot_of](const auto& request, auto& response) {
    answer(response, line.retry(slot_of(request)));
  });
  server->Post("/serial", [this, slot_of](const auto& request, auto& response) {
    answer(response, line.scanned(slot_of(request), std::string(trimmed(request.get_param_value("serial")))));
  });
  server->Post("/label", [this, slot_of](const auto& request, auto& response) {
    answer(response, line.label_again(slot_of(request)));
  });
  server->Post("/reissue", [this, slot_of](const auto& request, auto& response) {
    answer(response, line.reissue(slot_of(request)));
  });
  server->Post("/unlock", [this](const auto& request, auto& response) {
    auto text = request.get_param_value("passphrase");
    const Secret passphrase{text};
    wipe(std::as_writable_bytes(std::span(text)));
    answer(response, line.unlock(passphrase));
  });
  server->Post("/operator", [this](const auto& request, auto& response) {
    answer(response, line.operator_is(std::string(trimmed(request.get_param_value("name")))));
  });
  server->Post("/release", [this](const auto&, auto& response) { answer(response, line.release()); });
}

void PageServer::Impl::routes() {
  server->set_pre_routing_handler([this](const auto& request, auto& response) { return gate(request, response); });
  server->set_post_routing_handler([](const auto&, auto& response) {
    response.set_header("Content-Security-Policy", std::string(policy));
    response.set_header("X-Content-Type-Options", "nosniff");
    response.set_header("Referrer-Policy", "no-referrer");
  });
  for (const auto& asset : assets())
    server->Get(std::string(asset.path), [asset](const auto&, auto& response) {
      response.set_header("Cache-Control", "no-cache");
      response.set_content(asset.content.data(), asset.content.size(), asset.type);
    });
  server->Get("/state", [this](const auto&, auto& response) {
    response.set_content(line.snapshot().json().dump(-1), "application/json");
  });
  server->Get("/events", [this](const auto&, auto& response) { stream(response); });
  server->Get("/devices", [this](const auto& request, auto& response) {
    const auto found = records.last(trimmed(request.get_param_value("search")), 50);
    if (!found) return answer(response, found.error());
    Json list = Json::array();
    for (const auto& device : *found) list.push(device.json());
    response.set_content(Json::object({{"devices", list}}).dump(-1), "application/json");
  });
  posts();
}

PageServer::PageServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
PageServer::PageServer(PageServer&&) noexcept = default;
PageServer& PageServer::operator=(PageServer&&) noexcept = default;
PageServer::~PageServer() = default;

Result<PageServer> PageServer::start(const PagePlace& place, Line& line, Records& records) {
  if (!is_loopback(place.address) && place.certificate_file.empty())
    return Error{Errc::usage, "the page would be served on " + place.address + " without TLS",
                 "serve it on 127.0.0.1, or give it a certificate of its own"};
  auto impl = std::make_unique<Impl>(place, line, records);
  if (impl->tls())
    impl->server = std::make_unique<httplib::SSLServer>(place.certificate_file.c_str(), place.key_file.c_str());
  else
    impl->server = std::make_unique<httplib::Server>();
  auto& server = *impl->server;
  if (!server.is_valid())
    return Error{Errc::network, "the page's certificate or key cannot be used: " + place.certificate_file,
                 "remove both files; the next start makes new ones"};
  server.new_task_queue = [] { return new httplib::ThreadPool(threads); };
  // The library's own choice lets two programs share a port, and the operator would see either.
  server.set_socket_options([](socket_t socket) {
    const int yes = 1;
    ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  });
  server.set_payload_max_length(largest_request);
  server.set_read_timeout(5, 0);
  server.set_write_timeout(5, 0);
  server.set_keep_alive_max_count(100);
  impl->routes();
  const int port = place.port == 0 ? server.bind_to_any_port(place.address)
                                   : (server.bind_to_port(place.address, place.port) ? place.port : -1);
  if (port <= 0)
    return Error{Errc::network, "the page cannot be served on " + place.address + ":" + std::to_string(place.port),
                 "another program has that port: choose another with --listen"};
  impl->port = static_cast<std::uint16_t>(port);
  impl->thread = std::jthread([raw = impl.get()] { raw->server->listen_after_bind(); });
  // stop() does nothing to a server that does not run yet: nobody may stop it before it does.
  const auto by = after(std::chrono::seconds(5));
  while (!server.is_running() && std::chrono::steady_clock::now() < by) std::this_thread::yield();
  return PageServer(std::move(impl));
}

std::uint16_t PageServer::port() const {
  return impl_->port;
}

std::string PageServer::address() const {
  const auto& place = impl_->place;
  const bool any = place.address == "0.0.0.0" || place.address == "::";
  const auto& host = any && !place.names.empty() ? place.names.front() : place.address;
  const bool v6 = host.find(':') != std::string::npos;
  return std::string(impl_->tls() ? "https" : "http") + "://" + (v6 ? "[" + host + "]" : host) + ":" +
         std::to_string(impl_->port) + "/?token=" + place.token;
}

}  // namespace epki::station
