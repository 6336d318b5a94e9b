#include "verify/trial/dns_override.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "core/text.hpp"
#include "verify/trial/openers.hpp"

namespace epki::trial {

namespace {

// Reserved (RFC 6761, 6.2): no query for it can come to our server but from who was pointed at it.
constexpr std::string_view nonce_zone = ".ec200u-pki.test";

/// What the modem reads back may have an empty second server as 0.0.0.0.
bool same(const ec200u::DnsServers& a, const ec200u::DnsServers& b) {
  const auto second = [](const ec200u::DnsServers& s) { return s.second == "0.0.0.0" ? std::string() : s.second; };
  return a.first == b.first && second(a) == second(b);
}

Status put_back(ec200u::Modem& modem, int pdp, const ec200u::DnsServers& before, Reporter& reporter) {
  auto set = modem.set_dns_servers(pdp, before);
  if (!set && !ends_run(set.error()) && !before.second.empty()) {
    // "0.0.0.0" as the second one is read, and not always taken.
    set = modem.set_dns_servers(pdp, {before.first, {}});
  }
  if (set) return success();
  if (ends_run(set.error()) && set.error().code != Errc::usage) return set;
  reporter.warning("the modem's DNS servers could not be put back to " + before.first +
                   "; its next restart forgets ours: " + set.error().what);
  return success();
}

}  // namespace

DnsOverride::DnsOverride(const Parts& parts, std::string imei, int pdp, std::string address,
                         std::vector<std::string> hosts)
    : parts_(parts), imei_(std::move(imei)), pdp_(pdp), address_(std::move(address)), hosts_(std::move(hosts)) {}

Result<bool> DnsOverride::begin() {
  auto before = parts_.modem.dns_servers(pdp_);
  if (!before) return std::move(before).error();
  if (!*before || (*before)->first.empty()) {
    why_ = "this firmware does not say which DNS servers it asks (AT+QIDNSCFG), so they could not be put back";
    return false;
  }
  before_ = **before;
  auto entry = parts_.ledger.journal_begin(
      imei_, std::string(journal_dns),
      Json::object({{"pdp", pdp_}, {"first", before_.first}, {"second", before_.second}, {"ours", address_}}));
  if (!entry) return std::move(entry).error();
  entry_ = *entry;
  active_ = true;
  auto pointed = point();
  if (!pointed && ends_run(pointed.error())) return std::move(pointed).error();
  if (!pointed) {
    why_ = "the modem does not take " + address_ + " as its DNS server: " + pointed.error().what;
  } else {
    auto proved = prove();
    if (!proved || *proved) return proved;
  }
  if (auto restored = restore(); !restored) return std::move(restored).error();
  return false;
}

Status DnsOverride::point() {
  const ec200u::DnsServers ours{address_, address_};
  auto set = parts_.modem.set_dns_servers(pdp_, ours);
  if (!set && !ends_run(set.error())) set = parts_.modem.set_dns_servers(pdp_, {address_, {}});
  if (!set) return set;
  auto now = parts_.modem.dns_servers(pdp_);
  if (!now) return std::move(now).error();
  if (*now && (*now)->first == address_) return success();
  return Error{Errc::modem_refused, "it reads another one back", {}};
}

Result<bool> DnsOverride::prove() {
  std::array<std::byte, 8> bytes{};
  parts_.random.fill(bytes);
  const std::string nonce = "n" + to_hex(bytes) + std::string(nonce_zone);
  auto all = hosts_;
  all.push_back(nonce);
  if (auto told = parts_.names.answer(all, address_); !told) return std::move(told).error();
  auto found = parts_.modem.resolve(pdp_, nonce);
  if (!found && ends_run(found.error())) return std::move(found).error();
  auto asked = parts_.names.asked();
  if (!asked) return std::move(asked).error();
  const bool seen = std::any_of(asked->begin(), asked->end(),
                                [&](const probe::NameAsked& one) { return one.name == nonce && one.answered; });
  const bool taken =
      found && std::find(found->addresses.begin(), found->addresses.end(), address_) != found->addresses.end();
  if (seen && taken) {
    parts_.reporter.step("the modem asks our DNS responder: it looked up " + nonce);
    return true;
  }
  why_ = !seen
             ? "the modem's look-up of " + nonce +
                   " did not arrive at our DNS responder: the network may answer port "
                   "53 itself, or a firewall is in the way"
             : "our DNS responder answered the modem's look-up of " + nonce + ", and the modem did not take the answer";
  return false;
}

Status DnsOverride::renew() {
  if (!active_) return success();
  auto pointed = point();
  if (!pointed) return pointed;
  auto proved = prove();
  if (!proved) return std::move(proved).error();
  if (*proved) return success();
  return Error{Errc::network, "after its restart " + why_, "run again"};
}

Status DnsOverride::restore() {
  if (!active_) return success();
  auto now = parts_.modem.dns_servers(pdp_);
  if (!now) return std::move(now).error();
  if (!*now || !same(**now, before_)) {
    if (auto done = put_back(parts_.modem, pdp_, before_, parts_.reporter); !done) return done;
  }
  active_ = false;
  return parts_.ledger.journal_end(entry_);
}

Result<bool> undo_dns(ec200u::Modem& modem, const ledger::JournalEntry& entry, Reporter& reporter) {
  const auto pdp = entry.detail["pdp"].integer();
  const auto first = entry.detail["first"].text(), second = entry.detail["second"].text(),
             ours = entry.detail["ours"].text();
  if (!pdp || *pdp < 1 || *pdp > 15 || !first || !second || !ours)
    return Error{Errc::ledger, "a journal entry of verify holds no DNS servers", "check the ledger"};
  const int context = static_cast<int>(*pdp);
  auto now = modem.dns_servers(context);
  if (!now) return std::move(now).error();
  if (!*now || (*now)->first != *ours) return true;  // a restart has forgotten ours
  reporter.step("undoing what an interrupted verify left: putting the DNS servers back");
  if (auto done = put_back(modem, context, {*first, *second}, reporter); !done) return std::move(done).error();
  return true;
}

}  // namespace epki::trial
