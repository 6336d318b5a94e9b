#pragma once
// A plan is a value: what --dry-run prints, what the ledger keeps and what apply carries out are the same list.

#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "core/json.hpp"
#include "provision/plan/client.hpp"

namespace epki::plan {

struct DeleteFile {
  std::string name;
  std::string why;  ///< "left over from an interrupted control", "incomplete", "no longer used"
};
struct UploadFile {
  std::string name;
  std::string bytes;
  std::string sha256;
};
struct ReadBack {
  std::string name;
  std::size_t size = 0;
  std::string sha256;
};
struct InstallClient {
  std::string device;           ///< the name in the certificate
  ClientFile certificate, key;  ///< sizes and hashes empty in a dry run: nothing is made then
  bool fresh = false;           ///< made for this run
};
struct SetSsl {
  int context = 0;
  std::string key, value;
};
struct ReadSsl {
  int context = 0;
  std::string key, value;  ///< the value that must be read
};
struct BindMqtt {
  int client = 0;
  int context = 0;
  int pdp = 0;
};
struct Connect {
  int client = 0;
  std::string host;
  std::uint16_t port = 0;
};
struct WrongCaControl {
  std::string twin;  ///< file name
  int spare_context = 0;
};
struct WrongNameControl {
  std::vector<std::string> alternates;  ///< known so far; the address the modem resolves is added when it is known
};
/// Some 30 restarts a day are what the vendor advises at most (AT reference, 5).
inline constexpr int most_restarts_a_day = 30;
struct RebootAndReplay {
  int restart = 1;  ///< which one of the last 24 hours, as far as the ledger knows
};
struct ProveKey {
  std::string host;
  std::uint16_t port = 0;
};

using Action = std::variant<DeleteFile, UploadFile, ReadBack, InstallClient, SetSsl, ReadSsl, BindMqtt, Connect,
                            WrongCaControl, WrongNameControl, RebootAndReplay, ProveKey>;
using Plan = std::vector<Action>;

/// One line for a person: "upload cacert_….pem, 1261 bytes".
std::string describe(const Action& action);
/// {"action":"upload","name":…}. Never the bytes.
Json json(const Action& action);

}  // namespace epki::plan
