// The opinion itself. Only this file speaks Botan; what it calls has the same form in Botan 2.19 and Botan 3.

#include <arpa/inet.h>
#include <botan/certstor.h>
#include <botan/data_src.h>
#include <botan/exceptn.h>
#include <botan/version.h>
#include <botan/x509cert.h>
#include <botan/x509path.h>

#include <algorithm>
#include <array>
#include <map>
#include <new>
#include <set>

#include "core/text.hpp"
#include "verify/oracle/oracle.hpp"
#include "verify/oracle/status.hpp"

namespace epki::oracle {

namespace {

using Certificates = std::vector<Botan::X509_Certificate>;

// About RSA-2048: signatures by weaker keys, and hashes below SHA-224, are refused (Botan,
// Path_Validation_Restrictions).
constexpr std::size_t minimum_key_strength = 110;
constexpr std::size_t same_subject_limit = 8;
constexpr std::string_view armour_begin = "-----BEGIN ";
constexpr std::string_view armour_end = "-----END ";

Opinion reject(std::string reason, std::string code) {
  return {Verdict::reject, std::move(reason), {std::move(code)}};
}

Opinion undecided(std::string reason) {
  return {Verdict::undecided, std::move(reason), {}};
}

Botan::X509_Certificate certificate_from(std::string_view block) {
  Botan::DataSource_Memory source(std::string{block});
  return Botan::X509_Certificate(source);
}

// Every armoured certificate, or one bare DER. Other blocks, such as keys in a bundle, are passed over. Throws what
// Botan throws when one does not parse.
Certificates certificates_in(std::string_view text) {
  Certificates all;
  if (text.starts_with('\x30') && text.find(armour_begin) == text.npos) return {certificate_from(text)};
  for (auto begin = text.find(armour_begin); begin != text.npos; begin = text.find(armour_begin)) {
    text.remove_prefix(begin);
    const auto label = text.substr(armour_begin.size(), text.find("-----", armour_begin.size()) - armour_begin.size());
    const std::string end = std::string(armour_end) + std::string(label) + "-----";
    const auto at = text.find(end);
    const auto block = text.substr(0, at == text.npos ? at : at + end.size());
    if (label == "CERTIFICATE" || label == "X509 CERTIFICATE") all.push_back(certificate_from(block));
    text.remove_prefix(block.size());
  }
  return all;
}

// Path building takes exponential time over certificates of one subject with different keys. Names that differ in case
// only are one subject to a validator.
std::size_t most_of_one_subject(const Certificates& chain, const Certificates& trusted) {
  std::map<std::string, std::set<std::string>> subjects;
  std::size_t most = 0;
  for (const auto* list : {&chain, &trusted})
    for (const auto& certificate : *list) {
      const auto& name = certificate.raw_subject_dn();
      auto& same = subjects[lower(std::string(name.begin(), name.end()))];
      same.insert(certificate.fingerprint("SHA-256"));
      most = std::max(most, same.size());
    }
  return most;
}

bool is_ipv6(const std::string& host) {
  std::array<unsigned char, 16> bytes{};
  return ::inet_pton(AF_INET6, host.c_str(), bytes.data()) == 1;
}

Opinion opinion_from(const Botan::Path_Validation_Result& result) {
  const bool accepted = result.successful_validation();
  std::vector<int> codes;
  const auto note = [&](Botan::Certificate_Status_Code status) {
    const int code = static_cast<int>(status);
    const bool counts = accepted ? is_warning(code) : is_error(code);
    if (counts && std::find(codes.begin(), codes.end(), code) == codes.end()) codes.push_back(code);
  };
  note(result.result());
  for (const auto& of_one_certificate : result.all_statuses())
    for (const auto status : of_one_certificate) note(status);

  Opinion opinion{accepted ? Verdict::accept : Verdict::reject, {}, {}};
  for (const int code : codes) {
    opinion.codes.push_back(status_name(code));
    const char* sentence = Botan::to_string(static_cast<Botan::Certificate_Status_Code>(code));
    opinion.reason += opinion.reason.empty() ? "" : "; ";
    opinion.reason += sentence != nullptr ? sentence : opinion.codes.back();
  }
  if (accepted) opinion.reason = "a path leads to a trusted certificate, and nothing on it is at fault";
  return opinion;
}

Opinion validate(const Question& question, const Certificates& chain, const Certificates& trusted) {
  Botan::Certificate_Store_In_Memory store;
  for (const auto& certificate : trusted) store.add_certificate(certificate);
  const Botan::Path_Validation_Restrictions restrictions(false, minimum_key_strength);
  // Botan compares dotted quads with the iPAddress names, and knows no other address.
  const bool name_beyond_botan = is_ipv6(question.host);
  auto opinion = opinion_from(Botan::x509_path_validate(
      chain, restrictions, std::vector<Botan::Certificate_Store*>{&store}, name_beyond_botan ? "" : question.host,
      Botan::Usage_Type::TLS_SERVER_AUTH, std::chrono::system_clock::time_point(question.at)));
  if (name_beyond_botan && opinion.verdict == Verdict::accept)
    return undecided("the chain is sound, but Botan does not compare IPv6 addresses with a certificate");
  return opinion;
}

Opinion parse_and_validate(const Question& question) {
  Certificates chain, trusted;
  try {
    chain = certificates_in(question.chain_pem);
  } catch (const Botan::Exception& e) {
    return reject(std::string("a certificate of the chain does not parse: ") + e.what(), "CHAIN_NOT_PARSED");
  }
  if (chain.empty()) return reject("the chain holds no certificate", "CHAIN_EMPTY");
  for (const auto& text : question.trusted_pem) {
    try {
      auto found = certificates_in(text);
      if (found.empty() && !text.empty()) return reject("a trusted file holds no certificate", "TRUSTED_NOT_PARSED");
      for (auto& certificate : found) trusted.push_back(std::move(certificate));
    } catch (const Botan::Exception& e) {
      return reject(std::string("a trusted certificate does not parse: ") + e.what(), "TRUSTED_NOT_PARSED");
    }
  }
  if (const auto most = most_of_one_subject(chain, trusted); most > same_subject_limit)
    return undecided(std::to_string(most) + " certificates of one subject: finding a path among them has no bound");
  return validate(question, chain, trusted);
}

}  // namespace

Version version() {
  return {"Botan", Botan::short_version_string()};
}

Opinion judge_here(const Question& question) {
  try {
    return parse_and_validate(question);
  } catch (const std::bad_alloc&) {
    return undecided("Botan ran out of memory");
  } catch (const std::exception& e) {
    // Not a status but a failure inside the library: it says nothing about the chain.
    return undecided(std::string("Botan failed: ") + e.what());
  }
}

}  // namespace epki::oracle
