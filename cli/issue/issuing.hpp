#pragma once
// The order in which identities come into the world: made, recorded, delivered, group by group. What is in the world
// is in the ledger; what a cut kept from being delivered is made anew and supersedes what was lost.

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "cli/context.hpp"
#include "cli/issue/name_list.hpp"
#include "cli/issue/output.hpp"
#include "config/project.hpp"
#include "core/result.hpp"
#include "ledger/ledger.hpp"
#include "pki/ca/devices.hpp"

namespace epki::cli {

/// Makes one group, in its order. Called in a thread of its own, never twice at once.
using MakeGroup = std::function<Result<std::vector<ca::Device>>(std::span<const ListedName> names)>;

struct Issuing {
  std::string kind;           ///< in the ledger: "device", "server"
  std::string noun;           ///< for progress: "devices"
  std::filesystem::path out;  ///< absolute
  bool bundle = false;
  std::size_t group = 0;    ///< identities made, recorded and delivered at a time
  std::string chain_pem{};  ///< stands behind each certificate that is delivered
  MakeGroup make;
};

struct IssuedReport {
  std::size_t count = 0;                           ///< delivered by this run
  std::size_t resumed = 0;                         ///< delivered by an earlier run of the same command
  std::vector<ledger::IssuedCertificate> shown{};  ///< all of this run when asked to keep them, else the first few
  std::optional<Error> failed{};                   ///< what stopped it; everything counted above is delivered
};

/// Errors before anything is issued come out as Result; later ones in `failed`. `keep_all` holds every row in memory.
Result<IssuedReport> run_issuing(const Issuing& issuing, NameList& list, Output& output, ledger::Ledger& ledger,
                                 const config::Project& project, bool keep_all, Context& context);

}  // namespace epki::cli
