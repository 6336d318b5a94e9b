#pragma once
// One command, one file cmd_<name>.cpp; these lists are the whole program, in the order of the help.

#include "cli/command_line.hpp"
#include "cli/context.hpp"

namespace epki::cli {

void add_init(CommandLine& line);
void add_issue(CommandLine& line);
void add_list(CommandLine& line);
void add_show(CommandLine& line);
void add_renew(CommandLine& line);
void add_revoke(CommandLine& line);
void add_crl(CommandLine& line);
void add_export(CommandLine& line);
void add_ca(CommandLine& line);
void add_ca_settle(CommandLine& line);
void add_rollover(CommandLine& line);
void add_backup(CommandLine& line);
void add_restore(CommandLine& line);
void add_lint(CommandLine& line);
void add_provision(CommandLine& line);
void add_doctor(CommandLine& line);
void add_audit(CommandLine& line);
void add_boot(CommandLine& line);
void add_capture(CommandLine& line);
void add_respond(CommandLine& line);
void add_verify(CommandLine& line);
void add_verify_diff(CommandLine& line);
void add_verify_recheck(CommandLine& line);
void add_judge(CommandLine& line);
void add_broker(CommandLine& line);
void add_station(CommandLine& line);
void add_ledger(CommandLine& line);
void add_sim(CommandLine& line);
void add_completion(CommandLine& line);
void add_man(CommandLine& line);

/// The commands of ec200u-pki itself.
inline void add_tool(CommandLine& line) {
  add_init(line);
  add_issue(line);
  add_list(line);
  add_show(line);
  add_renew(line);
  add_revoke(line);
  add_crl(line);
  add_export(line);
  add_ca(line);
  add_rollover(line);
  add_backup(line);
  add_restore(line);
  add_lint(line);
  add_provision(line);
  add_doctor(line);
  add_audit(line);
  add_boot(line);
  add_broker(line);
  add_ledger(line);
  add_sim(line);
  add_completion(line);
  add_man(line);
}

/// Those of ec200u-pki-verify: all that presents certificates with deliberate defects.
inline void add_verification(CommandLine& line) {
  add_capture(line);
  add_verify(line);
  add_verify_diff(line);
  add_verify_recheck(line);
  add_respond(line);
}

/// That of ec200u-pki-judge: the oracle's library stays out of the programs that hold a CA's key.
inline void add_judging(CommandLine& line) {
  add_judge(line);
}

/// That of ec200u-pki-station.
inline void add_line(CommandLine& line) {
  add_station(line);
}

}  // namespace epki::cli
