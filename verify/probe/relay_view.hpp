#pragma once
// What passes between a client and a server, read without being touched. TLS 1.2 shows the handshake in clear: the
// ClientHello, the server's certificates, an alert before the keys change, and whether data follow.

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "pki/ossl/certificate.hpp"
#include "pki/ossl/tls_client_hello.hpp"
#include "pki/ossl/tls_server.hpp"

namespace epki::probe {

class RelayView {
 public:
  RelayView();
  /// The bytes of either side, in order, cut anywhere. What cannot be read is passed over from there on; the record
  /// then says so in `could_not_present`.
  void from_client(std::span<const std::byte> bytes);
  void from_server(std::span<const std::byte> bytes);
  void client_closed(bool reset);

  /// Stage `complete`: the server has sent its Finished; `application_data`: data of the client followed. The data
  /// themselves are encrypted, so `application_data` stays empty.
  const ossl::TlsRecordOfPeer& record() const { return record_; }
  const ossl::Chain& presented() const { return presented_; }
  std::size_t client_bytes() const { return client_.total; }
  std::size_t server_bytes() const { return server_.total; }

 private:
  struct Side {
    std::vector<std::byte> pending{};    // of the record being received
    std::vector<std::byte> handshake{};  // of the message being received, while it is in clear
    bool keys_changed = false;           // after ChangeCipherSpec (RFC 5246, 7.1)
    bool unreadable = false;
    std::size_t total = 0;
  };
  enum class Who : std::uint8_t { client, server };

  void take(Side& side, Who who, std::span<const std::byte> bytes);
  void take_record(Side& side, Who who, unsigned type, std::span<const std::byte> body);
  void take_handshake(Side& side, Who who, std::span<const std::byte> body);
  void take_server_message(unsigned type, std::span<const std::byte> body);
  void take_alert(Who who, std::span<const std::byte> body);
  void give_up(Side& side, std::string why);
  void reach(ossl::Stage stage);

  Side client_, server_;
  ossl::HelloCollector hello_;
  ossl::TlsRecordOfPeer record_;
  ossl::Chain presented_;
};

}  // namespace epki::probe
