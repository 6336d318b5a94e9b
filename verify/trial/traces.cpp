#include "verify/trial/traces.hpp"

#include <utility>

#include "core/text.hpp"
#include "pki/ossl/digest.hpp"
#include "provision/plan/settings.hpp"
#include "verify/probe/throw_away.hpp"
#include "verify/trial/trial.hpp"
#include "verify/trial/undo.hpp"

namespace epki::trial {

namespace {

using std::chrono::seconds;

/// What the modem says of it is beside the point: bytes lost, or another size than it was told.
Error ends_itself(const std::string& name) {
  return {Errc::modem_refused, name + " cannot be uploaded: its text holds +++, which ends an upload on this modem",
          "leave this certificate out, or give it with lines of another length"};
}

/// More than reading it takes, less than any certificate of the run minds.
constexpr seconds clock_tolerance{300};

}  // namespace

Status Traces::keep_settings(Found found) {
  auto entry = ledger_.journal_begin(imei_, std::string(journal_settings), found.json());
  if (!entry) return std::move(entry).error();
  settings_entry_ = *entry;
  found_ = std::move(found);
  return success();
}

Status Traces::keep_clock(seconds offset) {
  auto entry = ledger_.journal_begin(imei_, std::string(journal_clock),
                                     Json::object({{"offset", offset.count()}, {"follow", followed_}}));
  if (!entry) return std::move(entry).error();
  clock_entry_ = *entry;
  clock_offset_ = offset;
  return success();
}

Status Traces::move_clock(Instant at) {
  if (!clock_offset_) {
    auto reading = modem_.clock();
    if (!reading) return std::move(reading).error();
    if (auto kept = keep_clock(reading->utc - clock_.now()); !kept) return kept;
  }
  clock_moved_ = true;
  return modem_.set_clock(at);
}

Status Traces::clock_back() {
  if (!std::exchange(clock_moved_, false)) return success();
  return modem_.set_clock(clock_.now());
}

Result<std::string> Traces::set_clock() {
  auto reading = modem_.clock();
  if (!reading) return std::move(reading).error();
  auto followed = is_followed();
  if (!followed) return std::move(followed).error();
  followed_ = *followed;
  const seconds offset = reading->utc - clock_.now();
  const bool right = std::chrono::abs(offset) <= clock_tolerance;
  if (right && !followed_) return reading->text + ", left as it is";
  if (auto kept = keep_clock(offset); !kept) return std::move(kept).error();
  if (followed_) {
    if (auto frozen = modem_.follow_network_time(false); !frozen) return std::move(frozen).error();
  }
  if (right) return reading->text + ", kept from being set by the network for the run";
  if (auto set = modem_.set_clock(clock_.now()); !set) return std::move(set).error();
  return reading->text + ", set to this computer's time for the run";
}

/// Whether network time sets the modem's clock; a firmware that does not say is taken at its word: it does not.
Result<bool> Traces::is_followed() {
  auto follows = modem_.follows_network_time();
  if (!follows && follows.error().code != Errc::modem_refused) return std::move(follows).error();
  return follows && follows->value_or(false);
}

Status Traces::renew_clock() {
  if (!clock_offset_) return success();
  if (followed_) {
    if (auto frozen = modem_.follow_network_time(false); !frozen) return frozen;
  }
  return modem_.set_clock(clock_.now());
}

Result<bool> Traces::is_there(const std::string& name, const std::string& pem) {
  auto listed = modem_.file(name);
  if (!listed) return std::move(listed).error();
  if (!*listed) return false;
  auto bytes = modem_.download(name, (*listed)->size);
  if (!bytes && bytes.error().code != Errc::modem_refused) return std::move(bytes).error();
  if (bytes && *bytes == pem) return true;
  return Error{Errc::modem_refused, name + " is on the modem with another content than its name says",
               "delete it (AT+QFDEL) if nothing needs it, then run again"};
}

Status Traces::send(const std::string& name, const std::string& pem) {
  reporter_.detail("uploading " + name + ", " + std::to_string(pem.size()) + " bytes");
  auto receipt = modem_.upload(name, pem);
  if (!receipt && receipt.error().code == Errc::interrupted) return std::move(receipt).error();
  if (!receipt && !probe::can_be_uploaded(pem)) return ends_itself(name);
  // Lost completions happen: what lies there decides, not what was said about it, or not said (AT reference, 3).
  auto listed = modem_.file(name);
  // Where the modem says nothing at all, the upload's own failure is the one to tell.
  if (!listed) return receipt ? std::move(listed).error() : receipt.error();
  if (!*listed)
    return receipt ? Error{Errc::modem_refused, name + " is not there after its upload", {}} : receipt.error();
  auto bytes = modem_.download(name, (*listed)->size);
  if (!bytes) return std::move(bytes).error();
  if (*bytes == pem) return success();
  if (!probe::can_be_uploaded(pem)) return ends_itself(name);
  return Error{Errc::modem_refused, name + " was damaged on its way to the modem",
               "check the cable, or use a lower --baud"};
}

Result<std::string> Traces::upload(const std::string& pem) {
  const auto name = plan::file_name_for(pem);
  if (files_.contains(name)) return name;
  auto there = is_there(name, pem);
  if (!there) return std::move(there).error();
  if (*there) return name;
  auto entry = ledger_.journal_begin(imei_, std::string(journal_file),
                                     Json::object({{"name", name}, {"sha256", ossl::sha256_hex(as_bytes(pem))}}));
  if (!entry) return std::move(entry).error();
  files_.emplace(name, *entry);
  auto sent = send(name, pem);
  if (!sent && sent.error().code == Errc::modem_refused) {
    if (auto removed = modem_.remove(name); !removed) return std::move(removed).error();
    sent = send(name, pem);
  }
  if (!sent) return std::move(sent).error();
  return name;
}

Status Traces::remove(const std::string& name) {
  const auto ours = files_.find(name);
  if (ours == files_.end()) return success();  // it was there before the run
  if (auto removed = modem_.remove(name); !removed) return removed;
  if (auto ended = ledger_.journal_end(ours->second); !ended) return ended;
  files_.erase(ours);
  return success();
}

Status Traces::restore_files() {
  while (!files_.empty()) {
    const auto [name, entry] = *files_.begin();
    auto gone = remove_file(modem_, name, reporter_);
    if (!gone) return std::move(gone).error();
    files_.erase(files_.begin());
    if (!*gone) continue;  // stays in the journal
    if (auto ended = ledger_.journal_end(entry); !ended) return ended;
  }
  return success();
}

Status Traces::restore() {
  if (found_) {
    if (auto done = put_back(modem_, *found_, reporter_); !done) return done;
    if (auto ended = ledger_.journal_end(settings_entry_); !ended) return ended;
    found_.reset();
  }
  if (auto done = restore_files(); !done) return done;
  if (clock_offset_) {
    if (auto done = restore_clock(modem_, clock_.now(), *clock_offset_, reporter_); !done) return done;
    if (followed_) {
      if (auto done = follow_network_time(modem_, reporter_); !done) return done;
    }
    if (auto ended = ledger_.journal_end(clock_entry_); !ended) return ended;
    clock_offset_.reset();
  }
  return success();
}

}  // namespace epki::trial
