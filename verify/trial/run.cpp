#include <algorithm>

#include "core/text.hpp"
#include "provision/plan/settings.hpp"
#include "verify/trial/anchors.hpp"
#include "verify/trial/census.hpp"
#include "verify/trial/census_files.hpp"
#include "verify/trial/census_merge.hpp"
#include "verify/trial/extras.hpp"
#include "verify/trial/inspect.hpp"
#include "verify/trial/judgement.hpp"
#include "verify/trial/live.hpp"
#include "verify/trial/modem_bench.hpp"
#include "verify/trial/mutual_bench.hpp"
#include "verify/trial/openers.hpp"
#include "verify/trial/place.hpp"
#include "verify/trial/schedule.hpp"
#include "verify/trial/selected_bench.hpp"
#include "verify/trial/trial.hpp"
#include "verify/trial/with_key.hpp"

namespace epki::trial {

namespace {

using std::chrono::steady_clock;

constexpr std::chrono::seconds identify_limit{20};
// Handshakes that a census leaves of a budget.
constexpr int full_controls = 60;

/// Passes everything on, and keeps the warnings for the report.
class KeepingReporter final : public Reporter {
 public:
  explicit KeepingReporter(Reporter& next) : next_(next) {}
  void step(std::string_view sentence) override { next_.step(sentence); }
  void detail(std::string_view sentence) override { next_.detail(sentence); }
  void warning(std::string_view sentence) override {
    warnings.emplace_back(sentence);
    next_.warning(sentence);
  }
  void progress(std::string_view what, std::uint64_t done, std::uint64_t total) override {
    next_.progress(what, done, total);
  }
  std::vector<std::string> warnings;

 private:
  Reporter& next_;
};

Result<std::vector<probe::Genuine>> read_all(const std::vector<std::string>& files) {
  std::vector<probe::Genuine> all;
  for (const auto& file : files) {
    auto genuine = probe::read_genuine(file);
    if (!genuine) return std::move(genuine).error();
    const auto same = [&](const probe::Genuine& other) { return other.root.sha256() == genuine->root.sha256(); };
    if (std::none_of(all.begin(), all.end(), same)) all.push_back(std::move(*genuine));
  }
  return all;
}

/// One run on one modem, in the order in which its parts come to be.
class Trial {
 public:
  Trial(at::Engine& engine, const std::string& port_name, const Setup& setup, const Surroundings& around)
      : modem_(engine), setup_(setup), keeper_(around.reporter), around_{around.ledger, around.clock,  around.random,
                                                                         keeper_,       around.cancel, around.responder,
                                                                         around.at_line} {
    report_.port = port_name;
    report_.simulated = setup.simulated;
    report_.oracle = oracle::version();
  }

  Result<Report> run() {
    const auto start = steady_clock::now();
    const auto wire_before = modem_.engine().statistics().on_the_wire;
    auto genuine = read_chains();
    if (!genuine) return std::move(genuine).error();
    std::unique_ptr<probe::Responder> own;
    if (around_.responder == nullptr) {
      auto started = start_responder(setup_, around_.cancel);
      if (!started) return std::move(started).error();
      own = std::move(*started);
      around_.responder = own.get();
    }
    if (auto ready = reach_modem(); !ready) return std::move(ready).error();

    Traces traces(modem_, report_.identity.imei, around_.ledger, around_.clock, around_.reporter);
    auto evidence = probe_it(std::move(*genuine), traces);
    auto restored = restore(traces);
    if (!evidence) return with_hint(std::move(evidence).error(), restored);
    if (!restored)
      around_.reporter.warning("not everything was put back: " + restored.error().what +
                               "; the next run of any command undoes the rest");
    gather(*std::move(evidence));
    for (std::size_t i = 0; i < report_.facts.size(); ++i) {
      if (auto done = judge(i); !done) return std::move(done).error();
    }
    report_.warnings = keeper_.warnings;
    const auto whole = steady_clock::now() - start;
    const auto on_the_wire = modem_.engine().statistics().on_the_wire - wire_before;
    report_.duration = std::chrono::duration_cast<std::chrono::milliseconds>(whole);
    report_.own_work = std::chrono::duration_cast<std::chrono::milliseconds>(whole - on_the_wire);
    return std::move(report_);
  }

 private:
  Result<std::vector<probe::Genuine>> read_chains() {
    std::vector<probe::Genuine> all;
    // One chain for each root; the user's own, whose key is here, before any other.
    const auto add = [&](probe::Genuine genuine) {
      const auto same = [&](const probe::Genuine& known) { return known.root.sha256() == genuine.root.sha256(); };
      if (std::none_of(all.begin(), all.end(), same)) all.push_back(std::move(genuine));
    };
    if (setup_.genuine) add(*setup_.genuine);
    auto given = read_all(setup_.replay_files);
    if (!given) return given;
    for (auto& genuine : *given) add(std::move(genuine));
    for (const auto& live : setup_.publics) add(live.chain);
    if (setup_.census.empty()) return all;
    auto more = read_census(setup_.census, around_.clock.now(), around_.reporter);
    if (!more) return std::move(more).error();
    for (auto& genuine : *more) add(std::move(genuine));
    return all;
  }

  Status reach_modem() {
    auto identity = modem_.identify(after(identify_limit));
    if (!identity) return std::move(identity).error();
    report_.identity = std::move(*identity);
    if (auto done = undo_open_journal(modem_, report_.identity.imei, around_.ledger, around_.clock, around_.reporter,
                                      around_.cancel);
        !done) {
      return done;
    }
    around_.reporter.step("waiting for the mobile network");
    if (auto done = modem_.wait_registered(after(setup_.registration_limit)); !done) return done;
    return modem_.activate(setup_.pdp, setup_.apn);
  }

  bool uses(Path path) const { return std::find(setup_.paths.begin(), setup_.paths.end(), path) != setup_.paths.end(); }

  /// A restart loses every context and binding, not only those of the run.
  Status keep_what_is_set(Traces& traces) {
    std::vector<int> contexts{setup_.context}, clients;
    if (uses(Path::mqtt)) clients = {setup_.client};
    if (setup_.allow_reboot) contexts = clients = {0, 1, 2, 3, 4, 5};
    std::vector<std::string> names;
    if (setup_.mitigate) {
      auto keys = modem_.ssl_keys();
      if (!keys && keys.error().code != Errc::modem_refused) return std::move(keys).error();
      if (!keys) around_.reporter.warning("no settings are swept: " + keys.error().what);
      if (keys) ssl_keys_ = *std::move(keys);
      for (const auto& key : ssl_keys_) names.push_back(key.name);
    }
    auto found = look(modem_, contexts, clients, names);
    if (!found) return std::move(found).error();
    found->ssl_socket = uses(Path::ssl);
    return traces.keep_settings(std::move(*found));
  }

  Result<std::vector<infer::Evidence>> probe_it(std::vector<probe::Genuine> genuine, Traces& traces) {
    around_.reporter.step("reading what the modem holds");
    auto inspection = inspect_files(modem_, around_.reporter);
    if (!inspection) return std::move(inspection).error();
    report_.files = inspection->files;
    if (auto done = keep_what_is_set(traces); !done) return std::move(done).error();
    auto clock = traces.set_clock();
    if (!clock) return std::move(clock).error();
    report_.clock = *clock;

    around_.reporter.step("minting throw-away certificates");
    auto deck = Deck::open(setup_.key_type, setup_.reach_host, std::move(genuine), around_.clock.now(), around_.random);
    if (!deck) return std::move(deck).error();
    Opinions opinions(setup_.worker, around_.clock.now());
    auto anchors = make_anchors(*deck, opinions, *inspection, around_.reporter);
    if (!anchors) return std::move(anchors).error();

    for (const auto& one : deck->genuine()) report_.genuine_roots.push_back(one.root.pem());
    if (auto pointed = point_at_us(*deck); !pointed) return std::move(pointed).error();
    ModemBench bench({modem_, *around_.responder, *deck, opinions, traces, dns_ && dns_->active() ? &*dns_ : nullptr},
                     setup_, around_);
    if (auto ready = bench.prepare(); !ready) return std::move(ready).error();
    auto evidence = ask(bench, *anchors);
    if (evidence && setup_.mutual) {
      if (auto again = ask_as_a_device(bench, *anchors); !again) evidence = std::move(again).error();
    }
    if (evidence) {
      if (auto more = ask_more(bench, *deck, *anchors); !more) evidence = std::move(more).error();
    }
    if (evidence) {
      if (auto more =
              ask_extras({bench, *deck, ssl_keys_, around_.reporter, around_.random, around_.clock.now(), chosen_},
                         setup_, *evidence, report_);
          !more)
        evidence = std::move(more).error();
    }
    report_.probes = std::move(bench.records());
    report_.exhibits = std::move(bench.exhibits());
    report_.handshakes = bench.handshakes();
    report_.reboots = bench.reboots();
    return evidence;
  }

  /// Lets the modem ask our DNS responder, where there is one. Where that has no effect the run goes on with the names
  /// as the network resolves them.
  Status point_at_us(const Deck& deck) {
    auto* const names = around_.responder->names();
    if (names == nullptr) return success();
    if (setup_.address_for_modem.empty())
      return Error{Errc::usage, "the DNS responder needs the address under which the modem reaches it", {}};
    std::vector<std::string> hosts{setup_.reach_host};
    for (const auto& genuine : deck.genuine()) hosts.push_back(genuine.host);
    around_.reporter.step("pointing the modem's DNS at the responder");
    dns_.emplace(DnsOverride::Parts{modem_, *names, around_.ledger, around_.random, around_.reporter},
                 report_.identity.imei, setup_.pdp, setup_.address_for_modem, std::move(hosts));
    auto proved = dns_->begin();
    if (!proved) return std::move(proved).error();
    report_.dns = *proved ? "proved" : dns_->why();
    if (!*proved) {
      around_.reporter.warning("the modem's names do not lead to the responder: " + dns_->why() +
                               "; going on with the names as its network resolves them");
    }
    return success();
  }

  /// The census first, where there is one: what it finds is what the full controls are for.
  Result<std::vector<infer::Evidence>> ask(Bench& bench, const std::vector<infer::Anchor>& anchors) {
    const Limits limits{setup_.repeat, setup_.budget};
    if (setup_.census.empty()) return run_schedule(bench, anchors, setup_.paths, limits, around_.reporter);
    const int budget = setup_.budget > 0 ? std::max(1, setup_.budget - full_controls) : 0;
    auto census =
        run_census(bench, anchors, setup_.paths, {setup_.repeat, budget, setup_.census_reboots}, around_.reporter);
    if (!census) return std::move(census).error();
    chosen_ = worth_a_closer_look(*census, anchors);
    report_.census = census_json(*census, anchors);
    census_ = std::move(*census);
    around_.reporter.step("the full controls for " + counted(chosen_.size(), "root"));
    SelectedBench selected(bench, chosen_);
    return run_schedule(selected, chosen_of(anchors), setup_.paths, limits, around_.reporter);
  }

  std::vector<infer::Anchor> chosen_of(const std::vector<infer::Anchor>& anchors) const {
    std::vector<infer::Anchor> some;
    for (const int anchor : chosen_) some.push_back(anchors[static_cast<std::size_t>(anchor)]);
    return some;
  }

  /// The same anchors that the full controls were for.
  Status ask_as_a_device(Bench& bench, const std::vector<infer::Anchor>& anchors) {
    around_.reporter.step("the questions of trust again, as a device with a certificate of its own connects");
    SelectedBench selected(bench, chosen_);
    MutualBench mutual(census_ ? static_cast<Bench&>(selected) : bench);
    auto again = run_schedule(mutual, census_ ? chosen_of(anchors) : anchors, setup_.paths,
                              {setup_.repeat, setup_.budget, false}, around_.reporter);
    if (!again) return std::move(again).error();
    mutual_ = *std::move(again);
    return success();
  }

  /// What needs more than our own responder: the user's own certificate, and live servers.
  Status ask_more(ModemBench& bench, Deck& deck, const std::vector<infer::Anchor>& anchors) {
    const auto number_of = [&](const probe::Genuine& genuine) {
      const auto same = [&](const infer::Anchor& anchor) { return anchor.sha256 == genuine.root.sha256(); };
      return static_cast<int>(std::find_if(anchors.begin(), anchors.end(), same) - anchors.begin());
    };
    all_anchors_ = anchors;
    if (setup_.genuine) {
      key_anchor_ = number_of(*setup_.genuine);
      auto asked = ask_with_key(bench, anchors, key_anchor_, setup_.paths, setup_.repeat, around_.reporter);
      if (!asked) return std::move(asked).error();
      with_key_ = std::move(*asked);
    }
    auto user_pem = deck.pem({});
    if (!user_pem) return std::move(user_pem).error();
    for (const auto& live : setup_.publics) {
      const auto target = around_.responder->relay_target();
      const bool relay = dns_ && dns_->active() && target && text_of(*target) == text_of(live.place);
      auto said = ask_live(bench, {live.place, number_of(live.chain)}, live.chain,
                           {setup_.system_roots, relay, *user_pem, around_.clock.now()}, setup_, around_.reporter);
      if (!said) return std::move(said).error();
      live_.push_back(std::move(*said));
    }
    return success();
  }

  /// The few exchanges that put the modem back are not interrupted.
  Status restore(Traces& traces) {
    const Cancel::Shield shield(around_.cancel);
    around_.reporter.step("putting everything back");
    for (const auto path : setup_.paths) {
      auto ended = make_opener(path, modem_, setup_)->end();
      if (!ended && ended.error().code != Errc::modem_refused) return ended;
    }
    if (dns_) {
      if (auto done = dns_->restore(); !done) return done;
    }
    if (auto done = traces.restore(); !done) return done;
    auto listed = modem_.files();
    if (!listed) return std::move(listed).error();
    for (const auto& file : *listed) {
      const bool known = std::any_of(report_.files.begin(), report_.files.end(),
                                     [&](const FoundFile& before) { return before.name == file.name; });
      if (!known) around_.reporter.warning(file.name + " is on the modem and was not there before");
    }
    return success();
  }

  static Error with_hint(Error error, const Status& restored) {
    if (!restored && error.hint.empty()) error.hint = "the next run of any command puts the modem back";
    return error;
  }

  Status judge(std::size_t number) {
    const auto& facts = report_.facts[number];
    auto judgement = trial::judge(facts);
    report_.verdicts.push_back(std::move(judgement.verdict));
    if (judgement.under_seclevel_2) {
      // provision asks for a device with a certificate of its own by the settings that it connects with.
      const plan::BoundFiles bound{.ca = {}, .client_certificate = "x", .client_key = "x"};
      if (auto done = store(*judgement.under_seclevel_2, *facts.mutual, bound); !done) return done;
    }
    return judgement.says_something ? store(report_.verdicts.back(), facts.evidence, {}) : success();
  }

  /// Everything that the verdicts are concluded from, one a path.
  void gather(std::vector<infer::Evidence> evidence) {
    for (std::size_t i = 0; i < evidence.size(); ++i) {
      PathFacts facts{setup_.paths[i]};
      facts.evidence = std::move(evidence[i]);
      facts.anchors = all_anchors_;
      if (census_) {
        facts.chosen = chosen_;
        facts.census = census_->paths[i].facts;
      }
      if (!with_key_.empty()) {
        facts.with_key = with_key_[i];
        facts.key_anchor = key_anchor_;
      }
      if (!mutual_.empty()) facts.mutual = std::move(mutual_[i]);
      for (const auto& said : live_) facts.live.push_back(said[i]);
      report_.facts.push_back(std::move(facts));
    }
  }

  /// Under the settings of a context that has these files bound.
  Status store(const PathVerdict& verdict, const infer::Evidence& evidence, const plan::BoundFiles& bound) {
    ledger::StoredVerdict stored;
    stored.key = {report_.identity.model, report_.identity.firmware, verdict.path,
                  plan::settings_key(plan::ssl_settings(bound))};
    stored.verdict_class = infer::word(verdict.verdict_class);
    stored.names_checked = verdict.names_checked;
    stored.imei = report_.identity.imei;
    stored.at = around_.clock.now();
    stored.detail = verdict.json();
    stored.detail.set("simulated", setup_.simulated);
    stored.detail.set("untried", Json::array_of(verdict.untried));
    stored.detail.set("attempts", evidence.attempts.size());
    return around_.ledger.record_verdict(stored);
  }

  ec200u::Modem modem_;
  std::vector<ec200u::SslKey> ssl_keys_{};  ///< what this firmware names, for the sweep
  const Setup& setup_;
  KeepingReporter keeper_;
  Surroundings around_;
  Report report_{};
  std::optional<DnsOverride> dns_{};
  std::optional<Census> census_{};
  std::vector<infer::Anchor> all_anchors_{};
  std::vector<infer::Evidence> with_key_{};  ///< by path; empty: no key was given
  std::vector<infer::Evidence> mutual_{};    ///< by path, under seclevel 2; empty: not asked for
  int key_anchor_ = 0;
  std::vector<std::vector<std::string>> live_{};  ///< by server, then by path: a sentence
  std::vector<int> chosen_{};                     ///< those of the census that the full controls were for
};

}  // namespace

Result<Report> run(at::Engine& engine, const std::string& port_name, const Setup& setup, const Surroundings& around) {
  if (setup.paths.empty()) return Error{Errc::usage, "verify needs a path to probe", "mqtt, ssl or both"};
  if (setup.reach_host.empty()) {
    return Error{Errc::usage, "verify needs a name that the modem can dial and that leads here",
                 "give --reach-as NAME:PORT"};
  }
  return Trial(engine, port_name, setup, around).run();
}

}  // namespace epki::trial
