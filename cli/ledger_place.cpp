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

ledger::Ledger::Options options_of_here(bool to_read) {
  ledger::Ledger::Options options;
  options.operator_name = name_of_account();
  options.station = name_of_this_station();
  options.tool = std::string("ec200u-pki ") + version;
  options.to_read = to_read;
  return options;
}

Result<ledger::Ledger> open(const config::Project& project, const Context& context, bool to_read) {
  auto options = options_of_here(to_read);
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

bool is_gone(const std::filesystem::path& file) {
  std::error_code unknown;
  return !std::filesystem::exists(file, unknown) && !unknown;
}

constexpr const char* put_it_back =
    "put it back where [ledger] file of the project file says, or restore a backup: ec200u-pki restore";

Status check_ledger_is_there(const config::Project& project) {
  if (!project.ledger.url.empty() || !is_gone(project.ledger_file()) || is_gone(project.root_certificate()))
    return success();
  return Error{Errc::ledger, "the ledger " + project.ledger_file().string() + " is gone, and this project has CAs",
               put_it_back};
}

// What tells later that a ledger was begun here: the value of [ledger] file.
std::filesystem::path begun_note(const config::Project& project) {
  return project.state_folder() / "ledger-begun";
}

bool has_a_key(const std::filesystem::path& folder) {
  std::error_code unreadable;
  for (std::filesystem::directory_iterator at(folder, unreadable), end; !unreadable && at != end;
       at.increment(unreadable))
    if (at->path().extension() == ".key") return true;
  return false;
}

// The ledger is what counts: where the note cannot be written, the command goes on.
void note_begun(const config::Project& project, const Context& context) {
  if (!project.ledger.url.empty() || !is_gone(begun_note(project))) return;
  auto noted = make_folder(project.state_folder(), 0700);
  if (noted) noted = replace_file(begun_note(project), project.ledger.file + "\n", 0600);
  if (!noted) context.reporter.detail(noted.error().what);
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

Status check_ledger_not_lost(const config::Project& project) {
  if (!project.ledger.url.empty() || !is_gone(project.ledger_file())) return success();
  const auto begun = read_file(begun_note(project), 1U << 16U);
  if (!(begun && *begun == project.ledger.file + "\n") && !has_a_key(project.folder / "ca")) return success();
  return Error{
      Errc::ledger,
      "the ledger " + project.ledger_file().string() +
          " is gone: what was issued, read back and found out here stood in it, and nothing is begun without it",
      std::string(put_it_back) + "; to go on without what it held, make an empty file of that name"};
}

Result<ledger::Ledger> begin_ledger(const config::Project& project, const Context& context) {
  return open(project, context, false);
}

Result<ledger::Ledger> open_ledger(const config::Project& project, const Context& context) {
  if (auto there = check_ledger_not_lost(project); !there) return std::move(there).error();
  auto ledger = open(project, context, false);
  if (ledger) note_begun(project, context);
  return ledger;
}

Result<ledger::Ledger> open_kept_ledger(const config::Project& project, const Context& context) {
  if (auto there = check_ledger_is_there(project); !there) return std::move(there).error();
  return open_ledger(project, context);
}

Result<ledger::Ledger> open_ledger_to_read(const config::Project& project, const Context& context) {
  if (check_ledger_not_lost(project)) return open(project, context, true);
  // A file made here would hide the loss.
  context.reporter.warning("the ledger " + project.ledger_file().string() +
                           " is gone: this goes on without what it held; " + put_it_back);
  return ledger::Ledger::empty(context.clock, options_of_here(true));
}

Result<ledger::Ledger> open_kept_ledger_to_read(const config::Project& project, const Context& context) {
  if (auto there = check_ledger_is_there(project); !there) return std::move(there).error();
  return open(project, context, true);
}

}  // namespace epki::cli
