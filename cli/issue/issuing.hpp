#pragma once
// The order in which identities come into the world: made, recorded, delivered, group by group. What is in the world
// is in the ledger; what a cut kept from being delivered is made anew and supersedes what was lost.

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

/// Makes identities in the order in which they are wanted.
class Maker {
 public:
  virtual ~Maker() = default;
  /// Wants these behind those wanted before; may begin with them at once, in threads of its own.
  virtual Status want(std::span<const ListedName> names) = 0;
  /// The next `count`, all or nothing. Blocks until they are made.
  virtual Result<std::vector<ca::Device>> take(std::size_t count) = 0;
};

struct Issuing {
  std::string kind;           ///< in the ledger: "device", "server"
  std::string noun;           ///< for progress: "devices"
  std::filesystem::path out;  ///< absolute
  bool bundle = false;
  std::size_t group = 0;    ///< identities recorded and delivered at a time
  std::size_t part = 0;     ///< of a group near the end: added to the ledger as they are made, its lock held meanwhile
  std::string chain_pem{};  ///< stands behind each certificate that is delivered
  Maker& maker;
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
