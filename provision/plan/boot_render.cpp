// The boot sequence as text, as a C header and as a script, from templates/boot.

#include <utility>

#include "core/template.hpp"
#include "core/text.hpp"
#include "provision/plan/boot.hpp"
#include "provision/plan/boot_templates.hpp"

namespace epki::plan {

namespace {

using Kind = BootStep::Kind;

constexpr std::chrono::seconds open_limit{121};    // AT reference, 4
constexpr std::chrono::seconds connect_limit{45};  // three packet timeouts of at most 15 s

std::int64_t seconds_of(std::chrono::milliseconds limit) {
  return std::chrono::duration_cast<std::chrono::seconds>(limit).count();
}

/// What a step waits for, in words.
std::string expectation(const BootStep& step) {
  switch (step.kind) {
    case Kind::wait: return step.expect;
    case Kind::command: return step.may_fail ? "OK, or ERROR (may fail)" : "OK";
    case Kind::query: return step.expect + " ..., then OK";
    case Kind::deferred: return std::string("OK, later ") + step.expect + ",..." + (step.may_fail ? " (may fail)" : "");
    case Kind::registered: return step.expect + " <n>,1 or <n>,5; ask again until then";
    case Kind::clock:
      return step.expect + " ..., year " + std::to_string(step.year) + " or later; ask again until then";
  }
  return {};
}

std::string c_string(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    const bool plain = c >= 0x20 && c < 0x7f;
    out += plain ? c : '?';  // names and hosts were checked long before; a header must compile whatever comes
  }
  return out + "\"";
}

/// Text for the inside of a C comment.
std::string commented(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '/' && !out.empty() && out.back() == '*') out += ' ';
    out += (c >= 0x20 && c < 0x7f) ? c : '?';
  }
  return out;
}

std::string upper(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return out;
}

std::string or_dash(const std::string& text) {
  return text.empty() ? "-" : text;
}

std::string fallback_text(ClockFallback fallback) {
  const std::string name(word(fallback));
  switch (fallback) {
    case ClockFallback::none: return {};
    case ClockFallback::set_clock:
      return name +
             ": after the limit, AT+CCLK=\"<yy/MM/dd,hh:mm:ss>+00\" with the UTC of a clock of your own, and ask "
             "once more";
    case ClockFallback::hold: return name + ": after the limit, do not connect; begin again later";
  }
  return {};
}

/// `text` on lines of its own below a step, none longer than a terminal is wide.
std::string below(std::string_view text) {
  constexpr std::size_t width = 90;
  std::string all, line;
  for (const auto part : split(text, ' ')) {
    if (!line.empty() && line.size() + part.size() >= width) all += "\n      " + std::exchange(line, {});
    line += (line.empty() ? "" : " ") + std::string(part);
  }
  return line.empty() ? all : all + "\n      " + line;
}

Json step_data(const BootStep& step, int number) {
  const auto count = std::to_string(number);
  return Json::object({{"count", (count.size() < 2 ? " " : "") + count},
                       {"shown", step.send.empty() ? std::string("(send nothing)") : step.send},
                       {"expectation", expectation(step)},
                       {"limit_s", seconds_of(step.limit)},
                       {"limit_ms", step.limit.count()},
                       {"notes", below(step.because) + below(fallback_text(step.fallback))},
                       {"kind", word(step.kind)},
                       {"year", std::to_string(step.year)},
                       {"must", step.may_fail ? "may-fail" : "must"},
                       {"script_expect", or_dash(step.expect)},
                       {"script_send", or_dash(step.send)},
                       {"script_fallback", or_dash(std::string(word(step.fallback)))},
                       {"c_kind", upper(word(step.kind))},
                       {"c_send", c_string(step.send)},
                       {"c_expect", c_string(step.expect)},
                       {"c_may_fail", step.may_fail ? "1" : "0"},
                       {"c_fallback", c_string(word(step.fallback))}});
}

Json file_data(const BootFile& file) {
  constexpr const char* what[] = {"CA file", "client certificate", "client key"};
  constexpr const char* macro[] = {"CA", "CLIENT_CERTIFICATE", "CLIENT_KEY"};
  const auto role = static_cast<std::size_t>(file.role);
  return Json::object({{"what", what[role]},
                       {"macro", macro[role]},
                       {"name", file.name},
                       {"sha256", file.sha256},
                       {"c_name", c_string(file.name)},
                       {"c_sha256", c_string(file.sha256)}});
}

Json then_data(const char* macro, const std::string& line, const std::string& result, std::chrono::seconds limit) {
  const std::string expected = "OK, later " + result;
  return Json::object({{"macro", macro},
                       {"kind", lower(macro)},
                       {"send", line},
                       {"c_send", c_string(line)},
                       {"expect", result},
                       {"expectation", expected},
                       {"comment", commented(expected + " within " + std::to_string(limit.count()) + " s")},
                       {"limit_s", limit.count()},
                       {"limit_ms", std::chrono::milliseconds(limit).count()}});
}

Json data_of(const BootSequence& sequence, bool for_c) {
  Json files = Json::array(), steps = Json::array(), then = Json::array();
  for (const auto& file : sequence.files) files.push(file_data(file));
  int number = 0;
  for (const auto& step : sequence.steps) steps.push(step_data(step, ++number));
  const auto client = std::to_string(sequence.client);
  then.push(then_data("OPEN", boot_open_line(sequence), "+QMTOPEN: " + client + ",0", open_limit));
  then.push(then_data("CONNECT", boot_connect_line(sequence), "+QMTCONN: " + client + ",0,0", connect_limit));
  return Json::object({{"model", for_c ? commented(sequence.model) : visible(sequence.model)},
                       {"firmware", for_c ? commented(sequence.firmware) : visible(sequence.firmware)},
                       {"files", std::move(files)},
                       {"steps", std::move(steps)},
                       {"then", std::move(then)}});
}

std::string rendered(std::string_view name, const BootSequence& sequence, bool for_c) {
  auto text = fill_template(boot_template(name), data_of(sequence, for_c), Escaping::plain);
  return text ? *std::move(text) : text.error().what;  // the templates are ours, and a test fills each
}

}  // namespace

std::string boot_text(const BootSequence& sequence) {
  return rendered("boot.txt", sequence, false);
}

std::string boot_c_header(const BootSequence& sequence) {
  return rendered("boot.h", sequence, true);
}

std::string boot_script(const BootSequence& sequence) {
  return rendered("boot.script", sequence, false);
}

}  // namespace epki::plan
