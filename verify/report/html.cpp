#include "verify/report/html.hpp"

#include "core/template.hpp"
#include "verify/report/embedded.hpp"
#include "verify/report/masking.hpp"
#include "verify/report/matrix.hpp"
#include "verify/report/statement.hpp"

namespace epki::report {

namespace {

Json rows_of(const Matrix& matrix) {
  Json rows = Json::array();
  for (const auto& row : matrix.rows) {
    Json cells = Json::array();
    for (const auto& cell : row.cells)
      cells.push(Json::object({{"state", cell.tried ? word(cell.agreement) : std::string_view("not-tried")},
                               {"text", cell.tried ? cell.text : "–"}}));
    rows.push(Json::object({{"id", row.id},
                            {"presented", row.presented},
                            {"settings", row.settings.empty() ? "as provision writes them" : row.settings},
                            {"cells", cells}}));
  }
  return rows;
}

Json columns_of(const Matrix& matrix) {
  Json columns = Json::array();
  for (const auto& name : matrix.columns) columns.push(Json::object({{"name", name}}));
  return columns;
}

Json open_rows(const Json& verdict) {
  Json open = Json::array();
  for (const auto& [row, why, means] : not_established(verdict))
    open.push(Json::object({{"row", row}, {"why", why}, {"means", means}, {"has_means", !means.empty()}}));
  return open;
}

Json policy_rows(const Json& policy) {
  Json rows = Json::array();
  for (const auto& [row, value] : policy.members())
    if (!value.is_object()) rows.push(Json::object({{"row", row}, {"value", value.text_or(value.dump(-1))}}));
  for (const auto& [row, value] : policy["knobs"].members())
    rows.push(Json::object({{"row", "knob " + row}, {"value", value.text_or(value.dump(-1))}}));
  return rows;
}

/// Of the acceptance finder: {group, what, answer}.
Json acceptance_rows(const Json& table) {
  Json rows = Json::array();
  for (const auto& row : table["rows"].items()) {
    const auto alert = row["alert"].integer();
    rows.push(
        Json::object({{"group", row["group"]},
                      {"what", row["what"]},
                      {"answer", row["answer"].text_or("") + (alert ? ", alert " + std::to_string(*alert) : "")}}));
  }
  return rows;
}

Json swept_rows(const Json& found) {
  Json rows = Json::array();
  for (const auto& one : found["swept"].items())
    rows.push(Json::object({{"key", one["key"]},
                            {"value", one["value"]},
                            {"effect", one["effect"]},
                            {"closes", one["effect"].text_or("") == "closes"}}));
  return rows;
}

/// A line for each control and each root.
Json timing_lines(const Json& timing) {
  Json lines = Json::array();
  for (const auto* part : {"controls", "roots"})
    for (const auto& one : timing[part].items()) lines.push(Json::object({{"text", one["because"]}}));
  return lines;
}

Json path_section(const std::string& path, const Json& verdict, const Json& document) {
  const auto matrix = matrix_of(document["probes"], path);
  const auto open = open_rows(verdict);
  const auto &acceptance = document["acceptance"][path], &mitigation = document["mitigation"][path];
  // A section key that holds a text would open a scope of its own in Mustache; only flags and lists open sections.
  return Json::object({{"title", path == "ssl" ? "SSL sockets (AT+QSSLOPEN)" : "MQTT (AT+QMTOPEN)"},
                       {"answer", answer(verdict)},
                       {"tone", tone(verdict)},
                       {"class", verdict["class"]},
                       {"has_mutual", !verdict["mutual"].is_null()},
                       {"mutual_class", verdict["mutual"]["class"].text_or("")},
                       {"mutual_influence", verdict["mutual"]["built_in_influence"].text_or("")},
                       {"mutual_because", verdict["mutual"]["because"].text_or("")},
                       {"influence", verdict["built_in_influence"]},
                       {"because", verdict["because"]},
                       {"next_step", verdict["next_step"].text_or("").empty() ? Json() : verdict["next_step"]},
                       {"anchors", verdict["anchors_found"]},
                       {"has_anchors", verdict["anchors_found"].size() > 0},
                       {"anchors_tried", verdict["anchors_tried"]},
                       {"columns", columns_of(matrix)},
                       {"rows", rows_of(matrix)},
                       {"policy", policy_rows(verdict["policy"])},
                       {"stack", verdict["stack"]["name"].text_or("unknown")},
                       {"has_stack", verdict["stack"]["name"].text_or("unknown") != "unknown"},
                       {"odds", verdict["odds"].text_or("")},
                       {"has_odds", !verdict["odds"].text_or("").empty()},
                       {"acceptance", acceptance_rows(acceptance)},
                       {"has_acceptance", !acceptance.is_null()},
                       {"untold", acceptance["untold"].text_or("")},
                       {"timing", timing_lines(document["timing"][path])},
                       {"has_timing", !document["timing"][path].is_null()},
                       {"mitigation", mitigation["summary"].text_or("")},
                       {"has_mitigation", !mitigation.is_null()},
                       {"swept", swept_rows(mitigation)},
                       {"has_swept", mitigation["swept"].size() > 0},
                       {"open", open},
                       {"has_open", open.size() > 0},
                       {"statement", statement(path, verdict, document["device"], document["oracle"])}});
}

Json texts(const Json& list) {
  Json out = Json::array();
  for (const auto& item : list.items()) out.push(Json::object({{"text", item}}));
  return out;
}

}  // namespace

Result<std::string> html(const Json& run, const Occasion& occasion) {
  const Json document = for_others(run, true);
  const auto& device = document["device"];
  Json paths = Json::array();
  for (const auto& [path, verdict] : document["verdict"].members()) paths.push(path_section(path, verdict, document));
  const auto warnings = texts(document["warnings"]);
  const auto milliseconds = document["duration_ms"].integer().value_or(0);
  const Json data = Json::object(
      {{"model", device["model"]},
       {"firmware", device["firmware"]},
       {"imei", device["imei"]},
       {"simulated", device["simulated"].boolean().value_or(false)},
       {"at", occasion.at},
       {"tool", occasion.tool},
       {"command", occasion.command},
       {"paths", paths},
       {"answer", answer_for_all(document["verdict"])},
       {"tone", tone_for_all(document["verdict"])},
       {"several", document["verdict"].size() > 1},
       {"handshakes", document["handshakes"]},
       {"reboots", document["reboots"]},
       {"seconds", (milliseconds + 500) / 1000},
       {"oracle", document["oracle"]["name"].text_or("") + " " + document["oracle"]["version"].text_or("")},
       {"clock", device["clock"].text_or("").empty() ? Json() : device["clock"]},
       {"files", device["files"]},
       {"has_files", device["files"].size() > 0},
       {"warnings", warnings},
       {"has_warnings", warnings.size() > 0}});
  return fill_template(verify_page(), data, Escaping::html);
}

}  // namespace epki::report
