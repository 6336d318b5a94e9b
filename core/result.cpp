#include "core/result.hpp"

namespace epki {

std::string_view word(Errc code) {
  switch (code) {
    case Errc::usage: return "usage";
    case Errc::input: return "input";
    case Errc::key: return "key";
    case Errc::disk: return "disk";
    case Errc::modem_gone: return "modem-gone";
    case Errc::modem_refused: return "modem-refused";
    case Errc::ledger: return "ledger";
    case Errc::network: return "network";
    case Errc::interrupted: return "interrupted";
    case Errc::internal: return "internal";
  }
  return "internal";
}

std::string next_step(const Error& error) {
  if (!error.hint.empty()) return error.hint;
  switch (error.code) {
    case Errc::usage: return "--help after the command shows what it takes";
    case Errc::input: return "mend that file or setting, or name another, then run the same command again";
    case Errc::key: return "check that key, certificate and passphrase belong together";
    case Errc::disk: return "check that there is room, and that this account may read and write there";
    case Errc::modem_gone: return "check power and cable, then run the same command again";
    case Errc::modem_refused:
      return "restart the modem and run the same command again; ec200u-pki doctor looks for causes";
    case Errc::ledger: return "ec200u-pki ledger check tells whether the ledger is whole";
    case Errc::network:
      return "check that the other side runs, its address and its port, then run the same command again";
    case Errc::interrupted: return "run the same command again: what was begun is safe to repeat";
    case Errc::internal: break;
  }
  return "this is a defect of ec200u-pki: report it, with the command and what it prints with -v";
}

}  // namespace epki
