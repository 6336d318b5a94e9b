#include "cli/verify_text.hpp"

#include <algorithm>

#include "core/text.hpp"

namespace epki::cli {

namespace {

std::string padded(std::string text, std::size_t width) {
  text.append(text.size() < width ? width - text.size() : 1, ' ');
  return text;
}

/// One line for all equal attempts of a probe: repetitions are evidence, not reading matter.
struct Line {
  std::string path, id, server, modem, oracle;
  std::size_t count = 0;
};

std::vector<Line> lines_of(const std::vector<trial::ProbeRecord>& probes) {
  std::vector<Line> lines;
  for (const auto& probe : probes) {
    const Line line{probe.path,
                    probe.id,
                    probe.alert ? "alert " + std::to_string(*probe.alert) : probe.stage,
                    probe.at_result.empty() ? probe.note : probe.at_result,  // nothing was sent: why
                    probe.oracle_uploaded,
                    1};
    const auto same = std::find_if(lines.begin(), lines.end(), [&](const Line& known) {
      return known.path == line.path && known.id == line.id && known.server == line.server &&
             known.modem == line.modem && known.oracle == line.oracle;
    });
    if (same == lines.end()) {
      lines.push_back(line);
    } else {
      ++same->count;
    }
  }
  return lines;
}

std::string table_of(const std::vector<trial::ProbeRecord>& probes) {
  std::string text = "  " + padded("path", 6) + padded("probe", 22) + padded("times", 6) +
                     padded("the server saw", 18) + padded("the modem said", 30) + "oracle, uploaded CA alone\n";
  for (const auto& line : lines_of(probes))
    text += "  " + padded(line.path, 6) + padded(line.id, 22) + padded(std::to_string(line.count), 6) +
            padded(line.server, 18) + padded(line.modem, 30) + line.oracle + "\n";
  return text;
}

std::string rows_of(const infer::Policy& policy) {
  std::string text;
  const auto rows = policy.json();
  const auto add = [&](const std::string& row, const Json& value) {
    const auto words = value.integer() ? std::to_string(*value.integer()) : value.text_or("unknown");
    text += (text.empty() ? "" : ", ") + row + " " + words;
  };
  for (const auto& [row, value] : rows.members()) {
    if (!value.is_object()) add(row, value);
    for (const auto& [knob, effect] : value.members()) add(knob, effect);
  }
  return text;
}

std::string text_of(const trial::PathVerdict& verdict) {
  std::string text = "\nVerdict for " + verdict.path + ": " + std::string(infer::word(verdict.verdict_class)) + "\n  " +
                     verdict.because + "\n";
  for (const auto& anchor : verdict.anchors_found)
    text += "  Trusted though nobody uploaded it: " + anchor.subject + "\n";
  text += "  Built-in influence: " + std::string(infer::word(verdict.influence)) + "; " +
          counted(verdict.anchors_tried, "anchor") + " tried.\n";
  text += "  Policy: " + rows_of(verdict.policy) + ".\n";
  if (verdict.stack.name != "unknown")
    text += "  TLS library: looks like " + verdict.stack.name + "; among others, a probe " +
            verdict.stack.shown_by.front() + ".\n";
  if (!verdict.odds.empty()) text += "  " + verdict.odds + "\n";
  if (verdict.mutual) {
    text +=
        "  With a client certificate bound (seclevel 2): " + std::string(infer::word(verdict.mutual->verdict_class)) +
        "\n  " + verdict.mutual->because + "\n";
  }
  if (!verdict.next_step.empty()) text += "  Next: " + verdict.next_step + "\n";
  return text;
}

std::string text_of_acceptance(const Json& by_path) {
  std::string text;
  for (const auto& [path, table] : by_path.members()) {
    text += "\nWhat " + path + " takes" + (table["untold"].is_null() ? "" : ": " + table["untold"].text_or("")) + "\n";
    std::string group;
    for (const auto& row : table["rows"].items()) {
      const auto now = row["group"].text_or("");
      if (now != group) text += "  " + now + "\n";
      group = now;
      const auto alert = row["alert"].integer();
      text += "    " + padded(row["what"].text_or(""), 38) + row["answer"].text_or("") +
              (alert ? ", alert " + std::to_string(*alert) : "") +
              (row["oracle"].text_or("") == "reject" ? "  (the oracle rejects it)" : "") + "\n";
    }
  }
  return text;
}

std::string text_of_mitigation(const Json& by_path) {
  std::string text;
  for (const auto& [path, found] : by_path.members())
    text += "\nCan it be switched off on " + path + "?\n  " + found["summary"].text_or("") + "\n";
  return text;
}

std::string text_of_timing(const Json& by_path) {
  std::string text;
  for (const auto& [path, found] : by_path.members()) {
    text += "\nTiming on " + path + ", beside the verdict and no part of it\n";
    const auto summary = found["summary"].text_or("");
    for (const auto line : split(summary, '\n')) text += "  " + std::string(line) + "\n";
  }
  return text;
}

}  // namespace

std::string text_of(const trial::Report& report) {
  std::string text = report.port + ": " + report.identity.model + " " + report.identity.firmware + ", IMEI " +
                     report.identity.imei + "\n\n" + table_of(report.probes);
  for (const auto& verdict : report.verdicts) text += text_of(verdict);
  text += text_of_timing(report.timing) + text_of_mitigation(report.mitigation) + text_of_acceptance(report.acceptance);
  text += "  Judged beside " + report.oracle.name + " " + report.oracle.version + "; " +
          counted(static_cast<std::size_t>(report.handshakes), "handshake") + ", " +
          counted(static_cast<std::size_t>(report.reboots), "reboot") + ". --json has every attempt.\n";
  return text;
}

}  // namespace epki::cli
