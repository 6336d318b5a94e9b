#pragma once
// One command, one file cmd_<name>.cpp; these lists are the whole program, in the order of the help.

#include <array>
#include <string_view>

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

/// A command's first word, and what declares it. One word may stand at several: `verify` and `verify diff`.
struct Declared {
  std::string_view word;
  void (*add)(CommandLine& line);
};

/// The commands of ec200u-pki itself.
inline constexpr std::array<Declared, 22> tool_commands{{
    {"init", add_init},
    {"issue", add_issue},
    {"list", add_list},
    {"show", add_show},
    {"renew", add_renew},
    {"revoke", add_revoke},
    {"crl", add_crl},
    {"export", add_export},
    {"ca", add_ca},
    {"rollover", add_rollover},
    {"backup", add_backup},
    {"restore", add_restore},
    {"lint", add_lint},
    {"provision", add_provision},
    {"doctor", add_doctor},
    {"audit", add_audit},
    {"boot", add_boot},
    {"broker", add_broker},
    {"ledger", add_ledger},
    {"sim", add_sim},
    {"completion", add_completion},
    {"man", add_man},
}};

/// Those of ec200u-pki-verify: all that presents certificates with deliberate defects.
inline constexpr std::array<Declared, 5> verification_commands{{
    {"capture", add_capture},
    {"verify", add_verify},
    {"verify", add_verify_diff},
    {"verify", add_verify_recheck},
    {"respond", add_respond},
}};

/// That of ec200u-pki-judge: the oracle's library stays out of the programs that hold a CA's key.
inline constexpr std::array<Declared, 1> judging_commands{{
    {"judge", add_judge},
}};

/// That of ec200u-pki-station.
inline constexpr std::array<Declared, 1> line_commands{{
    {"station", add_station},
}};

}  // namespace epki::cli
