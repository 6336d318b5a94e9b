#include "provision/doctor/doctor.hpp"

#include <algorithm>

#include "provision/doctor/examination.hpp"

namespace epki::doctor {

namespace {

/// What stands for a check that nobody came to.
void skip_the_rest(Examination& e, const std::string& why) {
  for (std::size_t i = 0; i < id_count; ++i) {
    const auto id = static_cast<Id>(i);
    if (std::ranges::find(e.diagnosis.checks, id, &Check::id) == e.diagnosis.checks.end()) e.skipped(id, why);
  }
}

void in_order(Diagnosis& diagnosis) {
  std::ranges::stable_sort(diagnosis.checks, {}, &Check::id);
}

/// The modem answered and then no more: that is the cause, whatever was about to be checked.
void went_silent(Examination& e, const Error& error) {
  const auto at = std::ranges::find(e.diagnosis.checks, Id::answers, &Check::id);
  if (at != e.diagnosis.checks.end()) e.diagnosis.checks.erase(at);
  e.failed(Id::answers, "answered at first, then no more: " + error.what, "answers to AT",
           error.hint.empty() ? "restart the modem and run doctor again" : error.hint);
}

Status checks_in_order(Examination& e) {
  if (auto done = check_identity(e); !done) return done;
  if (e.bad(Id::answers)) return success();
  if (e.bad(Id::model)) {
    skip_the_rest(e, "not checked: this is no EC200U");
    return success();
  }
  e.around.reporter.step("checking SIM, network and clock");
  if (auto done = check_line(e); !done) return done;
  if (auto done = check_clock(e); !done) return done;
  e.around.reporter.step("looking for the broker from the modem and from this computer");
  if (auto done = check_reach(e); !done) return done;
  e.around.reporter.step("reading files and settings");
  if (auto done = check_files(e); !done) return done;
  if (auto done = check_settings(e); !done) return done;
  check_presented(e);
  if (auto done = check_client_certificate(e); !done) return done;
  if (auto done = check_connection(e); !done) return done;
  return release_network(e);
}

}  // namespace

void Examination::passed(Id id, std::string found, std::string wanted_text) {
  diagnosis.checks.push_back({.id = id, .ok = true, .found = std::move(found), .wanted = std::move(wanted_text)});
}

void Examination::failed(Id id, std::string found, std::string wanted_text, std::string remedy) {
  around.reporter.detail(std::string(word(id)) + ": " + found);
  diagnosis.checks.push_back({.id = id,
                              .ok = false,
                              .found = std::move(found),
                              .wanted = std::move(wanted_text),
                              .remedy = std::move(remedy)});
}

void Examination::skipped(Id id, std::string why, std::string wanted_text) {
  diagnosis.checks.push_back({.id = id, .ok = {}, .found = std::move(why), .wanted = std::move(wanted_text)});
}

bool Examination::bad(Id id) const {
  return std::ranges::any_of(diagnosis.checks, [&](const Check& c) { return c.id == id && c.ok == false; });
}

bool Examination::good(Id id) const {
  return std::ranges::any_of(diagnosis.checks, [&](const Check& c) { return c.id == id && c.ok == true; });
}

Diagnosis unopened(const Wanted& wanted, const Error& error) {
  Diagnosis diagnosis{.port = wanted.port};
  diagnosis.checks.push_back(
      {.id = Id::port, .ok = false, .found = error.what, .wanted = "a port that opens", .remedy = next_step(error)});
  for (std::size_t i = 1; i < id_count; ++i)
    diagnosis.checks.push_back({.id = static_cast<Id>(i), .ok = {}, .found = "not checked: the port does not open"});
  return diagnosis;
}

Result<Diagnosis> examine(at::Engine& engine, const std::string& port_name, const Wanted& wanted,
                          const Surroundings& around) {
  Diagnosis diagnosis{.port = port_name};
  Examination e{.modem = ec200u::Modem(engine), .wanted = wanted, .around = around, .diagnosis = diagnosis};
  e.passed(Id::port, port_name + " is open", "a port that opens");
  auto done = checks_in_order(e);
  if (!done && done.error().code == Errc::modem_gone) {
    went_silent(e, done.error());
  } else if (!done) {
    // Ctrl-C or the ledger: what was switched on is put back all the same.
    if (auto released = release_network(e); !released && released.error().code == Errc::interrupted)
      return released.error();
    return std::move(done).error();
  }
  skip_the_rest(e, "not checked: the modem does not answer");
  in_order(diagnosis);
  return diagnosis;
}

}  // namespace epki::doctor
