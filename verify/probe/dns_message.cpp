#include "verify/probe/dns_message.hpp"

#include <arpa/inet.h>

#include <array>

#include "core/text.hpp"
#include "pki/ossl/tls_wire.hpp"

namespace epki::probe {

namespace {

using ossl::WireReader;
using ossl::WireWriter;

constexpr std::size_t kLongestName = 255, kLongestLabel = 63;  // RFC 1035, 2.3.4
constexpr unsigned kResponse = 0x8000, kAuthoritative = 0x0400, kRecursionDesired = 0x0100;
constexpr unsigned kNameOfTheQuestion = 0xc00c;  // a pointer to it (RFC 1035, 4.1.4)
constexpr std::uint32_t kLifetime = 1;           // seconds: the modem must not remember the answer

Error no_query(const std::string& why) {
  return {Errc::input, "no DNS query: " + why, {}};
}

bool is_host_character(unsigned char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

void add_label(std::string& name, std::span<const std::byte> label) {
  if (!name.empty()) name += '.';
  for (const std::byte b : label) {
    auto c = std::to_integer<unsigned char>(b);
    if (c >= 'A' && c <= 'Z') c = static_cast<unsigned char>(c - 'A' + 'a');
    if (is_host_character(c)) {
      name += static_cast<char>(c);
      continue;
    }
    const std::string digits = std::to_string(c);
    name += '\\' + std::string(3 - digits.size(), '0') + digits;
  }
}

}  // namespace

std::string dns_type_word(std::uint16_t type) {
  if (type == dns_type_a) return "A";
  return type == dns_type_aaaa ? "AAAA" : "TYPE" + std::to_string(type);
}

Result<DnsQuestion> parse_dns_query(std::span<const std::byte> message) {
  WireReader in(message);
  DnsQuestion question;
  question.id = in.u16();
  const unsigned flags = in.u16();
  const unsigned questions = in.u16();
  in.raw(6);
  if (in.failed()) return no_query("it is cut off in its header");
  if ((flags & kResponse) != 0) return no_query("it is a response");
  if (questions != 1) return no_query("it asks " + counted(questions, "question"));
  question.opcode = (flags >> 11U) & 0xfU;
  question.recursion_desired = (flags & kRecursionDesired) != 0;
  std::size_t size = 0;
  for (;;) {
    const std::size_t length = in.u8();
    if (length > kLongestLabel) return no_query("its name is compressed");
    const auto label = in.raw(length);
    size += length + 1;
    if (in.failed()) return no_query("it is cut off in its name");
    if (size > kLongestName) return no_query("its name is too long");
    if (length == 0) break;
    add_label(question.name, label);
  }
  question.type = in.u16();
  question.klass = in.u16();
  if (in.failed()) return no_query("it is cut off in its question");
  constexpr std::size_t header = 12;
  question.wire = std::string(as_text(message.subspan(header, size + 4)));
  return question;
}

std::string dns_answer(const DnsQuestion& question, DnsCode code, std::string_view address) {
  std::array<std::byte, 16> bytes{};
  std::size_t size = 0;
  const int family = question.type == dns_type_a ? AF_INET : question.type == dns_type_aaaa ? AF_INET6 : AF_UNSPEC;
  if (family != AF_UNSPEC && ::inet_pton(family, std::string(address).c_str(), bytes.data()) == 1)
    size = family == AF_INET ? 4 : 16;
  const unsigned flags = kResponse | kAuthoritative | (question.opcode << 11U) |
                         (question.recursion_desired ? kRecursionDesired : 0U) | static_cast<unsigned>(code);
  WireWriter out;
  out.u16(question.id).u16(flags).u16(1).u16(size > 0 ? 1 : 0).u16(0).u16(0).raw(question.wire);
  if (size > 0) {
    out.u16(kNameOfTheQuestion).u16(question.type).u16(question.klass).number(kLifetime, 4);
    out.vector(as_text(std::span(bytes).first(size)), 2);
  }
  return out.bytes();
}

}  // namespace epki::probe
