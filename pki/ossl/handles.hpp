#pragma once
// For this room's own files: owning handles of OpenSSL's types, and the one drain of its error queue.

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <memory>
#include <string>
#include <string_view>

#include "core/freed.hpp"
#include "core/result.hpp"

namespace epki::ossl {

using BioHandle = std::unique_ptr<BIO, Freed<BIO_free_all>>;
using NumberHandle = std::unique_ptr<BIGNUM, Freed<BN_clear_free>>;
using NumberContext = std::unique_ptr<BN_CTX, Freed<BN_CTX_free>>;
using KeyHandle = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, Freed<EVP_PKEY_CTX_free>>;
using DigestHandle = std::unique_ptr<EVP_MD, Freed<EVP_MD_free>>;
using CertificateHandle = std::unique_ptr<X509, Freed<X509_free>>;
using NameHandle = std::unique_ptr<X509_NAME, Freed<X509_NAME_free>>;
using ExtensionHandle = std::unique_ptr<X509_EXTENSION, Freed<X509_EXTENSION_free>>;
using ObjectHandle = std::unique_ptr<ASN1_OBJECT, Freed<ASN1_OBJECT_free>>;
using IntegerHandle = std::unique_ptr<ASN1_INTEGER, Freed<ASN1_INTEGER_free>>;
using OctetsHandle = std::unique_ptr<ASN1_OCTET_STRING, Freed<ASN1_OCTET_STRING_free>>;
using TimeHandle = std::unique_ptr<ASN1_TIME, Freed<ASN1_TIME_free>>;
using PlainKeyInfo = std::unique_ptr<PKCS8_PRIV_KEY_INFO, Freed<PKCS8_PRIV_KEY_INFO_free>>;
using SealedKeyInfo = std::unique_ptr<X509_SIG, Freed<X509_SIG_free>>;
using AlgorithmHandle = std::unique_ptr<X509_ALGOR, Freed<X509_ALGOR_free>>;
using ParameterBuilder = std::unique_ptr<OSSL_PARAM_BLD, Freed<OSSL_PARAM_BLD_free>>;
using Parameters = std::unique_ptr<OSSL_PARAM, Freed<OSSL_PARAM_free>>;

/// The stack alone: the certificates in it belong to others.
struct FreeStack {
  void operator()(STACK_OF(X509) * stack) const noexcept { sk_X509_free(stack); }
};
using StackHandle = std::unique_ptr<STACK_OF(X509), FreeStack>;

/// Empties this thread's OpenSSL queue into the trail of one Error, oldest entry first.
Error take_error(Errc code, std::string what, std::string hint = {});

/// What OpenSSL says of the oldest failure in its queue, the cause of the others; empties nothing. "" when there is
/// none.
std::string first_reason();
/// The same of the newest failure: what a TLS connection ended with.
std::string newest_reason();

/// Reads from the bytes in place. Null for more than INT_MAX bytes.
BioHandle reading(std::string_view bytes);

/// What was written to a memory BIO so far; valid until it is written to again or freed.
std::string_view content_of(BIO* bio);

}  // namespace epki::ossl
