#pragma once
// What the modem had set before the run, and how it is put back.

#include <string>
#include <utility>
#include <vector>

#include "core/json.hpp"
#include "core/reporter.hpp"
#include "core/result.hpp"
#include "provision/ec200u/modem.hpp"

namespace epki::trial {

struct Found {
  struct Context {
    int number = 0;
    std::vector<std::pair<std::string, std::string>> values{};  ///< keys this firmware knows
  };
  struct Client {
    int number = 0;
    ec200u::MqttSsl ssl{};
  };
  std::vector<Context> contexts{};
  std::vector<Client> clients{};
  bool ssl_socket = false;  ///< the run opens an SSL socket of its own

  Json json() const;
  /// Errc::ledger for what json() did not write.
  static Result<Found> parse(const Json& detail);
};

/// Reads the SSL settings of these contexts and the MQTT bindings of these clients. `more`: keys beyond those that
/// every run sets.
Result<Found> look(ec200u::Modem& modem, const std::vector<int>& contexts, const std::vector<int>& clients,
                   const std::vector<std::string>& more = {});

/// Writes back what differs. A value that the modem refuses is a warning; a modem that is gone is an Error.
Status put_back(ec200u::Modem& modem, const Found& found, Reporter& reporter);

}  // namespace epki::trial
