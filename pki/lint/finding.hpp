#pragma once
// What lint says.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace epki::lint {

enum class Severity : std::uint8_t { error, warning, notice };
std::string_view word(Severity severity);

struct Finding {
  std::string file;
  std::optional<std::size_t> index{};  ///< of the certificate in its file, from 0; nothing: it is about the file
  std::size_t line = 0;  ///< where it begins in the file, from 1; 0: no line (DER, or the file as a whole)
  Severity severity = Severity::error;
  std::string_view rule{};      ///< its name, "e_serial_too_long"
  std::string what{};           ///< what was found, and what follows from it where that is not plain
  std::string_view citation{};  ///< where the rule comes from
};

using Findings = std::vector<Finding>;

bool has_errors(const Findings& findings);

}  // namespace epki::lint
