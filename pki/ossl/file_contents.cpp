#include "pki/ossl/file_contents.hpp"

#include <openssl/pkcs7.h>

#include "core/text.hpp"
#include "pki/ossl/der.hpp"
#include "pki/ossl/handles.hpp"

namespace epki::ossl {

namespace {

using Kind = FileItem::Kind;
using MessageHandle = std::unique_ptr<PKCS7, Freed<PKCS7_free>>;
using RequestHandle = std::unique_ptr<X509_REQ, Freed<X509_REQ_free>>;
using ListHandle = std::unique_ptr<X509_CRL, Freed<X509_CRL_free>>;
using ArchiveHandle = std::unique_ptr<PKCS12, Freed<PKCS12_free>>;

Kind kind_of(std::string_view label) {
  if (is_private_key_label(label)) return Kind::private_key;
  if (label == "CERTIFICATE" || label == "X509 CERTIFICATE" || label == "TRUSTED CERTIFICATE") return Kind::certificate;
  if (label == "CERTIFICATE REQUEST" || label == "NEW CERTIFICATE REQUEST") return Kind::request;
  if (label == "X509 CRL") return Kind::crl;
  if (label == "PKCS7" || label == "CMS" || label == "PKCS #7 SIGNED DATA") return Kind::pkcs7;
  if (label.ends_with("PUBLIC KEY")) return Kind::public_key;
  if (label.ends_with("PARAMETERS")) return Kind::parameters;
  return Kind::unknown;
}

// Whether OpenSSL reads all of the bytes as a Handle's type.
template <class Handle, class Read>
bool reads_as(std::span<const std::byte> der, Read read) {
  const auto* at = reinterpret_cast<const unsigned char*>(der.data());
  const auto* const end = at + der.size();
  const Handle value(read(nullptr, &at, static_cast<long>(der.size())));
  return value && at == end;
}

template <class Handle, class Read>
Handle read_as(std::span<const std::byte> der, Read read) {
  const auto* at = reinterpret_cast<const unsigned char*>(der.data());
  return Handle(read(nullptr, &at, static_cast<long>(der.size())));
}

void add_certificates_of(const PKCS7* message, std::size_t line, std::vector<FileItem>& into) {
  const STACK_OF(X509)* certificates = PKCS7_type_is_signed(message) ? message->d.sign->cert : nullptr;
  for (int i = 0; certificates != nullptr && i < sk_X509_num(certificates); ++i) {
    unsigned char* der = nullptr;
    const int size = i2d_X509(sk_X509_value(certificates, i), &der);
    FileItem item;
    item.kind = Kind::certificate;
    item.line = line;
    if (size > 0) {
      const auto bytes = std::as_bytes(std::span(der, static_cast<std::size_t>(size)));
      item.der.assign(bytes.begin(), bytes.end());
    }
    OPENSSL_free(der);
    into.push_back(std::move(item));
  }
}

void open_message(FileItem item, std::vector<FileItem>& into) {
  const auto message = read_as<MessageHandle>(item.der, d2i_PKCS7);
  const auto line = item.line;
  if (!message) item.damage = "its content is no PKCS#7 message";
  into.push_back(std::move(item));
  if (message) add_certificates_of(message.get(), line, into);
}

// TRUSTED CERTIFICATE is OpenSSL's own: a certificate and what it is trusted for. Only the first is a certificate.
void cut_trust(FileItem& item) {
  if (const auto element = der_element(item.der); element) item.der.resize(element->size);
  item.oddity = "it is OpenSSL's own form, TRUSTED CERTIFICATE, which others do not read";
}

FileItem item_of(PemBlock block) {
  FileItem item;
  item.kind = kind_of(block.label);
  item.label = std::move(block.label);
  item.line = block.line;
  item.der = std::move(block.der);
  item.text = block.text;
  item.encrypted = block.encrypted;
  item.damage = std::move(block.damage);
  item.oddity = std::move(block.oddity);
  if (item.label == "TRUSTED CERTIFICATE" && item.damage.empty()) cut_trust(item);
  if (item.label == "X509 CERTIFICATE" && item.oddity.empty())
    item.oddity = "its label is the old X509 CERTIFICATE, which RFC 7468, 4 says parsers may refuse";
  return item;
}

// What a DER object is, by parsing it as each; a private key only by its shape, so that no copy of it is made.
Kind kind_of_der(std::span<const std::byte> der) {
  if (reads_as<CertificateHandle>(der, d2i_X509)) return Kind::certificate;
  if (reads_as<ListHandle>(der, d2i_X509_CRL)) return Kind::crl;
  if (reads_as<RequestHandle>(der, d2i_X509_REQ)) return Kind::request;
  if (reads_as<KeyHandle>(der, d2i_PUBKEY)) return Kind::public_key;
  const auto outer = der_element(der);
  const auto inner = outer && outer->tag == 0x30 ? der_elements(outer->content) : std::nullopt;
  if (!inner || inner->size() < 2) return Kind::unknown;
  const auto first = inner->front();
  const bool number_first = first.tag == 0x02 && first.content.size() == 1;
  // PKCS#8: version, algorithm, OCTET STRING. SEC1: 1, OCTET STRING. PKCS#1: 0, then eight INTEGERs.
  if (number_first && inner->size() >= 3 && (*inner)[1].tag == 0x30 && (*inner)[2].tag == 0x04)
    return Kind::private_key;
  if (number_first && (*inner)[1].tag == 0x04) return Kind::private_key;
  if (number_first && inner->size() >= 9 && (*inner)[8].tag == 0x02) return Kind::private_key;
  if (reads_as<SealedKeyInfo>(der, d2i_X509_SIG) && inner->size() == 2) return Kind::private_key;
  if (reads_as<ArchiveHandle>(der, d2i_PKCS12)) return Kind::pkcs12;
  if (reads_as<MessageHandle>(der, d2i_PKCS7)) return Kind::pkcs7;
  return Kind::unknown;
}

FileContents contents_of_der(std::span<const std::byte> bytes) {
  FileContents contents;
  while (!bytes.empty()) {
    // A certificate that is no DER is still shown to OpenSSL, which takes BER: the rules then say what is wrong.
    const auto element = der_element(bytes);
    const auto object = element ? bytes.first(element->size) : bytes;
    FileItem item;
    item.kind = kind_of_der(object);
    if (item.kind == Kind::unknown) break;
    item.encrypted = item.kind == Kind::private_key && reads_as<SealedKeyInfo>(object, d2i_X509_SIG);
    if (item.kind != Kind::private_key) item.der.assign(object.begin(), object.end());
    bytes = bytes.subspan(object.size());
    if (item.kind == Kind::pkcs7)
      open_message(std::move(item), contents.items);
    else
      contents.items.push_back(std::move(item));
  }
  contents.trailing_bytes = bytes.size();
  ERR_clear_error();
  return contents;
}

}  // namespace

std::string_view word(FileItem::Kind kind) {
  switch (kind) {
    case Kind::certificate: return "certificate";
    case Kind::private_key: return "private key";
    case Kind::public_key: return "public key";
    case Kind::request: return "certificate request";
    case Kind::crl: return "revocation list";
    case Kind::pkcs7: return "PKCS#7 bundle";
    case Kind::pkcs12: return "PKCS#12 archive";
    case Kind::parameters: return "parameters";
    case Kind::unknown: return "unknown";
  }
  return "unknown";
}

FileContents file_contents(std::string_view bytes) {
  ERR_clear_error();
  if (!looks_like_pem(bytes)) return contents_of_der(as_bytes(bytes));
  FileContents contents;
  contents.pem = true;
  auto scanned = scan_pem(bytes);
  contents.strays = std::move(scanned.strays);
  for (auto& block : scanned.blocks) {
    auto item = item_of(std::move(block));
    if (item.kind == Kind::pkcs7 && item.damage.empty())
      open_message(std::move(item), contents.items);
    else
      contents.items.push_back(std::move(item));
  }
  ERR_clear_error();
  return contents;
}

}  // namespace epki::ossl
