#pragma once
// What was seen, as infer takes it: each attempt is a chain that was shown under something that was bound, and what
// the peer did. Pure data, no I/O.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace epki::infer {

/// What was bound in the SSL context.
struct Bound {
  enum class What : std::uint8_t {
    user,               ///< U, the throw-away root
    nothing,            ///< no CA at all
    genuine,            ///< the genuine root of anchor `anchor`
    genuine_issuer,     ///< the genuine intermediate that issued that anchor's leaf: not self-signed
    user_intermediate,  ///< an intermediate of U: not self-signed
    other_key,          ///< a throw-away root with a key of the other family
  };
  What what = What::user;
  int anchor = -1;  ///< index into Evidence::anchors, for the genuine ones
  bool operator==(const Bound&) const = default;
};

/// What the server showed. The replay and its twins belong to one anchor.
enum class Shown : std::uint8_t {
  own_chain,          ///< a good chain of what is bound (of U where nothing says otherwise)
  own_direct,         ///< the same without an intermediate
  unknown,            ///< a good chain of a CA that the modem never saw
  badsig,             ///< names U as issuer, signed by another key
  wrong_host,         ///< good chain of U for another name
  expired,            ///< good chain of U, leaf expired
  not_yet,            ///< good chain of U, leaf not yet valid
  eku_client,         ///< good chain of U, leaf for clients only
  keyless,            ///< replay's control: a chain under U, presented without its key
  replay,             ///< the genuine chain without its key
  unknown_like,       ///< replay's control: the same shape under an unknown root
  flipped_twin,       ///< replay's control: one bit of the root's signature flipped
  replay_wrong_name,  ///< the genuine chain, dialled by a name it does not carry
};

/// A setting that differs from the run's own in this attempt.
enum class Knob : std::uint8_t { none, no_sni, ignore_time };

enum class Outcome : std::uint8_t {
  accepted,       ///< application data arrived
  completed,      ///< the handshake completed, no application data came
  refused,        ///< a fatal alert
  closed,         ///< closed or reset without an alert, after the ClientHello
  not_sent,       ///< no ClientHello, though name and TCP are fine: refused before any packet
  unreachable,    ///< nothing arrived, and the name or TCP explains it
  silent,         ///< the peer neither went on nor ended before the deadline
  not_presented,  ///< the server could not present the chain: says nothing of the peer
};
std::string_view word(Outcome outcome);

struct Attempt {
  Shown shown = Shown::own_chain;
  Bound bound{};
  int anchor = -1;  ///< which genuine chain, for the replay and its twins
  Knob knob = Knob::none;
  Outcome outcome = Outcome::unreachable;
  std::optional<int> alert{};
  /// The oracle's answers are those that make this case evidence (DESIGN: rule 6). False: it decides nothing.
  bool oracle_as_expected = true;
};

/// The probe's name in reports and sentences: "C1", "C2", "P1", "P2-like" …
std::string probe_name(Shown shown, const Bound& bound, int anchor, Knob knob);
inline std::string probe_name(const Attempt& attempt) {
  return probe_name(attempt.shown, attempt.bound, attempt.anchor, attempt.knob);
}

/// A genuine root whose influence is in question.
struct Anchor {
  std::string subject, sha256;
  std::string host;       ///< the name that its chain was dialled by
  int intermediates = 1;  ///< between its leaf and this root
  /// A file that lay on the modem beforehand and holds this root: then trust in it need not come from the firmware.
  std::string lies_on_modem{};
  std::string unusable{};  ///< non-empty: why this chain says nothing here (a clause), known before any attempt
};

struct Evidence {
  std::vector<Anchor> anchors{};
  std::vector<Attempt> attempts{};
  int repeat = 3;  ///< a decisive probe needs so many equal answers, and no other
  /// Why nothing arrived, where nothing did: "the modem cannot resolve broker.example" … Empty: not looked into.
  std::string absence{};
  std::string ended_early{};    ///< why attempts are missing: "the budget of 12 handshakes was used up"; may be empty
  std::string cannot_unbind{};  ///< why nothing could be tried with no CA bound; may be empty
  bool rebooted = true;         ///< the first replay came straight after a reboot
};

}  // namespace epki::infer
