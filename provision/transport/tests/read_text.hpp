#pragma once
#include <array>
#include <chrono>
#include <string>

#include "core/text.hpp"
#include "provision/transport/byte_stream.hpp"

namespace epki::transport::test {

/// So many bytes, or what came before nothing did for five seconds.
inline std::string read_text(ByteStream& stream, std::size_t size) {
  std::string text;
  std::array<std::byte, 64> chunk{};
  while (text.size() < size) {
    auto got = stream.read_some(chunk, after(std::chrono::seconds(5)));
    if (!got || *got == 0) break;
    text += as_text(std::span(chunk).first(*got));
  }
  return text;
}

}  // namespace epki::transport::test
