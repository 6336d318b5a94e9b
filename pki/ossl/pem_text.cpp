#include "pki/ossl/pem_text.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <limits>
#include <memory>
#include <optional>

#include "core/text.hpp"
#include "pki/ossl/handles.hpp"

namespace epki::ossl {

namespace {

using DecodeContext = std::unique_ptr<EVP_ENCODE_CTX, Freed<EVP_ENCODE_CTX_free>>;

constexpr std::string_view begin_mark = "-----BEGIN ";
constexpr std::string_view end_mark = "-----END ";
constexpr std::string_view dashes = "-----";
constexpr std::size_t longest_label = 64;

struct Line {
  std::string_view text;  // without its line end
  std::size_t start = 0;  // offset
  std::size_t next = 0;   // offset of the next line
  std::size_t number = 1;
};

// Lines as PEM readers see them: LF, CRLF or a lone CR ends one.
class Lines {
 public:
  explicit Lines(std::string_view all) : all_(all) {}

  std::optional<Line> next() {
    if (at_ >= all_.size()) return std::nullopt;
    Line line;
    line.start = at_;
    line.number = ++number_;
    const auto end = std::min(all_.find_first_of("\r\n", at_), all_.size());
    line.text = all_.substr(at_, end - at_);
    at_ = end;
    if (at_ < all_.size()) at_ += all_.substr(at_).starts_with("\r\n") ? 2U : 1U;
    line.next = at_;
    return line;
  }

 private:
  std::string_view all_;
  std::size_t at_ = 0;
  std::size_t number_ = 0;
};

bool is_white(char c) {
  return c == ' ' || c == '\t' || c == '\v' || c == '\f';
}

std::string_view without_trailing_white(std::string_view text) {
  while (!text.empty() && is_white(text.back())) text.remove_suffix(1);
  return text;
}

// The label of a boundary line that begins with `mark`, or nothing.
std::optional<std::string> label_of(std::string_view line, std::string_view mark) {
  if (!line.starts_with(mark)) return std::nullopt;
  const auto end = line.find(dashes, mark.size());
  if (end == std::string_view::npos) return std::nullopt;
  return std::string(line.substr(mark.size(), std::min(end - mark.size(), longest_label)));
}

bool is_base64(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/' || c == '=';
}

bool is_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const std::size_t size = lead < 0x80                   ? 1
                             : lead >= 0xc2 && lead < 0xe0 ? 2
                             : lead >= 0xe0 && lead < 0xf0 ? 3
                             : lead >= 0xf0 && lead < 0xf5 ? 4
                                                           : 0;
    if (size == 0 || i + size > text.size()) return false;
    for (std::size_t k = 1; k < size; ++k)
      if ((static_cast<unsigned char>(text[i + k]) & 0xc0U) != 0x80) return false;
    i += size;
  }
  return true;
}

bool is_readable(std::string_view text) {
  if (text.starts_with("\xef\xbb\xbf")) return false;  // a byte order mark is no text
  return is_utf8(text) && std::none_of(text.begin(), text.end(), [](char c) {
           return (static_cast<unsigned char>(c) < 0x20 && !is_white(c)) || c == 0x7f;
         });
}

// Base64 to bytes, the alphabet checked before: what OpenSSL then refuses is wrong padding.
bool decode(std::string_view base64, std::vector<std::byte>& into) {
  if (base64.empty() || base64.size() > static_cast<std::size_t>(std::numeric_limits<int>::max())) return false;
  into.resize(base64.size() / 4 * 3 + 3);
  const DecodeContext context(EVP_ENCODE_CTX_new());
  if (!context) return false;
  EVP_DecodeInit(context.get());
  auto* out = reinterpret_cast<unsigned char*>(into.data());
  int size = 0;
  int rest = 0;
  const auto* in = reinterpret_cast<const unsigned char*>(base64.data());
  const bool good = base64.size() % 4 == 0 &&
                    EVP_DecodeUpdate(context.get(), out, &size, in, static_cast<int>(base64.size())) >= 0 &&
                    EVP_DecodeFinal(context.get(), out + size, &rest) == 1;
  into.resize(good ? static_cast<std::size_t>(size + rest) : 0);
  return good && !into.empty();
}

// One block being read, line by line.
class Reading {
 public:
  Reading(std::string label, const Line& begin) : start_(begin.start) {
    block_.label = std::move(label);
    block_.line = begin.number;
    block_.encrypted = block_.label == "ENCRYPTED PRIVATE KEY";
    if (!begin.text.ends_with(dashes) ||
        std::string_view(begin.text).substr(begin_mark.size()).find(dashes) + dashes.size() + begin_mark.size() !=
            begin.text.size())
      note_oddity("something follows on the line of BEGIN", begin.number);
  }

  void take(const Line& line) {
    if (is_header_line(line.text)) {
      in_header_ = true;
      if (line.text.find("ENCRYPTED") != std::string_view::npos) block_.encrypted = true;
      if (!is_private_key_label(block_.label)) note_oddity("it has header lines", line.number);
      return;
    }
    if (trimmed(line.text).empty()) {
      if (!in_header_) note_oddity("it holds an empty line", line.number);
      in_header_ = false;
      return;
    }
    if (is_private_key_label(block_.label)) return;  // never decoded, never quoted
    const auto text = without_trailing_white(line.text);
    if (text.size() != line.text.size()) note_oddity("a line ends in white space", line.number);
    if (!std::all_of(text.begin(), text.end(), is_base64)) {
      note_damage("line " + std::to_string(line.number) + " holds a character that is not base64");
      return;
    }
    if (text.size() > 64) note_oddity("a line is longer than 64 characters", line.number);
    if (short_line_) note_oddity("a line shorter than 64 characters is not the last", line.number);
    short_line_ = text.size() < 64;
    base64_ += text;
  }

  PemBlock end(const Line& line, std::string_view all) {
    const auto label = label_of(line.text, end_mark);
    if (label != block_.label)
      note_damage("it ends as " + label.value_or("nothing") + " on line " + std::to_string(line.number));
    if (line.text.size() > end_mark.size() + block_.label.size() + dashes.size() &&
        !trimmed(line.text.substr(end_mark.size() + block_.label.size() + dashes.size())).empty())
      note_oddity("something follows on the line of END", line.number);
    block_.text = all.substr(start_, line.start + line.text.size() - start_);
    return finish();
  }

  PemBlock cut(std::size_t at, std::string_view all, const std::string& how) {
    note_damage(how);
    block_.text = all.substr(start_, at - start_);
    return finish();
  }

 private:
  static bool is_header_line(std::string_view line) {
    return line.find(':') != std::string_view::npos;  // RFC 1421, 4.4: base64 has no colon
  }
  void note_damage(std::string what) {
    if (block_.damage.empty()) block_.damage = std::move(what);
  }
  void note_oddity(const std::string& what, std::size_t line) {
    if (block_.oddity.empty()) block_.oddity = what + " (line " + std::to_string(line) + ")";
  }
  PemBlock finish() {
    if (block_.damage.empty() && !is_private_key_label(block_.label) && !decode(base64_, block_.der))
      note_damage(base64_.empty() ? "it is empty" : "its base64 does not end where it must");
    return std::move(block_);
  }

  PemBlock block_;
  std::string base64_;
  std::size_t start_;
  bool in_header_ = false;
  bool short_line_ = false;
};

// What stands between blocks.
class Outside {
 public:
  explicit Outside(std::vector<PemStray>& into) : strays_(into) {}
  void take(const Line& line) {
    if (trimmed(line.text).empty()) return;
    const auto kind = is_readable(line.text) ? PemStray::Kind::text_before : PemStray::Kind::bytes;
    if (strays_.size() == begin_ || strays_.back().kind != kind) strays_.push_back({kind, line.number, 0});
    strays_.back().bytes += line.text.size();
  }
  void block_begins() { begin_ = strays_.size(); }
  void text_ends() {
    for (auto i = begin_; i < strays_.size(); ++i)
      if (strays_[i].kind == PemStray::Kind::text_before) strays_[i].kind = PemStray::Kind::text_after;
  }

 private:
  std::vector<PemStray>& strays_;
  std::size_t begin_ = 0;
};

}  // namespace

bool is_private_key_label(std::string_view label) {
  return label == "PRIVATE KEY" || label.ends_with(" PRIVATE KEY");
}

PemText scan_pem(std::string_view text) {
  PemText scanned;
  Lines lines(text);
  Outside outside(scanned.strays);
  std::optional<Reading> reading;
  while (const auto line = lines.next()) {
    auto label = label_of(line->text, begin_mark);
    if (!label && !reading) {
      // A mark that does not begin its line is one all the same to readers that search for it.
      const auto at = line->text.find(begin_mark);
      label = at == std::string_view::npos ? std::nullopt : label_of(line->text.substr(at), begin_mark);
      if (label) outside.take({line->text.substr(0, at), line->start, line->start + at, line->number});
    }
    if (label) {
      if (reading)
        scanned.blocks.push_back(
            reading->cut(line->start, text, "another block begins on line " + std::to_string(line->number)));
      outside.block_begins();
      reading.emplace(*std::move(label), *line);
    } else if (reading && line->text.starts_with(end_mark)) {
      scanned.blocks.push_back(reading->end(*line, text));
      reading.reset();
    } else if (reading) {
      reading->take(*line);
    } else {
      outside.take(*line);
    }
  }
  if (reading) scanned.blocks.push_back(reading->cut(text.size(), text, "it has no END: the file was cut off"));
  outside.text_ends();
  return scanned;
}

}  // namespace epki::ossl
