#include <span>

#include "core/secret.hpp"
#include "core/text.hpp"
#include "pki/ossl/digest.hpp"
#include "provision/plan/run.hpp"

namespace epki::plan {

namespace {

constexpr int attempts = 3;
constexpr const char* lossy_line = "on a UART wire RTS and CTS, or lower the speed; then run provision again";

Error no_room(const std::string& name, std::size_t size, std::size_t free) {
  return {Errc::modem_refused,
          "the modem has " + counted(free, "byte") + " left, " + name + " needs " + std::to_string(size),
          "delete files that are not needed; AT+QFLST lists them"};
}

/// One attempt. True: the file is there and is what it should be. Else `why` says how it went wrong.
Result<bool> attempt(Run& run, const std::string& name, const std::string& bytes, const std::string& sha256,
                     Error& why) {
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
  // The modem took it whole. That it is not there is one thing, that the modem does not list is another.
  if (!*listed && sent)
    if (auto lists = run.modem.lists_files(); !lists) return std::move(lists).error();
  if (!*listed || (*listed)->size != bytes.size()) {
    why = !sent ? sent.error()
                : Error{Errc::modem_refused,
                        *listed ? "the modem keeps " + std::to_string((*listed)->size) + " bytes of " +
                                      std::to_string(bytes.size())
                                : "the modem does not list it afterwards",
                        "restart the modem, then run provision again"};
    return false;
  }
  why = {Errc::modem_refused, "what the modem gives back is not what was sent", lossy_line};
  return holds(run, name, bytes.size(), sha256);
}

}  // namespace

Result<bool> holds(Run& run, const std::string& name, std::size_t size, const std::string& sha256) {
  bool refused = false;
  auto content = run.modem.download_again(name, size, refused);
  if (!content) {
    if (refused || ends_run(content.error())) return std::move(content).error().during("reading " + name + " back");
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
  Error why;
  for (int n = 1; n <= attempts; ++n) {
    if (auto proceed = go_on(run); !proceed) return proceed;
    auto stored = attempt(run, name, bytes, sha256, why);
    if (!stored) {
      // What cannot be listed or read back is not left there for the next run to meet.
      if (stored.error().code == Errc::modem_refused)
        if (auto gone = run.modem.remove(name); !gone) run.detail(gone.error().what);
      return std::move(stored).error().during("uploading " + name);
    }
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
               name + " could not be stored in " + std::to_string(attempts) + " attempts: " + why.what,
               escape             ? "the text contains +++, which ends a transfer on this modem: mint another root"
               : why.hint.empty() ? lossy_line
                                  : why.hint};
}

}  // namespace epki::plan
