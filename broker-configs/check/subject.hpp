#pragma once
// For the files of this folder: what every check is given.

#include <sys/types.h>

#include <filesystem>
#include <map>
#include <string>

#include "broker-configs/check/finding.hpp"
#include "core/result.hpp"
#include "pki/ossl/certificate.hpp"

namespace epki::broker {

/// What a path named in the configuration leads to.
struct NamedFile {
  std::filesystem::path path;
  bool exists = false;
  bool link = false;
  unsigned mode = 0;
  uid_t uid = 0;
};

/// Collects the findings.
struct Subject {
  const Model& model;
  const CheckQuestion& question;
  const Account& account;  ///< who runs the broker
  std::vector<Finding>& findings;

  void add(std::string_view rule, const Place& place, std::string what, std::string remedy = {}) const;
  /// A relative path is looked for beside the configuration.
  static NamedFile named(const Setting& setting);
};

std::string day(Instant at);  ///< "2027-03-01"

/// The server's certificates of a listener, leaf first; empty when they cannot be read (which was reported).
void check_text(const Subject& subject);
void check_listeners(const Subject& subject);
void check_files(const Subject& subject);
void check_server_certificate(const Subject& subject);
void check_tls(const Subject& subject);
void check_client_certificates(const Subject& subject);
void check_revocation(const Subject& subject);
void check_access(const Subject& subject);

/// What a listener's certfile or cafile holds; empty when it cannot be read.
ossl::Chain certificates_of(const Listener& listener, std::string_view setting);

}  // namespace epki::broker
