// The device's own certificate, where the broker wants one. Its key stays on the modem: it is listed, never read.

#include <algorithm>

#include "core/text.hpp"
#include "ledger/certificates.hpp"
#include "pki/ossl/certificate.hpp"
#include "provision/doctor/examination.hpp"
#include "provision/ec200u/names.hpp"

namespace epki::doctor {

namespace {

/// A file that a setting names; empty: unset or unknown.
Result<std::string> named_by(Examination& e, std::string_view key) {
  auto value = e.modem.ssl_setting(e.wanted.context, key);
  if (!value && ends_examination(value.error())) return std::move(value).error();
  if (!value || !*value) return std::string();
  auto text = trimmed(**value);
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"') text = text.substr(1, text.size() - 2);
  return std::string(ec200u::without_storage(text));
}

const ec200u::FileEntry* listed_file(const Examination& e, std::string_view name) {
  const auto at = std::ranges::find_if(e.files, [&](const auto& f) { return equal_ignoring_case(f.name, name); });
  return at == e.files.end() ? nullptr : &*at;
}

/// What speaks against the certificate; empty: nothing.
Result<std::string> against_certificate(const Examination& e, const ossl::Certificate& certificate) {
  const auto now = e.around.clock.now();
  const std::string who = certificate.subject();
  if (certificate.not_after() < now) return who + " expired on " + rfc3339(certificate.not_after());
  if (certificate.not_before() > now) return who + " is valid from " + rfc3339(certificate.not_before());
  if (const auto anchors = ossl::chain_from_pem(e.wanted.client_anchors_pem); anchors && !anchors->empty()) {
    const bool known = std::ranges::any_of(*anchors, [&](const auto& anchor) {
      return certificate.issuer_der() == anchor.subject_der() && certificate.signed_by(anchor);
    });
    if (!known) return who + " was issued by " + certificate.issuer() + ", which the broker does not trust for clients";
  }
  ledger::Certificates certificates(e.around.ledger);
  auto found = certificates.find(certificate.sha256());
  if (!found) return std::move(found).error();
  if (!found->empty() && found->front().status == ledger::CertificateStatus::revoked) return who + " is revoked";
  return std::string();
}

struct ClientFiles {
  std::string certificate, key;
};

/// Empty: the files are bound, there, and good.
Result<std::string> against_files(Examination& e, const ClientFiles& names) {
  if (names.certificate.empty()) return "clientcert of " + e.context_text() + " is empty";
  if (names.key.empty()) return "clientkey of " + e.context_text() + " is empty";
  const auto key_name = names.key.substr(0, names.key.find('"'));  // a password may follow: it is not shown
  const auto* entry = listed_file(e, names.certificate);
  if (entry == nullptr) return names.certificate + " is not on the modem";
  if (listed_file(e, key_name) == nullptr) return key_name + " is not on the modem";
  auto content = e.modem.download(entry->name, entry->size);
  if (!content && ends_examination(content.error())) return std::move(content).error();
  if (!content) return content.error().what;
  const auto chain = ossl::chain_from_pem(*content);
  if (!chain) return entry->name + " is no certificate: " + chain.error().what;
  return against_certificate(e, chain->front());
}

}  // namespace

Status check_client_certificate(Examination& e) {
  const auto& visit = e.broker.visit;
  const bool asked = visit.asks_for_certificate || (e.broker.any && e.broker.any->asks_for_certificate);
  if (!e.wanted.mutual && !asked) {
    const bool seen = !e.broker.at.empty() && !visit.chain.empty();
    e.passed(Id::client_cert, seen ? "the broker asks for none" : "the project uses none", "none needed");
    return success();
  }
  const std::string wanted = "clientcert and clientkey of " + e.context_text() + ", issued for this broker";
  ClientFiles names;
  for (const auto& [key, into] : {std::pair{"clientcert", &names.certificate}, std::pair{"clientkey", &names.key}}) {
    auto name = named_by(e, key);
    if (!name) return std::move(name).error();
    *into = std::move(*name);
  }
  auto wrong = against_files(e, names);
  if (!wrong) return std::move(wrong).error();
  if (wrong->empty())
    e.passed(Id::client_cert, names.certificate, wanted);
  else
    e.failed(Id::client_cert, *wrong, wanted,
             e.wanted.mutual ? e.wanted.provision_command
                             : "the broker asks for client certificates and the project does not: "
                               "broker.mutual in ec200u-pki.toml (ec200u-pki init --mutual makes their CA)");
  return success();
}

}  // namespace epki::doctor
