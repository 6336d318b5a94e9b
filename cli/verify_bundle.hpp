#pragma once
// verify --bundle: the evidence of a run as one signed file.

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "cli/context.hpp"
#include "cli/passphrase.hpp"
#include "config/project.hpp"
#include "core/result.hpp"
#include "pki/ossl/key.hpp"
#include "verify/trial/trial.hpp"

namespace epki::cli {

struct BundleOptions {
  std::optional<std::string> file{}, sign_key{};
  PassphraseOptions passphrase{};
};

/// Collects what the run leaves behind, from before its first byte.
class BundleKeeper {
 public:
  /// Before a run that takes minutes: that the file is new and its folder there, and the key that will sign. Without
  /// --sign-key that is the project's evidence key, made when it is first needed (0600, .ec200u-pki/evidence.key).
  /// Errc::usage, disk, key.
  static Result<BundleKeeper> prepare(const BundleOptions& options, const config::Project& project, Context& context);

  /// For open_modem(): takes each line of the AT wire log.
  std::function<void(std::string_view)> sink();
  std::function<std::size_t()> line_counter();

  struct Written {
    std::string file, signer;  ///< the fingerprint that a receiver pins
  };
  /// Signs and writes the file: whole, or not at all. Nothing is overwritten.
  Result<Written> write(const trial::Report& report, const std::string& repeat, std::uint16_t port,
                        const Context& context) const;

 private:
  BundleKeeper(std::string file, ossl::PrivateKey key) : file_(std::move(file)), key_(std::move(key)) {}
  std::string file_;
  ossl::PrivateKey key_;
  std::shared_ptr<std::vector<std::string>> log_ = std::make_shared<std::vector<std::string>>();
};

}  // namespace epki::cli
