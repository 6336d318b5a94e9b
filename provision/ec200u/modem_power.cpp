#include <algorithm>

#include "core/text.hpp"
#include "provision/ec200u/asking.hpp"
#include "provision/ec200u/modem.hpp"
#include "provision/ec200u/time_limits.hpp"

namespace epki::ec200u {

namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

bool is_ready_line(std::string_view line) {
  return trimmed(line) == "RDY";
}

/// Asks until the answer pleases, and between two questions waits for whatever the booting modem says next.
template <class Accept>
Result<bool> ask_until(at::Engine& engine, std::string_view line, std::string_view prefix, Deadline by, Accept accept) {
  for (;;) {
    auto reply = engine.command(line, std::min(by, limit(engine, time_limit::simple)), prefix);
    if (!reply && reply.error().code == Errc::interrupted) return std::move(reply).error();
    if (reply && accept(*reply)) return true;
    if (monotonic_now() >= by) return false;
    const auto boot_news = [](std::string_view l) { return !l.starts_with("+QMT") && !l.starts_with("+QI"); };
    auto heard = engine.wait_for(boot_news, std::min(by, after(500ms)));
    if (!heard) return std::move(heard).error();
  }
}

/// Ready, or absent for good: a modem without a SIM has restarted all the same.
bool sim_settled(const at::Reply& reply) {
  for (const auto& line : reply.lines)
    if (line.starts_with("+CPIN:")) return line.find("NOT READY") == std::string::npos;
  if (reply.final != at::Final::cme) return reply.final == at::Final::error;
  if (reply.code) return *reply.code == 10 || *reply.code == 13;
  return lower(reply.text).find("not inserted") != std::string::npos;
}

}  // namespace

Status Modem::reboot(Deadline by) {
  const auto restarts = engine_.restarts();
  auto done = restart(by);
  engine_.excuse_restarts(restarts);
  return done;
}

Status Modem::restart(Deadline by) {
  engine_.forget([](std::string_view) { return true; });
  auto reply = engine_.command("AT+CFUN=1,1", std::min(by, limit(engine_, time_limit::restart_command)));
  if (reply && !reply->ok()) return refused("restarting the modem", *reply);
  // A modem may restart before it has answered. A port that is gone shows in the next read.
  if (!reply && reply.error().code != Errc::modem_gone) return std::move(reply).error();
  ended_.fill(true);
  // RDY proves the restart; an AT that is answered does not, because the old run may still answer it. Where RDY never
  // comes (it may be sent to another port), the wait itself is what lets the old run end.
  auto ready = engine_.wait_for(is_ready_line, std::min(by, after(time_limit::restart_message)));
  if (!ready) return std::move(ready).error().during("waiting for the modem to restart");
  return wait_started(by);
}

Status Modem::wait_started(Deadline by) {
  ended_.fill(true);
  if (auto reached = engine_.synchronise(by); !reached)
    return std::move(reached).error().during("waiting for the modem to restart");
  auto numbers = ask(engine_, "AT+CMEE=1", time_limit::simple);
  if (!numbers) return std::move(numbers).error();
  auto files_work = ask_until(engine_, "AT+QFLDS=\"UFS\"", "+QFLDS:", by, [](const at::Reply& r) { return r.ok(); });
  if (!files_work) return std::move(files_work).error();
  if (!*files_work)
    return Error{Errc::modem_gone, "the modem restarted, but its file store does not answer", "power-cycle the modem"};
  auto sim = ask_until(engine_, "AT+CPIN?", "+CPIN:", std::min(by, after(time_limit::sim)), sim_settled);
  if (!sim) return std::move(sim).error();
  return success();
}

}  // namespace epki::ec200u
