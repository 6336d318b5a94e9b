#pragma once
// A set of public roots, such as the system's, and the way from a server's certificate to one of them.

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "core/result.hpp"
#include "pki/ossl/certificate.hpp"

namespace epki::ossl {

class TrustStore {
 public:
  /// The roots of a PEM text. Errc::input when it holds none.
  static Result<TrustStore> from_pem(std::string_view pem);

  const Chain& roots() const { return roots_; }

  /// Leaf, intermediates, root: each certificate issued by the next, the root from this store. `presented` is what a
  /// server sent, leaf first, in any order and with anything else in it. Dates, names and usage are not looked at: an
  /// expired chain is found as well. Errc::input when no way leads to a root; the sentence says where it ends.
  Result<Chain> complete(const Chain& presented) const;

 private:
  explicit TrustStore(Chain roots) : roots_(std::move(roots)) {}
  Chain roots_;
};

/// The file that holds the system's public roots as PEM: that of SSL_CERT_FILE, OpenSSL's own, or where distributions
/// keep it. Errc::input with a hint when there is none.
Result<std::filesystem::path> system_roots_file();

}  // namespace epki::ossl
