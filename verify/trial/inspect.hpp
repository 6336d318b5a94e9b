#pragma once
#include <string>
#include <vector>

#include "core/reporter.hpp"
#include "core/result.hpp"
#include "pki/ossl/certificate.hpp"
#include "provision/ec200u/modem.hpp"
#include "verify/trial/trial.hpp"

namespace epki::trial {

struct Inspection {
  std::vector<FoundFile> files{};
  struct Holder {
    std::string file;
    ossl::Certificate certificate;
  };
  std::vector<Holder> certificates{};
  /// The file that holds this certificate or another of the same name; empty: none does.
  std::string holder_of(const ossl::Certificate& certificate) const;
};

/// Lists all files; reads and hashes those that are certificates by their name. Keys are never read.
Result<Inspection> inspect_files(ec200u::Modem& modem, Reporter& reporter);

}  // namespace epki::trial
