#include "verify/probe/record_json.hpp"

#include <array>

#include "core/text.hpp"

namespace epki::probe {

namespace {

using ossl::Stage;

Error damaged(std::string_view what) {
  return {Errc::input, "a server's record cannot be read: " + std::string(what), {}};
}

std::optional<Stage> stage_in(const Json& json) {
  constexpr std::array all{Stage::none,  Stage::tcp,      Stage::client_hello,    Stage::flight_sent,
                           Stage::alert, Stage::complete, Stage::application_data};
  const auto text = json.text();
  for (const auto stage : all) {
    if (text && word(stage) == *text) return stage;
  }
  return std::nullopt;
}

Result<std::optional<Relayed>> relayed_in(const Json& json) {
  if (json.is_null()) return std::optional<Relayed>{};
  const auto target = json["target"].text(), chain = json["presented"].text();
  const auto from_client = json["from_client"].integer(), from_server = json["from_server"].integer();
  if (!target || !chain || !from_client || !from_server || *from_client < 0 || *from_server < 0)
    return damaged("relayed");
  Relayed relayed{*target, {}, static_cast<std::size_t>(*from_client), static_cast<std::size_t>(*from_server)};
  if (!chain->empty()) {
    auto certificates = ossl::chain_from_pem(*chain);
    if (!certificates) return std::move(certificates).error();
    relayed.presented = std::move(*certificates);
  }
  return std::optional(std::move(relayed));
}

}  // namespace

Json json_of_record(const ServerRecord& record) {
  const auto& peer = record.peer;
  Json json = Json::object({{"stage", word(peer.stage)},
                            {"alert", Json(peer.alert)},
                            {"sni", peer.sni},
                            {"client_hello", to_hex(peer.client_hello)},
                            {"application_data", to_hex(as_bytes(peer.application_data))},
                            {"closed_by_peer", peer.closed_by_peer},
                            {"reset_by_peer", peer.reset_by_peer},
                            {"could_not_present", peer.could_not_present},
                            {"strays", record.strays},
                            {"connected", record.connected},
                            {"from", record.from}});
  if (!record.relayed) return json;
  std::string chain;
  for (const auto& certificate : record.relayed->presented) chain += certificate.pem();
  return json.set("relayed", Json::object({{"target", record.relayed->target},
                                           {"presented", chain},
                                           {"from_client", record.relayed->from_client},
                                           {"from_server", record.relayed->from_server}}));
}

Result<ServerRecord> record_in(const Json& json) {
  const auto stage = stage_in(json["stage"]);
  const auto sni = json["sni"].text(), why = json["could_not_present"].text();
  const auto hello = from_hex(json["client_hello"].text_or("-"));
  const auto data = from_hex(json["application_data"].text_or("-"));
  const auto closed = json["closed_by_peer"].boolean(), reset = json["reset_by_peer"].boolean(),
             connected = json["connected"].boolean();
  const auto strays = json["strays"].integer(), alert = json["alert"].integer();
  if (!stage || !sni || !why || !hello || !data || !closed || !reset || !connected || !strays || *strays < 0)
    return damaged("a part is missing");
  if (!json["alert"].is_null() && (!alert || *alert < 0 || *alert > 255)) return damaged("the alert is none");
  ServerRecord record;
  record.peer.stage = *stage;
  if (alert) record.peer.alert = static_cast<int>(*alert);
  record.peer.sni = *sni;
  record.peer.client_hello = *hello;
  record.peer.application_data = std::string(as_text(*data));
  record.peer.closed_by_peer = *closed;
  record.peer.reset_by_peer = *reset;
  record.peer.could_not_present = *why;
  record.strays = static_cast<std::size_t>(*strays);
  record.connected = *connected;
  record.from = json["from"].text_or("");
  auto relayed = relayed_in(json["relayed"]);
  if (!relayed) return std::move(relayed).error();
  record.relayed = std::move(*relayed);
  return record;
}

}  // namespace epki::probe
