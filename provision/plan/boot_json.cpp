// The boot sequence as JSON, there and back.

#include <array>

#include "provision/plan/boot.hpp"

namespace epki::plan {

namespace {

using Kind = BootStep::Kind;

constexpr std::string_view boot_schema = "ec200u-pki/boot-sequence/1";
constexpr std::array<Kind, 6> all_kinds{Kind::wait,     Kind::command,    Kind::query,
                                        Kind::deferred, Kind::registered, Kind::clock};
constexpr const char* made_again = "have the file written again: ec200u-pki provision makes it";
constexpr std::array<std::string_view, 3> role_words{"ca", "client-certificate", "client-key"};

Json step_json(const BootStep& step) {
  Json one = Json::object({{"kind", word(step.kind)},
                           {"send", step.send.empty() ? Json() : Json(step.send)},
                           {"expect", step.expect.empty() ? Json("OK") : Json(step.expect)},
                           {"limit_ms", step.limit.count()},
                           {"may_fail", step.may_fail}});
  if (step.kind == Kind::clock) one.set("year", step.year).set("fallback", word(step.fallback));
  if (!step.because.empty()) one.set("because", step.because);
  return one;
}

Result<BootStep> step_from(const Json& one) {
  BootStep step;
  bool known = false;
  for (const auto kind : all_kinds)
    if (one["kind"].text() == word(kind)) {
      step.kind = kind;
      known = true;
    }
  if (!known) return Error{Errc::input, "a step of the boot sequence has no kind: " + one.dump(-1), made_again};
  step.send = one["send"].text_or("");
  step.expect = one["expect"].text_or("");
  if (step.expect == "OK") step.expect.clear();
  step.limit = std::chrono::milliseconds(one["limit_ms"].integer().value_or(0));
  step.may_fail = one["may_fail"].boolean().value_or(false);
  step.year = static_cast<int>(one["year"].integer().value_or(0));
  for (const auto fallback : {ClockFallback::set_clock, ClockFallback::hold})
    if (one["fallback"].text() == word(fallback)) step.fallback = fallback;
  step.because = one["because"].text_or("");
  return step;
}

}  // namespace

Json boot_json(const BootSequence& sequence) {
  Json files = Json::array();
  for (const auto& file : sequence.files)
    files.push(Json::object(
        {{"role", role_words[static_cast<std::size_t>(file.role)]}, {"name", file.name}, {"sha256", file.sha256}}));
  Json steps = Json::array();
  for (const auto& step : sequence.steps) steps.push(step_json(step));
  return Json::object(
      {{"schema", boot_schema},
       {"model", sequence.model},
       {"firmware", sequence.firmware},
       {"files", std::move(files)},
       {"context", sequence.context},
       {"client", sequence.client},
       {"host", sequence.host},
       {"port", sequence.port},
       {"steps", std::move(steps)},
       {"then", Json::array_of(std::array<std::string, 2>{boot_open_line(sequence), boot_connect_line(sequence)})}});
}

Result<BootSequence> boot_from_json(const Json& document) {
  if (document["schema"].text() != boot_schema)
    return Error{Errc::input, "this is no boot sequence",
                 "ec200u-pki provision writes one below boot/, ending in .json"};
  BootSequence sequence{.model = document["model"].text_or(""),
                        .firmware = document["firmware"].text_or(""),
                        .host = document["host"].text_or(""),
                        .port = static_cast<std::uint16_t>(document["port"].integer().value_or(0)),
                        .client = static_cast<int>(document["client"].integer().value_or(0)),
                        .context = static_cast<int>(document["context"].integer().value_or(1))};
  for (const auto& file : document["files"].items())
    for (std::size_t i = 0; i < role_words.size(); ++i)
      if (file["role"].text() == role_words[i])
        sequence.files.push_back({static_cast<FileRole>(i), file["name"].text_or(""), file["sha256"].text_or("")});
  for (const auto& one : document["steps"].items()) {
    auto step = step_from(one);
    if (!step) return std::move(step).error();
    sequence.steps.push_back(std::move(*step));
  }
  if (sequence.steps.empty()) return Error{Errc::input, "the boot sequence has no steps", made_again};
  return sequence;
}

}  // namespace epki::plan
