#include "broker-configs/mqtt/client.hpp"

#include "broker-configs/knock.hpp"

namespace epki::broker::mqtt {

namespace {

Entry entry_of(const Error& error, const ossl::TlsClient& tls) {
  if (tls.timed_out()) return Entry::silent;
  return error.code == Errc::key ? Entry::distrusted : Entry::refused;
}

std::string connack_words(std::uint8_t code) {
  switch (code) {
    case 1: return "CONNACK 1 (protocol version)";
    case 2: return "CONNACK 2 (client id)";
    case 3: return "CONNACK 3 (unavailable)";
    case 4: return "CONNACK 4 (user name or password)";
    case 5: return "CONNACK 5 (not authorised)";
    default: return "CONNACK " + std::to_string(code);
  }
}

}  // namespace

void Client::ended(Entry entry, std::string how) {
  entry_ = entry;
  how_ = std::move(how);
}

Result<Client> Client::enter(const Door& door, Deadline by, const Cancel& cancel) {
  Client client;
  auto socket = connect_tcp(door.address, door.port, by);
  if (cancel.requested()) return interrupted();
  if (!socket) {
    client.ended(Entry::unreachable, socket.error().what);
    return client;
  }
  auto tls = ossl::TlsClient::make(*socket, door.tls);
  if (!tls) return std::move(tls).error();
  client.tls_ = *std::move(tls);
  if (auto shaken = client.tls_->handshake(by, cancel); !shaken) {
    if (shaken.error().code == Errc::interrupted) return std::move(shaken).error();
    client.ended(entry_of(shaken.error(), *client.tls_), shaken.error().what);
    return client;
  }
  client.version_ = client.tls_->version();
  auto sent = client.tls_->write(connect_packet(door.client_id), by, cancel);
  auto answer = sent ? client.next(by, cancel) : Result<Packet>(std::move(sent).error());
  if (!answer) {
    if (answer.error().code == Errc::interrupted) return std::move(answer).error();
    client.ended(entry_of(answer.error(), *client.tls_), answer.error().what);
  } else if (answer->type != Type::connack) {
    client.ended(Entry::refused, "the broker answered with something else than a CONNACK");
  } else {
    client.ended(answer->code == 0 ? Entry::inside : Entry::refused,
                 connack_words(answer->code) + " over " + client.version_);
  }
  return client;
}

Result<Packet> Client::next(Deadline by, const Cancel& cancel) {
  for (;;) {
    if (auto packet = reader_.next()) return *std::move(packet);
    if (!reader_.broken().empty()) return Error{Errc::network, reader_.broken()};
    auto bytes = tls_->read(by, cancel);
    if (!bytes) return std::move(bytes).error();
    if (bytes->empty()) return Error{Errc::network, "the broker ended the connection"};
    reader_.feed(*bytes);
  }
}

Status Client::send(std::string_view bytes, Deadline by, const Cancel& cancel) {
  if (!tls_ || entry_ != Entry::inside) return Error{Errc::network, "the client is not connected"};
  return tls_->write(bytes, by, cancel);
}

Result<Packet> Client::wait_for(Type type, std::uint16_t id, Deadline by, const Cancel& cancel) {
  for (;;) {
    auto packet = next(by, cancel);
    if (!packet) return packet;
    if (packet->type == type && (packet->id == id || type == Type::pingresp)) return packet;
    if (packet->type == Type::publish) {
      if (packet->id != 0)
        if (auto sent = send(puback_packet(packet->id), by, cancel); !sent) return std::move(sent).error();
      messages_.push_back(*std::move(packet));
    }
  }
}

Status Client::subscribe(std::string_view topic, Deadline by, const Cancel& cancel) {
  const auto id = ++last_id_;
  if (auto sent = send(subscribe_packet(id, topic), by, cancel); !sent) return sent;
  auto answer = wait_for(Type::suback, id, by, cancel);
  if (!answer) return std::move(answer).error();
  if (answer->code == 0x80) return Error{Errc::network, "the broker refused the subscription to " + std::string(topic)};
  return success();
}

Status Client::publish(std::string_view topic, std::string_view payload, Deadline by, const Cancel& cancel) {
  const auto id = ++last_id_;
  if (auto sent = send(publish_packet(id, topic, payload), by, cancel); !sent) return sent;
  auto answer = wait_for(Type::puback, id, by, cancel);
  if (!answer) return std::move(answer).error();
  return success();
}

Result<Packet> Client::message(Deadline by, const Cancel& cancel) {
  if (messages_.empty()) {
    for (;;) {
      auto packet = next(by, cancel);
      if (!packet) return packet;
      if (packet->type != Type::publish) continue;
      if (packet->id != 0)
        if (auto sent = send(puback_packet(packet->id), by, cancel); !sent) return std::move(sent).error();
      return packet;
    }
  }
  auto first = std::move(messages_.front());
  messages_.pop_front();
  return first;
}

Status Client::ping(Deadline by, const Cancel& cancel) {
  if (auto sent = send(ping_packet(), by, cancel); !sent) return sent;
  auto answer = wait_for(Type::pingresp, 0, by, cancel);
  if (!answer) return std::move(answer).error();
  return success();
}

void Client::leave(Deadline by, const Cancel& cancel) {
  // A courtesy: whether it arrives changes nothing.
  (void)send(disconnect_packet(), by, cancel);
  tls_.reset();
}

}  // namespace epki::broker::mqtt
