#pragma once
// A conversation saved as it went over the wire, for a report of a fault and for tests, which can play it again
// (tests/transcripts/README.md says how it is written). Secrets are masked as in the wire log; numbers that belong to a
// person or a board (IMEI, IMSI, ICCID) keep their first five digits and their length.

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "core/result.hpp"

namespace epki::at {

/// Every run of 14 and more digits: its first five stay, the others become 0.
std::string without_personal_numbers(std::string_view text);

class Recording {
 public:
  /// A new file, mode 0600; nothing is overwritten. `about` is its first line. Errc::disk.
  static Result<std::unique_ptr<Recording>> create(const std::filesystem::path& path, std::string_view about);
  ~Recording();
  Recording(const Recording&) = delete;
  Recording& operator=(const Recording&) = delete;

  /// One line of the wire log ("> AT<CR>", "< <CR><LF>OK<CR><LF>"). Written at once: a run that is killed leaves what
  /// was said so far.
  void take(std::string_view line);
  /// Whether all of it could be written.
  Status status() const;

 private:
  Recording(std::filesystem::path path, int fd) : path_(std::move(path)), fd_(fd) {}
  void write(const std::string& text);
  std::filesystem::path path_;
  int fd_;
  int failed_ = 0;  ///< errno of the first write that failed
};

}  // namespace epki::at
