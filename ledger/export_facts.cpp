// A row as cells and as JSON.

#include "ledger/export.hpp"

namespace epki::ledger {

namespace {

std::string revoked_at(const CertificateRecord& record) {
  return record.revoked ? rfc3339(record.revoked->at) : std::string{};
}

std::string revoked_for(const CertificateRecord& record) {
  return record.revoked ? std::string(word(record.revoked->reason)) : std::string{};
}

std::string renewed_by(const CertificateRecord& record) {
  return record.renewed_by ? record.renewed_by->serial : std::string{};
}

// An unaccounted serial has no certificate and no dates.
std::string date(const CertificateRecord& record, Instant at) {
  return record.certificate.pem.empty() && record.certificate.name.empty() ? std::string{} : rfc3339(at);
}

Json text_or_null(const std::string& text) {
  return text.empty() ? Json() : Json(text);
}

}  // namespace

std::vector<std::string> certificate_header() {
  return {"serial",    "status", "kind",       "name",        "imei",       "subject", "not_before",
          "not_after", "sha256", "revoked_at", "revoked_for", "renewed_by", "batch",   "issuer"};
}

std::vector<std::string> certificate_cells(const CertificateRecord& record) {
  const auto& c = record.certificate;
  return {c.serial,
          std::string(word(record.status)),
          c.kind,
          c.name,
          c.imei,
          c.subject,
          date(record, c.not_before),
          date(record, c.not_after),
          c.sha256,
          revoked_at(record),
          revoked_for(record),
          renewed_by(record),
          c.batch,
          c.issuer};
}

Json json_of(const CertificateRecord& record, bool with_pem) {
  const auto& c = record.certificate;
  auto json = Json::object({{"serial", c.serial},
                            {"status", word(record.status)},
                            {"kind", text_or_null(c.kind)},
                            {"name", text_or_null(c.name)},
                            {"imei", text_or_null(c.imei)},
                            {"subject", text_or_null(c.subject)},
                            {"not_before", text_or_null(date(record, c.not_before))},
                            {"not_after", text_or_null(date(record, c.not_after))},
                            {"sha256", text_or_null(c.sha256)},
                            {"revoked_at", text_or_null(revoked_at(record))},
                            {"revoked_for", text_or_null(revoked_for(record))},
                            {"renewed_by", text_or_null(renewed_by(record))},
                            {"batch", text_or_null(c.batch)},
                            {"issuer", c.issuer}});
  if (with_pem) json.set("pem", text_or_null(c.pem));
  return json;
}

std::vector<std::string> device_header() {
  return {"imei", "attempt",  "phase", "status", "cause",    "batch",    "board",  "serial",     "station",
          "slot", "operator", "job",   "model",  "firmware", "attempts", "passes", "first_seen", "updated"};
}

std::vector<std::string> device_cells(const Device& d) {
  return {d.imei,
          std::string(word(d.attempt)),
          std::string(word(d.phase)),
          d.status,
          d.cause,
          d.batch,
          d.board,
          d.serial,
          d.station,
          d.slot,
          d.operator_name,
          d.job,
          d.model,
          d.firmware,
          std::to_string(d.attempts),
          std::to_string(d.passes),
          rfc3339(d.first_seen),
          rfc3339(d.updated)};
}

Json json_of(const Device& d) {
  return Json::object({{"imei", d.imei},
                       {"attempt", word(d.attempt)},
                       {"phase", word(d.phase)},
                       {"status", text_or_null(d.status)},
                       {"cause", text_or_null(d.cause)},
                       {"batch", text_or_null(d.batch)},
                       {"board", text_or_null(d.board)},
                       {"serial", text_or_null(d.serial)},
                       {"station", text_or_null(d.station)},
                       {"slot", text_or_null(d.slot)},
                       {"operator", text_or_null(d.operator_name)},
                       {"job", text_or_null(d.job)},
                       {"model", text_or_null(d.model)},
                       {"firmware", text_or_null(d.firmware)},
                       {"attempts", d.attempts},
                       {"passes", d.passes},
                       {"first_seen", rfc3339(d.first_seen)},
                       {"updated", rfc3339(d.updated)}});
}

std::vector<std::string> event_header() {
  return {"number", "at", "kind", "operator", "station", "tool", "detail", "hash"};
}

std::vector<std::string> event_cells(const Event& event) {
  return {std::to_string(event.number), rfc3339(event.at), event.kind, event.operator_name, event.station, event.tool,
          event.detail.dump(-1),        event.hash};
}

Json json_of(const Event& event) {
  return Json::object({{"number", event.number},
                       {"at", rfc3339(event.at)},
                       {"kind", event.kind},
                       {"operator", text_or_null(event.operator_name)},
                       {"station", text_or_null(event.station)},
                       {"tool", text_or_null(event.tool)},
                       {"detail", event.detail},
                       {"hash", event.hash}});
}

}  // namespace epki::ledger
