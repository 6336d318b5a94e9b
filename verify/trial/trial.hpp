#pragma once
// Runs the trust probes on one modem: arm, bind, open, join what AT, the server and the oracle say, put everything
// back, and conclude.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/cancel.hpp"
#include "core/clock.hpp"
#include "core/connect.hpp"
#include "core/json.hpp"
#include "core/random.hpp"
#include "core/reporter.hpp"
#include "core/result.hpp"
#include "ledger/ledger.hpp"
#include "pki/ossl/key.hpp"
#include "provision/at/engine.hpp"
#include "provision/ec200u/modem.hpp"
#include "verify/infer/hypotheses.hpp"
#include "verify/infer/noise.hpp"
#include "verify/infer/policy.hpp"
#include "verify/infer/stack.hpp"
#include "verify/oracle/oracle.hpp"
#include "verify/probe/cases.hpp"
#include "verify/probe/responder.hpp"
#include "verify/trial/bench.hpp"
#include "verify/trial/exhibit.hpp"

namespace epki::trial {

/// The SSL socket that the run opens and closes: the last one, the least likely to be anybody's.
inline constexpr int ssl_socket = 11;

/// A live server of somebody else's, and the chain that it showed to this computer.
struct LivePlan {
  HostPort place;
  probe::Genuine chain;
};

struct Setup {
  std::vector<Path> paths{Path::mqtt};  ///< which of the modem's TLS clients are asked, at least one
  int client = 0;                       ///< MQTT client index used for the run, 0-5
  int context = 1;                      ///< SSL context used for the run, 0-5
  int pdp = 1;                          ///< packet context, 1-7
  std::string apn{};
  /// The name that the modem dials for our own cases, and the port it dials for everything. 0: the port that the
  /// responder got (a modem on this very machine).
  std::string reach_host;
  std::uint16_t reach_port = 0;
  std::string listen_address = "127.0.0.1";
  std::uint16_t listen_port = 0;  ///< 0: a free one
  /// A responder elsewhere, by the command that starts it ("ssh HOST ec200u-pki respond --stdio"); empty: in this
  /// process. It listens on listen_address and listen_port, unless its own command says otherwise.
  std::string responder_command{};
  /// Where our DNS responder listens; nothing: none is started here. One elsewhere may have been started with its own.
  std::optional<HostPort> dns{};
  /// The responder's address as the modem reaches it, which the modem is told as its DNS server and which every probe's
  /// name leads to. Needed with DNS.
  std::string address_for_modem{};
  std::vector<std::string> replay_files{};  ///< genuine chains: leaf first, root last
  /// A census: many chains, each asked about as seldom as will do; the full controls then go to the hits and some
  /// others.
  std::vector<std::string> census{};
  std::vector<LivePlan> publics{};          ///< live servers that the modem is to open itself
  std::vector<std::string> system_roots{};  ///< PEM; the public roots that the oracle judges those with
  std::optional<probe::Genuine> genuine{};  ///< the user's own certificate under a public root, with its key
  /// The live server that our responder passes through to; only of use where DNS leads the modem to it.
  std::optional<HostPort> relay{};
  /// The devices have certificates of their own: the questions of trust are put under seclevel 2 as well, with a
  /// throw-away client certificate bound, because that is how they connect. Beside a census: of the anchors that the
  /// full controls were for.
  bool mutual = false;
  bool acceptance = false;     ///< ask as well which certificates this firmware takes
  bool keep_exhibits = false;  ///< keep what went over the wire, for a bundle
  bool mitigate = false;       ///< where more is trusted than was uploaded: sweep the settings for what switches it off
  bool timing = false;         ///< ask as well whether the modem takes longer over a ladder of each genuine root
  int census_reboots = 20;     ///< the most restarts of the census; some 30 a day are advised for this modem
  /// U is a throw-away root of the project's root key type; the project's own key is never opened.
  ossl::KeyType key_type = ossl::KeyType::rsa_2048;
  int repeat = 3;             ///< how often a decisive probe must give the same answer, at least 1
  int budget = 0;             ///< the most handshakes; 0: no limit
  bool simulated = false;     ///< said in the report; the stored verdict carries it
  bool allow_reboot = false;  ///< without it the replay cannot come first after a reboot, and the report says so
  oracle::Worker worker{};
  std::chrono::seconds registration_limit{120};
  /// How long a packet may lag behind what the modem says about it. 0: 1 s when simulated, else 5 s.
  std::chrono::milliseconds grace{};
};

struct Surroundings {
  ledger::Ledger& ledger;
  const Clock& clock;
  RandomSource& random;
  Reporter& reporter;
  const Cancel& cancel;
  probe::Responder* responder = nullptr;  ///< one that runs already; null: run() starts the one that Setup describes
  /// How many lines the AT log has, where one is kept: the report then says which belong to which attempt.
  std::function<std::size_t()> at_line{};
};

/// One attempt, its three records joined: an element of `probes[]` in the contract.
struct ProbeRecord {
  std::string id;    ///< "C1", "P2", "P2-twin" …
  std::string path;  ///< "mqtt", "ssl"
  int attempt = 1;
  std::string bound;      ///< what was bound: "U: cacert_….pem", "nothing"
  std::string presented;  ///< one sentence
  std::string at_command, at_result;
  std::string stage;  ///< the words of the contract
  std::optional<int> alert{};
  std::string sni{};
  std::size_t application_data = 0;                   ///< bytes
  std::string oracle_uploaded, oracle_with_built_in;  ///< "accept" | "reject" | "undecided"
  std::string outcome{};                              ///< "accepted", "refused", "closed", …
  std::string settings{};  ///< what differed from the run's own: "ignorecertitem=0xfffff"; empty: nothing
  bool keyless = false;    ///< presented without the leaf's key: alert 51 means that the chain passed
  std::string note{};      ///< empty, or one sentence
  Json json() const;
};

struct FoundFile {
  std::string name;
  std::size_t size = 0;
  std::string sha256{};  ///< of the bytes; empty: not read (no certificate by its name)
};

struct AnchorName {
  std::string subject, sha256;
};

/// The verdict under seclevel 2 with a client certificate bound, beside that under seclevel 1.
struct MutualVerdict {
  infer::Class verdict_class = infer::Class::inconclusive;
  infer::Influence influence = infer::Influence::inconclusive;
  std::string because{};
  bool names_checked = false;
  Json json() const;
};

struct PathVerdict {
  std::string path = "mqtt";
  infer::Class verdict_class = infer::Class::inconclusive;
  infer::Influence influence = infer::Influence::inconclusive;
  std::string because{};    ///< one or more sentences
  std::string next_step{};  ///< what would decide it; empty when it is decided
  std::vector<AnchorName> anchors_found{};
  std::size_t anchors_tried = 0;  ///< only those whose own positive control passed
  std::vector<infer::Class> possible{};
  infer::Policy policy = infer::unknown_policy();
  bool names_checked = false;          ///< a wrong name was refused under the settings that provision writes
  std::vector<std::string> untried{};  ///< of `uploaded`: the forgeries (C4) that got no answer
  bool outside_the_model = false;      ///< no policy of the vocabulary explains the answers
  infer::Stack stack{};                ///< the TLS library that it looks like
  std::string odds{};                  ///< one sentence: against the other classes; empty where nothing was concluded
  std::vector<infer::Odds> odds_against{};  ///< the same as numbers
  infer::Noise noise{};                     ///< of the controls in turn, how many got no answer
  std::size_t conclusive = 0;  ///< handshakes that asked something new: no repetitions, no controls of a replay
  std::optional<MutualVerdict> mutual{};  ///< nothing: not asked for
  Json json() const;
};

struct Report {
  std::string port;
  ec200u::Identity identity{};
  bool simulated = false;
  std::vector<FoundFile> files{};  ///< as found, before anything was changed
  std::string clock{};             ///< the modem's clock as found, and what was done about it
  std::string dns{};               ///< "proved", or why the modem's look-ups do not come to us; empty: not asked for
  oracle::Version oracle{};
  std::vector<PathVerdict> verdicts{};  ///< one for each path
  Json census{};                        ///< each anchor's state on each path; null: there was none
  Json acceptance{};                    ///< by path: what was asked for with Setup::acceptance; null: it was not
  Json mitigation{};                    ///< by path, with Setup::mitigate
  Json timing{};                        ///< by path, with Setup::timing
  std::string acceptance_profile{};     ///< TOML of kind "modem"; empty: there is none
  std::vector<ProbeRecord> probes{};
  std::vector<PathFacts> facts{};            ///< what each verdict is concluded from
  std::vector<std::string> genuine_roots{};  ///< PEM, of the run: what the oracle judges with beside the uploaded CA
  std::vector<Exhibit> exhibits{};           ///< with Setup::keep_exhibits: one for each attempt
  int handshakes = 0;
  int reboots = 0;
  std::vector<std::string> warnings{};
  std::chrono::milliseconds duration{};
  /// Of that, what this program itself took: all but the reading and writing of the modem's port, waits included.
  std::chrono::milliseconds own_work{};

  /// What the contract says for `verify`, without `schema` and `ok`: device, oracle, verdict, probes, handshakes,
  /// duration_ms.
  Json json() const;
  /// 0, 20, 21, 22 or 23, the worst of the paths (21 > 20 > 23 > 22 > 0). Influence that was detected is 20 even where
  /// the class could not be settled.
  int exit_code() const;
};

/// Runs the probes on the paths. A failure of the modem, the disk or the ledger is an Error; an outcome that
/// decides nothing is a Report with `inconclusive`, its reason and the next step. Files, bindings and clock are put
/// back before it returns, also on cancel (Errc::interrupted); what could not be put back stays in the journal. The
/// verdict is stored in the ledger. Blocks for minutes on a real network.
Result<Report> run(at::Engine& engine, const std::string& port_name, const Setup& setup, const Surroundings& around);

/// The journal kinds of this room.
inline constexpr std::string_view journal_file = "verify-file";
inline constexpr std::string_view journal_settings = "verify-settings";
inline constexpr std::string_view journal_clock = "verify-clock";

/// Puts back what a cut run of `run` left: settings and bindings first, then files, then the clock. First thing in any
/// later run of any command. A file that the modem will not delete is a warning and stays in the journal; a modem that
/// is gone is an Error. Entries of other rooms stay as they are. Works under a Cancel::Shield of its own.
Status undo_open_journal(ec200u::Modem& modem, std::string_view imei, ledger::Ledger& ledger, const Clock& clock,
                         Reporter& reporter, const Cancel& cancel);

}  // namespace epki::trial
