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

}  // namespace epki
