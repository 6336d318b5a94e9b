#include "verify/trial/uploadable.hpp"

#include "verify/probe/throw_away.hpp"

namespace epki::trial {

namespace {

constexpr std::size_t kUsual = 64, kShortest = 16;

std::string wrapped(std::string_view begin, std::string_view base64, std::string_view end, std::size_t width) {
  std::string text = std::string(begin) + "\n";
  for (; !base64.empty(); base64.remove_prefix(std::min(width, base64.size())))
    text += std::string(base64.substr(0, width)) + "\n";
  return text + std::string(end) + "\n";
}

}  // namespace

std::string uploadable(std::string_view pem) {
  std::string same(pem);
  if (probe::can_be_uploaded(pem)) return same;
  const auto first = pem.find('\n'), last = pem.rfind("-----END ");
  if (first == std::string_view::npos || last == std::string_view::npos || last < first) return same;
  const auto end = pem.substr(last, pem.find('\n', last) - last);
  std::string base64(pem.substr(first, last - first));
  std::erase_if(base64, [](char c) { return c == '\n' || c == '\r'; });
  for (std::size_t width = kUsual - 1; width >= kShortest; --width) {
    auto text = wrapped(pem.substr(0, first), base64, end, width);
    if (probe::can_be_uploaded(text)) return text;
  }
  return same;
}

}  // namespace epki::trial
