#include "provision/plan/capture_text.hpp"

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <utility>

namespace epki::plan {

namespace {

using namespace std::string_view_literals;

enum class Order { little, big };

std::uint32_t unit_at(std::string_view bytes, std::size_t at, Order order) {
  const auto first = static_cast<unsigned char>(bytes[at]), second = static_cast<unsigned char>(bytes[at + 1]);
  return order == Order::little ? first | static_cast<std::uint32_t>(second) << 8U
                                : second | static_cast<std::uint32_t>(first) << 8U;
}

// RFC 3629, section 3.
void append_utf8(std::string& text, std::uint32_t point) {
  const auto put = [&text](std::uint32_t byte) { text += static_cast<char>(byte); };
  const auto follow = [&](unsigned shift) { put(0x80U | ((point >> shift) & 0x3fU)); };
  if (point < 0x80) return put(point);
  if (point < 0x800) {
    put(0xc0U | (point >> 6U));
  } else if (point < 0x10000) {
    put(0xe0U | (point >> 12U));
    follow(6);
  } else {
    put(0xf0U | (point >> 18U));
    follow(12);
    follow(6);
  }
  follow(0);
}

// RFC 2781, section 2.2.
std::string utf8_of(std::string_view bytes, Order order) {
  constexpr std::uint32_t unknown = 0xfffd;
  std::string text;
  text.reserve(bytes.size() / 2);
  for (std::size_t at = 0; at + 1 < bytes.size(); at += 2) {
    auto point = unit_at(bytes, at, order);
    if (point >= 0xd800 && point < 0xe000) {
      const bool begins = point < 0xdc00 && at + 3 < bytes.size();
      const auto second = begins ? unit_at(bytes, at + 2, order) : 0;
      const bool pair = second >= 0xdc00 && second < 0xe000;
      point = pair ? 0x10000 + ((point - 0xd800) << 10U) + (second - 0xdc00) : unknown;
      if (pair) at += 2;
    }
    append_utf8(text, point);
  }
  return text;
}

// Nine in ten of the first pairs are an ASCII character and its NUL: other letters may be among them, noise may not.
bool looks_like(std::string_view bytes, Order order) {
  constexpr std::size_t fewest = 4, most = 2048;
  const auto pairs = std::min(bytes.size() / 2, most);
  std::size_t ascii = 0;
  for (std::size_t i = 0; i < pairs; ++i) {
    const auto unit = unit_at(bytes, 2 * i, order);
    if (unit > 0 && unit < 0x80) ++ascii;
  }
  return pairs >= fewest && ascii * 10 >= pairs * 9;
}

}  // namespace

Result<CaptureText> capture_text(std::string bytes) {
  const std::string_view all = bytes;
  if (all.starts_with("\xff\xfe\0\0"sv) || all.starts_with("\0\0\xfe\xff"sv))
    return Error{Errc::input, "the capture is UTF-32 text",
                 "save it as UTF-8, or save the bytes of the line as they are"};
  const auto wide = [&](std::size_t mark, Order order) {
    return CaptureText{utf8_of(all.substr(mark), order), order == Order::little ? "UTF-16LE" : "UTF-16BE"};
  };
  if (all.starts_with("\xff\xfe"sv)) return wide(2, Order::little);
  if (all.starts_with("\xfe\xff"sv)) return wide(2, Order::big);
  if (looks_like(all, Order::little)) return wide(0, Order::little);
  if (looks_like(all, Order::big)) return wide(0, Order::big);
  if (all.starts_with("\xef\xbb\xbf"sv)) bytes.erase(0, 3);
  return CaptureText{std::move(bytes), {}};
}

}  // namespace epki::plan
