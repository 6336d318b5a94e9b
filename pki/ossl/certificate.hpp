#pragma once
// A certificate as a value: its DER bytes and the facts read from them once.

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.hpp"
#include "core/result.hpp"

namespace epki::ossl {

class Certificate {
 public:
  /// Errc::input when the bytes are no certificate, more than one, or its dates are no dates. Extensions that do not
  /// parse are no failure: their facts are absent.
  static Result<Certificate> from_der(std::span<const std::byte> der);
  /// Exactly one certificate; text around it and other PEM blocks are tolerated (RFC 7468, section 2). Errc::input
  /// otherwise.
  static Result<Certificate> from_pem(std::string_view pem);

  const std::vector<std::byte>& der() const;
  std::string pem() const;  ///< one PEM block, LF line ends, 64 columns
  /// OpenSSL's "TRUSTED CERTIFICATE" block: a trust anchor for client certificates, also where it is no root
  /// (openssl-x509, "Trust settings"). Programs on OpenSSL read it, others do not.
  std::string pem_trusted_for_clients() const;
  std::string sha256() const;  ///< of the DER, 64 lower-case hex digits

  int version() const;          ///< 1, 2 or 3
  std::string subject() const;  ///< RFC 4514 order and escaping, UTF-8: "CN=broker,O=Example"
  std::string issuer() const;
  std::string common_name() const;  ///< the last CN of the subject; empty when there is none
  std::string serial() const;       ///< lower-case hex, an even number of digits, "-" in front when negative
  Instant not_before() const;
  Instant not_after() const;
  std::vector<std::string> dns_names() const;     ///< dNSName entries of subjectAltName
  std::vector<std::string> ip_addresses() const;  ///< iPAddress entries as text (RFC 5952 for IPv6)
  std::string key() const;                        ///< "rsa-2048", "ec-p256", else OpenSSL's name, e.g. "ED25519"
  std::string digest() const;                     ///< of the signature: "SHA256"; empty when the algorithm names none
  bool is_ca() const;                             ///< basicConstraints CA:TRUE
  std::vector<std::byte> subject_der() const;     ///< the Name, DER: compare these, not the texts
  std::vector<std::byte> issuer_der() const;
  bool self_issued() const { return subject_der() == issuer_der(); }
  /// Whether `issuer`'s key made this signature. Says nothing of names, dates or usage.
  bool signed_by(const Certificate& issuer) const;

  struct Impl;
  explicit Certificate(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}
  const Impl& impl() const { return *impl_; }  ///< for this room's own files

 private:
  std::shared_ptr<const Impl> impl_;
};

using Chain = std::vector<Certificate>;

/// The PEM block of a certificate that is at hand as DER: what Certificate::pem() gives, without reading it first.
std::string pem_of_certificate(std::span<const std::byte> der);

/// Every certificate of a PEM text, in its order. Errc::input when there is none, or one does not parse or is cut off;
/// the sentence says which. Blocks that are no certificates are passed over; of OpenSSL's "TRUSTED CERTIFICATE" the
/// trust settings are.
Result<Chain> chain_from_pem(std::string_view pem);

}  // namespace epki::ossl
