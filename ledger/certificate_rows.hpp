#pragma once
// Rows of certificates with what became of them.

#include <functional>
#include <string>
#include <vector>

#include "ledger/certificates.hpp"
#include "ledger/database.hpp"

namespace epki::ledger {

/// Conditions on `c` (certificate) and `r` (its revocation), and what is bound to their places, in step.
struct CertificateQuery {
  std::string where{};
  std::vector<std::string> texts{};
  std::string order = "c.id";
  std::size_t limit = 0;  ///< 0: all

  void add(const std::string& condition) { where += (where.empty() ? " WHERE " : " AND ") + condition; }
  void add(const std::string& condition, std::string text) {
    add(condition);
    texts.push_back(std::move(text));
  }
};

CertificateQuery query_of(const CertificateFilter& filter, Instant now);

/// Calls `each` for every match; false stops.
Status ask_certificates(Database& database, const CertificateQuery& query, Instant now, Expect expect,
                        const std::function<Result<bool>(const CertificateRecord&)>& each);

}  // namespace epki::ledger
