#include "verify/probe/remote_protocol.hpp"

#include <array>

#include "core/json.hpp"
#include "core/text.hpp"
#include "verify/probe/record_json.hpp"

namespace epki::probe::remote {

namespace {

constexpr std::string_view kWho = "ec200u-pki responder";
constexpr std::size_t kMostNames = 4096;

Error not_understood(std::string_view what) {
  return {Errc::input, "the other side's line is not understood: " + std::string(what),
          "both sides must be the same version of ec200u-pki"};
}

std::optional<std::uint16_t> port_in(const Json& value) {
  const auto number = value.integer();
  if (!number || *number < 0 || *number > 65535) return std::nullopt;
  return static_cast<std::uint16_t>(*number);
}

Json json_of(const HostPort& place) {
  return Json::object({{"host", place.host}, {"port", place.port}});
}

Result<HostPort> place_in(const Json& value) {
  const auto host = value["host"].text();
  const auto port = port_in(value["port"]);
  if (!host || host->empty() || !port) return not_understood("no host and port");
  return HostPort{*host, *port};
}

Result<std::optional<HostPort>> place_or_none_in(const Json& value) {
  if (value.is_null()) return std::optional<HostPort>{};
  auto place = place_in(value);
  if (!place) return std::move(place).error();
  return std::optional(std::move(*place));
}

Result<Json> json_of(const Presentation& presentation) {
  std::string chain;
  for (const auto& certificate : presentation.chain) chain += certificate.pem();
  Json json = Json::object({{"do", "arm"},
                            {"probe", presentation.id},
                            {"chain", chain},
                            {"sni", presentation.expected_sni},
                            {"path", presentation.path},
                            {"sni_off", presentation.sni_off},
                            {"relay", presentation.relay},
                            {"to_the_end", presentation.to_the_end}});
  if (!presentation.key) return json;
  if (!presentation.throw_away)
    return Error{Errc::usage, "a key that is no throw-away one stays on this computer",
                 "run verify where the modem can reach it, without --responder"};
  auto key = presentation.key->to_pem();
  if (!key) return std::move(key).error();
  return json.set("key", key->view());
}

Result<Arm> arm_in(const Json& json) {
  Presentation presentation;
  const auto id = json["probe"].text(), chain = json["chain"].text();
  const auto relay = json["relay"].boolean(), sni_off = json["sni_off"].boolean();
  if (!id || !chain || !relay || !sni_off) return not_understood("a presentation without its parts");
  presentation.id = *id;
  presentation.relay = *relay;
  presentation.sni_off = *sni_off;
  presentation.to_the_end = json["to_the_end"].boolean().value_or(false);
  presentation.expected_sni = json["sni"].text_or("");
  presentation.path = json["path"].text_or("");
  if (!presentation.relay) {
    auto certificates = ossl::chain_from_pem(*chain);
    if (!certificates) return std::move(certificates).error();
    presentation.chain = std::move(*certificates);
  }
  if (const auto key = json["key"].text()) {
    auto read = ossl::PrivateKey::from_pem(*key, nullptr);
    if (!read) return std::move(read).error();
    presentation.key = std::move(*read);
  }
  return Arm{std::move(presentation)};
}

Result<AnswerNames> names_in(const Json& json) {
  AnswerNames names;
  const auto address = json["address"].text();
  if (!address || !json["names"].is_array() || json["names"].size() > kMostNames)
    return not_understood("no names and address");
  names.address = *address;
  for (const auto& item : json["names"].items()) {
    const auto name = item.text();
    if (!name) return not_understood("a name that is no text");
    names.names.push_back(*name);
  }
  return names;
}

Result<Listen> listen_in(const Json& json) {
  auto where = place_in(json["at"]);
  if (!where) return std::move(where).error();
  auto dns = place_or_none_in(json["dns"]);
  if (!dns) return std::move(dns).error();
  return Listen{std::move(*where), std::move(*dns)};
}

Result<Collect> collect_in(const Json& json) {
  const auto wait = json["milliseconds"].integer();
  if (!wait || *wait < 0 || *wait > longest_wait.count()) return not_understood("no time to wait");
  const auto visit = json["a_visit_decides"].boolean();
  if (!visit) return not_understood("not what ends the waiting");
  return Collect{std::chrono::milliseconds(*wait), *visit ? Until::visited : Until::decided};
}

/// One object with an id.
struct Numbered {
  std::int64_t id;
  Json json;
};
Result<Numbered> numbered(std::string_view line) {
  auto json = Json::parse(line);
  if (!json) return std::move(json).error();
  const auto id = (*json)["id"].integer();
  if (!id) return not_understood("it has no number");
  return Numbered{*id, std::move(*json)};
}

template <class T>
Result<Request> request(std::int64_t id, Result<T> what) {
  if (!what) return std::move(what).error();
  return Request{id, std::move(*what)};
}

constexpr std::array<std::string_view, 4> kVisits{"nobody", "somebody", "completed", "over"};

struct ToJson {
  Result<Json> operator()(const Listen& listen) const {
    return Json::object(
        {{"do", "listen"}, {"at", json_of(listen.where)}, {"dns", listen.dns ? json_of(*listen.dns) : Json()}});
  }
  Result<Json> operator()(const Arm& arm) const { return json_of(arm.presentation); }
  Result<Json> operator()(const AskVisit&) const { return Json::object({{"do", "visit"}}); }
  Result<Json> operator()(const Collect& collect) const {
    return Json::object({{"do", "collect"},
                         {"milliseconds", collect.wait.count()},
                         {"a_visit_decides", collect.until == Until::visited}});
  }
  Result<Json> operator()(const Stop&) const { return Json::object({{"do", "stop"}}); }
  Result<Json> operator()(const AnswerNames& names) const {
    return Json::object({{"do", "names"}, {"names", Json::array_of(names.names)}, {"address", names.address}});
  }
  Result<Json> operator()(const WhatWasAsked&) const { return Json::object({{"do", "asked"}}); }

  Json operator()(const Done&, int) const { return Json(true); }
  Json operator()(const Error& error, int) const {
    return Json::object({{"code", word(error.code)}, {"what", error.what}, {"hint", error.hint}});
  }
  Json operator()(const Place& place, int) const {
    return Json::object({{"port", place.port},
                         {"dns_port", Json(place.dns_port)},
                         {"relay", place.relay ? json_of(*place.relay) : Json()}});
  }
  Json operator()(Visit visit, int) const { return Json(kVisits.at(static_cast<std::size_t>(visit))); }
  Json operator()(const ServerRecord& record, int) const { return json_of_record(record, Wire::told); }
  Json operator()(const std::vector<NameAsked>& asked, int) const {
    Json all = Json::array();
    for (const auto& one : asked) {
      all.push(Json::object({{"name", one.name}, {"type", one.type}, {"from", one.from}, {"answered", one.answered}}));
    }
    return all;
  }
};

constexpr std::array<std::string_view, 6> kReplies{"done", "error", "place", "visit", "record", "asked"};

// Only these come from the other side: it cannot tell us that our ledger is damaged.
Errc code_in(std::string_view word_of_it) {
  for (const auto code : {Errc::usage, Errc::input, Errc::key, Errc::network, Errc::interrupted}) {
    if (word(code) == word_of_it) return code;
  }
  return Errc::network;
}

Result<Visit> visit_in(const Json& json) {
  const auto word = json.text();
  for (std::size_t i = 0; i < kVisits.size(); ++i) {
    if (word == kVisits.at(i)) return static_cast<Visit>(i);
  }
  return not_understood("not who has come");
}

Result<Place> place_reply_in(const Json& json) {
  const auto port = port_in(json["port"]);
  if (!port) return not_understood("no port");
  Place place{*port, port_in(json["dns_port"])};
  auto relay = place_or_none_in(json["relay"]);
  if (!relay) return std::move(relay).error();
  place.relay = std::move(*relay);
  return place;
}

Result<std::vector<NameAsked>> asked_in(const Json& json) {
  std::vector<NameAsked> all;
  for (const auto& item : json.items()) {
    const auto name = item["name"].text(), type = item["type"].text(), from = item["from"].text();
    const auto answered = item["answered"].boolean();
    if (!name || !type || !from || !answered) return not_understood("a look-up without its parts");
    all.push_back({*name, *type, *from, *answered});
  }
  return all;
}

template <class T>
Result<Reply> reply(std::int64_t id, Result<T> what) {
  if (!what) return std::move(what).error();
  return Reply{id, std::move(*what)};
}

}  // namespace

std::string render(const Greeting& greeting) {
  return Json::object({{"who", kWho}, {"protocol", greeting.protocol}, {"version", greeting.version}}).dump(-1) + "\n";
}

std::optional<Greeting> parse_greeting(std::string_view line) {
  if (!trimmed(line).starts_with('{')) return std::nullopt;
  const auto json = Json::parse(line);
  if (!json || (*json)["who"].text() != std::string(kWho)) return std::nullopt;
  const auto protocol = (*json)["protocol"].integer();
  if (!protocol || *protocol < 0 || *protocol > 1000000) return std::nullopt;
  return Greeting{static_cast<int>(*protocol), (*json)["version"].text_or("")};
}

Result<std::string> render(const Request& request) {
  auto json = std::visit(ToJson{}, request.what);
  if (!json) return std::move(json).error();
  json->set("id", request.id);
  return json->dump(-1) + "\n";
}

Result<Request> parse_request(std::string_view line) {
  auto read = numbered(line);
  if (!read) return std::move(read).error();
  const auto& [id, json] = *read;
  const auto verb = json["do"].text_or("");
  if (verb == "listen") return request(id, listen_in(json));
  if (verb == "arm") return request(id, arm_in(json));
  if (verb == "visit") return Request{id, AskVisit{}};
  if (verb == "collect") return request(id, collect_in(json));
  if (verb == "stop") return Request{id, Stop{}};
  if (verb == "names") return request(id, names_in(json));
  if (verb == "asked") return Request{id, WhatWasAsked{}};
  return not_understood("there is no request \"" + visible(verb) + "\"");
}

std::string render(const Reply& reply) {
  Json json = Json::object({{"id", reply.id}});
  json.set(kReplies.at(reply.what.index()), std::visit([](const auto& what) { return ToJson{}(what, 0); }, reply.what));
  return json.dump(-1) + "\n";
}

Result<Reply> parse_reply(std::string_view line) {
  auto read = numbered(line);
  if (!read) return std::move(read).error();
  const auto& [id, json] = *read;
  if (json.has("done")) return Reply{id, Done{}};
  if (json.has("error")) {
    const auto& error = json["error"];
    return Reply{id, Error{code_in(error["code"].text_or("")), error["what"].text_or("no reason given"),
                           error["hint"].text_or("")}};
  }
  if (json.has("place")) return reply(id, place_reply_in(json["place"]));
  if (json.has("visit")) return reply(id, visit_in(json["visit"]));
  if (json.has("record")) return reply(id, record_in(json["record"]));
  if (json.has("asked") && json["asked"].is_array()) return reply(id, asked_in(json["asked"]));
  return not_understood("there is no such reply");
}

}  // namespace epki::probe::remote
