#include <algorithm>

#include "core/text.hpp"
#include "provision/plan/settings.hpp"
#include "verify/infer/conclude.hpp"
#include "verify/trial/inspect.hpp"
#include "verify/trial/modem_bench.hpp"
#include "verify/trial/openers.hpp"
#include "verify/trial/schedule.hpp"
#include "verify/trial/trial.hpp"

namespace epki::trial {

namespace {

using infer::Bound;
using infer::Shown;
using std::chrono::steady_clock;

constexpr std::chrono::seconds identify_limit{20};

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
      : modem_(engine),
        setup_(setup),
        keeper_(around.reporter),
        around_{around.ledger, around.clock, around.random, keeper_, around.cancel} {
    report_.port = port_name;
    report_.simulated = setup.simulated;
    report_.oracle = oracle::version();
  }

  Result<Report> run() {
    const auto start = steady_clock::now();
    auto genuine = read_all(setup_.replay_files);
    if (!genuine) return std::move(genuine).error();
    auto responder = probe::Responder::start(setup_.listen_address, setup_.listen_port, around_.cancel);
    if (!responder) return std::move(responder).error();
    if (auto ready = reach_modem(); !ready) return std::move(ready).error();

    Traces traces(modem_, report_.identity.imei, around_.ledger, around_.clock, around_.reporter);
    auto evidence = probe_it(std::move(*genuine), **responder, traces);
    auto restored = restore(traces);
    if (!evidence) return with_hint(std::move(evidence).error(), restored);
    if (!restored)
      around_.reporter.warning("not everything was put back: " + restored.error().what +
                               "; the next run of any command undoes the rest");
    for (std::size_t i = 0; i < evidence->size(); ++i) {
      if (auto done = judge((*evidence)[i], setup_.paths[i]); !done) return std::move(done).error();
    }
    report_.warnings = keeper_.warnings;
    report_.own_work = own_work_.total();
    report_.duration = std::chrono::duration_cast<std::chrono::milliseconds>(steady_clock::now() - start);
    return std::move(report_);
  }

 private:
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
    auto found = look(modem_, contexts, clients);
    if (!found) return std::move(found).error();
    found->ssl_socket = uses(Path::ssl);
    return traces.keep_settings(std::move(*found));
  }

  Result<std::vector<infer::Evidence>> probe_it(std::vector<probe::Genuine> genuine, probe::Responder& responder,
                                                Traces& traces) {
    around_.reporter.step("reading what the modem holds");
    auto inspection = inspect_files(modem_, around_.reporter);
    if (!inspection) return std::move(inspection).error();
    report_.files = inspection->files;
    if (auto done = keep_what_is_set(traces); !done) return std::move(done).error();
    auto clock = traces.set_clock();
    if (!clock) return std::move(clock).error();
    report_.clock = *clock;

    around_.reporter.step("minting throw-away certificates");
    auto deck = [&] {
      const Stopwatch::Lap lap(own_work_);
      return Deck::open(setup_.key_type, setup_.reach_host, std::move(genuine), around_.clock.now(), around_.random);
    }();
    if (!deck) return std::move(deck).error();
    Opinions opinions(setup_.worker, around_.clock.now());
    auto anchors = [&] {
      const Stopwatch::Lap lap(own_work_);
      return make_anchors(*deck, opinions, *inspection);
    }();
    if (!anchors) return std::move(anchors).error();

    ModemBench bench({modem_, responder, *deck, opinions, traces, own_work_}, setup_, around_);
    if (auto ready = bench.prepare(); !ready) return std::move(ready).error();
    auto evidence = run_schedule(bench, *anchors, setup_.paths, {setup_.repeat, setup_.budget}, around_.reporter);
    report_.probes = std::move(bench.records());
    report_.handshakes = bench.handshakes();
    report_.reboots = bench.reboots();
    return evidence;
  }

  Result<std::vector<infer::Anchor>> make_anchors(Deck& deck, Opinions& opinions, const Inspection& inspection) {
    std::vector<infer::Anchor> anchors;
    for (const auto& genuine : deck.genuine()) {
      const int number = static_cast<int>(anchors.size());
      infer::Anchor anchor{genuine.root.subject(), genuine.root.sha256(), genuine.host};
      anchor.intermediates = static_cast<int>(genuine.presented.size()) - 1;
      anchor.lies_on_modem = inspection.holder_of(genuine.root);
      // An intermediate that lies there may be an anchor as well: mbedTLS takes any CA for one.
      for (std::size_t i = 1; i < genuine.presented.size() && anchor.lies_on_modem.empty(); ++i) {
        anchor.lies_on_modem = inspection.holder_of(genuine.presented[i]);
      }
      const Shot positive{{Shown::replay, {Bound::What::genuine, number}, number}};
      auto joined = opinions.about(deck, positive);
      if (!joined) return std::move(joined).error();
      if (!joined->as_expected) {
        anchor.unusable = genuine.file + ": the oracle does not accept this chain under its own root (" +
                          joined->uploaded.reason + ")";
        around_.reporter.warning(anchor.unusable);
      }
      anchors.push_back(std::move(anchor));
    }
    return anchors;
  }

  /// The few exchanges that put the modem back are not interrupted.
  Status restore(Traces& traces) {
    const Cancel::Shield shield(around_.cancel);
    around_.reporter.step("putting everything back");
    for (const auto path : setup_.paths) {
      auto ended = make_opener(path, modem_, setup_)->end();
      if (!ended && ended.error().code != Errc::modem_refused) return ended;
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

  Status judge(const infer::Evidence& evidence, Path path) {
    const auto conclusion = infer::conclude(evidence);
    PathVerdict verdict;
    verdict.path = word(path);
    verdict.verdict_class = conclusion.verdict;
    verdict.influence = conclusion.influence;
    verdict.because = conclusion.because;
    if (!evidence.rebooted) verdict.because += " The modem was not restarted before the first replay.";
    verdict.next_step = conclusion.next_step;
    verdict.possible = conclusion.possible;
    verdict.policy = conclusion.policy;
    verdict.names_checked = conclusion.names_checked;
    verdict.outside_the_model = conclusion.outside_the_model;
    verdict.stack = infer::recognise(evidence);
    verdict.odds = infer::odds_sentence(evidence, conclusion);
    verdict.conclusive = infer::conclusive_handshakes(evidence);
    verdict.anchors_tried = conclusion.counted.size();
    for (const int number : conclusion.found) {
      const auto& anchor = evidence.anchors[static_cast<std::size_t>(number)];
      verdict.anchors_found.push_back({anchor.subject, anchor.sha256});
    }
    // A run that saw nothing, or not enough, must not displace an older verdict; one that saw a contradiction must.
    const bool says_something = conclusion.verdict != infer::Class::inconclusive ||
                                conclusion.influence == infer::Influence::detected || conclusion.contradictory;
    report_.verdicts.push_back(std::move(verdict));
    return says_something ? store(report_.verdicts.back(), evidence) : success();
  }

  Status store(const PathVerdict& verdict, const infer::Evidence& evidence) {
    ledger::StoredVerdict stored;
    stored.key = {report_.identity.model, report_.identity.firmware, verdict.path,
                  plan::settings_key(plan::ssl_settings(""))};
    stored.verdict_class = infer::word(verdict.verdict_class);
    stored.names_checked = verdict.names_checked;
    stored.imei = report_.identity.imei;
    stored.at = around_.clock.now();
    stored.detail = verdict.json();
    stored.detail.set("simulated", setup_.simulated);
    stored.detail.set("attempts", evidence.attempts.size());
    return around_.ledger.record_verdict(stored);
  }

  ec200u::Modem modem_;
  const Setup& setup_;
  KeepingReporter keeper_;
  Surroundings around_;
  Report report_{};
  Stopwatch own_work_{};
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
