// The boot sequence as text, as a C header and as JSON.

#include "core/text.hpp"
#include "provision/plan/boot.hpp"

namespace epki::plan {

namespace {

using Kind = BootStep::Kind;

std::string_view word(Kind kind) {
  switch (kind) {
    case Kind::wait: return "wait";
    case Kind::command: return "command";
    case Kind::query: return "query";
    case Kind::deferred: return "deferred";
    case Kind::registered: return "registered";
    case Kind::clock: return "clock";
  }
  return "command";
}

std::string seconds_text(std::chrono::milliseconds limit) {
  return std::to_string(std::chrono::duration_cast<std::chrono::seconds>(limit).count()) + " s";
}

/// What a step waits for, in words.
std::string expectation(const BootStep& step) {
  switch (step.kind) {
    case Kind::wait: return step.expect;
    case Kind::command: return step.may_fail ? "OK, or ERROR" : "OK";
    case Kind::query: return step.expect + " ..., then OK";
    case Kind::deferred: return std::string("OK, later ") + step.expect + ",..." + (step.may_fail ? " (may fail)" : "");
    case Kind::registered: return step.expect + " <n>,1 or <n>,5; ask again until then";
    case Kind::clock: return step.expect + " ..., year " + std::to_string(step.year) + " or later";
  }
  return {};
}

std::string open_line(const BootSequence& sequence) {
  return "AT+QMTOPEN=" + std::to_string(sequence.client) + ",\"" + sequence.host + "\"," +
         std::to_string(sequence.port);
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

std::string c_step(const BootStep& step) {
  std::string kind = "EC200U_BOOT_";
  for (const char c : word(step.kind)) kind += static_cast<char>(c - 'a' + 'A');
  std::string line = "    {" + kind + ", " + c_string(step.send) + ", " + c_string(step.expect) + ", " +
                     std::to_string(step.limit.count()) + "UL, " + std::to_string(step.year) + ", " +
                     (step.may_fail ? "1" : "0") + "},";
  return line + "\n";
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

constexpr std::string_view c_types = R"(enum ec200u_boot_kind {
  EC200U_BOOT_WAIT,       /* send nothing: wait for a line that starts with expect */
  EC200U_BOOT_COMMAND,    /* send, wait for OK */
  EC200U_BOOT_QUERY,      /* send, wait for a line that starts with expect, then OK */
  EC200U_BOOT_DEFERRED,   /* send, wait for OK, then for a line that starts with expect */
  EC200U_BOOT_REGISTERED, /* send again and again until the second number of the answer is 1 or 5 */
  EC200U_BOOT_CLOCK       /* send; go on only if the year in the answer is at least year (yy counts from 2000,
                             70 and above from 1900). Else set the clock yourself with AT+CCLK and ask again. Do not
                             connect before; do not set ignorelocaltime to 1 instead. */
};

struct ec200u_boot_step {
  enum ec200u_boot_kind kind;
  const char *send;       /* without the closing CR; empty: nothing to send */
  const char *expect;     /* empty: OK alone */
  unsigned long limit_ms; /* give up after this */
  int year;               /* EC200U_BOOT_CLOCK only */
  int may_fail;           /* 1: ERROR, or no answer, is no reason to stop */
};
)";

}  // namespace

std::string boot_text(const BootSequence& sequence) {
  std::string text =
      "# What the device's firmware sends to the modem after every boot, in this order. SSL and MQTT settings are\n"
      "# gone after a reboot; files stay. Each line ends with CR; send the next one after the answer to this one.\n"
      "# Written for " +
      sequence.model + ", firmware " + sequence.firmware + ".\n# CA file on the modem: " + sequence.ca_file +
      "\n# its SHA-256: " + sequence.ca_sha256 + "\n\n";
  int number = 0;
  for (const auto& step : sequence.steps) {
    const auto count = std::to_string(++number);
    text += (count.size() < 2 ? " " : "") + count + "  " + (step.send.empty() ? "(send nothing)" : step.send) +
            "\n      expect " + expectation(step) + "; at most " + seconds_text(step.limit) + "\n";
    if (!step.because.empty()) text += "      " + step.because + "\n";
  }
  text += "\nOnly then open the connection:\n    " + open_line(sequence) +
          "\n      expect OK, later +QMTOPEN: " + std::to_string(sequence.client) + ",0; at most 121 s\n";
  return text;
}

std::string boot_c_header(const BootSequence& sequence) {
  std::string text =
      "/* What the device's firmware sends to the modem after every boot, in this order: SSL and MQTT settings are\n"
      "   gone after a reboot, files stay. Each line ends with CR; send the next one after the answer to this one.\n"
      "   Written for " +
      commented(sequence.model) + ", firmware " + commented(sequence.firmware) + ". Compiles as C99 and as C++. */\n" +
      "#ifndef EC200U_BOOT_H\n#define EC200U_BOOT_H\n\n#define EC200U_BOOT_CA_FILE " + c_string(sequence.ca_file) +
      "\n#define EC200U_BOOT_CA_SHA256 " + c_string(sequence.ca_sha256) + "\n\n" + std::string(c_types) +
      "\nstatic const struct ec200u_boot_step ec200u_boot[] = {\n";
  for (const auto& step : sequence.steps) text += c_step(step);
  text +=
      "};\n\n#define EC200U_BOOT_STEPS (sizeof ec200u_boot / sizeof ec200u_boot[0])\n\n"
      "/* Only then open the connection: OK, later +QMTOPEN: <client>,0 within 121 s. */\n"
      "#define EC200U_BOOT_OPEN " +
      c_string(open_line(sequence)) + "\n\n#endif\n";
  return text;
}

Json boot_json(const BootSequence& sequence) {
  Json steps = Json::array();
  for (const auto& step : sequence.steps) {
    Json one = Json::object({{"kind", word(step.kind)},
                             {"send", step.send.empty() ? Json() : Json(step.send)},
                             {"expect", step.expect.empty() ? Json("OK") : Json(step.expect)},
                             {"limit_ms", step.limit.count()},
                             {"may_fail", step.may_fail}});
    if (step.kind == Kind::clock) one.set("year", step.year);
    if (!step.because.empty()) one.set("because", step.because);
    steps.push(std::move(one));
  }
  return Json::object({{"schema", "ec200u-pki/boot-sequence/1"},
                       {"model", sequence.model},
                       {"firmware", sequence.firmware},
                       {"ca_file", sequence.ca_file},
                       {"ca_sha256", sequence.ca_sha256},
                       {"steps", std::move(steps)},
                       {"then", open_line(sequence)}});
}

}  // namespace epki::plan
