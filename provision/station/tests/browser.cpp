#include "provision/station/tests/browser.hpp"

#include <httplib.h>

#include "core/text.hpp"

namespace epki::station {

namespace {

std::string from_base64(const std::string& text) {
  std::string out;
  unsigned bits = 0, kept = 0;
  for (const char c : text) {
    constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const auto at = alphabet.find(c);
    if (at == std::string_view::npos) continue;
    bits = (bits << 6U) | static_cast<unsigned>(at);
    kept += 6;
    if (kept < 8) continue;
    kept -= 8;
    out += static_cast<char>((bits >> kept) & 0xffU);
  }
  return out;
}

}  // namespace

Browser::Browser(Child driver, TemporaryFolder profile) : driver_(std::move(driver)), profile_(std::move(profile)) {}

namespace {

struct Driver {
  Child child;
  int port;
};

Result<Driver> start_driver(const std::filesystem::path& log) {
  auto driver = Child::start({.argv = {"chromedriver", "--port=0"}, .error_file = log});
  if (!driver) return std::move(driver).error();
  constexpr std::string_view mark = "started successfully on port ";
  const auto by = after(std::chrono::seconds(20));
  for (;;) {
    auto line = driver->read_line(by);
    if (!line) return std::move(line).error();
    if (!*line) return Error{Errc::input, "chromedriver ended at once", "install the package chromium-driver"};
    const auto at = (*line)->find(mark);
    if (at == std::string::npos) continue;
    const auto rest = std::string_view(**line).substr(at + mark.size());
    return Driver{*std::move(driver), static_cast<int>(parse_integer(rest.substr(0, rest.find('.'))).value_or(0))};
  }
}

}  // namespace

Result<std::unique_ptr<Browser>> Browser::start() {
  auto profile = TemporaryFolder::make("chromium");
  if (!profile) return std::move(profile).error();
  // It looks for a free port and then takes it; another program may be faster.
  auto driver = start_driver(profile->path() / "driver.log");
  for (int again = 0; again < 2 && !driver; ++again) driver = start_driver(profile->path() / "driver.log");
  if (!driver) return std::move(driver).error();
  std::unique_ptr<Browser> browser(new Browser(std::move(driver->child), *std::move(profile)));
  browser->client_ = std::make_unique<httplib::Client>("127.0.0.1", driver->port);
  browser->client_->set_read_timeout(60, 0);
  Json arguments = Json::array();
  for (const char* argument : {"--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                               "--disable-background-networking", "--disable-component-update", "--disable-sync",
                               "--window-size=1280,900", "--lang=en", "--force-device-scale-factor=1"})
    arguments.push(argument);
  arguments.push("--user-data-dir=" + (browser->profile_.path() / "profile").string());
  const auto session = browser->ask(
      "POST", "/session",
      Json::object({{"capabilities",
                     Json::object({{"alwaysMatch",
                                    Json::object({{"goog:chromeOptions", Json::object({{"args", arguments}})}})}})}}));
  if (!session) return session.error();
  browser->session_ = "/session/" + (*session)["sessionId"].text_or("");
  return browser;
}

Browser::~Browser() {
  if (client_ && !session_.empty()) client_->Delete(session_.c_str());
}

Result<Json> Browser::ask(const std::string& method, const std::string& path, const Json& body) {
  const auto full = session_ + path;
  auto got =
      method == "GET" ? client_->Get(full.c_str()) : client_->Post(full.c_str(), body.dump(-1), "application/json");
  if (!got) return Error{Errc::internal, "chromedriver does not answer: " + httplib::to_string(got.error())};
  auto said = Json::parse(got->body);
  if (!said) return std::move(said).error();
  if (got->status != 200)
    return Error{Errc::internal, "the browser refused: " + (*said)["value"]["message"].text_or(got->body)};
  return (*said)["value"];
}

Status Browser::open(const std::string& address) {
  auto done = ask("POST", "/url", Json::object({{"url", address}}));
  return done ? success() : Status(std::move(done).error());
}

Status Browser::size(int width, int height) {
  auto done = ask("POST", "/window/rect", Json::object({{"width", width}, {"height", height}}));
  return done ? success() : Status(std::move(done).error());
}

Result<Json> Browser::value(const std::string& expression) {
  return ask("POST", "/execute/sync",
             Json::object({{"script", "return (" + expression + ");"}, {"args", Json::array()}}));
}

bool Browser::until(const std::string& expression, Deadline by) {
  do {
    const auto now = value(expression);
    if (now && now->boolean().value_or(false)) return true;
  } while (std::chrono::steady_clock::now() < by);
  return false;
}

Status Browser::click(const std::string& selector) {
  auto found = ask("POST", "/element", Json::object({{"using", "css selector"}, {"value", selector}}));
  if (!found) return std::move(found).error();
  if (found->members().empty()) return Error{Errc::internal, "no element " + selector};
  auto done = ask("POST", "/element/" + found->members().front().second.text_or("") + "/click", Json::object());
  return done ? success() : Status(std::move(done).error());
}

Status Browser::type(const std::string& keys) {
  auto active = ask("GET", "/element/active", Json());
  if (!active) return std::move(active).error();
  if (active->members().empty()) return Error{Errc::internal, "nothing has the focus"};
  auto done = ask("POST", "/element/" + active->members().front().second.text_or("") + "/value",
                  Json::object({{"text", keys}}));
  return done ? success() : Status(std::move(done).error());
}

Status Browser::screenshot(const std::filesystem::path& file) {
  auto taken = ask("GET", "/screenshot", Json());
  if (!taken) return std::move(taken).error();
  if (auto made = make_folder(file.parent_path()); !made) return made;
  return replace_file(file, from_base64(taken->text_or("")), 0644);
}

}  // namespace epki::station
