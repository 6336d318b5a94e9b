#include "cli/certs/find.hpp"

#include <algorithm>
#include <system_error>

#include "core/file.hpp"
#include "core/text.hpp"
#include "pki/ossl/digest.hpp"

namespace epki::cli {

namespace {

bool names_a_file(const std::string& word) {
  std::error_code ignored;
  return word.find('/') != std::string::npos || std::filesystem::is_regular_file(word, ignored);
}

Error not_known(const std::string& what) {
  return {Errc::input, "the ledger knows no certificate " + what,
          "give a serial, a name, an IMEI, a SHA-256 or a certificate file; ec200u-pki list shows all"};
}

}  // namespace

Result<ossl::Certificate> certificate_in(const std::filesystem::path& file) {
  const auto text = read_file(file, 16U << 20U);
  if (!text) return text.error();
  if (text->find("-----BEGIN ") == std::string::npos) {
    auto certificate = ossl::Certificate::from_der(as_bytes(*text));
    if (!certificate) return std::move(certificate).error().in(file.string());
    return certificate;
  }
  auto chain = ossl::chain_from_pem(*text);
  if (!chain) return std::move(chain).error().in(file.string());
  return chain->front();
}

Result<std::vector<ledger::CertificateRecord>> find_certificates(const std::string& word, ledger::Ledger& ledger) {
  ledger::Certificates certificates(ledger);
  const auto in_file = [&](const std::string& file) -> Result<std::vector<ledger::CertificateRecord>> {
    const auto certificate = certificate_in(file);
    if (!certificate) return certificate.error();
    auto found = certificates.by_id({ossl::sha256_hex(certificate->issuer_der()), certificate->serial()});
    if (!found) return std::move(found).error();
    if (!*found || (*found)->certificate.sha256 != certificate->sha256())
      return not_known("like the one in " + file + " (" + certificate->subject() + ", serial " + certificate->serial() +
                       ")");
    return std::vector{**std::move(found)};
  };
  if (names_a_file(word)) return in_file(word);
  auto found = certificates.find(word);
  if (!found) return found;
  std::erase_if(*found, [](const ledger::CertificateRecord& record) { return record.certificate.kind == "twin"; });
  // CAs are called as their files: issuing-device, root.
  if (std::error_code ignored;
      found->empty() && word.find('.') == std::string::npos && std::filesystem::exists("ca/" + word + ".pem", ignored))
    return in_file("ca/" + word + ".pem");
  if (found->empty()) return not_known("by \"" + visible(word) + "\"");
  return found;
}

std::string described(const ledger::CertificateRecord& record) {
  const auto& c = record.certificate;
  std::string text = (c.name.empty() ? c.subject : c.name) + " (" + c.kind + "), serial " + c.serial;
  if (record.status == ledger::CertificateStatus::unsettled) return "serial " + c.serial + ", never accounted for";
  text += ", " + std::string(word(record.status));
  return text + (record.revoked ? " since " + rfc3339(record.revoked->at) : " until " + rfc3339(c.not_after));
}

}  // namespace epki::cli
