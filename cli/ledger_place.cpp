#include "cli/ledger_place.hpp"

#include <pwd.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <system_error>

#include "cli/version.hpp"
#include "core/file.hpp"

namespace epki::cli {

namespace {

Result<ledger::Ledger> open(const config::Project& project, const Context& context, bool to_read) {
  ledger::Ledger::Options options;
  options.operator_name = name_of_account();
  options.station = name_of_this_station();
  options.tool = std::string("ec200u-pki ") + version;
  options.to_read = to_read;
  if (project.ledger.url.empty()) return ledger::Ledger::open(project.ledger_file(), context.clock, options);
  if (auto made = make_folder(project.state_folder(), 0700); !made && !to_read) return std::move(made).error();
  options.local_journal = project.local_journal();
  auto book = ledger::Ledger::connect(project.ledger.url, context.clock, options);
  if (!book) return book;
  if (const auto why = book->offline(); !why.empty())
    context.reporter.warning(why + "; what happens now goes to " + options.local_journal.string() +
                             " and is merged when it is back");
  return book;
}

Status check_ledger_is_there(const config::Project& project) {
  std::error_code unknown;
  const auto gone = [&](const std::filesystem::path& file) {
    return !std::filesystem::exists(file, unknown) && !unknown;
  };
  if (!project.ledger.url.empty() || !gone(project.ledger_file()) || gone(project.root_certificate())) return success();
  return Error{Errc::ledger, "the ledger " + project.ledger_file().string() + " is gone, and this project has CAs",
               "put it back where [ledger] file of the project file says, or restore a backup: ec200u-pki restore"};
}

}  // namespace

std::string name_of_account() {
  passwd entry{};
  passwd* found = nullptr;
  std::array<char, 4096> room{};
  if (::getpwuid_r(::geteuid(), &entry, room.data(), room.size(), &found) != 0 || found == nullptr) return {};
  return found->pw_name;
}

std::string name_of_this_station() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "station";
}

Result<ledger::Ledger> open_ledger(const config::Project& project, const Context& context) {
  return open(project, context, false);
}

Result<ledger::Ledger> open_kept_ledger(const config::Project& project, const Context& context) {
  if (auto there = check_ledger_is_there(project); !there) return std::move(there).error();
  return open_ledger(project, context);
}

Result<ledger::Ledger> open_ledger_to_read(const config::Project& project, const Context& context) {
  return open(project, context, true);
}

Result<ledger::Ledger> open_kept_ledger_to_read(const config::Project& project, const Context& context) {
  if (auto there = check_ledger_is_there(project); !there) return std::move(there).error();
  return open_ledger_to_read(project, context);
}

}  // namespace epki::cli
