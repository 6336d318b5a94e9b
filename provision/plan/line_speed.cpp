// Uploads at a raised line speed, where it is asked for: UARTs are delivered at 115200.

#include "core/text.hpp"
#include "provision/plan/run.hpp"

namespace epki::plan {

namespace {

std::string baud_text(std::int64_t baud) {
  return std::to_string(baud) + " baud";
}

/// The speed to go back to; nothing: there is nothing to change.
Result<std::optional<std::int64_t>> speed_to_leave(Run& run) {
  const auto now = run.modem.engine().wire().speed();
  const auto wanted = run.options.line_speed;
  if (wanted == 0 || now == 0 || run.options.dry_run) return std::optional<std::int64_t>{};
  if (now != wanted) return std::optional(now);
  // It answers at that speed already; a pseudo-terminal carries any, so the modem itself is asked.
  auto answered = run.modem.line_speed();
  if (!answered) return std::move(answered).error();
  const std::optional<std::int64_t> stated = *answered;
  return stated == wanted ? std::optional<std::int64_t>{} : stated;
}

}  // namespace

Status raise_speed(Run& run) {
  auto from = speed_to_leave(run);
  if (!from) return std::move(from).error();
  if (!*from) return success();
  const auto wanted = run.options.line_speed;
  run.options.line_speed = 0;  // once: a modem that restarts at it is left alone
  auto& ledger = run.around.ledger;
  auto begun =
      ledger.journal_begin(run.imei(), std::string(journal_speed), Json::object({{"from", **from}, {"to", wanted}}));
  if (!begun) return std::move(begun).error();
  run.speed_journal = *begun;
  auto& wire = run.modem.engine().wire();
  if (wire.speed() != **from)
    if (auto set = wire.set_speed(**from); !set) return set;
  auto changed = run.modem.change_speed(wanted);
  if (!changed) return std::move(changed).error().during("changing the line speed");
  if (*changed) {
    run.step("the line runs at " + baud_text(wanted) + " for this run, afterwards at " + baud_text(**from) + " again");
    return success();
  }
  run.warn("the modem does not go on at " + baud_text(wanted) + "; the line stays at " + baud_text(**from));
  return lower_speed(run);
}

Status lower_speed(Run& run) {
  if (!run.speed_journal) return success();
  if (auto back = run.modem.usual_speed(); !back) return std::move(back).error().during("putting the line speed back");
  const auto id = *run.speed_journal;
  run.speed_journal.reset();
  run.detail("the line is at the modem's own speed");
  return run.around.ledger.journal_end(id);
}

Status restore_speed(ec200u::Modem& modem, const Json& detail, Reporter& reporter) {
  const auto from = detail["from"].integer().value_or(0);
  const auto to = detail["to"].integer().value_or(0);
  if (from == 0 || modem.engine().wire().speed() != to) return success();  // it has restarted since, or never changed
  reporter.step("undoing what an interrupted run left: the line goes back to " + baud_text(from));
  auto changed = modem.change_speed(from);
  if (!changed) return std::move(changed).error().during("putting the line speed back");
  if (*changed) return success();
  return Error{Errc::modem_refused, "the modem stays at " + baud_text(to),
               "restart the modem: it starts at its own speed"};
}

}  // namespace epki::plan
