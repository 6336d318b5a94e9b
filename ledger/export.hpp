#pragma once
// What other programs read: a spreadsheet, a log collector, the registration of two cloud services.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "ledger/certificates.hpp"
#include "ledger/devices.hpp"

namespace epki::ledger {

enum class ExportFormat : std::uint8_t {
  csv,         ///< RFC 4180, a header line, CRLF
  json_lines,  ///< one JSON object a line
  aws_iot,     ///< parameters of AWS IoT bulk registration, one JSON object a line
  azure_dps,   ///< bulk enrolment operations of Azure DPS, ten enrolments a line
};
std::string_view word(ExportFormat format);
std::optional<ExportFormat> parse_export_format(std::string_view text);

/// Takes the next piece of the file. An Error stops the export and comes out of it.
using Sink = std::function<Status(std::string_view piece)>;

/// All in constant memory and from a consistent view. Returns the number of rows.
Result<std::size_t> export_certificates(Ledger& ledger, const CertificateFilter& filter, ExportFormat format,
                                        const Sink& sink);
Result<std::size_t> export_devices(Ledger& ledger, const DeviceFilter& filter, ExportFormat format, const Sink& sink);
/// csv and json_lines only.
Result<std::size_t> export_events(Ledger& ledger, std::int64_t from, ExportFormat format, const Sink& sink);

/// The provisioning template that fits the aws_iot lines.
std::string aws_iot_template();

/// One row of RFC 4180 with CRLF. A text that a spreadsheet would take for a formula gets an apostrophe in front.
std::string csv_row(const std::vector<std::string>& cells);

}  // namespace epki::ledger
