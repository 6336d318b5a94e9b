#include "cli/issue/finished.hpp"

#include <algorithm>

#include "core/text.hpp"
#include "ledger/batches.hpp"
#include "ledger/certificates.hpp"
#include "pki/ossl/certificate.hpp"

namespace epki::cli {

namespace {

/// The batch that a certificate was issued in; empty for any other certificate.
std::string batch_of(const std::string& pem, std::string_view kind, ledger::Ledger& ledger) {
  const auto chain = ossl::chain_from_pem(pem);
  if (!chain || chain->empty()) return {};
  const auto known = ledger::Certificates(ledger).find(chain->front().sha256());
  if (!known) return {};
  const auto same = std::find_if(known->begin(), known->end(), [&](const ledger::CertificateRecord& one) {
    return one.certificate.kind == kind && one.certificate.sha256 == chain->front().sha256();
  });
  return same == known->end() ? std::string() : same->certificate.batch;
}

bool is_finished(const Issuing& issuing, NameList& list, const Output& output, ledger::Ledger& ledger,
                 const Cancel& cancel) {
  const auto ends = output.standing(list, cancel);
  if (ends.empty()) return false;
  const auto id = batch_of(ends.front(), issuing.kind, ledger);
  if (id.empty() || batch_of(ends.back(), issuing.kind, ledger) != id) return false;
  const auto batch = ledger::Batches(ledger).find(id);
  return batch && *batch && (*batch)->source_sha256 == list.sha256() && (*batch)->rows_done == (*batch)->rows_total &&
         (*batch)->rows_total == static_cast<std::int64_t>(list.size());
}

}  // namespace

Error finished_or(Error found, const Issuing& issuing, NameList& list, const Output& output, ledger::Ledger& ledger,
                  const Cancel& cancel) {
  if (found.code != Errc::disk || !is_finished(issuing, list, output, ledger, cancel)) return found;
  return {Errc::disk,
          "this batch is finished already: the " + counted(list.size(), "certificate") + " of this list " +
              (list.size() == 1 ? "is" : "are") + " in " + issuing.out.string() + "; nothing was done",
          "nothing is overwritten: for new certificates name another place with --out, or move these away"};
}

}  // namespace epki::cli
