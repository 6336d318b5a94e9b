#pragma once
// Files that register devices with cloud services by their certificates.

#include "ledger/export.hpp"

namespace epki::ledger {

/// aws_iot and azure_dps of export_certificates().
Result<std::size_t> export_for_cloud(Ledger& ledger, const CertificateFilter& filter, ExportFormat format,
                                     const Sink& sink);

}  // namespace epki::ledger
