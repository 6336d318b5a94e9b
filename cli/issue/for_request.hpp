#pragma once
// One certificate for a key that was made elsewhere.

#include <string>

#include "cli/open_ca.hpp"
#include "core/result.hpp"
#include "pki/ca/csr.hpp"

namespace epki::cli {

struct ForRequest {
  std::string file;                 ///< of the certificate request
  std::string name{};               ///< who it is for; empty: as the request says
  std::vector<std::string> also{};  ///< further names of a server
  std::chrono::days lifetime{};
};

struct Granted {
  ossl::Certificate certificate;
  std::string name;
  std::vector<std::string> passed_over{};  ///< what it asked for and does not get
};

/// Reads and judges the request (proof of possession, key, names), signs by the project's profile, and asks lint. Not
/// recorded yet. Errors of ossl::read_request, ca::grant_client and ca::sign_client.
Result<Granted> sign_request(const ForRequest& wanted, ca::Purpose purpose, const config::Project& project,
                             const OpenCa& ca, ca::World world);

}  // namespace epki::cli
