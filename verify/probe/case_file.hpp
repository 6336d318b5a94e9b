#pragma once
// The trust cases as data: one small file each in verify/probe/cases, which states one defect, the reason with its
// source, and what OpenSSL, mbedTLS and Botan say of it. docs/trust-cases.md has the format.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"

namespace epki::probe {

enum class Mark : std::uint8_t {
  control,      ///< what every run shows, whatever it is about
  evidence,     ///< the three libraries agree: a client that differs is wrong
  fingerprint,  ///< they differ: it identifies a stack and is never called influence
};

/// One certificate of a case. Everything left out is faultless.
struct CertificateRecipe {
  std::string key{};                                ///< "rsa-1024", "ed25519" …; empty: as the run's own
  bool forged = false;                              ///< signed by a key that is not the issuer's
  bool self_signed = false;                         ///< a leaf that is its own root
  std::optional<std::vector<std::string>> names{};  ///< dNSName entries, with {host}, {HOST}, {other}, {wild_top}
  std::optional<std::string> common_name{};
  bool critical_names = false, names_twice = false;
  std::optional<std::int64_t> from_days{}, to_days{};  ///< from now
  /// OpenSSL's configuration syntax; "none": without the extension.
  std::optional<std::string> basic_constraints{}, key_usage{}, extended_key_usage{}, name_constraints{};
  bool critical_constraints = true;  ///< of name_constraints
  bool critical_unknown = false;     ///< with a critical extension that nobody knows
  bool subject_key_id = true;
  std::string authority_key_id = "keyid";  ///< "none", "wrong"
  std::string digest = "SHA256";
  int version = 3;
};

struct CaseFile {
  std::string id;  ///< the file's name
  std::string presented, defect, because;
  Mark mark = Mark::evidence;
  std::string shows{};                                   ///< fingerprint: which answer is whose
  bool openssl = false, mbedtls = false, botan = false;  ///< whether it accepts
  std::string root = "bound";                            ///< "bound", "stranger", "device": what the chain leads to
  std::string bind = "root";         ///< what is uploaded: "root", "1" (the first intermediate), "leaf", "other-leaf"
  std::vector<std::string> order{};  ///< what is sent: "leaf", "1" …, "root", "unrelated"; empty: leaf first, in order
  std::optional<CertificateRecipe> bound{};        ///< the bound root is not U but one like this
  std::vector<CertificateRecipe> intermediates{};  ///< from the root down
  CertificateRecipe leaf{};
};

/// `name` stands for the file in complaints. Errc::input with line and column.
Result<CaseFile> parse_case(std::string_view text, std::string_view id);

/// All cases that this build holds, by name. Errc::internal when one does not parse (a test reads them all).
Result<const std::vector<CaseFile>*> case_files();
/// Errc::input for a name that is none; the hint has the nearest.
Result<const CaseFile*> case_file(std::string_view id);

}  // namespace epki::probe
