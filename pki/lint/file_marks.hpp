#pragma once
// For this room's own files: questions about a file as a whole.

#include <cstddef>
#include <optional>
#include <string>

#include "pki/lint/seen.hpp"

namespace epki::lint {

const ossl::FileItem* first_damaged(const Document& file);  ///< or null
const ossl::FileItem* odd(const Document& file);            ///< readable, but not as RFC 7468 writes it; or null
const ossl::PemStray* stray(const Document& file);          ///< bytes that no reader need put up with; or null
const ossl::PemStray* text_before(const Document& file);    ///< readable text before a block; or null
bool holds(const Document& file, ossl::FileItem::Kind kind);
std::size_t end_entities(const Document& file);
/// The name of the file, or the profile, says that it is one certificate: what a modem is given as its cacert.
bool one_is_meant(const SeenFile& f);
/// The file goes to a modem: a root, or a device's certificate or key.
bool is_uploaded(const SeenFile& f);
bool any_certificate(const Corpus& corpus);
bool has_readable_key(const Document& file);
bool has_plain_key(const Document& file);
bool has_unread_key(const Document& file);
/// A private key of the file that belongs to no certificate of any file, or null.
const Document::Key* unmatched(const SeenFile& f);
/// A certificate of this file, which is for clients, that ends where the broker's own do; or null.
const SeenCertificate* shared_anchor(const SeenFile& f);
/// Why a certificate request of the file cannot be granted; empty when each one can.
std::string request_error(const Document& file);
/// When the next list was due, of a revocation list that is out of date.
std::optional<Instant> expired_list(const SeenFile& f);

}  // namespace epki::lint
