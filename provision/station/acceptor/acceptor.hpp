#pragma once
// The station's own TLS server: each modem of the line opens to it once with the certificate it was given, and so
// proves that it holds the key. It is an MQTT server that knows CONNECT and nothing else.

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <thread>

#include "core/connect.hpp"
#include "core/descriptor.hpp"
#include "core/random.hpp"
#include "pki/ossl/tls_server.hpp"
#include "provision/plan/witness.hpp"

namespace epki::acceptor {

struct Options {
  HostPort listen;   ///< an address of this machine; port 0: any that is free
  std::string host;  ///< what the modems dial; the certificate carries it
  /// What the modems dial; 0: the port it listens on. Differs where a router forwards.
  std::uint16_t port = 0;
  ossl::Chain chain;           ///< leaf first; ends below the CA that the modems trust
  ossl::PrivateKey key;        ///< of the leaf
  ossl::Chain client_anchors;  ///< the devices' CAs
};

/// Serves from start() to its end in one thread, at most 512 connections at once and each for at most 60 s. Safe to be
/// asked by many threads.
class Acceptor final : public plan::Witness {
 public:
  /// Listens. Errc::network when it cannot, Errc::key when chain and key do not go together. `cancel` must outlive it.
  static Result<std::unique_ptr<Acceptor>> start(Options options, RandomSource& random, const Cancel& cancel);
  ~Acceptor() override;
  Acceptor(const Acceptor&) = delete;
  Acceptor& operator=(const Acceptor&) = delete;

  HostPort place() const override { return place_; }
  std::string expect() override;
  Result<plan::Shown> shown(const std::string& client_id, Deadline by) override;

 private:
  struct Session;
  Acceptor(Options options, RandomSource& random, const Cancel& cancel);
  void serve();
  void take_in(std::map<int, std::unique_ptr<Session>>& sessions);
  ossl::Answer answer(const ossl::TlsRecordOfPeer& record, const std::string& bytes);

  Options options_;
  RandomSource& random_;
  const Cancel& cancel_;
  HostPort place_;
  Descriptor listening_, stop_;
  std::mutex mutex_;
  std::condition_variable came_;
  /// Ids that were handed out; nothing: nobody came yet.
  std::map<std::string, std::optional<plan::Shown>> expected_;
  std::thread thread_;
};

}  // namespace epki::acceptor
