#pragma once
// Where issued identities go: one bundle, or a folder for each. Nothing is overwritten, and a batch that was cut is
// taken up where it stopped.

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/issue/name_list.hpp"
#include "core/cancel.hpp"
#include "core/result.hpp"
#include "core/secret.hpp"

namespace epki::cli {

struct Delivery {
  std::string_view name;
  std::string_view certificate;  ///< PEM
  std::string_view chain;        ///< PEM; what the peer must be shown behind the certificate
  std::string_view key;          ///< PEM, not encrypted
};

class Output {
 public:
  virtual ~Output() = default;

  /// That nothing stands where this list's identities would go; then makes ready to write. Errc::disk otherwise.
  virtual Status claim(NameList& list, const Cancel& cancel) = 0;
  /// Takes back what claim() made, because nothing is issued after all.
  virtual void give_back() {}
  /// Takes up a batch that was cut. `group` are the rows recorded last, behind `before` earlier ones: which of them
  /// were delivered whole? What was written in part is removed. `all` tells that no row follows.
  virtual Result<std::vector<bool>> take_up(std::span<const ListedName> group, std::size_t before, bool all) = 0;
  /// Durable when it returns.
  virtual Status deliver(std::span<const Delivery> identities) = 0;
  virtual Status finish() = 0;

  /// For what to say where claim() found something: the PEM of the first and the last certificate, when whole
  /// identities, as many as the list has, stand in its place already; else empty. Reads all of them; keys are wiped.
  virtual std::vector<std::string> standing(NameList& list, const Cancel& cancel) const = 0;

  virtual std::filesystem::path certificate_of(std::string_view name) const = 0;
  virtual std::filesystem::path key_of(std::string_view name) const = 0;
};

/// `file` holds key and certificate of each identity in the list's order, mode 0600. Until it is complete it is called
/// `file`.part. `certificates_each` is how many certificates an identity has in it.
std::unique_ptr<Output> bundle_output(std::filesystem::path file, std::size_t certificates_each);

/// `folder`/NAME/NAME.pem, mode 0644, and NAME.key, mode 0600.
std::unique_ptr<Output> folder_output(std::filesystem::path folder);

/// The name as a file's: a wildcard's asterisk becomes an underscore.
std::string file_stem(std::string_view name);
/// Errc::usage for a name that cannot be a file's: one that starts with a dot or a hyphen.
Status check_file_stem(std::string_view name);

}  // namespace epki::cli
