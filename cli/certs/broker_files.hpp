#pragma once
// The broker's certificate and key in broker/certs, replaced so that neither a cut nor the broker's account notices.

#include <optional>
#include <string_view>

#include "cli/context.hpp"
#include "config/project.hpp"
#include "core/file_lock.hpp"
#include "core/result.hpp"
#include "pki/ossl/certificate.hpp"

namespace epki::cli {

/// Whoever makes a new certificate for the broker, or moves its files, holds this from the first look at them to the
/// end: two at once could leave the key of one beside the certificate of the other.
Result<FileLock> lock_broker_files(const config::Project& project, Context& context);

/// What the broker serves: the first certificate of broker/certs/server.pem. Errc::input when it cannot be read.
Result<ossl::Certificate> served_certificate(const config::Project& project);

/// Replaces server.pem and, unless `key_pem` is empty, server.key; owner and mode of the key stay as they are. Both are
/// written and synced in .ec200u-pki/renewal first, and moved then: a run that is cut between leaves what
/// finish_cut_replacement() completes. Errc::disk when it cannot, with the owner's name where that is the reason.
Status replace_broker_files(const config::Project& project, std::string_view certificate_pem, std::string_view key_pem);

/// Completes or discards what a cut run left. Returns whether something was completed.
Result<bool> finish_cut_replacement(const config::Project& project);

}  // namespace epki::cli
