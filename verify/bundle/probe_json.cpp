#include "verify/bundle/probe_json.hpp"

#include <limits>

namespace epki::bundle {

namespace {

using infer::Bound;
using infer::Shown;

// Larger than any number of roots or intermediates that a run has.
constexpr std::int64_t kMost = 100000;
constexpr int kMostRepeats = 1000;

Error damaged(std::string_view what) {
  return {Errc::input, "evidence.json: " + std::string(what), {}};
}

/// The value of an enumeration whose word it is, from the first to `last`.
template <class Enum>
std::optional<Enum> value_of(const Json& json, Enum last) {
  const auto text = json.text();
  for (int i = 0; text && i <= static_cast<int>(last); ++i) {
    if (word(static_cast<Enum>(i)) == *text) return static_cast<Enum>(i);
  }
  return std::nullopt;
}

/// A number in -1 … kMost.
std::optional<int> small(const Json& json) {
  const auto value = json.integer();
  if (!value || *value < -1 || *value > kMost) return std::nullopt;
  return static_cast<int>(*value);
}

Json json_of(const infer::Settings& settings) {
  return Json::object({{"sni_off", settings.sni_off},
                       {"ignore_time", settings.ignore_time},
                       {"ignore_items", settings.ignore_items},
                       {"ignore_signature", settings.ignore_signature},
                       {"ignore_chain", settings.ignore_chain},
                       {"clock_past_the_end", settings.clock == infer::Settings::Clock::past_the_end},
                       {"own_certificate", settings.own_certificate}});
}

Result<infer::Settings> settings_in(const Json& json) {
  const auto sni = json["sni_off"].boolean(), time = json["ignore_time"].boolean(),
             signature = json["ignore_signature"].boolean(), chain = json["ignore_chain"].boolean(),
             clock = json["clock_past_the_end"].boolean(), own = json["own_certificate"].boolean();
  const auto items = json["ignore_items"].integer();
  if (!sni || !time || !signature || !chain || !clock || !own || !items || *items < 0 ||
      *items > std::numeric_limits<std::uint32_t>::max())
    return damaged("a probe's settings cannot be read");
  infer::Settings settings;
  settings.sni_off = *sni;
  settings.ignore_time = *time;
  settings.ignore_items = static_cast<std::uint32_t>(*items);
  settings.ignore_signature = *signature;
  settings.ignore_chain = *chain;
  if (*clock) settings.clock = infer::Settings::Clock::past_the_end;
  settings.own_certificate = *own;
  return settings;
}

}  // namespace

std::string_view word(Shown shown) {
  switch (shown) {
    case Shown::own_chain: return "own-chain";
    case Shown::own_direct: return "own-direct";
    case Shown::own_deep: return "own-deep";
    case Shown::unknown: return "unknown";
    case Shown::badsig: return "badsig";
    case Shown::wrong_host: return "wrong-host";
    case Shown::expired: return "expired";
    case Shown::not_yet: return "not-yet";
    case Shown::eku_client: return "eku-client";
    case Shown::usage_certsign: return "usage-certsign";
    case Shown::no_ca_attributes: return "no-ca-attributes";
    case Shown::everything_wrong: return "everything-wrong";
    case Shown::own_certificate: return "own-certificate";
    case Shown::keyless: return "keyless";
    case Shown::replay: return "replay";
    case Shown::unknown_like: return "unknown-like";
    case Shown::flipped_twin: return "flipped-twin";
    case Shown::replay_wrong_name: return "replay-wrong-name";
    case Shown::forged_genuine: return "forged-genuine";
    case Shown::with_key: return "with-key";
    case Shown::twin_with_key: return "twin-with-key";
    case Shown::keyless_other: return "keyless-other";
    case Shown::forgery: return "forgery";
    case Shown::several: return "several";
  }
  return "";
}

std::string_view word(Bound::What what) {
  switch (what) {
    case Bound::What::user: return "user";
    case Bound::What::nothing: return "nothing";
    case Bound::What::genuine: return "genuine";
    case Bound::What::genuine_issuer: return "genuine-issuer";
    case Bound::What::user_intermediate: return "user-intermediate";
    case Bound::What::other_key: return "other-key";
    case Bound::What::no_attributes: return "no-attributes";
    case Bound::What::no_attributes_issuer: return "no-attributes-issuer";
  }
  return "";
}

Json json_of(const infer::Probe& probe) {
  return Json::object({{"name", infer::probe_name(probe)},
                       {"shown", word(probe.shown)},
                       {"bound", Json::object({{"what", word(probe.bound.what)}, {"anchor", probe.bound.anchor}})},
                       {"anchor", probe.anchor},
                       {"settings", json_of(probe.settings)},
                       {"depth", probe.depth}});
}

Result<infer::Probe> probe_in(const Json& json) {
  const auto shown = value_of(json["shown"], Shown::several);
  const auto what = value_of(json["bound"]["what"], Bound::What::no_attributes_issuer);
  const auto bound_anchor = small(json["bound"]["anchor"]), anchor = small(json["anchor"]),
             depth = small(json["depth"]);
  if (!shown || !what || !bound_anchor || !anchor || !depth || *depth < 0) return damaged("a probe cannot be read");
  auto settings = settings_in(json["settings"]);
  if (!settings) return std::move(settings).error();
  return infer::Probe{*shown, {*what, *bound_anchor}, *anchor, *settings, *depth};
}

Json json_of(const infer::Anchor& anchor) {
  return Json::object({{"subject", anchor.subject},
                       {"sha256", anchor.sha256},
                       {"host", anchor.host},
                       {"intermediates", anchor.intermediates},
                       {"lies_on_modem", anchor.lies_on_modem},
                       {"clock_is_moved", anchor.clock_is_moved},
                       {"unusable", anchor.unusable}});
}

Result<infer::Anchor> anchor_in(const Json& json) {
  const auto subject = json["subject"].text(), sha256 = json["sha256"].text(), host = json["host"].text(),
             lies = json["lies_on_modem"].text(), unusable = json["unusable"].text();
  const auto intermediates = small(json["intermediates"]);
  const auto moved = json["clock_is_moved"].boolean();
  if (!subject || !sha256 || !host || !lies || !unusable || !intermediates || !moved)
    return damaged("an anchor cannot be read");
  return infer::Anchor{*subject, *sha256, *host, *intermediates, *lies, *moved, *unusable};
}

Json json_of(const infer::Evidence& evidence) {
  Json anchors = Json::array();
  for (const auto& anchor : evidence.anchors) anchors.push(json_of(anchor));
  return Json::object({{"anchors", std::move(anchors)},
                       {"repeat", evidence.repeat},
                       {"absence", evidence.absence},
                       {"ended_early", evidence.ended_early},
                       {"cannot_unbind", evidence.cannot_unbind},
                       {"rebooted", evidence.rebooted}});
}

Result<infer::Evidence> evidence_in(const Json& json) {
  const auto absence = json["absence"].text(), ended = json["ended_early"].text(),
             unbind = json["cannot_unbind"].text();
  const auto repeat = json["repeat"].integer();
  const auto rebooted = json["rebooted"].boolean();
  if (!absence || !ended || !unbind || !repeat || *repeat < 1 || *repeat > kMostRepeats || !rebooted)
    return damaged("a path's evidence cannot be read");
  infer::Evidence evidence;
  for (const auto& one : json["anchors"].items()) {
    auto anchor = anchor_in(one);
    if (!anchor) return std::move(anchor).error();
    evidence.anchors.push_back(*std::move(anchor));
  }
  evidence.repeat = static_cast<int>(*repeat);
  evidence.absence = *absence;
  evidence.ended_early = *ended;
  evidence.cannot_unbind = *unbind;
  evidence.rebooted = *rebooted;
  return evidence;
}

Json json_of(const oracle::Opinion& opinion) {
  return Json::object({{"verdict", oracle::word(opinion.verdict)},
                       {"reason", opinion.reason},
                       {"codes", Json::array_of(opinion.codes)}});
}

Json json_of(const trial::ModemSide& modem) {
  Json absence;
  if (modem.absence)
    absence = Json::object({{"path_is_fine", modem.absence->path_is_fine}, {"words", modem.absence->words}});
  return Json::object({{"opened", modem.opened}, {"silent", modem.silent}, {"absence", std::move(absence)}});
}

Result<trial::ModemSide> modem_in(const Json& json) {
  const auto opened = json["opened"].boolean(), silent = json["silent"].boolean();
  if (!opened || !silent) return damaged("what the modem said cannot be read");
  trial::ModemSide modem{*opened, *silent, {}};
  if (json["absence"].is_null()) return modem;
  const auto fine = json["absence"]["path_is_fine"].boolean();
  const auto words = json["absence"]["words"].text();
  if (!fine || !words) return damaged("why nothing arrived cannot be read");
  modem.absence = trial::Absence{*fine, *words};
  return modem;
}

}  // namespace epki::bundle
