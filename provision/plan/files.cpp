#include <span>

#include "core/secret.hpp"
#include "core/text.hpp"
#include "pki/ossl/digest.hpp"
#include "provision/plan/run.hpp"

namespace epki::plan {

namespace {

constexpr int attempts = 3;

Error no_room(const std::string& name, std::size_t size, std::size_t free) {
  return {Errc::modem_refused,
          "the modem has " + counted(free, "byte") + " left, " + name + " needs " + std::to_string(size),
          "delete files that are not needed; AT+QFLST lists them"};
}

/// One attempt. True: the file is there and is what it should be.
Result<bool> attempt(Run& run, const std::string& name, const std::string& bytes, const std::string& sha256) {
  auto& reporter = run.around.reporter;
  const auto sent = run.modem.upload(
      name, bytes, [&](std::size_t done) { reporter.progress("uploading " + name, done, bytes.size()); });
  reporter.progress("uploading " + name, 0, 0);
  if (!sent) {
    if (sent.error().code == Errc::interrupted) return sent.error();
    run.detail("the upload of " + name + " ended with: " + sent.error().what + "; asking what is stored");
  }
  auto listed = run.modem.file(name);
  // Where the modem says nothing at all, the upload's own failure is the one to tell.
  if (!listed) return sent ? std::move(listed).error() : sent.error();
  if (!*listed || (*listed)->size != bytes.size()) return false;
  return holds(run, name, bytes.size(), sha256);
}

}  // namespace

Result<bool> holds(Run& run, const std::string& name, std::size_t size, const std::string& sha256) {
  auto content = run.modem.download(name, size);
  // A byte lost on the wire leaves both sides waiting; that says nothing about the file yet.
  if (!content && content.error().code == Errc::modem_gone) content = run.modem.download(name, size);
  if (!content) {
    if (ends_run(content.error())) return std::move(content).error().during("reading " + name + " back");
    run.detail("reading " + name + " back: " + content.error().what);
    return false;
  }
  const bool same = content->size() == size && ossl::sha256_hex(as_bytes(*content)) == sha256;
  wipe(std::as_writable_bytes(std::span(*content)));  // it may be the device's key
  return same;
}

Status store(Run& run, const std::string& name, const std::string& bytes, const std::string& sha256) {
  if (auto space = run.modem.space()) {
    if (space->free < bytes.size()) return no_room(name, bytes.size(), space->free);
  } else if (ends_run(space.error())) {
    return std::move(space).error();
  }
  for (int n = 1; n <= attempts; ++n) {
    if (auto proceed = go_on(run); !proceed) return proceed;
    auto stored = attempt(run, name, bytes, sha256);
    if (!stored) return std::move(stored).error().during("uploading " + name);
    if (*stored) return success();
    run.detail("attempt " + std::to_string(n) + " left " + name + " incomplete");
    // A speed that the line does not carry soundly shows here first.
    if (auto lowered = lower_speed(run); !lowered) return lowered;
    // What is there now is a part of our own upload; nothing is bound to it yet.
    auto left = run.modem.file(name);
    if (!left) return std::move(left).error();
    if (*left)
      if (auto gone = run.modem.remove(name); !gone)
        return std::move(gone).error().during("removing a partial " + name);
  }
  const bool escape = bytes.find("+++") != std::string::npos;
  return Error{Errc::modem_refused,
               name + " could not be stored in " + std::to_string(attempts) +
                   " attempts: what the modem gives back is not what was sent",
               escape ? "the text contains +++, which ends a transfer on this modem: mint another root"
                      : "on a UART wire RTS and CTS, or lower the speed; then run provision again"};
}

}  // namespace epki::plan
