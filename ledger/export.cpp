#include "ledger/export.hpp"

#include "ledger/audit.hpp"
#include "ledger/export_cloud.hpp"

namespace epki::ledger {

namespace {

constexpr std::size_t piece = std::size_t{64} << 10U;

Error only_certificates(ExportFormat format) {
  return {Errc::usage, "the format " + std::string(word(format)) + " is for certificates only",
          "export certificates in it, or take csv or jsonl"};
}

bool is_cloud(ExportFormat format) {
  return format == ExportFormat::aws_iot || format == ExportFormat::azure_dps;
}

// A spreadsheet runs such a text: CWE-1236.
bool is_formula(const std::string& cell) {
  return !cell.empty() && std::string_view("=+-@\t\r").find(cell.front()) != std::string_view::npos;
}

// One row after another in either plain format.
class Plain {
 public:
  Plain(ExportFormat format, const Sink& sink) : csv_(format == ExportFormat::csv), sink_(sink) {}

  void header(const std::vector<std::string>& cells) {
    if (csv_) text_ += csv_row(cells);
  }
  template <class Row>
  Result<bool> add(const Row& row, std::vector<std::string> (*cells)(const Row&), const std::function<Json()>& json) {
    text_ += csv_ ? csv_row(cells(row)) : json().dump(-1) + "\n";
    ++rows_;
    if (text_.size() < piece) return true;
    if (auto sent = flush(); !sent) return std::move(sent).error();
    return true;
  }
  Result<std::size_t> end(Status read) {
    if (!read) return std::move(read).error();
    if (auto sent = flush(); !sent) return std::move(sent).error();
    return rows_;
  }

 private:
  Status flush() {
    auto sent = sink_(text_);
    text_.clear();
    return sent;
  }
  bool csv_;
  const Sink& sink_;
  std::string text_;
  std::size_t rows_ = 0;
};

}  // namespace

std::string_view word(ExportFormat format) {
  switch (format) {
    case ExportFormat::csv: return "csv";
    case ExportFormat::json_lines: return "jsonl";
    case ExportFormat::aws_iot: return "aws-iot";
    case ExportFormat::azure_dps: return "azure-dps";
  }
  return "";
}

std::optional<ExportFormat> parse_export_format(std::string_view text) {
  for (const auto format :
       {ExportFormat::csv, ExportFormat::json_lines, ExportFormat::aws_iot, ExportFormat::azure_dps})
    if (word(format) == text) return format;
  return std::nullopt;
}

std::string csv_row(const std::vector<std::string>& cells) {
  std::string row;
  for (const auto& cell : cells) {
    if (&cell != &cells.front()) row += ',';
    const auto text = is_formula(cell) ? "'" + cell : cell;
    if (text.find_first_of(",\"\r\n") == std::string::npos) {
      row += text;
      continue;
    }
    row += '"';
    for (const char c : text) row += c == '"' ? std::string("\"\"") : std::string(1, c);
    row += '"';
  }
  return row + "\r\n";
}

Result<std::size_t> export_certificates(Ledger& ledger, const CertificateFilter& filter, ExportFormat format,
                                        const Sink& sink) {
  if (is_cloud(format)) return export_for_cloud(ledger, filter, format, sink);
  Certificates certificates(ledger);
  Plain out(format, sink);
  out.header(certificate_header());
  return out.end(certificates.for_each(filter, [&](const CertificateRecord& record) {
    return out.add(record, &certificate_cells, [&] { return json_of(record, true); });
  }));
}

Result<std::size_t> export_devices(Ledger& ledger, const DeviceFilter& filter, ExportFormat format, const Sink& sink) {
  if (is_cloud(format)) return only_certificates(format);
  Devices devices(ledger);
  Plain out(format, sink);
  out.header(device_header());
  return out.end(devices.for_each(
      filter, [&](const Device& device) { return out.add(device, &device_cells, [&] { return json_of(device); }); }));
}

Result<std::size_t> export_events(Ledger& ledger, std::int64_t from, ExportFormat format, const Sink& sink) {
  if (is_cloud(format)) return only_certificates(format);
  Audit audit(ledger);
  Plain out(format, sink);
  out.header(event_header());
  return out.end(audit.for_each(
      from, "", [&](const Event& event) { return out.add(event, &event_cells, [&] { return json_of(event); }); }));
}

}  // namespace epki::ledger
