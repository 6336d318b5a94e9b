#include <signal.h>

#include <algorithm>
#include <vector>

#include "broker-configs/knock.hpp"
#include "broker-configs/mosquitto.hpp"
#include "core/file.hpp"
#include "core/text.hpp"

namespace epki::broker {

namespace {

constexpr auto hanging_up = std::chrono::milliseconds(200);

// Where to knock: the address of the first listener line, or loopback when it binds to all.
std::string listening_address(std::string_view configuration) {
  for (const auto line : split(configuration, '\n')) {
    const auto words = split(trimmed(line), ' ');
    if (words.front() != "listener") continue;
    const std::string address = words.size() > 2 ? std::string(words[2]) : "";
    if (address == "::") return "::1";
    return address.empty() || address == "0.0.0.0" ? "127.0.0.1" : address;
  }
  return "127.0.0.1";
}

// What it said since we started it, without the times: its first complaint and the line after it, which tells why; or,
// when it complained of nothing, the last line.
std::string last_words(const std::filesystem::path& log, std::size_t from) {
  const auto text = read_file(log);
  if (!text || text->size() <= from) return {};
  std::vector<std::string> said;
  for (auto line : split(std::string_view(*text).substr(from), '\n')) {
    if (const auto time = line.find(": "); time != line.npos && parse_integer(line.substr(0, time)))
      line.remove_prefix(time + 2);
    if (!trimmed(line).empty()) said.emplace_back(trimmed(line));
  }
  if (said.empty()) return {};
  const auto complaint =
      std::find_if(said.begin(), said.end(), [](const std::string& s) { return s.starts_with("Error"); });
  if (complaint == said.end()) return visible(said.back());
  const auto why = complaint + 1;
  return visible(*complaint) + (why != said.end() ? " " + visible(*why) : "");
}

std::string hint_for(std::string_view words) {
  if (words.find("ermission denied") != words.npos)
    return "the account that runs Mosquitto must be able to read certs/server.key and to pass every folder above it; "
           "started as root, Mosquitto becomes the account mosquitto first";
  if (words.find("ddress already in use") != words.npos)
    return "another program has that port: choose another in [broker]";
  if (words.find("assign requested address") != words.npos)
    return "this machine has no such address: see listen in [broker]";
  return "mosquitto -v -c FILE shows what it makes of its configuration";
}

Error did_not_start(const std::filesystem::path& configuration, const std::filesystem::path& log, std::size_t from,
                    std::string_view how) {
  const auto words = last_words(log, from);
  return {Errc::network,
          "Mosquitto " + std::string(how) + " with " + configuration.string() + (words.empty() ? "" : ": " + words),
          hint_for(words)};
}

}  // namespace

Result<RunningBroker> RunningBroker::start(const std::filesystem::path& configuration, std::uint16_t port,
                                           const std::filesystem::path& log, Deadline by) {
  const auto text = read_file(configuration);
  if (!text) return text.error();
  const auto address = listening_address(*text);
  if (is_listening(address, port, by))
    return Error{Errc::network, "another program listens on port " + std::to_string(port) + " of " + address,
                 "stop it, or choose another port in [broker] of the project file"};

  std::error_code none;
  const auto before = std::filesystem::file_size(log, none);
  const std::size_t from = none ? 0 : static_cast<std::size_t>(before);
  Child::Options options{{"mosquitto", "-c", configuration.string()}};
  options.unset = {"EC200U_PKI_PASSPHRASE"};
  options.error_file = log;
  options.output_file = log;
  auto child = Child::start(options);
  if (!child) {
    auto error = std::move(child).error();
    if (error.code == Errc::input) error.hint = "install it: apt-get install mosquitto";
    return error;
  }
  // Its exit is waited for between two knocks, so that neither is missed.
  for (;;) {
    if (const auto code = child->wait(std::min(by, after(std::chrono::milliseconds(10)))))
      return did_not_start(configuration, log, from, "ended at once (exit code " + std::to_string(*code) + ")");
    const auto heard = knock(address, port, by);
    // A program on its way out hangs up too: then its end is near.
    const bool serves = heard == Knock::answered || (heard == Knock::hung_up && !child->wait(after(hanging_up)));
    if (serves && child->running()) return RunningBroker(std::move(*child));
    if (std::chrono::steady_clock::now() >= by)
      return did_not_start(configuration, log, from, "does not answer on port " + std::to_string(port));
  }
}

void RunningBroker::reload() {
  child_.signal(SIGHUP);
}

}  // namespace epki::broker
