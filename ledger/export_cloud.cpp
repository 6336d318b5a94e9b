#include "ledger/export_cloud.hpp"

#include <algorithm>
#include <map>

#include "core/text.hpp"
#include "ledger/impl.hpp"
#include "pki/ossl/certificate.hpp"
#include "pki/ossl/digest.hpp"

namespace epki::ledger {

namespace {

// Azure's bulk enrolment operation takes so many at once (REST API 2021-10-01, "Individual Enrollment - Run Bulk
// Operation").
constexpr std::size_t enrolments_a_line = 10;
constexpr std::size_t longest_name = 128;  // of a thing, and of a registration id

bool is_letter_or_digit(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool all_of(std::string_view text, std::string_view others) {
  return std::all_of(text.begin(), text.end(),
                     [&](char c) { return is_letter_or_digit(c) || others.find(c) != std::string_view::npos; });
}

// AWS IoT, CreateThing: [a-zA-Z0-9:_-]+. Azure DPS: letters and digits, and . _ - inside.
Status check_name(const IssuedCertificate& certificate, ExportFormat format) {
  const auto& name = certificate.name;
  const bool aws = format == ExportFormat::aws_iot;
  bool good = !name.empty() && name.size() <= longest_name && all_of(name, aws ? ":_-" : "._-");
  if (good && !aws) good = is_letter_or_digit(name.front()) && is_letter_or_digit(name.back());
  if (good) return success();
  return Error{Errc::input,
               "certificate " + certificate.serial + " is for \"" + name + "\", which " +
                   (aws ? "cannot be the name of a thing in AWS IoT" : "cannot be a registration id in Azure DPS"),
               aws ? "names there are letters, digits, and : _ -, at most 128"
                   : "ids there are letters, digits, and . _ - inside, at most 128"};
}

// Certificates of CAs by the hash of their subject's name: what issued_by means in a row.
Result<std::map<std::string, std::string>> ca_certificates(Ledger& ledger) {
  Certificates certificates(ledger);
  std::map<std::string, std::string> by_name;
  for (const auto* kind : {"root", "device-root", "issuing"}) {
    auto read = certificates.for_each({.kind = kind}, [&](const CertificateRecord& record) -> Result<bool> {
      const auto parsed = ossl::Certificate::from_pem(record.certificate.pem);
      // The newest certificate of a name wins.
      if (parsed) by_name[ossl::sha256_hex(parsed->subject_der())] = record.certificate.pem;
      return true;
    });
    if (!read) return std::move(read).error();
  }
  return by_name;
}

Json thing(const IssuedCertificate& certificate, const std::string& ca) {
  return Json::object({{"ThingName", certificate.name},
                       {"SerialNumber", certificate.imei.empty() ? certificate.serial : certificate.imei},
                       {"CertificatePem", certificate.pem},
                       {"CACertificatePem", ca}});
}

Json enrolment(const IssuedCertificate& certificate) {
  auto attestation = Json::object(
      {{"type", "x509"},
       {"x509", Json::object({{"clientCertificates",
                               Json::object({{"primary", Json::object({{"certificate", certificate.pem}})}})}})}});
  // Registration ids do not tell upper and lower case apart; devices give theirs in lower case.
  return Json::object({{"registrationId", lower(certificate.name)},
                       {"deviceId", certificate.name},
                       {"attestation", std::move(attestation)},
                       {"provisioningStatus", "enabled"}});
}

std::string operation(Json enrolments) {
  return Json::object({{"mode", "create"}, {"enrollments", std::move(enrolments)}}).dump(-1) + "\n";
}

}  // namespace

Result<std::size_t> export_for_cloud(Ledger& ledger, const CertificateFilter& filter, ExportFormat format,
                                     const Sink& sink) {
  auto devices = filter;
  if (!devices.kind.empty() && devices.kind != "device")
    return Error{Errc::usage, "only certificates of devices are registered with a cloud service",
                 "leave --kind out, or give --kind device"};
  devices.kind = "device";
  if (!devices.status) devices.status = CertificateStatus::valid;
  const auto cas = ca_certificates(ledger);
  if (!cas) return cas.error();
  Json waiting = Json::array();
  std::size_t rows = 0;
  Certificates certificates(ledger);
  auto read = certificates.for_each(devices, [&](const CertificateRecord& record) -> Result<bool> {
    const auto& certificate = record.certificate;
    if (auto named = check_name(certificate, format); !named) return std::move(named).error();
    ++rows;
    Status sent = success();
    if (format == ExportFormat::aws_iot) {
      const auto ca = cas->find(certificate.issuer);
      if (ca == cas->end())
        return Error{Errc::ledger, "the ledger does not hold the CA certificate that issued " + certificate.serial,
                     "AWS IoT registers a device's certificate together with its CA's"};
      sent = sink(thing(certificate, ca->second).dump(-1) + "\n");
    } else {
      waiting.push(enrolment(certificate));
      if (waiting.size() == enrolments_a_line) sent = sink(operation(std::exchange(waiting, Json::array())));
    }
    if (!sent) return std::move(sent).error();
    return true;
  });
  if (!read) return std::move(read).error();
  if (waiting.size() > 0)
    if (auto sent = sink(operation(std::move(waiting))); !sent) return std::move(sent).error();
  return rows;
}

std::string aws_iot_template() {
  const auto text = [] { return Json::object({{"Type", "String"}}); };
  const auto ref = [](const char* name) { return Json::object({{"Ref", name}}); };
  auto parameters = Json::object(
      {{"ThingName", text()}, {"SerialNumber", text()}, {"CertificatePem", text()}, {"CACertificatePem", text()}});
  auto thing_resource = Json::object(
      {{"Type", "AWS::IoT::Thing"},
       {"Properties", Json::object({{"ThingName", ref("ThingName")},
                                    {"AttributePayload", Json::object({{"serialNumber", ref("SerialNumber")}})}})}});
  auto certificate_resource = Json::object({{"Type", "AWS::IoT::Certificate"},
                                            {"Properties", Json::object({{"CertificatePem", ref("CertificatePem")},
                                                                         {"CACertificatePem", ref("CACertificatePem")},
                                                                         {"Status", "ACTIVE"}})}});
  auto policy_resource =
      Json::object({{"Type", "AWS::IoT::Policy"}, {"Properties", Json::object({{"PolicyName", "YOUR-POLICY"}})}});
  return Json::object({{"Parameters", std::move(parameters)},
                       {"Resources", Json::object({{"thing", std::move(thing_resource)},
                                                   {"certificate", std::move(certificate_resource)},
                                                   {"policy", std::move(policy_resource)}})}})
             .dump() +
         "\n";
}

}  // namespace epki::ledger
