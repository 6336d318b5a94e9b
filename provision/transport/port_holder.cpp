#include "provision/transport/port_holder.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <system_error>

#include "core/text.hpp"

namespace epki::transport {

namespace {

namespace fs = std::filesystem;

std::optional<pid_t> process_id(const fs::path& folder) {
  const auto number = parse_integer(folder.filename().string());
  if (!number || *number <= 0) return std::nullopt;
  return static_cast<pid_t>(*number);
}

std::string program_name(const fs::path& process) {
  std::ifstream in(process / "comm");
  std::string name;
  std::getline(in, name);
  return name;
}

bool has_open(const fs::path& process, dev_t device) {
  std::error_code unseen;  // a process that ended, or belongs to somebody else, is passed over: this is best effort
  for (fs::directory_iterator fd(process / "fd", unseen), end; !unseen && fd != end; fd.increment(unseen)) {
    struct stat info {};
    if (::stat(fd->path().c_str(), &info) == 0 && S_ISCHR(info.st_mode) && info.st_rdev == device) return true;
  }
  return false;
}

template <class Predicate>
std::optional<Holder> first_process(Predicate&& fits) {
  std::error_code unseen;
  for (fs::directory_iterator entry("/proc", unseen), end; !unseen && entry != end; entry.increment(unseen)) {
    const auto pid = process_id(entry->path());
    if (pid && *pid != ::getpid() && fits(entry->path())) return Holder{*pid, program_name(entry->path())};
  }
  return std::nullopt;
}

constexpr const char* stop_modem_manager =
    "stop it (sudo systemctl stop ModemManager), or keep it off these modems for good: copy 77-ec200u-pki.rules "
    "(templates/udev; the package installs it) to /etc/udev/rules.d, then `sudo udevadm control --reload` and plug the "
    "modem in again";

}  // namespace

std::optional<Holder> find_holder(dev_t device) {
  return first_process([&](const fs::path& process) { return has_open(process, device); });
}

bool program_runs(const std::string& name) {
  return first_process([&](const fs::path& process) { return program_name(process) == name; }).has_value();
}

Error port_in_use(const std::string& path, const std::optional<Holder>& holder, bool modem_manager_runs) {
  if (holder && holder->program == "ModemManager")
    return {Errc::modem_gone, path + " is in use by ModemManager (process " + std::to_string(holder->pid) + ")",
            stop_modem_manager};
  if (holder)
    return {Errc::modem_gone,
            path + " is in use by " + (holder->program.empty() ? "a program" : holder->program) + " (process " +
                std::to_string(holder->pid) + ")",
            "end that program, or choose another port"};
  if (modem_manager_runs)
    return {Errc::modem_gone, path + " is in use, probably by ModemManager, which is running", stop_modem_manager};
  return {Errc::modem_gone, path + " is in use by another program",
          "find it with `sudo fuser -v " + path + "` and end it"};
}

}  // namespace epki::transport
