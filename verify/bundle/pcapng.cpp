#include "verify/bundle/pcapng.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <optional>

namespace epki::bundle {

namespace {

// Block types, option codes and the link type of a bare IP packet (draft-ietf-opsawg-pcapng, 4; tcpdump.org/linktypes).
constexpr std::uint32_t kSectionHeader = 0x0a0d0d0a, kInterface = 1, kEnhancedPacket = 6, kMagic = 0x1a2b3c4d;
constexpr std::uint16_t kEndOfOptions = 0, kComment = 1, kLinkRaw = 101;
constexpr std::size_t kBlockFrame = 12, kIpHeader = 20, kTcpHeader = 20;
constexpr unsigned kFin = 0x01, kSyn = 0x02, kRst = 0x04, kPush = 0x08, kAck = 0x10;

// RFC 5737: the client in 192.0.2.0/24, so many connections each, and the server in 198.51.100.0/24.
constexpr std::uint32_t kClientNet = 0xc0000200, kServer = 0xc6336401;
constexpr std::size_t kPortsEach = 50000, kFirstPort = 10000, kMostConnections = 250 * kPortsEach;
// One read of the responder is 16 KiB at most; a packet must stay below 64 KiB.
constexpr std::size_t kLongestPayload = 16384;
constexpr std::uint32_t kFirstSequence = 1;

// The file is little-endian, the packets in it are big-endian.
class Writer {
 public:
  void little(std::uint64_t value, std::size_t width) {
    for (std::size_t i = 0; i < width; ++i) bytes.push_back(static_cast<char>((value >> (8 * i)) & 0xffU));
  }
  void big(std::uint64_t value, std::size_t width) {
    for (std::size_t i = width; i-- > 0;) bytes.push_back(static_cast<char>((value >> (8 * i)) & 0xffU));
  }
  void padded(std::string_view text) {
    bytes += text;
    bytes.append((4 - text.size() % 4) % 4, '\0');
  }
  std::string bytes{};
};

std::uint64_t number(std::string_view bytes, std::size_t at, std::size_t width, bool big) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < width; ++i) {
    const auto byte = static_cast<unsigned char>(bytes[at + (big ? i : width - 1 - i)]);
    value = value << 8U | byte;
  }
  return value;
}

void block(Writer& into, std::uint32_t type, std::string_view body) {
  const auto size = static_cast<std::uint32_t>(body.size() + kBlockFrame);
  into.little(type, 4);
  into.little(size, 4);
  into.bytes += body;
  into.little(size, 4);
}

// RFC 1071.
std::uint16_t checksum(std::string_view bytes, std::uint32_t sum) {
  for (std::size_t i = 0; i + 1 < bytes.size(); i += 2) sum += static_cast<std::uint32_t>(number(bytes, i, 2, true));
  if (bytes.size() % 2 != 0) sum += static_cast<std::uint32_t>(static_cast<unsigned char>(bytes.back())) << 8U;
  while (sum >> 16U != 0) sum = (sum & 0xffffU) + (sum >> 16U);
  return static_cast<std::uint16_t>(~sum & 0xffffU);
}

struct Ends {
  std::uint32_t client = 0, server = kServer;
  std::uint16_t client_port = 0, server_port = 0;
};

Ends ends_of(std::size_t n, std::uint16_t port) {
  return {static_cast<std::uint32_t>(kClientNet + 1 + n / kPortsEach), kServer,
          static_cast<std::uint16_t>(kFirstPort + n % kPortsEach), port};
}

std::string packet(const Ends& ends, bool from_client, std::uint32_t sequence, std::uint32_t acknowledged,
                   unsigned flags, std::string_view payload) {
  const auto source = from_client ? ends.client : ends.server, target = from_client ? ends.server : ends.client;
  const auto tcp_size = kTcpHeader + payload.size();
  Writer tcp;
  tcp.big(from_client ? ends.client_port : ends.server_port, 2);
  tcp.big(from_client ? ends.server_port : ends.client_port, 2);
  tcp.big(sequence, 4);
  tcp.big(acknowledged, 4);
  tcp.big(kTcpHeader / 4 << 12U | flags, 2);
  tcp.big(65535, 2);
  tcp.big(0, 4);  // checksum, no urgent data
  tcp.bytes += payload;
  Writer pseudo;
  pseudo.big(source, 4);
  pseudo.big(target, 4);
  pseudo.big(6, 2);
  pseudo.big(tcp_size, 2);
  const auto tcp_sum = checksum(pseudo.bytes + tcp.bytes, 0);
  tcp.bytes[16] = static_cast<char>(tcp_sum >> 8U);
  tcp.bytes[17] = static_cast<char>(tcp_sum & 0xffU);
  Writer ip;
  ip.big(0x4500, 2);
  ip.big(kIpHeader + tcp_size, 2);
  ip.big(0, 4);       // not a fragment
  ip.big(0x4006, 2);  // hops, TCP
  ip.big(0, 2);
  ip.big(source, 4);
  ip.big(target, 4);
  const auto ip_sum = checksum(ip.bytes, 0);
  ip.bytes[10] = static_cast<char>(ip_sum >> 8U);
  ip.bytes[11] = static_cast<char>(ip_sum & 0xffU);
  return ip.bytes + tcp.bytes;
}

void enhanced_packet(Writer& into, std::chrono::microseconds at, std::string_view bytes, std::string_view comment) {
  const auto time = static_cast<std::uint64_t>(at.count());
  Writer body;
  body.little(0, 4);  // the interface
  body.little(time >> 32U, 4);
  body.little(time & 0xffffffffU, 4);
  body.little(bytes.size(), 4);
  body.little(bytes.size(), 4);
  body.padded(bytes);
  if (!comment.empty()) {
    body.little(kComment, 2);
    body.little(comment.size(), 2);
    body.padded(comment);
    body.little(kEndOfOptions, 4);
  }
  block(into, kEnhancedPacket, body.bytes);
}

void write_connection(Writer& into, const Connection& connection, const Ends& ends) {
  const std::chrono::microseconds start = connection.at.time_since_epoch();
  std::uint32_t client = kFirstSequence, server = kFirstSequence;
  const auto say = [&](std::chrono::microseconds after, bool from_client, unsigned flags, std::string_view payload,
                       std::string_view comment = {}) {
    auto& own = from_client ? client : server;
    const auto other = from_client ? server : client;
    enhanced_packet(into, start + after,
                    packet(ends, from_client, own, (flags & kAck) != 0 ? other : 0, flags, payload), comment);
    own += static_cast<std::uint32_t>(payload.size()) + ((flags & (kSyn | kFin)) != 0 ? 1 : 0);
  };
  std::chrono::microseconds last{};
  say(last, true, kSyn, {}, connection.comment);
  say(last, false, kSyn | kAck, {});
  say(last, true, kAck, {});
  for (const auto& piece : connection.tap.pieces) {
    last = std::max(last, piece.after);
    for (std::string_view rest = piece.bytes; !rest.empty(); rest.remove_prefix(std::min(rest.size(), kLongestPayload)))
      say(last, piece.from_peer, kPush | kAck, rest.substr(0, kLongestPayload));
  }
  if (connection.tap.closed_by_peer) say(last, true, kFin | kAck, {});
  if (connection.tap.reset_by_peer) say(last, true, kRst, {});
}

Error damaged(std::string_view what) {
  return {Errc::input, "the capture cannot be read: " + std::string(what), {}};
}

/// Takes the packets in the order of the file and puts the connections together.
class Reader {
 public:
  Status take(std::string_view ip, std::chrono::microseconds at, std::string_view comment) {
    if (ip.size() < kIpHeader + kTcpHeader || number(ip, 0, 2, true) != 0x4500 || number(ip, 9, 1, true) != 6 ||
        number(ip, 2, 2, true) != ip.size())
      return damaged("a packet is none of ours");
    const auto source = static_cast<std::uint32_t>(number(ip, 12, 4, true));
    const auto target = static_cast<std::uint32_t>(number(ip, 16, 4, true));
    const auto tcp = ip.substr(kIpHeader);
    const bool from_client = source != kServer;
    const auto client = from_client ? source : target;
    const auto port = number(tcp, from_client ? 0 : 2, 2, true);
    if ((from_client ? target : source) != kServer || client <= kClientNet || client > kClientNet + 250 ||
        port < kFirstPort || port >= kFirstPort + kPortsEach)
      return damaged("a packet has other addresses than ours");
    const auto n = (client - kClientNet - 1) * kPortsEach + (port - kFirstPort);
    const auto flags = number(tcp, 12, 2, true) & 0xffU;
    const auto sequence = static_cast<std::uint32_t>(number(tcp, 4, 4, true));
    if (number(tcp, 12, 1, true) != (kTcpHeader / 4) << 4U) return damaged("a packet has TCP options");
    return take(n, from_client, sequence, static_cast<unsigned>(flags), tcp.substr(kTcpHeader), at, comment);
  }

  Result<std::vector<Connection>> finish() {
    std::vector<Connection> all;
    for (auto& [n, stream] : streams_) {
      if (n != all.size()) return damaged("connection " + std::to_string(all.size()) + " is missing");
      all.push_back(std::move(stream.connection));
    }
    return all;
  }

 private:
  struct Stream {
    Connection connection{};
    std::chrono::microseconds start{};
    std::uint32_t client = kFirstSequence, server = kFirstSequence;
  };

  Status take(std::size_t n, bool from_client, std::uint32_t sequence, unsigned flags, std::string_view payload,
              std::chrono::microseconds at, std::string_view comment) {
    auto& stream = streams_[n];
    auto& next = from_client ? stream.client : stream.server;
    if (sequence != next) return damaged("bytes of connection " + std::to_string(n) + " are missing");
    next += static_cast<std::uint32_t>(payload.size()) + ((flags & (kSyn | kFin)) != 0 ? 1 : 0);
    if (from_client && (flags & kSyn) != 0) {
      stream.start = at;
      stream.connection.at =
          std::chrono::floor<std::chrono::seconds>(std::chrono::sys_time<std::chrono::microseconds>(at));
      stream.connection.comment = comment;
    }
    auto& tap = stream.connection.tap;
    if (from_client && (flags & kFin) != 0) tap.closed_by_peer = true;
    if (from_client && (flags & kRst) != 0) tap.reset_by_peer = true;
    if (payload.empty()) return success();
    tap.take(from_client, payload);
    if (tap.cut) return damaged("connection " + std::to_string(n) + " is larger than the responder keeps");
    tap.pieces.back().after = at - stream.start;
    return success();
  }

  std::map<std::size_t, Stream> streams_{};
};

// opt_comment of a packet's options; empty: none.
std::string_view comment_in(std::string_view options) {
  while (options.size() >= 4) {
    const auto code = number(options, 0, 2, false), size = number(options, 2, 2, false);
    if (code == kEndOfOptions || 4 + size > options.size()) return {};
    if (code == kComment) return options.substr(4, size);
    options.remove_prefix(std::min<std::size_t>(options.size(), 4 + (size + 3) / 4 * 4));
  }
  return {};
}

Status take_packet(Reader& reader, std::string_view body) {
  constexpr std::size_t fixed = 20;
  if (body.size() < fixed) return damaged("a packet is cut");
  const auto captured = number(body, 12, 4, false);
  const auto padded = (captured + 3) / 4 * 4;
  if (captured != number(body, 16, 4, false) || padded > body.size() - fixed) return damaged("a packet is cut");
  const auto time = number(body, 4, 4, false) << 32U | number(body, 8, 4, false);
  if (time > 1ULL << 53U) return damaged("a packet is of no time that there is");
  return reader.take(body.substr(fixed, captured), std::chrono::microseconds(time),
                     comment_in(body.substr(fixed + padded)));
}

}  // namespace

std::string write_capture(const std::vector<Connection>& connections, std::uint16_t port) {
  Writer file, section, interface;
  section.little(kMagic, 4);
  section.little(1, 2);
  section.little(0, 2);
  section.little(~std::uint64_t{0}, 8);  // the section's length is not stated
  block(file, kSectionHeader, section.bytes);
  interface.little(kLinkRaw, 2);
  interface.little(0, 2);
  interface.little(0, 4);  // no limit to a packet's length
  block(file, kInterface, interface.bytes);
  const auto count = std::min(connections.size(), kMostConnections);
  for (std::size_t n = 0; n < count; ++n) write_connection(file, connections[n], ends_of(n, port));
  return std::move(file.bytes);
}

Result<std::vector<Connection>> read_capture(std::string_view bytes) {
  Reader reader;
  bool begun = false;
  while (!bytes.empty()) {
    if (bytes.size() < kBlockFrame) return damaged("it is cut");
    const auto type = number(bytes, 0, 4, false), size = number(bytes, 4, 4, false);
    if (size < kBlockFrame || size % 4 != 0 || size > bytes.size()) return damaged("it is cut");
    if (number(bytes, size - 4, 4, false) != size) return damaged("a block's two lengths differ");
    const auto body = bytes.substr(8, size - kBlockFrame);
    if (!begun && (type != kSectionHeader || body.size() < 16 || number(body, 0, 4, false) != kMagic))
      return damaged("it does not begin as one of ours");
    begun = true;
    if (type == kInterface && (body.size() < 8 || number(body, 0, 2, false) != kLinkRaw))
      return damaged("its packets are no bare IP packets");
    if (type == kEnhancedPacket) {
      if (auto taken = take_packet(reader, body); !taken) return std::move(taken).error();
    }
    bytes.remove_prefix(size);
  }
  if (!begun) return damaged("it is empty");
  return reader.finish();
}

}  // namespace epki::bundle
