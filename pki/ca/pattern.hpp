#pragma once
// For this room's own files: what every certificate of a profile has in common, and the checks before one is made.

#include <cstddef>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "pki/ca/authority.hpp"
#include "pki/ossl/builder.hpp"

namespace epki::ca {

/// Errc::usage outside 1 to 36500 days.
Status check_lifetime(std::chrono::days lifetime);
/// Errc::input when the profile is a CA's and should not be, or the other way round. `wanted` is what was to be made.
Status check_profile(const profile::Profile& profile, bool ca, std::string_view wanted);
/// That it is a CA, with its own key, and valid now.
Status check_issuer(const Identity& issuer, Instant now);

/// Serial, dates and extensions of the profile; the subject is left open.
ossl::CertificateSpec spec_of(const profile::Profile& profile, ossl::KeyType key, std::chrono::days lifetime,
                              World world);
/// The same for a certificate below a CA: within the issuer's dates, with its key identifier. Lifetime and issuer are
/// checked.
Result<ossl::CertificateSpec> spec_below(const profile::Profile& profile, ossl::KeyType key, std::chrono::days lifetime,
                                         const Identity& issuer, World world);

/// Modems of this family end an upload where its data hold "+++" (AT reference, 3), and base64 can hold it: about one
/// root in 200. Such a certificate is made again, with another_serial().
bool can_be_uploaded(std::string_view pem);

/// That often, and no more: one in 200 needs a second attempt, so what needs so many spells it whatever it is given.
inline constexpr std::size_t most_attempts = 64;
/// Errc::usage: a name in it spells "+++" at every alignment. `whose` is the certificate's.
Error never_uploadable(std::string_view whose);

/// 16 to 18 bytes in turn. The three characters may stand in the serial itself, or in the issuer's key identifier,
/// which is the same every time: only a shift by one byte moves that against base64's groups of three.
std::vector<std::byte> another_serial(RandomSource& random, std::size_t attempt);

}  // namespace epki::ca
