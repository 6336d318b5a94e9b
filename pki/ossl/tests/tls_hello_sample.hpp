#pragma once
#include <algorithm>
#include <span>
#include <string>
#include <vector>

#include "core/text.hpp"
#include "pki/ossl/tls_wire.hpp"

namespace epki::ossl {

// A ClientHello as mbedTLS 2.28.3 sends it by default, for the name probe.test.
inline constexpr std::string_view kMbedTlsHello =
    "0100012403036b031ab754ff9a370791d286be79cfa5390fe46419805ca0d61050b038b071eb0000a0cca8cca9ccaac02cc0"
    "30009fc0adc09fc024c028006bc00ac0140039c0afc0a3c087c08bc07dc073c07700c40088c02bc02f009ec0acc09ec023c0"
    "270067c009c0130033c0aec0a2c086c08ac07cc072c07600be0045009dc09d003d0035c032c02ac00fc02ec026c005c0a1c0"
    "7b00c00084c08dc079c089c075009cc09c003c002fc031c029c00ec02dc025c004c0a0c07a00ba0041c08cc078c088c07400"
    "ff0100005b0000000f000d00000a70726f62652e74657374000d0012001006030601050305010403040103030301000a001c"
    "001a0019001c0018001b00170016001a0015001400130012001d001e000b00020100001600000017000000230000";

inline std::vector<std::byte> mbedtls_hello() {
  return *from_hex(kMbedTlsHello);
}

// The message in handshake records of at most `size` bytes.
inline std::string in_records(std::span<const std::byte> message, std::size_t size) {
  WireWriter out;
  for (; !message.empty(); message = message.subspan(std::min(size, message.size()))) {
    out.u8(22).u16(0x0301).vector(as_text(message.first(std::min(size, message.size()))), 2);
  }
  return out.bytes();
}

}  // namespace epki::ossl
