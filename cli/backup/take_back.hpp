#pragma once
// What the world holds and a restored ledger may not: revocations that were published after the backup, and serials of
// certificates that were issued after it.

#include <string>
#include <vector>

#include "cli/context.hpp"
#include "config/project.hpp"
#include "core/result.hpp"
#include "ledger/certificates.hpp"
#include "pki/ossl/crl.hpp"

namespace epki::cli {

struct TakenBack {
  std::size_t revoked = 0;      ///< known certificates that are revoked again
  std::size_t unaccounted = 0;  ///< serials the ledger does not know
  std::vector<ossl::Crl> lists{};
};

/// Takes published revocation lists over. Errc::input for one that none of the project's CAs signed.
Result<TakenBack> take_back_lists(const std::vector<std::string>& files, const config::Project& project,
                                  ledger::Ledger& ledger, Context& context);

/// Looks through certificate files and folders for serials of this project's CAs that the ledger does not know, and
/// reports them. Returns how many there are. What is no certificate is passed over in a folder, and an error as a file.
Result<std::size_t> take_back_certificates(const std::vector<std::string>& paths, const config::Project& project,
                                           ledger::Ledger& ledger, Context& context);

/// What stands in place of a serial while a CA's published list has not been handed in.
inline constexpr const char* published_list = "published-list";

/// Nothing is signed until the published list of each CA that signs for the broker's clients was handed in, or somebody
/// vouches that there is none: reports those whose list is not among `given`. Returns how many.
Result<std::size_t> await_lists(const config::Project& project, ledger::Ledger& ledger,
                                const std::vector<ossl::Crl>& given, Instant now);
/// Settles what await_lists() reported for the issuers of `given`; all of it when somebody vouches with a `note` that
/// no list was published.
Status settle_lists(ledger::Ledger& ledger, const std::vector<ossl::Crl>& given,
                    const std::optional<std::string>& note);

/// From now on each CA's CRL number is far above any that can have been published since the backup.
Status jump_crl_numbers(const config::Project& project, ledger::Ledger& ledger, const std::vector<ossl::Crl>& seen);

/// The unsettled serials as JSON and, at most 20 of them, as text.
Json json_of_unaccounted(const std::vector<ledger::Unaccounted>& all);
std::string text_of_unaccounted(const std::vector<ledger::Unaccounted>& all);

}  // namespace epki::cli
