#include "verify/probe/mqtt_answers.hpp"

#include <cstddef>
#include <optional>
#include <string_view>

#include "core/text.hpp"
#include "pki/ossl/tls_wire.hpp"

namespace epki::probe {

namespace {

using ossl::WireReader;
using ossl::WireWriter;

enum Packet : unsigned {
  connect = 1,
  publish = 3,
  pubrel = 6,
  subscribe = 8,
  unsubscribe = 10,
  pingreq = 12,
  disconnect = 14
};

struct Frame {
  std::size_t header = 0;  // bytes before the body
  std::size_t body = 0;
};

// The fixed header (MQTT 3.1.1, 2.2): nothing while it is incomplete. `bad` when the length is no length.
std::optional<Frame> read_header(std::string_view bytes, bool& bad) {
  Frame frame{1, 0};
  for (unsigned shift = 0;; shift += 7) {
    if (shift > 21) {
      bad = true;
      return std::nullopt;
    }
    if (frame.header >= bytes.size()) return std::nullopt;
    const auto digit = static_cast<unsigned char>(bytes[frame.header++]);
    frame.body |= static_cast<std::size_t>(digit & 0x7fU) << shift;
    if ((digit & 0x80U) == 0) return frame;
  }
}

std::string short_reply(unsigned type, std::uint16_t id) {
  return WireWriter().u8(type << 4U).u8(2).u16(id).bytes();
}

std::string answer_publish(unsigned qos, std::string_view body) {
  WireReader in(as_bytes(body));
  in.vector(2);  // topic
  const auto id = in.u16();
  if (qos == 0 || in.failed()) return {};
  return short_reply(qos == 1 ? 4 : 5, id);
}

std::string answer_subscribe(std::string_view body) {
  WireReader in(as_bytes(body));
  const auto id = in.u16();
  WireWriter granted;
  while (!in.empty()) {
    in.vector(2);  // topic filter
    const auto qos = in.u8();
    if (!in.failed()) granted.u8(qos & 3U);
  }
  if (in.failed()) return {};
  return WireWriter()
      .u8(0x90)
      .u8(static_cast<unsigned>(granted.bytes().size() + 2))
      .u16(id)
      .raw(granted.bytes())
      .bytes();
}

std::uint16_t packet_id(std::string_view body) {
  return WireReader(as_bytes(body)).u16();
}

class Session {
 public:
  ossl::Answer take(std::string_view all) {
    ossl::Answer answer;
    while (!done_) {
      const auto bytes = all.substr(consumed_);
      if (bytes.empty()) break;
      const auto first = static_cast<unsigned char>(bytes[0]);
      if (!connected_ && first != connect << 4U) {
        done_ = true;
        break;
      }
      const auto frame = read_header(bytes, done_);
      if (!frame || bytes.size() < frame->header + frame->body) break;
      consumed_ += frame->header + frame->body;
      connected_ = true;
      answer.text += reply(first, bytes.substr(frame->header, frame->body), answer.close);
      done_ = done_ || answer.close;
    }
    return answer;
  }

 private:
  static std::string reply(unsigned first, std::string_view body, bool& close) {
    switch (first >> 4U) {
      case connect: return std::string("\x20\x02\x00\x00", 4);
      case publish: return answer_publish((first >> 1U) & 3U, body);
      case pubrel: return short_reply(7, packet_id(body));
      case subscribe: return answer_subscribe(body);
      case unsubscribe: return short_reply(11, packet_id(body));
      case pingreq: return std::string("\xd0\x00", 2);
      case disconnect: close = true; return {};
      default: return {};
    }
  }

  std::size_t consumed_ = 0;
  bool connected_ = false;
  bool done_ = false;
};

}  // namespace

std::function<ossl::Answer(const std::string&)> mqtt_answers() {
  return [session = Session()](const std::string& all) mutable { return session.take(all); };
}

}  // namespace epki::probe
