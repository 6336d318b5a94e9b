#include "pki/ossl/request.hpp"

#include <algorithm>
#include <limits>
#include <memory>

#include "core/text.hpp"
#include "pki/ossl/extension_facts.hpp"
#include "pki/ossl/facts.hpp"
#include "pki/ossl/file_contents.hpp"
#include "pki/ossl/impl.hpp"
#include "pki/ossl/public_key_impl.hpp"

namespace epki::ossl {

namespace {

using RequestHandle = std::unique_ptr<X509_REQ, Freed<X509_REQ_free>>;

void free_extensions(STACK_OF(X509_EXTENSION) * all) {
  sk_X509_EXTENSION_pop_free(all, X509_EXTENSION_free);
}
using Extensions = std::unique_ptr<STACK_OF(X509_EXTENSION), Freed<free_extensions>>;

std::string short_name(const ASN1_OBJECT* type) {
  const int nid = OBJ_obj2nid(type);
  return nid == NID_undef ? oid_text(type) : OBJ_nid2sn(nid);
}

void read_subject(Request& into, const X509_NAME* subject) {
  into.subject = name_text(subject);
  for (int i = 0; i < X509_NAME_entry_count(subject); ++i) {
    const X509_NAME_ENTRY* entry = X509_NAME_get_entry(subject, i);
    const auto type = short_name(X509_NAME_ENTRY_get_object(entry));
    unsigned char* utf8 = nullptr;
    const int size = ASN1_STRING_to_UTF8(&utf8, X509_NAME_ENTRY_get_data(entry));
    if (type == "CN" && size >= 0)
      into.common_names.emplace_back(reinterpret_cast<const char*>(utf8), static_cast<std::size_t>(size));
    else
      into.other_attributes.push_back(type);
    OPENSSL_free(utf8);
  }
}

Status read_wishes(Request& into, X509_REQ* request) {
  const Extensions wished(X509_REQ_get_extensions(request));
  CertificateFacts facts;
  for (int i = 0; wished && i < sk_X509_EXTENSION_num(wished.get()); ++i) {
    auto* extension = sk_X509_EXTENSION_value(wished.get(), i);
    const auto name = short_name(X509_EXTENSION_get_object(extension));
    if (std::find(into.extensions.begin(), into.extensions.end(), name) != into.extensions.end())
      return Error{Errc::input, "the request asks for the extension " + name + " twice", "have the request made anew"};
    into.extensions.push_back(name);
    if (!read_extension(facts, extension))
      return Error{Errc::input, "the request's extension " + name + " cannot be read", "have the request made anew"};
  }
  if (facts.alternative_names) into.alternative_names = *std::move(facts.alternative_names);
  for (int i = 0; i < X509_REQ_get_attr_count(request); ++i) {
    const auto* type = X509_ATTRIBUTE_get0_object(X509_REQ_get_attr(request, i));
    const int nid = OBJ_obj2nid(type);
    if (X509_REQ_extension_nid(nid) == 1) {
      if (!wished)
        return Error{Errc::input, "the extensions the request asks for cannot be read", "have the request made anew"};
      continue;
    }
    into.attributes.push_back(short_name(type));
  }
  return success();
}

}  // namespace

Result<Request> read_request_der(std::span<const std::byte> der) {
  ERR_clear_error();
  if (der.empty() || der.size() > static_cast<std::size_t>(std::numeric_limits<int>::max()))
    return Error{Errc::input, "the bytes are no certificate request"};
  const auto* at = reinterpret_cast<const unsigned char*>(der.data());
  const auto* const end = at + der.size();
  const RequestHandle request(d2i_X509_REQ(nullptr, &at, static_cast<long>(der.size())));
  if (!request || at != end)
    return take_error(Errc::input, "the bytes are no certificate request",
                      "a PKCS#10 request is expected, as openssl req -new writes it");
  EVP_PKEY* key = X509_REQ_get0_pubkey(request.get());
  if (key == nullptr) return take_error(Errc::input, "the request's public key cannot be used");
  if (X509_REQ_verify(request.get(), key) != 1)
    return take_error(Errc::input, "the request's signature does not verify with the key inside it",
                      "it was altered on the way, or its sender does not hold the key: have it made again");
  EVP_PKEY_up_ref(key);
  Request read{
      PublicKey(std::make_shared<const PublicKey::Impl>(PublicKey::Impl{KeyHandle(key)})), {}, {}, {}, {}, {}, {}, {}};
  read_subject(read, X509_REQ_get_subject_name(request.get()));
  if (auto wishes = read_wishes(read, request.get()); !wishes) return std::move(wishes).error();
  int digest = NID_undef;
  if (OBJ_find_sigid_algs(X509_REQ_get_signature_nid(request.get()), &digest, nullptr) == 1 && digest != NID_undef)
    read.digest = OBJ_nid2sn(digest);
  ERR_clear_error();
  return read;
}

Result<Request> read_request(std::string_view bytes) {
  const auto contents = file_contents(bytes);
  const FileItem* found = nullptr;
  for (const auto& item : contents.items) {
    if (item.kind != FileItem::Kind::request) continue;
    if (found != nullptr)
      return Error{Errc::input, "there is more than one certificate request in the text",
                   "put each request into a file of its own"};
    found = &item;
  }
  if (found == nullptr)
    return Error{Errc::input, "there is no certificate request in the text",
                 "a PEM block that begins with -----BEGIN CERTIFICATE REQUEST----- is expected"};
  if (!found->damage.empty())
    return Error{Errc::input, "the certificate request is damaged: " + found->damage, "have the request made anew"};
  return read_request_der(found->der);
}

}  // namespace epki::ossl
