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
    user,                  ///< U, the throw-away root
    nothing,               ///< no CA at all
    genuine,               ///< the genuine root of anchor `anchor`
    genuine_issuer,        ///< the genuine intermediate that issued that anchor's leaf: not self-signed
    user_intermediate,     ///< an intermediate of U: not self-signed
    other_key,             ///< a throw-away root with a key of the other family
    no_attributes,         ///< a throw-away root without the CA attributes (keyCertSign)
    no_attributes_issuer,  ///< the same as an intermediate of U: not self-signed
  };
  What what = What::user;
  int anchor = -1;  ///< index into Evidence::anchors, for the genuine ones
  bool operator==(const Bound&) const = default;
};

/// What the server showed. The replay and its twins belong to one anchor.
enum class Shown : std::uint8_t {
  own_chain,          ///< a good chain of what is bound (of U where nothing says otherwise)
  own_direct,         ///< the same without an intermediate
  own_deep,           ///< the same with `depth` intermediates
  unknown,            ///< a good chain of a CA that the modem never saw
  badsig,             ///< names U as issuer, signed by another key
  wrong_host,         ///< good chain of U for another name
  expired,            ///< good chain of U, leaf expired
  not_yet,            ///< good chain of U, leaf not yet valid
  eku_client,         ///< good chain of U, leaf for clients only
  usage_certsign,     ///< good chain of U, the leaf's key usage is certificate signing alone
  no_ca_attributes,   ///< good chain of U, its intermediate lacks CA:TRUE or keyCertSign, in turn
  everything_wrong,   ///< unknown CA, other name, expired and not yet valid, client usage: what only blindness accepts
  own_certificate,    ///< the certificate that the device itself would show, and nobody bound its issuer
  keyless,            ///< replay's control: a chain under U, presented without its key
  replay,             ///< the genuine chain without its key
  unknown_like,       ///< replay's control: the same shape under an unknown root
  flipped_twin,       ///< replay's control: one bit of the root's signature flipped
  replay_wrong_name,  ///< the genuine chain, dialled by a name it does not carry
  forged_genuine,  ///< names the genuine root as issuer, signed by our key: what only names-without-signatures accept
  with_key,        ///< a genuine chain whose key the user holds: a full handshake
  twin_with_key,   ///< its twin with one bit of the root's signature flipped, with the same key
  forgery,  ///< what anybody can make and neither `unknown` nor `badsig` shows: `depth` says which (forgeries.hpp)
  keyless_other,  ///< census control: like `keyless`, under the root with another kind of key
  several,        ///< a chain with the defects that `depth` names as verify flags, all at once (defects.hpp)
};
/// Presented without the leaf's key: it never completes, and 51 is its answer to a chain that passed.
bool is_keyless(Shown shown);

/// What differs from the run's own settings in an attempt (AT reference, 2). The run's own are the strict ones.
struct Settings {
  enum class Clock : std::uint8_t { right, past_the_end };
  bool sni_off = false;
  bool ignore_time = false;        ///< ignorelocaltime 1
  std::uint32_t ignore_items = 0;  ///< ignorecertitem
  bool ignore_signature = false;   ///< ignoreinvalidcertsign 1
  bool ignore_chain = false;       ///< ignoremulticertchainverify 1
  Clock clock = Clock::right;      ///< the modem's clock set past the end of the genuine chain
  bool own_certificate = false;    ///< seclevel 2 with a throw-away client certificate bound
  bool operator==(const Settings&) const = default;
};
inline constexpr std::uint32_t all_items = 0xfffff;
std::string mask_text(std::uint32_t mask);  ///< "0xfffff", as ignorecertitem's bits are written here
/// "sni=0, ignorecertitem=0xfffff"; empty for the run's own.
std::string words(const Settings& settings);

/// What is tried: two attempts with the same probe are repetitions of each other.
struct Probe {
  Shown shown = Shown::own_chain;
  Bound bound{};
  int anchor = -1;  ///< which genuine chain, for the replay and its controls
  Settings settings{};
  int depth = 0;  ///< intermediates, of own_deep; verify flags, of several; the place in forgeries, of forgery
  bool operator==(const Probe&) const = default;
};
/// The probe's name in reports and sentences: "C1", "C2", "P1", "P2-like", "V2-sni0" …
std::string probe_name(const Probe& probe);

enum class Outcome : std::uint8_t {
  accepted,       ///< application data arrived
  completed,      ///< the handshake completed, no application data came
  refused,        ///< a fatal alert
  closed,         ///< closed or reset without an alert, after the ClientHello
  not_sent,       ///< no ClientHello, though name and TCP are fine: refused before any packet
  unreachable,    ///< nothing arrived, and the name or TCP explains it
  silent,         ///< the peer neither went on nor ended before the deadline
  not_presented,  ///< the server or the settings could not be brought about: says nothing of the peer
};
std::string_view word(Outcome outcome);

struct Attempt : Probe {
  Outcome outcome = Outcome::unreachable;
  std::optional<int> alert{};
  /// The oracle's answers are those that make this case evidence (DESIGN: rule 6). False: it decides nothing.
  bool oracle_as_expected = true;
};
/// Says what the peer thinks of the chain. The others say something only when nothing else comes.
bool is_telling(Outcome outcome);

/// A genuine root whose influence is in question.
struct Anchor {
  std::string subject, sha256;
  std::string host;       ///< the name that its chain was dialled by
  int intermediates = 1;  ///< between its leaf and this root
  /// A file that lay on the modem beforehand and holds this root: then trust in it need not come from the firmware.
  std::string lies_on_modem{};
  bool clock_is_moved = false;  ///< its chain is not valid now: the modem's clock is set into its validity for it
  std::string unusable{};       ///< non-empty: why this chain says nothing here (a clause), known before any attempt
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

/// Handshakes that asked something new of the policy: without repetitions, without the controls that stand beside a
/// replay, and without the forgeries and the device's own certificate, which are questions of their own.
std::size_t conclusive_handshakes(const Evidence& evidence);

}  // namespace epki::infer
