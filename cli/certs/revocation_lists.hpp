#pragma once
// ca/crl.pem and broker/certs/crl.pem, and the CAs whose lists stand in them.

#include <string>
#include <vector>

#include "cli/keyring.hpp"
#include "config/project.hpp"
#include "core/result.hpp"
#include "ledger/ledger.hpp"
#include "pki/ca/authority.hpp"
#include "pki/ossl/crl.hpp"

namespace epki::cli {

/// A CA of the project by its files below ca/.
struct CaFiles {
  std::string name;  ///< "issuing-device": ca/issuing-device.pem and .key
  ossl::Certificate certificate;
  bool for_devices = false;
  bool signs_leaves = false;  ///< end-entity certificates come from it: its list is what a broker looks into
  bool key_here = false;
};

/// Every CA whose certificate is in ca/, those that sign for devices first: what a program that reads one list only
/// finds first is the list of revoked devices. Errc::input when a certificate cannot be read.
Result<std::vector<CaFiles>> cas_of(const config::Project& project);

/// Those of them that are not revoked themselves: nobody asks for the list of a CA that nothing trusts any more.
Result<std::vector<CaFiles>> living_cas(const config::Project& project, ledger::Ledger& ledger);

/// That the ledger knows those of them whose keys sign here. One that was lost, or begun anew, holds nothing that could
/// be due, and must not say that all is well. Errc::ledger.
Status check_signers_known(const config::Project& project, const std::vector<CaFiles>& cas, ledger::Ledger& ledger);

/// Writes client-ca.pem anew from the CAs in ca/ that sign for devices and are not revoked. False when the project has
/// none; the file is then left alone. Errc::input when all are revoked: an empty file would stop the broker.
Result<bool> rewrite_client_anchors(const config::Project& project, ledger::Ledger& ledger);

/// The lists in ca/crl.pem as they stand; none when there is no such file.
Result<std::vector<ossl::Crl>> published_lists(const config::Project& project);

/// Writes ca/crl.pem and, with the lists of CAs that sign for devices, broker/certs/crl.pem; whole, or as they were.
/// Refuses a list that has ended or not begun, with Errc::input: a broker that checks it would refuse every client.
/// Returns the files, relative to the project.
Result<std::vector<std::string>> write_lists(const config::Project& project, const std::vector<CaFiles>& cas,
                                             const std::vector<ossl::Crl>& lists, Instant now);

}  // namespace epki::cli
