#include "cli/issue/csv.hpp"

#include <sys/stat.h>

#include <cerrno>

#include "core/file.hpp"
#include "core/text.hpp"

namespace epki::cli {

namespace {

constexpr std::size_t longest_record = 65536;
constexpr int end_of_file = -1;

}  // namespace

Result<CsvReader> CsvReader::open(const std::filesystem::path& file) {
  struct stat facts {};
  std::FILE* opened = std::fopen(file.c_str(), "rbe");
  if (opened == nullptr) {
    if (errno == ENOENT || errno == ENOTDIR)
      return Error{Errc::input, file.string() + " does not exist", "check the path"};
    return disk_error("reading", file, errno);
  }
  CsvReader reader(file, opened);
  if (::fstat(::fileno(opened), &facts) == 0 && S_ISDIR(facts.st_mode))
    return Error{Errc::input, file.string() + " is a folder, not a file", "name a CSV file"};
  std::setvbuf(opened, nullptr, _IONBF, 0);  // the buffer is ours
  if (reader.fill() && reader.end_ >= 3 && std::string_view(reader.buffer_.data(), 3) == "\xef\xbb\xbf") reader.at_ = 3;
  return reader;
}

bool CsvReader::fill() {
  at_ = 0;
  end_ = std::fread(buffer_.data(), 1, buffer_.size(), stream_.get());
  failed_ = failed_ || std::ferror(stream_.get()) != 0;
  digest_.add(as_bytes(std::string_view(buffer_.data(), end_)));
  return end_ > 0;
}

int CsvReader::peek() {
  if (at_ == end_ && !fill()) return end_of_file;
  return static_cast<unsigned char>(buffer_[at_]);
}

int CsvReader::get() {
  const int c = peek();
  if (c == end_of_file) return c;
  ++at_;
  if (c == '\n') ++line_;
  return c;
}

Result<bool> CsvReader::record(std::vector<std::string>& fields) {
  const auto wrong = [this](std::string_view what) {
    return Error{Errc::input, place() + ": " + std::string(what), "write the file as RFC 4180 has it"};
  };
  fields.clear();
  fields.emplace_back();
  std::size_t size = 0;
  bool quoted = false, closed = false;
  for (;;) {
    const int c = get();
    if (c == end_of_file || (!quoted && c == '\n')) {
      if (quoted) return wrong("a quote is never closed");
      return c != end_of_file || fields.size() > 1 || !fields.front().empty();
    }
    if (c == 0) return wrong("a NUL byte, which no CSV file holds");
    if (++size > longest_record) return wrong("a line longer than 65536 bytes");
    if (quoted) {
      if (c != '"') {
        fields.back() += static_cast<char>(c);
      } else if (peek() == '"') {
        fields.back() += static_cast<char>(get());
      } else {
        quoted = false;
        closed = true;
      }
    } else if (c == '\r' && (peek() == '\n' || peek() == end_of_file)) {
      continue;
    } else if (c == ',') {
      fields.emplace_back();
      closed = false;
    } else if (c == '"' && fields.back().empty() && !closed) {
      quoted = true;
    } else if (closed) {
      return wrong("text behind a closing quote");
    } else {
      fields.back() += static_cast<char>(c);
    }
  }
}

Result<bool> CsvReader::next(std::vector<std::string>& fields) {
  for (;;) {
    begun_at_line_ = line_;
    if (peek() == end_of_file) break;
    auto read = record(fields);
    if (!read || !*read) return read;
    if (fields.size() > 1 || !fields.front().empty()) return read;
  }
  if (failed_) return disk_error("reading", file_, EIO);
  return false;
}

}  // namespace epki::cli
