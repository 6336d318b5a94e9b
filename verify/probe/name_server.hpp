#pragma once
// A DNS responder that knows the names of the probes and no others, so that a modem which asks it finds the responder
// under every name that a genuine certificate carries.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/connect.hpp"
#include "core/result.hpp"

namespace epki::probe {

struct NameAsked {
  std::string name;  ///< lower case
  std::string type;  ///< "A", "AAAA", "TYPE65"
  std::string from;  ///< who asked: an address
  bool answered = false;
};

class NameServer {
 public:
  /// Listens on UDP; port 0 takes a free one. Errc::network when the address cannot be bound (port 53 needs a right
  /// that an ordinary user lacks: the hint says how to do without). Starts one thread.
  static Result<std::unique_ptr<NameServer>> start(const HostPort& where);
  virtual ~NameServer() = default;

  virtual std::uint16_t port() const = 0;
  /// From now on these names lead to `address`, and only these: all others are refused.
  virtual Status answer(const std::vector<std::string>& names, const std::string& address) = 0;
  /// What was asked since the last call, at most some hundred of the newest.
  virtual Result<std::vector<NameAsked>> asked() = 0;
};

}  // namespace epki::probe
