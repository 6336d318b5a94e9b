#pragma once
// A connection that is passed through to a live server, and read on the way.

#include <netdb.h>

#include <memory>
#include <string>
#include <vector>

#include "core/connect.hpp"
#include "core/result.hpp"
#include "verify/probe/caps.hpp"
#include "verify/probe/dialogue.hpp"

namespace epki::probe {

/// A live server whose addresses were looked up once, so that nobody can turn the relay elsewhere afterwards.
class RelayTarget {
 public:
  /// Errc::network when the name has no address. Blocks as the system's resolver does.
  static Result<RelayTarget> look_up(const HostPort& place);
  const HostPort& place() const { return place_; }
  struct Address {
    int family = 0;
    std::vector<std::byte> bytes{};  ///< a sockaddr
  };
  const std::vector<Address>& addresses() const { return addresses_; }

 private:
  RelayTarget(HostPort place, std::vector<Address> addresses)
      : place_(std::move(place)), addresses_(std::move(addresses)) {}
  HostPort place_;
  std::vector<Address> addresses_;
};

/// Connects to the target without waiting, and passes bytes both ways. `target` outlives it.
std::unique_ptr<Dialogue> relay(ossl::PeerSocket peer, const RelayTarget& target, const Caps& caps);

}  // namespace epki::probe
