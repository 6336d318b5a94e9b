#pragma once
// A server that presents a chain without holding its key: it sends its first flight with a signature that cannot be
// right, and records the client's answer. What a verifier replays genuine chains with (trust-probing reference, 1 and
// 4).

#include <cstdint>
#include <string>
#include <thread>
#include <vector>

namespace epki::sim::bench {

class KeylessServer {
 public:
  /// Certificates as DER, leaf first; the leaf's key is elliptic.
  explicit KeylessServer(std::vector<std::string> chain);
  ~KeylessServer();
  KeylessServer(const KeylessServer&) = delete;
  KeylessServer& operator=(const KeylessServer&) = delete;

  std::uint16_t port() const { return port_; }
  /// Waits for the client's answer: the alert's number, "close" or "reset" when none came.
  std::string answer();

 private:
  void serve();
  std::vector<std::string> chain_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::string answer_ = "nobody came";
  std::thread thread_;
};

}  // namespace epki::sim::bench
