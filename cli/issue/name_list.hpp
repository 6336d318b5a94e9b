#pragma once
// Whom to issue for: names from the command line, or a CSV file of any length.

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cli/issue/csv.hpp"
#include "core/cancel.hpp"
#include "core/result.hpp"

namespace epki::cli {

struct ListedName {
  std::string name;
  std::chrono::days lifetime{};
};

/// Read through once before anything is issued: every row is checked, and no name may come twice. Of a CSV file eight
/// bytes a row stay in memory.
class NameList {
 public:
  using Check = std::function<Status(std::string_view name)>;

  /// Errc::usage for a name that `check` refuses or that comes twice.
  static Result<NameList> of_names(const std::vector<std::string>& names, std::chrono::days lifetime,
                                   const Check& check);
  /// Header `name`, optional `days`, in any order. Errc::input with file:line for an unknown column, a bad name, a
  /// number of days outside 1 to 36500, a row with more or fewer fields, a name that comes twice, or no row at all.
  static Result<NameList> of_csv(const std::filesystem::path& file, std::chrono::days lifetime, const Check& check,
                                 const Cancel& cancel);

  std::size_t size() const { return size_; }
  /// Of the list: tells whether a batch goes on with the same one.
  const std::string& sha256() const { return sha256_; }

  /// Passes over rows; then next() goes on behind them.
  Status skip(std::size_t rows);
  /// The next rows, at most `most`; empty at the end. Errc::input when the file was changed meanwhile.
  Result<std::vector<ListedName>> next(std::size_t most);
  /// Back to the first row.
  Status rewind();

 private:
  NameList() = default;
  Result<bool> read(ListedName& into);
  Status read_header();
  Status look_through(const Check& check, const Cancel& cancel);
  Status name_the_duplicate(std::uint64_t hash);

  std::vector<ListedName> names_{};
  std::size_t at_ = 0;
  std::filesystem::path file_{};
  std::unique_ptr<CsvReader> csv_{};
  std::size_t name_column_ = 0, days_column_ = 0, columns_ = 0;
  std::chrono::days lifetime_{};
  std::size_t size_ = 0;
  std::string sha256_{};
};

}  // namespace epki::cli
