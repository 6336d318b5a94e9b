#pragma once
// What the order of probes needs of a modem and a responder. The real one is ModemBench; tests play a client model.

#include <cstdint>
#include <string>
#include <string_view>

#include "core/result.hpp"
#include "verify/infer/evidence.hpp"

namespace epki::trial {

/// Which of the modem's TLS clients opens: that of the MQTT commands or that of the SSL sockets.
enum class Path : std::uint8_t { mqtt, ssl };
std::string_view word(Path path);  ///< "mqtt", "ssl": the words of the contract

struct Shot : infer::Probe {
  Path path = Path::mqtt;
  int turn = 0;  ///< counts up: cases with variants (with and without an intermediate) alternate by it
};

class Bench {
 public:
  virtual ~Bench() = default;

  /// Binds what the shot says, unless it is bound, turns the settings, arms, opens, joins the records. With `nothing`
  /// only after unbind() said true. An Error ends the run.
  virtual Result<infer::Attempt> attempt(const Shot& shot) = 0;
  /// Leaves nothing bound; false when this firmware does not let go of a CA.
  virtual Result<bool> unbind() = 0;
  /// Takes what `bound` needed off the modem again; binds U first where it is still bound.
  virtual Status forget(const infer::Bound& bound) = 0;

  virtual bool can_reboot() const = 0;
  /// Restarts the modem and writes the run's settings again; nothing is bound afterwards. Where the modem refuses, all
  /// stays as it is and can_reboot() is false from then on.
  virtual Status reboot(std::string_view why) = 0;

  /// Opens so far, of all paths: a modem may wear out.
  virtual int handshakes() const = 0;
  /// What explains the last attempt of which nothing arrived; a clause, may be empty.
  virtual std::string absence() const = 0;
};

/// Whether the modem's first packet came to the responder.
bool arrived(const infer::Attempt& attempt);
/// Nothing was learnt, and the network may be the reason.
bool is_hiccup(const infer::Attempt& attempt);
/// Attempts, and once more after a hiccup: the same answer twice is that of the modem.
Result<infer::Attempt> attempt_past_a_hiccup(Bench& bench, const Shot& shot);

/// A bench on which any key of the SSL context can be turned: for a sweep.
class SweptBench : public Bench {
 public:
  enum class Held : std::uint8_t { taken, not_taken, same_as_before };
  /// The key is set for the attempts that follow, which name it in their records. let_go() writes back what was there.
  virtual Result<Held> hold(const std::string& key, const std::string& value) = 0;
  virtual Status let_go() = 0;
  /// How many attempts have a record: the number of the next one.
  virtual std::size_t recorded() const = 0;
  /// The value that names U's file, for keys that take one. Uploads it where it is not there.
  virtual Result<std::string> user_file() = 0;
};

}  // namespace epki::trial
