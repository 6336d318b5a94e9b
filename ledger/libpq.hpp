#pragma once
// libpq, loaded when a ledger on a database server is first opened. Linked, it would bring some twenty libraries
// (Kerberos, LDAP, GnuTLS) into every command, also into those that hold a CA's key and know no server:
// docs/decisions/0012-libraries-when-needed.md.

#include <libpq-fe.h>

#include "core/result.hpp"

namespace epki::ledger {

/// libpq's functions, each under its own name without the PQ. Null before load_libpq() has succeeded.
struct Libpq {
#define EPKI_LIBPQ_FUNCTIONS(X) \
  X(clear)                      \
  X(cmdStatus)                  \
  X(cmdTuples)                  \
  X(connectPoll)                \
  X(connectStartParams)         \
  X(conninfoFree)               \
  X(conninfoParse)              \
  X(consumeInput)               \
  X(db)                         \
  X(enterPipelineMode)          \
  X(errorMessage)               \
  X(exitPipelineMode)           \
  X(finish)                     \
  X(flush)                      \
  X(freemem)                    \
  X(getResult)                  \
  X(getlength)                  \
  X(getvalue)                   \
  X(host)                       \
  X(isBusy)                     \
  X(nfields)                    \
  X(ntuples)                    \
  X(pipelineSync)               \
  X(resultErrorField)           \
  X(resultStatus)               \
  X(sendPrepare)                \
  X(sendQuery)                  \
  X(sendQueryParams)            \
  X(sendQueryPrepared)          \
  X(setNoticeReceiver)          \
  X(setnonblocking)             \
  X(socket)                     \
  X(status)
// NOLINTNEXTLINE(bugprone-macro-parentheses): a member is named, which parentheses would make an expression
#define EPKI_LIBPQ_MEMBER(name) decltype(&::PQ##name) name = nullptr;
  EPKI_LIBPQ_FUNCTIONS(EPKI_LIBPQ_MEMBER)
#undef EPKI_LIBPQ_MEMBER
};

/// Loads libpq.so.5 once for the process, from where the system's loader finds it. Blocks on the disk. Errc::input when
/// it is not installed or is too old (14 is needed, for pipeline mode); a later call says the same again.
Status load_libpq();

/// The loaded functions. Everything that holds a connection came through PostgresConnecting::start(), which has loaded
/// them.
const Libpq& pq();

}  // namespace epki::ledger
