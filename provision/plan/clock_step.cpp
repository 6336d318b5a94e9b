#include "provision/plan/run.hpp"

namespace epki::plan {

namespace {

using std::chrono::minutes;
using std::chrono::seconds;

/// An hour of error breaks no certificate; five minutes leaves room for a host whose own clock is a little off.
constexpr minutes tolerance{5};

seconds apart(Instant a, Instant b) {
  return a > b ? a - b : b - a;
}

std::string said(const Result<ec200u::ClockReading>& reading) {
  return reading ? rfc3339(reading->utc) : "nothing that can be read";
}

/// Nothing when the clock says `wanted`, else what it says.
Result<std::optional<Instant>> off(Run& run, Instant wanted) {
  auto reading = run.modem.clock();
  if (!reading) return std::move(reading).error();
  if (apart(reading->utc, wanted) <= tolerance) return std::optional<Instant>();
  return std::optional(reading->utc);
}

/// Makes sure that `wanted` is what the clock says. Network time may put it back: then, and only then, it is told not
/// to.
Status confirm(Run& run, Instant wanted) {
  auto now = off(run, wanted);
  if (!now) return std::move(now).error();
  for (const bool first : {true, false}) {
    if (!*now) return success();
    if (!first) {
      run.warn("the modem's clock went back to " + rfc3339(**now) + ": network time is switched off (AT+CTZU=0)");
      run.network_time_wrong = true;
      if (auto done = run.modem.follow_network_time(false); !done) return done;
    }
    if (auto done = run.modem.set_clock(wanted); !done) return done;
    now = off(run, wanted);
    if (!now) return std::move(now).error();
  }
  if (!*now) return success();
  return Error{Errc::modem_refused, "the modem's clock does not take the time: it says " + rfc3339(**now),
               "certificates are judged by that clock; check AT+CCLK? by hand"};
}

Status from_ntp(Run& run) {
  auto now = run.modem.ntp(run.wanted.pdp, run.options.ntp_server);
  if (!now) return std::move(now).error();
  if (auto done = confirm(run, *now); !done) return done;
  run.report.clock = "set from " + run.options.ntp_server + " to " + rfc3339(*now);
  return success();
}

Status from_host(Run& run) {
  const auto now = run.around.clock.now();
  if (year_of(now) < run.minimum_year)
    return Error{Errc::input, "this computer's clock says " + rfc3339(now) + ", before the root was made",
                 "set this computer's clock"};
  if (auto done = run.modem.set_clock(now); !done) return done;
  if (auto done = confirm(run, now); !done) return done;
  run.report.clock = "set from this computer to " + rfc3339(now);
  return success();
}

Status automatically(Run& run, const Result<ec200u::ClockReading>& reading) {
  if (reading && year_of(reading->utc) >= run.minimum_year &&
      apart(reading->utc, run.around.clock.now()) <= tolerance) {
    run.report.clock = "left as found, " + rfc3339(reading->utc);
    return success();
  }
  run.detail("the modem's clock says " + said(reading));
  if (run.options.connect) {  // with --no-connect there may be no network to ask
    auto done = from_ntp(run);
    // No answer in time looks like a silent modem; whether it is one shows with the next command.
    if (done || done.error().code == Errc::interrupted) return done;
    run.detail("no time from " + run.options.ntp_server + ": " + done.error().what);
  }
  return from_host(run);
}

}  // namespace

Status settle_clock(Run& run) {
  auto reading = run.modem.clock();
  if (!reading && ends_run(reading.error())) return std::move(reading).error();
  Status done = success();
  switch (run.options.clock) {
    case ClockSource::leave: run.report.clock = "left as found, " + said(reading); break;
    case ClockSource::ntp: done = from_ntp(run); break;
    case ClockSource::host: done = from_host(run); break;
    case ClockSource::automatic: done = automatically(run, reading); break;
  }
  if (!done) return std::move(done).error().during("setting the modem's clock");
  run.step("clock: " + run.report.clock);
  return success();
}

}  // namespace epki::plan
