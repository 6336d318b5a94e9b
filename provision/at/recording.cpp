#include "provision/at/recording.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "core/file.hpp"

namespace epki::at {

namespace {

constexpr std::size_t shortest_number = 14;  // an IMEI without its check digit
constexpr std::size_t shown_digits = 5;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_hex(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f');
}

/// From the wire log's spelling (<CR>, <LF>, <1a>) to the transcripts' (\r, \n, \x1a).
std::string respelled(std::string_view line) {
  std::string out;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const auto rest = line.substr(i);
    if (rest.starts_with("<CR>")) {
      out += "\\r";
      i += 3;
    } else if (rest.starts_with("<LF>")) {
      out += "\\n";
      i += 3;
    } else if (rest.size() >= 4 && rest[0] == '<' && is_hex(rest[1]) && is_hex(rest[2]) && rest[3] == '>') {
      out += "\\x" + std::string(rest.substr(1, 2));
      i += 3;
    } else {
      out += rest[0] == '\\' ? "\\\\" : std::string(1, rest[0]);
    }
  }
  return out;
}

}  // namespace

std::string without_personal_numbers(std::string_view text) {
  std::string out(text);
  for (std::size_t at = 0; at < out.size();) {
    std::size_t end = at;
    while (end < out.size() && is_digit(out[end])) ++end;
    if (end - at >= shortest_number)
      for (std::size_t i = at + shown_digits; i < end; ++i) out[i] = '0';
    at = end + 1;
  }
  return out;
}

Result<std::unique_ptr<Recording>> Recording::create(const std::filesystem::path& path, std::string_view about) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_APPEND, 0600);
  if (fd < 0) return disk_error("recording into", path, errno);
  std::unique_ptr<Recording> recording(new Recording(path, fd));
  recording->write("# " + std::string(about) + "\n# Secrets, IMEI, IMSI and ICCID are masked.\n");
  if (auto fine = recording->status(); !fine) return std::move(fine).error();
  return recording;
}

Recording::~Recording() {
  ::close(fd_);
}

void Recording::take(std::string_view line) {
  write(without_personal_numbers(respelled(line)) + "\n");
}

void Recording::write(const std::string& text) {
  std::size_t done = 0;
  while (failed_ == 0 && done < text.size()) {
    const auto n = ::write(fd_, text.data() + done, text.size() - done);
    if (n > 0) done += static_cast<std::size_t>(n);
    if (n < 0 && errno != EINTR) failed_ = errno;
  }
}

Status Recording::status() const {
  if (failed_ == 0) return success();
  return disk_error("recording into", path_, failed_);
}

}  // namespace epki::at
