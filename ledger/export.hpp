#pragma once
// What other programs read: a spreadsheet, a log collector, the registration of two cloud services.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/certificates.hpp"
#include "ledger/devices.hpp"

namespace epki::ledger {

enum class ExportFormat : std::uint8_t {
  csv,         ///< RFC 4180, a header line, CRLF
  json_lines,  ///< one JSON object a line
  aws_iot,     ///< parameters of AWS IoT bulk registration: one JSON object a line and device
  azure_dps,   ///< bodies of Azure DPS bulk enrolment operations: ten enrolments a line
};
std::string_view word(ExportFormat format);
std::optional<ExportFormat> parse_export_format(std::string_view text);

/// Takes the next piece of the file. An Error stops the export and comes out of it.
using Sink = std::function<Status(std::string_view piece)>;

/// All in constant memory and from a consistent view. Returns the number of rows. The two cloud formats take valid
/// certificates of devices only; Errc::input names one whose name the service would refuse.
Result<std::size_t> export_certificates(Ledger& ledger, const CertificateFilter& filter, ExportFormat format,
                                        const Sink& sink);
/// csv and json_lines only, as for events: Errc::usage otherwise.
Result<std::size_t> export_devices(Ledger& ledger, const DeviceFilter& filter, ExportFormat format, const Sink& sink);
Result<std::size_t> export_events(Ledger& ledger, std::int64_t from, ExportFormat format, const Sink& sink);

/// The provisioning template that fits the aws_iot lines. Name your policy in place of the one in it.
std::string aws_iot_template();

/// As in the exports, and in --json: every fact but the PEM, which `with_pem` adds.
Json json_of(const CertificateRecord& record, bool with_pem);
Json json_of(const Device& device);
Json json_of(const Event& event);

/// Header and row of the csv exports.
std::vector<std::string> certificate_header();
std::vector<std::string> certificate_cells(const CertificateRecord& record);
std::vector<std::string> device_header();
std::vector<std::string> device_cells(const Device& device);
std::vector<std::string> event_header();
std::vector<std::string> event_cells(const Event& event);

/// One row of RFC 4180 with CRLF. A text that a spreadsheet would take for a formula gets an apostrophe in front.
std::string csv_row(const std::vector<std::string>& cells);

}  // namespace epki::ledger
