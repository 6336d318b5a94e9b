#pragma once
// The bench on a real line: binds on the modem, presents on the responder, joins AT, server and oracle.

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "provision/ec200u/modem.hpp"
#include "verify/probe/responder.hpp"
#include "verify/trial/bench.hpp"
#include "verify/trial/classify.hpp"
#include "verify/trial/deck.hpp"
#include "verify/trial/dns_override.hpp"
#include "verify/trial/exhibit.hpp"
#include "verify/trial/openers.hpp"
#include "verify/trial/opinions.hpp"
#include "verify/trial/traces.hpp"
#include "verify/trial/trial.hpp"

namespace epki::trial {

class ModemBench final : public SweptBench {
 public:
  struct Parts {
    ec200u::Modem& modem;
    probe::Responder& responder;
    Deck& deck;
    Opinions& opinions;
    Traces& traces;
    DnsOverride* dns = nullptr;  ///< null: the modem asks its network's servers
  };
  ModemBench(const Parts& parts, const Setup& setup, const Surroundings& around);

  /// Writes the run's SSL settings, each read back, and lets the paths' clients use the context. Nothing is bound yet.
  Status prepare();

  Result<infer::Attempt> attempt(const Shot& shot) override;
  Result<bool> unbind() override;
  Status forget(const infer::Bound& bound) override;
  bool can_reboot() const override { return setup_.allow_reboot && !reboot_refused_; }
  Status reboot(std::string_view why) override;
  int handshakes() const override { return opens_; }
  std::string absence() const override { return absence_; }

  /// Opens a live server of somebody else's, directly or through our relay. By what the modem says of it, and with a
  /// relay by what was seen on the way.
  struct LiveCall {
    Path path = Path::mqtt;
    HostPort target;
    infer::Bound bound{};
    bool relay = false;
  };
  Result<infer::Outcome> open_live(const LiveCall& call, ProbeRecord record);

  /// Shows a case that is no question of trust, under what it needs bound (a PEM file's bytes). The record has its id.
  struct CaseCall {
    Path path = Path::mqtt;
    std::string id;
    const probe::Case* card = nullptr;
    std::string pem{};
    bool ask_oracle = true;  ///< false: a chain of which the oracle has no opinion
  };
  Result<Seen> show(const CaseCall& call);

  Result<Held> hold(const std::string& key, const std::string& value) override;
  Status let_go() override;
  std::size_t recorded() const override { return records_.size(); }
  Result<std::string> user_file() override;

  /// How long the peer of the last attempt took to answer the server's flight, at the responder; nothing: it did not.
  std::optional<std::chrono::microseconds> answer_delay() const { return answer_delay_; }

  /// What is asked from now on is no question of trust: its exhibits say so.
  void beside_trust() { about_trust_ = false; }

  int reboots() const { return reboots_; }
  /// Every attempt, those included that were tried again.
  std::vector<ProbeRecord>& records() { return records_; }
  /// The same with all that they rest on, where the run keeps it.
  std::vector<Exhibit>& exhibits() { return exhibits_; }

 private:
  void note_relayed(const probe::ServerRecord& server, infer::Outcome& outcome, ProbeRecord& record);
  Status bind(const infer::Bound& bound);
  Status write_setting(const std::string& key, const std::string& value);
  /// Whether the server is still to be verified: a modem that restarted without a word has forgotten it.
  Status still_verifies();
  /// True: the modem has these settings now. False: it does not take one of them.
  Result<bool> turn(const Shot& shot);
  Result<bool> turn_key(const std::string& key, const std::string& value);
  Result<bool> turn_clock(const Shot& shot);
  Result<bool> turn_own_certificate();
  Status drop_own_certificate();
  struct Opened {
    probe::ServerRecord server;
    ModemSide modem;
  };
  struct Begun {
    Instant at;
    std::size_t line = 0;
  };
  Begun begin_exhibit() const;
  Exhibit exhibit_of(const Begun& begun, const Shot& shot, const probe::Case& card, Opened& opened,
                     const Joined& joined);
  Status keep_exhibit(const Begun& begun, const Shot& shot, const probe::Case& card, Opened& opened,
                      const Joined& joined);
  Result<Opened> open(const Shot& shot, const probe::Case& card, ProbeRecord& record);
  Result<Opened> refused_unseen(Opener& opener, const std::string& host);
  Result<Seen> judge(const Shot& shot, const probe::Case& card, Opened& opened, ProbeRecord& record);
  Result<const probe::Case*> card(const Shot& shot);
  Status arm(const probe::Presentation& presentation);
  Result<probe::ServerRecord> collect(probe::Until until = probe::Until::decided);
  infer::Attempt not_possible(const Shot& shot, ProbeRecord record);
  /// What the modem itself finds on the way to the server.
  struct Look {
    std::optional<std::string> name_fault{};
    std::optional<int> tcp_result{};  ///< nothing: none came
    std::string not_tried{};          ///< why plain TCP was not
  };
  Result<Look> look_into(const std::string& host);
  Absence absence_of(const Look& look, const std::string& host, bool arrived) const;
  Result<Absence> explain(const Shot& shot, const probe::Case& card, std::vector<ossl::WireTap>& wire);
  Result<std::optional<std::string>> name_fault(const std::string& host);
  void note_attempt(const Shot& shot, const Seen& seen, const probe::ServerRecord& server, const Joined& joined,
                    ProbeRecord record);
  std::uint16_t port() const { return setup_.reach_port != 0 ? setup_.reach_port : parts_.responder.port(); }
  std::chrono::milliseconds grace() const;
  /// The modem's result line is waited for until `enough` was seen at the responder some time ago: then it is lost.
  ec200u::Patience until(probe::Visit enough);
  Waiting waiting() { return {until(probe::Visit::completed), until(probe::Visit::over)}; }

  Parts parts_;
  const Setup& setup_;
  const Surroundings& around_;
  std::optional<infer::Bound> bound_{};  ///< nothing: not known
  std::optional<Instant> clock_{};       ///< where the modem's clock was moved to; nothing: the run's own time
  infer::Settings settings_{};
  std::map<Path, std::unique_ptr<Opener>> openers_{};
  std::set<std::string> refused_keys_{};                       ///< settings that this firmware does not take
  std::optional<std::pair<std::string, std::string>> held_{};  ///< the key of a sweep, and its value before
  std::string held_words_{};
  std::map<std::string, int> attempts_{};  ///< by probe name
  std::vector<ProbeRecord> records_{};
  std::vector<Exhibit> exhibits_{};
  std::string absence_{};
  std::optional<std::chrono::microseconds> answer_delay_{};
  int opens_ = 0, reboots_ = 0;
  bool reboot_refused_ = false, about_trust_ = true;
};

}  // namespace epki::trial
