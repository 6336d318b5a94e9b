// A modem that restarts by itself (a power supply that is too weak, a watchdog) loses every setting, and what was seen
// before and after does not belong together: the run starts over.

#include "core/text.hpp"
#include "provision/plan/run.hpp"

namespace epki::plan {

namespace {

constexpr int most_restarts = 2;
constexpr std::chrono::seconds boot_limit{90};

Error restarts_too_often(const Error& last) {
  return {Errc::modem_gone,
          "the modem restarted by itself " + std::to_string(most_restarts + 1) + " times during this run",
          "check its power supply: a transmission draws peaks of 2 A. " + last.what,
          {}};
}

/// What was found and reported so far is about a modem that has restarted since.
Status forget_pass(Run& run) {
  DeviceReport fresh{.port = run.report.port, .identity = run.report.identity, .warnings = run.report.warnings};
  run.report = std::move(fresh);
  run.found = {};
  run.ca_journal.clear();
  run.client_journal.clear();
  run.fresh.reset();  // a certificate that did not come into use; the next pass revokes it
  run.quarantined = run.older_revoked = false;
  run.resolved.clear();
  run.no_alternate = run.opens_early = false;
  run.mqtt_pdp_taken = true;
  return prepare(run);
}

/// A board that was exchanged for another one looks like a restart from here.
Status same_modem(Run& run) {
  auto identity = run.modem.identify(after(boot_limit), ec200u::Modem::Card::not_asked);
  if (!identity) return std::move(identity).error().during("identifying a modem that restarted by itself");
  if (identity->imei == run.imei()) return success();
  return Error{
      Errc::modem_gone,
      "modem " + run.imei() + " went away during this run, and another one, " + identity->imei + ", is on its port now",
      "run provision for each of them; what was begun is safe to repeat"};
}

}  // namespace

Status despite_restarts(Run& run, const std::function<Status(Run&)>& pass) {
  auto& engine = run.modem.engine();
  for (int n = 0;; ++n) {
    const auto before = engine.restarts();
    const auto lost = engine.wire().losses();
    auto done = pass(run);
    if (engine.restarts() == before) return done;
    if (!done && done.error().code == Errc::interrupted) return done;
    const Error why = done ? Error{Errc::modem_gone, "the modem restarted by itself", {}} : std::move(done).error();
    if (n == most_restarts) return restarts_too_often(why);
    run.warn(engine.wire().losses() != lost ? "the modem's port went away (a restart, or it was unplugged), so the "
                                              "modem's settings are gone: starting over when it is back"
                                            : "the modem restarted by itself, so its settings are gone: starting over");
    if (auto started = run.modem.wait_started(after(boot_limit)); !started)
      return std::move(started).error().during("waiting for a modem that restarted by itself");
    if (auto same = same_modem(run); !same) return same;
    if (auto lowered = lower_speed(run); !lowered) return lowered;
    if (auto forgotten = forget_pass(run); !forgotten) return forgotten;
  }
}

}  // namespace epki::plan
