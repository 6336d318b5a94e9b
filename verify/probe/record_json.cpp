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

Json json_of_wire(const std::vector<ossl::WireTap>& wire) {
  Json all = Json::array();
  for (const auto& tap : wire) {
    Json pieces = Json::array();
    for (const auto& piece : tap.pieces) {
      pieces.push(Json::object({{"from_peer", piece.from_peer},
                                {"after_us", piece.after.count()},
                                {"bytes", to_hex(as_bytes(piece.bytes))}}));
    }
    all.push(Json::object({{"of_the_attempt", tap.of_the_attempt},
                           {"cut", tap.cut},
                           {"closed_by_peer", tap.closed_by_peer},
                           {"reset_by_peer", tap.reset_by_peer},
                           {"pieces", std::move(pieces)}}));
  }
  return all;
}

// An older responder sends none.
Result<std::vector<ossl::WireTap>> wire_in(const Json& json) {
  std::vector<ossl::WireTap> wire;
  if (json.size() > ServerRecord::most_connections) return damaged("too many connections");
  for (const auto& one : json.items()) {
    ossl::WireTap tap;
    const auto ours = one["of_the_attempt"].boolean(), cut = one["cut"].boolean(),
               closed = one["closed_by_peer"].boolean(), reset = one["reset_by_peer"].boolean();
    if (!ours || !cut || !closed || !reset) return damaged("a connection");
    for (const auto& piece : one["pieces"].items()) {
      const auto from_peer = piece["from_peer"].boolean();
      const auto after = piece["after_us"].integer();
      const auto bytes = from_hex(piece["bytes"].text_or("-"));
      if (!from_peer || !after || *after < 0 || !bytes) return damaged("a connection's bytes");
      tap.take(*from_peer, as_text(*bytes));
      if (!tap.pieces.empty()) tap.pieces.back().after = std::chrono::microseconds(*after);
    }
    tap.of_the_attempt = *ours;
    tap.cut = tap.cut || *cut;
    tap.closed_by_peer = *closed;
    tap.reset_by_peer = *reset;
    wire.push_back(std::move(tap));
  }
  return wire;
}

}  // namespace

Json json_of_record(const ServerRecord& record, Wire wire) {
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
  if (wire == Wire::told) json.set("wire", json_of_wire(record.wire));
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
  auto wire = wire_in(json["wire"]);
  if (!wire) return std::move(wire).error();
  record.wire = std::move(*wire);
  auto relayed = relayed_in(json["relayed"]);
  if (!relayed) return std::move(relayed).error();
  record.relayed = std::move(*relayed);
  return record;
}

}  // namespace epki::probe
