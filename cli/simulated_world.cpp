#include "cli/simulated_world.hpp"

#include <algorithm>
#include <iterator>

#include "core/file.hpp"
#include "core/file_lock.hpp"
#include "core/json.hpp"
#include "core/text.hpp"

namespace epki::cli {

namespace fs = std::filesystem;

namespace {

// "strict" and "./strict.toml" keep their files apart from one another, and nothing leaves the state folder.
std::string folder_name_of(const std::string& persona) {
  std::string name = fs::path(persona).filename().string();
  for (char& c : name)
    if (c == '/' || c == '\0') c = '_';
  return name.empty() || name == "." || name == ".." ? "persona" : name;
}

Error did_not_start(const fs::path& log, std::string_view why) {
  Error error{Errc::input, "the simulator did not start: " + std::string(why), "see " + log.string()};
  if (const auto text = read_file(log); text) {
    // "ec200u-sim: what" and, in a line of its own, the hint.
    constexpr std::string_view said_by = "ec200u-sim: ";
    const auto lines = split(trimmed(*text), '\n');
    const auto said =
        std::find_if(lines.rbegin(), lines.rend(), [&](const auto& line) { return line.starts_with(said_by); });
    if (said == lines.rend()) {
      if (!lines.back().empty()) error.what += ": " + std::string(lines.back());
      return error;
    }
    error.what += ": " + std::string(said->substr(said_by.size()));
    if (said != lines.rbegin()) error.hint = std::string(trimmed(*std::prev(said))) + "; " + error.hint;
  }
  return error;
}

}  // namespace

Result<Simulator> Simulator::start(const std::string& persona, int number, const fs::path& state_folder,
                                   const std::vector<std::string>& names, const Context& context,
                                   const std::string& address, std::uint16_t dns_port) {
  const auto own = folder_name_of(persona) + (number > 1 ? "-" + std::to_string(number) : "");
  const auto folder = state_folder / "sim" / own;
  if (auto made = make_folder(folder, 0700); !made) return std::move(made).error();
  const auto log = state_folder / "sim" / (own + ".log");
  const auto link = state_folder / "sim" / (own + ".port");
  std::error_code ignored;
  fs::remove(log, ignored);

  Child::Options options{
      .argv = {(context.executable.parent_path() / "ec200u-sim").string(), "--persona", persona, "--state",
               folder.string(), "--first", std::to_string(number), "--link", link.string()},
      .error_file = log};
  const auto leads = "=" + address;
  for (const auto& name : names) options.argv.insert(options.argv.end(), {"--host", name + leads});
  if (dns_port != 0) options.argv.insert(options.argv.end(), {"--dns-port", std::to_string(dns_port)});
  auto child = Child::start(options);
  if (!child) return std::move(child).error();
  auto line = child->read_line(after(std::chrono::seconds(10)));
  if (!line) return did_not_start(log, line.error().what);
  if (!*line) return did_not_start(log, "it ended at once");
  auto said = Json::parse(**line);
  if (!said || !(*said)["pty"].text()) return did_not_start(log, "it printed " + **line);
  context.reporter.detail("simulated modem \"" + persona + "\" on " + *(*said)["pty"].text());
  return Simulator(*std::move(child), *(*said)["pty"].text(), link.string());
}

Result<std::optional<broker::RunningBroker>> ensure_broker(const config::Project& project, const Context& context) {
  const auto port = static_cast<std::uint16_t>(project.broker.port);
  const std::string where = "port " + std::to_string(port);
  if (broker::is_listening(broker::reachable_at(project), port, after(std::chrono::seconds(2)))) {
    context.reporter.step("using the broker that listens on " + where);
    return std::optional<broker::RunningBroker>{};
  }
  // Another command may be starting it at this moment.
  const auto alone =
      FileLock::take(project.state_folder() / "broker.lock", "the project's broker", context.cancel, context.reporter);
  if (!alone) return alone.error();
  if (broker::is_listening(broker::reachable_at(project), port, after(std::chrono::seconds(2)))) {
    context.reporter.step("using the broker that another command has just started on " + where);
    return std::optional<broker::RunningBroker>{};
  }
  auto broker = broker::RunningBroker::start(project.broker_folder() / "mosquitto.conf", port,
                                             project.state_folder() / "mosquitto.log", after(std::chrono::seconds(10)));
  if (!broker) return std::move(broker).error();
  context.reporter.step("nothing listened on " + where + ": started the project's Mosquitto for this command");
  return std::optional(*std::move(broker));
}

}  // namespace epki::cli
