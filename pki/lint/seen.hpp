#pragma once
// For this room's own files: what a rule sees. Built once by corpus.cpp, never changed after.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "pki/lint/lint.hpp"
#include "pki/lint/mosquitto.hpp"
#include "pki/lint/rule.hpp"
#include "pki/ossl/certificate.hpp"
#include "pki/ossl/certificate_facts.hpp"
#include "pki/ossl/file_contents.hpp"
#include "pki/ossl/key.hpp"

namespace epki::lint {

/// What a certificate is for, as far as it says so itself. A leaf that nothing forbids to be a server is one: modems
/// take it as one (trust probing, 3, eku_none).
enum class Use : std::uint8_t { root, issuing, server, client };

struct Document;

/// A certificate with what is around it.
struct SeenCertificate {
  ossl::CertificateFacts facts;
  std::optional<ossl::Certificate> certificate{};  ///< nothing where its dates are no dates
  std::size_t index = 0;                           ///< in its file
  std::size_t line = 0;
  std::size_t bytes = 0;
  Use use = Use::server;
  bool is_copy = false;  ///< the same certificate stands earlier in its file
  bool issues = false;   ///< it is the issuer of another that was given
  /// What it was signed by, as far as names and key identifiers tell: in its own file if it is there, else in another.
  /// Null for a root, and where the issuer was not given.
  const SeenCertificate* issuer = nullptr;
  bool meets_server_root = false;  ///< a client's path ends where a server's does
  bool roots_given = false;        ///< among all files there is a root
  const Document* document = nullptr;
  const Question* question = nullptr;

  bool is_ca() const { return use == Use::root || use == Use::issuing; }
  const profile::Profile* profile() const { return question->profile; }
  /// From this one upwards, this one first; ends at a root or where an issuer was not given, or where it comes back.
  std::vector<const SeenCertificate*> path() const;
  /// The profile describes this certificate, rather than one above it.
  bool is_described() const;
};

/// One file.
struct Document {
  std::string name;
  Role role = Role::unknown;
  std::optional<unsigned> mode{};
  std::string_view bytes;
  ossl::FileContents contents;
  std::vector<SeenCertificate> certificates;
  /// A chain as a server shows it: more than one certificate, and one of them no CA. More of those are a bundle, and a
  /// PKCS#7 message is a set, which has no order.
  bool is_chain = false;
  struct Key {
    std::size_t line = 0;
    std::optional<ossl::PrivateKey> key{};  ///< nothing: encrypted, or it cannot be read
    bool encrypted = false;
    std::vector<const SeenCertificate*> certificates{};  ///< that hold its public half, in any file
  };
  std::vector<Key> keys;
  std::optional<MosquittoFile> broker{};
};

struct Corpus {
  std::vector<Document> documents;
  const Question* question = nullptr;
  /// What the paths of server certificates end at: see anchor_of().
  std::set<std::string> server_anchors;
};

struct SeenFile {
  const Document& file;
  const Corpus& corpus;
};

/// What identifies the trust anchor a path ends at: the root's key, or where the root was not given its name and key
/// identifier.
std::string anchor_of(const SeenCertificate& certificate);

/// Reads the files and finds out what belongs together.
Corpus read_corpus(const std::vector<File>& files, const Question& question);

inline bool always(const SeenCertificate&) {
  return true;
}
inline bool is_ca(const SeenCertificate& c) {
  return c.is_ca();
}
inline bool is_server(const SeenCertificate& c) {
  return c.use == Use::server;
}
inline bool is_version_3(const SeenCertificate& c) {
  return c.facts.version == 3;
}

}  // namespace epki::lint
