#include <algorithm>
#include <array>

#include "core/exit_code.hpp"
#include "provision/doctor/doctor.hpp"

namespace epki::doctor {

namespace {

constexpr std::array<std::string_view, id_count> words{
    "port",  "answers",      "model",        "sim",         "registered",  "pdp",         "clock", "dns",
    "tcp",   "file-missing", "file-corrupt", "ca-unbound",  "seclevel",    "ssl-off",     "sni",   "settings",
    "chain", "hostname",     "expired",      "client-cert", "broker-auth", "not-verified"};

Json text_or_null(const std::string& text) {
  return text.empty() ? Json() : Json(text);
}

std::string_view mark(const std::optional<bool>& ok) {
  if (!ok) return "-  ";
  return *ok ? "ok " : "NO ";
}

std::string padded(std::string_view text, std::size_t width) {
  std::string out(text);
  if (out.size() < width) out.append(width - out.size(), ' ');
  return out;
}

}  // namespace

std::string_view word(Id id) {
  return words[static_cast<std::size_t>(id)];
}

std::optional<Id> Diagnosis::cause() const {
  const auto first = std::ranges::min_element(
      checks, {}, [](const Check& check) { return check.ok == false ? static_cast<std::size_t>(check.id) : id_count; });
  if (first == checks.end() || first->ok != false) return std::nullopt;
  return first->id;
}

Json Diagnosis::json() const {
  Json all = Json::array();
  for (const auto& check : checks)
    all.push(Json::object({{"id", word(check.id)},
                           {"ok", check.ok},
                           {"found", text_or_null(check.found)},
                           {"wanted", text_or_null(check.wanted)},
                           {"remedy", text_or_null(check.remedy)}}));
  const auto first = cause();
  return Json::object({{"device", Json::object({{"port", port},
                                                {"imei", text_or_null(identity.imei)},
                                                {"model", text_or_null(identity.model)},
                                                {"firmware", text_or_null(identity.firmware)}})},
                       {"checks", std::move(all)},
                       {"cause", first ? Json(word(*first)) : Json()},
                       {"connected", connected},
                       {"notes", Json::array_of(notes)}});
}

std::string Diagnosis::text() const {
  std::string text = port + ":\n";
  const auto first = cause();
  for (const auto& check : checks) {
    text += "  " + std::string(mark(check.ok)) + " " + padded(word(check.id), 13) + check.found + "\n";
    if (check.ok != false) continue;
    text += "        wanted: " + check.wanted + "\n";
    if (!check.remedy.empty()) text += "        remedy: " + check.remedy + "\n";
  }
  for (const auto& note : notes) text += "  note: " + note + "\n";
  if (!first) {
    const auto trust = std::ranges::find(checks, Id::not_verified, &Check::id);
    if (trust != checks.end() && trust->ok == true)
      return text + "nothing is wrong: the modem connects, and only the uploaded CA decides\n";
    return text + "nothing is wrong: the modem connects; whether it is protected is not known" +
           (trust == checks.end() || trust->remedy.empty() ? std::string() : ". Next: " + trust->remedy) + "\n";
  }
  const auto at = std::ranges::find(checks, *first, &Check::id);
  return text + "cause: " + std::string(word(*first)) + ": " + at->found + "\n" +
         (at->remedy.empty() ? std::string() : "next: " + at->remedy + "\n");
}

int Diagnosis::exit_code() const {
  const auto first = cause();
  if (!first) return exit_code::done;
  switch (*first) {
    case Id::port:
    case Id::answers: return exit_code::of(Errc::modem_gone);
    case Id::model: return exit_code::of(Errc::modem_refused);
    case Id::sim:
    case Id::registered:
    case Id::pdp:
    case Id::dns:
    case Id::tcp: return exit_code::of(Errc::network);
    case Id::not_verified: return works_against ? exit_code::no : exit_code::of(Errc::network);
    default: return exit_code::no;
  }
}

}  // namespace epki::doctor
