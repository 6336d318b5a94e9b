#include "cli/line_signing.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "core/descriptor.hpp"
#include "core/file.hpp"
#include "ledger/audit.hpp"

namespace epki::cli {

namespace {

namespace fs = std::filesystem;

/// Whoever the group or the others are: the operator's account may be among them.
Status only_ours(const fs::path& file) {
  struct stat facts {};
  if (::stat(file.c_str(), &facts) != 0) return success();  // it is elsewhere: opening it says so
  const auto mode = facts.st_mode & 0777U;
  if ((mode & 0077U) != 0)
    return Error{Errc::key, file.string() + " can be read by other accounts than the station's",
                 "chmod 600 " + file.string() + "; was it copied meanwhile? then revoke the CA"};
  if (facts.st_uid != ::geteuid())
    return Error{Errc::key, file.string() + " belongs to another account than the one the station runs under",
                 "chown it to the station's account, and run no browser under that one"};
  return success();
}

/// Hands a passphrase to what reads one from a descriptor; it is nowhere but in the kernel's buffer.
Result<Descriptor> in_a_pipe(const Secret& passphrase) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return Error{Errc::internal, "no pipe could be made"};
  Descriptor read(ends[0]), write(ends[1]);
  const Secret line{std::string_view("\n")};
  for (const auto* part : {&passphrase, &line})
    if (::write(write.get(), part->view().data(), part->size()) != static_cast<ssize_t>(part->size()))
      return Error{Errc::internal, "the pipe did not take the passphrase"};
  return read;
}

}  // namespace

Status check_custody(const config::Project& project, Context& context) {
  std::error_code failed;
  const auto root = project.device_root_key();
  if (!project.ca.issuing) return only_ours(root);
  for (const auto& entry : fs::directory_iterator(project.issuing_device_certificate().parent_path(), failed)) {
    const auto& file = entry.path();
    if (file.extension() != ".key") continue;
    if (auto ours = only_ours(file); !ours) return ours;
  }
  for (const auto& key : {root, project.root_key()})
    if (fs::exists(key, failed))
      context.reporter.warning("the root's key " + key.string() +
                               " is on this station; it belongs offline: an issuing CA signs for devices");
  return success();
}

// Every slot may ask at once, and again while the next boards upload.
LineSigning::LineSigning(const config::Project& project, const config::Job& job, Context& context)
    : project_(project),
      context_(context),
      window_(std::chrono::minutes(job.signing.minutes), static_cast<std::uint64_t>(job.signing.quota)),
      keys_ahead_(std::min<std::size_t>(job.slots.size(), 64)) {}

Result<std::unique_ptr<LineSigning>> LineSigning::open(const config::Project& project, const config::Job& job,
                                                       const PassphraseOptions& passphrase,
                                                       std::shared_ptr<const Secret> key_password, Context& context) {
  if (auto safe = check_custody(project, context); !safe) return std::move(safe).error();
  auto signing = std::unique_ptr<LineSigning>(new LineSigning(project, job, context));
  signing->key_password_ = std::move(key_password);
  auto issue = open_client_issuer(
      project, {.passphrase = passphrase, .keys_ahead = signing->keys_ahead_, .key_password = signing->key_password_},
      context);
  if (!issue) return std::move(issue).error();
  signing->issue_ = *std::move(issue);
  return signing;
}

Result<plan::IssuedClient> LineSigning::issue(const std::string& name, const ec200u::Identity& device) {
  plan::IssueClient issue;
  {
    const std::lock_guard guard(mutex_);
    if (auto taken = window_.take(); !taken) {
      shut(taken.error());
      return std::move(taken).error();
    }
    issue = issue_;
  }
  return issue(name, device);
}

// With the mutex held. The key goes with the last call that still signs.
void LineSigning::shut(const Error& why) {
  if (!issue_) return;
  issue_ = {};
  context_.reporter.warning(why.what);
  if (ledger_ == nullptr) return;
  if (auto kept = ledger::Audit(*ledger_).record("ca-locked", Json::object({{"why", why.what}})); !kept)
    context_.reporter.warning(kept.error().what);
}

Status LineSigning::unlock(const Secret& passphrase, const std::string& who) {
  auto pipe = in_a_pipe(passphrase);
  if (!pipe) return std::move(pipe).error();
  auto issue =
      open_client_issuer(project_, {.passphrase = {.fd = pipe->get()}, .key_password = key_password_}, context_);
  if (!issue) return std::move(issue).error();
  if (ledger_ != nullptr) {
    const auto now = Json::object({{"project", project_.ca.name}});
    if (auto kept = ledger::Audit(*ledger_).record("ca-unlocked", now, {who}); !kept) return kept;
  }
  const std::lock_guard guard(mutex_);
  issue_ = *std::move(issue);
  window_.unlock();
  return success();
}

}  // namespace epki::cli
