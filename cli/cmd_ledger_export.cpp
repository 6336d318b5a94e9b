// ledger export

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>

#include "cli/context.hpp"
#include "cli/ledger_commands.hpp"
#include "core/file.hpp"
#include "core/text.hpp"
#include "ledger/export.hpp"

namespace epki::cli {

namespace cmd_ledger_export {

struct Options {
  std::string what = "certificates";
  std::string format = "csv";
  std::optional<std::string> out{}, template_file{}, status{}, kind{}, batch{}, station{}, job{};
};

// Where the rows go: stdout, or a file that gets its name when it is whole.
class Target {
 public:
  static Result<Target> open(const std::optional<std::string>& out) {
    Target target;
    if (!out) return target;
    target.file_ = *out;
    if (::access(out->c_str(), F_OK) == 0)
      return Error{Errc::disk, *out + " exists already", "nothing is overwritten: name another file"};
    target.beside_ = *out + ".part";
    target.descriptor_ = ::open(target.beside_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (target.descriptor_ < 0) return disk_error("creating", target.beside_, errno);
    return target;
  }
  Target(Target&& other) noexcept
      : file_(std::move(other.file_)),
        beside_(std::move(other.beside_)),
        descriptor_(std::exchange(other.descriptor_, STDOUT_FILENO)) {}
  Target& operator=(Target&&) = delete;
  ~Target() {
    if (descriptor_ == STDOUT_FILENO) return;
    ::close(descriptor_);
    ::unlink(beside_.c_str());
  }

  Status write(std::string_view piece) {
    while (!piece.empty()) {
      const auto n = ::write(descriptor_, piece.data(), piece.size());
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return disk_error("writing", file_.empty() ? "the standard output" : file_, errno);
      piece.remove_prefix(static_cast<std::size_t>(n));
    }
    return success();
  }

  Status finish() {
    if (descriptor_ == STDOUT_FILENO) return success();
    if (::fsync(descriptor_) != 0 || ::link(beside_.c_str(), file_.c_str()) != 0)
      return disk_error("writing", file_, errno);
    return success();
  }

 private:
  Target() = default;
  std::string file_{}, beside_{};
  int descriptor_ = STDOUT_FILENO;
};

Result<std::size_t> write_rows(ledger::Ledger& book, const Options& options, ledger::ExportFormat format,
                               const ledger::Sink& sink) {
  if (options.what == "certificates") {
    ledger::CertificateFilter filter{.kind = options.kind.value_or(""), .batch = options.batch.value_or("")};
    if (options.status) {
      filter.status = ledger::parse_certificate_status(*options.status);
      if (!filter.status || filter.status == ledger::CertificateStatus::unsettled)
        return Error{Errc::usage, "--status " + *options.status + " is no status of a certificate",
                     "use valid, revoked, expired or superseded"};
    }
    return ledger::export_certificates(book, filter, format, sink);
  }
  if (options.what == "devices") {
    ledger::DeviceFilter filter{
        .station = options.station.value_or(""), .job = options.job.value_or(""), .batch = options.batch.value_or("")};
    if (options.status) {
      filter.attempt = ledger::parse_attempt(*options.status);
      if (!filter.attempt)
        return Error{Errc::usage, "--status " + *options.status + " is no status of a device",
                     "use running, passed or failed"};
    }
    return ledger::export_devices(book, filter, format, sink);
  }
  if (options.what == "events") return ledger::export_events(book, 1, format, sink);
  return Error{Errc::usage, "there is nothing called " + options.what + " to export",
               "export certificates, devices or events"};
}

// For the bar: an upper bound where a filter applies, 0 where counting would take as long as exporting.
std::uint64_t rows_at_most(ledger::Ledger& book, const Options& options) {
  if (options.what != "devices") return 0;
  const auto counts = ledger::Devices(book).counts();
  std::uint64_t rows = 0;
  if (counts)
    for (const auto& cell : *counts) rows += static_cast<std::uint64_t>(cell.devices);
  return rows;
}

// Lines of JSON as the one array that --format json is; in constant memory, like they.
class ArrayOfLines {
 public:
  explicit ArrayOfLines(ledger::Sink sink) : sink_(std::move(sink)) {}
  Status add(std::string_view piece) {
    std::string out;
    for (const char c : piece) {
      if (!begun_ || line_ended_) out += begun_ ? ",\n" : "[\n";
      begun_ = true;
      line_ended_ = c == '\n';
      if (!line_ended_) out += c;
    }
    return sink_(out);
  }
  Status finish() { return sink_(begun_ ? "\n]\n" : "[]\n"); }

 private:
  ledger::Sink sink_;
  bool begun_ = false, line_ended_ = false;
};

// The rows in the document itself: it is made in memory, so there is an end to how many.
class RowsInDocument {
 public:
  static constexpr std::size_t most = 100'000;
  Status add(std::string_view piece) {
    rest_ += piece;
    for (auto end = rest_.find('\n'); end != std::string::npos; end = rest_.find('\n')) {
      auto row = Json::parse(std::string_view(rest_).substr(0, end));
      if (!row) return std::move(row).error();
      rest_.erase(0, end + 1);
      if (rows_.size() == most)
        return Error{Errc::usage,
                     "there are more than " + std::to_string(most) + " rows: they need a file of their own",
                     "give --out FILE, or --format jsonl without --json"};
      rows_.push(*std::move(row));
    }
    return success();
  }
  Json rows() && { return std::move(rows_); }

 private:
  std::string rest_;
  Json rows_ = Json::array();
};

Result<Outcome> in_document(ledger::Ledger& book, const Options& options, ledger::ExportFormat format,
                            const Context& context) {
  RowsInDocument document;
  auto rows = write_rows(book, options, format, [&](std::string_view piece) -> Status {
    if (context.cancel.requested()) return interrupted();
    return document.add(piece);
  });
  if (!rows) return std::move(rows).error();
  Outcome outcome;
  outcome.document.set("what", options.what).set("format", "json").set("count", *rows);
  outcome.document.set("file", Json()).set("rows", std::move(document).rows());
  return outcome;
}

Result<Outcome> run(const Options& options, Context& context) {
  const bool array = options.format == "json";
  auto format = array ? ledger::ExportFormat::json_lines : ledger::parse_export_format(options.format);
  if (!format)
    return Error{Errc::usage, "--format " + options.format + " is no format",
                 "use csv, json, jsonl, aws-iot or azure-dps"};
  if (options.template_file && *format != ledger::ExportFormat::aws_iot)
    return Error{Errc::usage, "--template goes with --format aws-iot only",
                 "add --format aws-iot, or leave --template out"};
  auto book = ledger_to_read(context);
  if (!book) return std::move(book).error();
  if (context.globals.json && !options.out) {
    if (format == ledger::ExportFormat::csv) format = ledger::ExportFormat::json_lines;
    return in_document(*book, options, *format, context);
  }
  auto target = Target::open(options.out);
  if (!target) return std::move(target).error();
  std::uint64_t lines = 0;
  const auto most = rows_at_most(*book, options);
  ArrayOfLines lines_as_array([&](std::string_view piece) { return target->write(piece); });
  auto rows = write_rows(*book, options, *format, [&](std::string_view piece) -> Status {
    if (context.cancel.requested()) return interrupted();
    lines += static_cast<std::uint64_t>(std::count(piece.begin(), piece.end(), '\n'));
    if (options.out && most > 0) context.reporter.progress("exporting", std::min(lines, most), most);
    return array ? lines_as_array.add(piece) : target->write(piece);
  });
  context.reporter.progress("exporting", 0, 0);
  if (!rows) return std::move(rows).error();
  if (array)
    if (auto closed = lines_as_array.finish(); !closed) return std::move(closed).error();
  if (auto finished = target->finish(); !finished) return std::move(finished).error();
  if (options.template_file)
    if (auto written = write_new_file(*options.template_file, ledger::aws_iot_template(), 0644); !written)
      return std::move(written).error();
  Outcome outcome;
  outcome.document.set("what", options.what).set("format", options.format).set("count", *rows).set("file", options.out);
  if (options.out) outcome.text = "exported " + counted(*rows, "row") + " to " + *options.out + "\n";
  return outcome;
}

}  // namespace cmd_ledger_export

void add_ledger_export(CommandLine& line) {
  using namespace cmd_ledger_export;
  auto options = std::make_shared<Options>();
  line.add("ledger export",
           "Write all certificates, devices or events to a file, or register devices with a cloud service")
      .option("what", options->what, "certificates (the default), devices or events")
      .option("--format", options->format,
              "csv (the default), json (one array), jsonl (an object a line), aws-iot (bulk registration) or azure-dps "
              "(enrolments)")
      .option("--out", options->out,
              "The file, which must not exist yet (default: standard output; with --json the document's rows)")
      .option("--template", options->template_file, "With aws-iot: write the provisioning template that fits, too")
      .option("--status", options->status,
              "Certificates: valid, revoked, expired, superseded. Devices: running, passed, failed")
      .option("--kind", options->kind, "Certificates of this kind: device, server, root, issuing, …")
      .option("--batch", options->batch, "Certificates or devices of this batch")
      .option("--station", options->station, "Devices of this station")
      .option("--job", options->job, "Devices of this job")
      .examples(
          "  ec200u-pki ledger export devices --out devices.csv\n"
          "  ec200u-pki ledger export --kind device --status valid --format jsonl | gzip > certificates.jsonl.gz\n"
          "  ec200u-pki ledger export --format aws-iot --batch lot-7 --out lot-7.json --template template.json\n"
          "  ec200u-pki ledger export --format azure-dps --out enrolments.jsonl")
      .run([options](Context& context) { return run(*options, context); });
}

}  // namespace epki::cli
