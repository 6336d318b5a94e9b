// Why nothing arrived at the server: the modem itself looks the name up and opens plain TCP to the same place.
#include "core/text.hpp"
#include "verify/trial/modem_bench.hpp"

namespace epki::trial {

using std::chrono::milliseconds;

/// The modem has reported that the open failed, and nobody has come to the server. While the server waits on, the modem
/// opens plain TCP to the same place: once that connection is here, whatever it had sent before is here too. A
/// ClientHello that comes after all is the attempt's.
Result<ModemBench::Opened> ModemBench::refused_unseen(Opener& opener, const std::string& host) {
  auto ended = opener.end();
  if (!ended && ends_run(ended.error())) return std::move(ended).error();
  auto look = look_into(host);
  if (!look) return std::move(look).error();
  auto server = collect(probe::Until::visited);
  if (!server) return std::move(server).error();
  Opened opened{std::move(*server), {}};
  auto& peer = opened.server.peer;
  const bool only_visited = peer.stage <= ossl::Stage::tcp && peer.could_not_present.empty();
  if (!only_visited) return opened;
  opened.modem.absence = absence_of(*look, host, opened.server.connected || opened.server.strays > 0);
  for (auto& tap : opened.server.wire) tap.afterwards = true;
  peer = {};
  opened.server.connected = false;
  return opened;
}

Result<std::optional<std::string>> ModemBench::name_fault(const std::string& host) {
  auto found = parts_.modem.resolve(setup_.pdp, host);
  if (!found && found.error().code == Errc::network) return std::optional<std::string>(found.error().what);
  if (!found && found.error().code == Errc::modem_refused) return std::optional<std::string>{};  // TCP will tell
  if (!found) return std::move(found).error();
  if (!found->error) return std::optional<std::string>{};
  const auto words = ec200u::ssl_error_words(*found->error);
  return std::optional<std::string>("the modem cannot resolve " + host + " (" + std::to_string(*found->error) +
                                    (words.empty() ? "" : ", " + std::string(words)) + ")");
}

Result<ModemBench::Look> ModemBench::look_into(const std::string& host) {
  auto fault = name_fault(host);
  if (!fault) return std::move(fault).error();
  Look look{std::move(*fault)};
  if (look.name_fault) return look;
  auto probed = parts_.modem.tcp_probe(setup_.pdp, host, port(), until(probe::Visit::somebody));
  if (!probed && ends_run(probed.error())) return std::move(probed).error();
  if (probed) look.tcp_result = *probed;
  if (!probed) look.not_tried = std::move(probed).error().what;
  return look;
}

/// `arrived`: the plain TCP connection came to our server.
Absence ModemBench::absence_of(const Look& look, const std::string& host, bool arrived) const {
  if (look.name_fault) return {false, *look.name_fault};
  const std::string place = host + ":" + std::to_string(port());
  if (arrived) return {true, "the name " + host + " and TCP to " + place + " are fine: the modem refuses inside"};
  if (!look.not_tried.empty()) return {false, "plain TCP to " + place + " could not be tried: " + look.not_tried};
  if (!look.tcp_result) return {false, "plain TCP to " + place + " gives no result"};
  if (*look.tcp_result == 0) return {false, place + " leads elsewhere: TCP connects, and not to this responder"};
  const auto words = ec200u::ssl_error_words(*look.tcp_result);
  return {false, "plain TCP to " + place + " fails (" + std::to_string(*look.tcp_result) +
                     (words.empty() ? "" : ", " + std::string(words)) + ")"};
}

/// For an attempt that has been collected already.
Result<Absence> ModemBench::explain(const Shot& shot, const probe::Case& card, std::vector<ossl::WireTap>& wire) {
  const auto& host = parts_.deck.host(shot);
  if (auto armed = arm({"C0", card.chain, card.key}); !armed) return std::move(armed).error();
  auto look = look_into(host);
  if (!look) return std::move(look).error();
  // Where the name leads nowhere nobody comes, and the attempt itself has had its time.
  auto server = look->name_fault ? parts_.responder.collect(after(milliseconds(0))) : collect(probe::Until::visited);
  if (!server) return std::move(server).error();
  for (auto& tap : server->wire) {
    tap.of_the_attempt = false;
    tap.afterwards = true;
    wire.push_back(std::move(tap));
  }
  return absence_of(*look, host, server->connected || server->strays > 0);
}

}  // namespace epki::trial
