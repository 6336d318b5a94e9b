#include "sim/net/dns_client.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstring>

#include "core/descriptor.hpp"
#include "core/poll.hpp"
#include "core/text.hpp"

namespace epki::sim {

namespace {

constexpr std::size_t header_size = 12, longest_reply = 1500;

void add_number(std::string& to, unsigned value) {
  to += static_cast<char>(value >> 8U);
  to += static_cast<char>(value & 0xffU);
}

unsigned number_at(std::string_view text, std::size_t at) {
  return (unsigned{static_cast<unsigned char>(text[at])} << 8U) | static_cast<unsigned char>(text[at + 1]);
}

/// Past a name at `at`, which may end in a pointer; npos when it does not end.
std::size_t past_name(std::string_view text, std::size_t at) {
  while (at < text.size()) {
    const auto length = static_cast<unsigned char>(text[at]);
    if (length >= 0xc0) return at + 2;
    if (length == 0) return at + 1;
    at += 1U + length;
  }
  return std::string_view::npos;
}

}  // namespace

std::string dns_query(std::uint16_t id, std::string_view name) {
  std::string query;
  add_number(query, id);
  for (const unsigned value : {0x0100U, 1U, 0U, 0U, 0U}) add_number(query, value);
  for (const auto label : split(name, '.')) {
    query += static_cast<char>(label.size());
    query += label;
  }
  query += '\0';
  add_number(query, 1);
  add_number(query, 1);
  return query;
}

std::optional<std::vector<std::string>> dns_addresses(std::string_view reply, std::string_view query) {
  const auto question = query.substr(header_size);
  if (reply.size() < query.size() || reply.substr(0, 2) != query.substr(0, 2)) return std::nullopt;
  if ((number_at(reply, 2) & 0x8000U) == 0 || number_at(reply, 4) != 1 ||
      reply.substr(header_size, question.size()) != question) {
    return std::nullopt;
  }
  std::vector<std::string> addresses;
  if ((number_at(reply, 2) & 0xfU) != 0) return addresses;  // refused, no such name, …
  std::size_t at = query.size();
  for (unsigned left = number_at(reply, 6); left > 0; --left) {
    at = past_name(reply, at);
    if (at == std::string_view::npos || at + 10 > reply.size()) return addresses;
    const unsigned type = number_at(reply, at), size = number_at(reply, at + 8);
    at += 10;
    if (at + size > reply.size()) return addresses;
    if (type == 1 && size == 4) {
      std::array<char, INET_ADDRSTRLEN> text{};
      if (::inet_ntop(AF_INET, reply.data() + at, text.data(), text.size()) != nullptr)
        addresses.emplace_back(text.data());
    }
    at += size;
  }
  return addresses;
}

std::optional<std::vector<std::string>> ask_dns(const std::string& server, std::uint16_t port, std::string_view name,
                                                std::chrono::milliseconds limit) {
  static std::atomic<std::uint16_t> next_id{1};
  const auto labels = split(name, '.');
  for (const auto label : labels)
    if (label.empty() || label.size() > 63) return std::vector<std::string>{};
  sockaddr_in there{};
  there.sin_family = AF_INET;
  there.sin_port = htons(port);
  if (::inet_pton(AF_INET, server.c_str(), &there.sin_addr) != 1) return std::nullopt;
  const Descriptor socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!socket.valid() || ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&there), sizeof there) != 0)
    return std::nullopt;
  for (int turn = 0; turn < 2; ++turn) {
    const auto query = dns_query(next_id++, name);
    if (::send(socket.get(), query.data(), query.size(), MSG_NOSIGNAL) < 0) continue;
    const auto by = after(limit);
    for (;;) {
      pollfd waiting{socket.get(), POLLIN, 0};
      if (::poll(&waiting, 1, milliseconds_until(by)) <= 0) break;
      std::array<char, longest_reply> bytes{};
      const auto n = ::recv(socket.get(), bytes.data(), bytes.size(), 0);
      if (n < 0) break;  // nobody listens there
      if (auto found = dns_addresses({bytes.data(), static_cast<std::size_t>(n)}, query)) return found;
    }
  }
  return std::nullopt;
}

}  // namespace epki::sim
