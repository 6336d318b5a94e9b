#pragma once
// A CSV file (RFC 4180) read record by record, in constant memory.

#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "pki/ossl/digest.hpp"

namespace epki::cli {

/// Fields may be quoted; a quoted one may hold commas, doubled quotes and line ends. Lines end in LF or CRLF. A byte
/// order mark in front is passed over, and so are empty lines. UTF-8, as it stands.
class CsvReader {
 public:
  /// Errc::input when it does not exist or is a folder, Errc::disk when it cannot be read.
  static Result<CsvReader> open(const std::filesystem::path& file);

  /// The next record; false at the end. Errc::input with file:line for a quote that is never closed, text behind a
  /// closing quote, a NUL, or a record longer than 64 KiB.
  Result<bool> next(std::vector<std::string>& fields);
  /// "devices.csv:17", of the record read last.
  std::string place() const { return file_.string() + ":" + std::to_string(begun_at_line_); }
  /// SHA-256 of all bytes read so far. Ends the digest.
  std::string sha256() { return digest_.hex(); }

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  CsvReader(std::filesystem::path file, std::FILE* opened) : file_(std::move(file)), stream_(opened) {}
  int get();
  int peek();
  bool fill();
  Result<bool> record(std::vector<std::string>& fields);

  std::filesystem::path file_;
  std::unique_ptr<std::FILE, Close> stream_;
  std::vector<char> buffer_ = std::vector<char>(65536);
  std::size_t at_ = 0, end_ = 0;
  std::size_t line_ = 1, begun_at_line_ = 1;
  bool failed_ = false;
  ossl::Sha256 digest_;
};

}  // namespace epki::cli
