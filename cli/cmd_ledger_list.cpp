// ledger list, ledger show

#include <memory>

#include "cli/context.hpp"
#include "cli/ledger_commands.hpp"
#include "core/text.hpp"
#include "ledger/audit.hpp"
#include "ledger/export.hpp"

namespace epki::cli {

namespace cmd_ledger_list {

struct Options {
  std::string what = "certificates";
  std::optional<std::string> status{}, kind{}, name{}, imei{}, batch{}, station{}, expires_within{}, after{}, format{};
  std::int64_t limit = 100;
};

using Cells = std::vector<std::vector<std::string>>;

// One page of rows in every form.
struct Page {
  std::vector<std::string> header{};       ///< of `brief`
  std::vector<std::string> full_header{};  ///< of `full`
  Cells brief{}, full{};
  Json rows = Json::array();
  std::string next{};  ///< for --after; empty on the last page
};

std::string day(const std::string& rfc3339_text) {
  return rfc3339_text.substr(0, 10);
}

std::string cut(std::string text, std::size_t most) {
  if (text.size() <= most) return text;
  text.resize(most - 3);
  while (!text.empty() && (static_cast<unsigned char>(text.back()) & 0xc0U) == 0x80U) text.pop_back();
  return text + "...";
}

Status refuse(const std::optional<std::string>& value, std::string_view option, std::string_view what) {
  if (!value) return success();
  return Error{Errc::usage, std::string(option) + " does not go with " + std::string(what),
               "ec200u-pki ledger list --help names what does"};
}

Result<Page> certificates(ledger::Ledger& book, const Options& options, const Context& context) {
  if (auto fits = refuse(options.station, "--station", "certificates"); !fits) return std::move(fits).error();
  ledger::CertificateFilter filter;
  filter.kind = options.kind.value_or("");
  filter.name = options.name.value_or("");
  filter.imei = options.imei.value_or("");
  filter.batch = options.batch.value_or("");
  filter.limit = static_cast<std::size_t>(options.limit);
  if (options.status) {
    filter.status = ledger::parse_certificate_status(*options.status);
    if (!filter.status)
      return Error{Errc::usage, "--status " + *options.status + " is no status of a certificate",
                   "use valid, revoked, expired, superseded or unsettled"};
  }
  if (options.expires_within) {
    const auto span = parse_span("--expires-within", *options.expires_within);
    if (!span) return span.error();
    filter.expires_before = context.clock.now() + *span;
  }
  if (options.after) {
    const auto position = parse_integer(*options.after);
    if (!position)
      return Error{Errc::usage, "--after " + *options.after + " is no position", "take it from the page before"};
    filter.after = *position;
  }
  auto found = ledger::Certificates(book).list(filter);
  if (!found) return std::move(found).error();
  Page page{.header = {"serial", "status", "kind", "name", "until", "imei"},
            .full_header = ledger::certificate_header()};
  for (const auto& one : *found) {
    const auto& c = one.certificate;
    page.brief.push_back({c.serial, std::string(word(one.status)), c.kind, c.name,
                          c.pem.empty() ? "" : day(rfc3339(c.not_after)), c.imei});
    page.full.push_back(ledger::certificate_cells(one));
    page.rows.push(ledger::json_of(one, false));
  }
  if (found->size() == filter.limit) page.next = std::to_string(found->back().position);
  return page;
}

Result<Page> devices(ledger::Ledger& book, const Options& options) {
  for (const auto& [value, name] :
       {std::pair{&options.kind, "--kind"}, {&options.name, "--name"}, {&options.expires_within, "--expires-within"}})
    if (auto fits = refuse(*value, name, "devices"); !fits) return std::move(fits).error();
  ledger::DeviceFilter filter;
  filter.imei_prefix = options.imei.value_or("");
  filter.batch = options.batch.value_or("");
  filter.station = options.station.value_or("");
  filter.after = options.after.value_or("");
  filter.limit = static_cast<std::size_t>(options.limit);
  if (options.status) {
    filter.attempt = ledger::parse_attempt(*options.status);
    if (!filter.attempt)
      return Error{Errc::usage, "--status " + *options.status + " is no status of a device",
                   "use running, passed or failed"};
  }
  auto found = ledger::Devices(book).list(filter);
  if (!found) return std::move(found).error();
  Page page{.header = {"imei", "status", "phase", "batch", "board", "station", "slot", "updated", "cause"},
            .full_header = ledger::device_header()};
  for (const auto& d : *found) {
    page.brief.push_back({d.imei, std::string(word(d.attempt)), std::string(word(d.phase)), d.batch, d.board, d.station,
                          d.slot, rfc3339(d.updated), cut(d.cause, 60)});
    page.full.push_back(ledger::device_cells(d));
    page.rows.push(ledger::json_of(d));
  }
  if (found->size() == filter.limit) page.next = found->back().imei;
  return page;
}

Result<Page> events(ledger::Ledger& book, const Options& options) {
  for (const auto& [value, name] : {std::pair{&options.status, "--status"},
                                    {&options.name, "--name"},
                                    {&options.imei, "--imei"},
                                    {&options.batch, "--batch"},
                                    {&options.station, "--station"},
                                    {&options.expires_within, "--expires-within"}})
    if (auto fits = refuse(*value, name, "events"); !fits) return std::move(fits).error();
  const auto after = parse_integer(options.after.value_or("0"));
  if (!after)
    return Error{Errc::usage, "--after " + *options.after + " is no event's number",
                 "ledger list events shows the numbers"};
  Page page{.header = {"number", "at", "kind", "operator", "station", "detail"}, .full_header = ledger::event_header()};
  auto read = ledger::Audit(book).for_each(*after + 1, options.kind.value_or(""), [&](const ledger::Event& event) {
    page.brief.push_back({std::to_string(event.number), rfc3339(event.at), event.kind, event.operator_name,
                          event.station, cut(event.detail.dump(-1), 100)});
    page.full.push_back(ledger::event_cells(event));
    page.rows.push(ledger::json_of(event));
    if (static_cast<std::int64_t>(page.brief.size()) < options.limit) return Result<bool>(true);
    page.next = std::to_string(event.number);
    return Result<bool>(false);
  });
  if (!read) return std::move(read).error();
  return page;
}

Result<Page> output(ledger::Ledger& book) {
  const auto days = ledger::Devices(book).output("");
  if (!days) return days.error();
  Page page{.header = {"day", "station", "job", "batch", "passed", "failed", "first_time"}};
  page.full_header = page.header;
  for (const auto& one : *days) {
    page.brief.push_back({one.day, one.station, one.job, one.batch, std::to_string(one.passed),
                          std::to_string(one.failed), std::to_string(one.first_time)});
    page.rows.push(Json::object({{"day", one.day},
                                 {"station", one.station},
                                 {"job", one.job},
                                 {"batch", one.batch},
                                 {"passed", one.passed},
                                 {"failed", one.failed},
                                 {"first_time", one.first_time}}));
  }
  page.full = page.brief;
  return page;
}

Result<Page> heads(ledger::Ledger& book) {
  const auto all = ledger::Audit(book).heads();
  if (!all) return all.error();
  Page page{.header = {"event", "at", "hash"}};
  page.full_header = page.header;
  for (const auto& one : *all) {
    page.brief.push_back({std::to_string(one.head.event), rfc3339(one.head.at), one.head.hash});
    page.rows.push(Json::object({{"event", one.head.event},
                                 {"at", rfc3339(one.head.at)},
                                 {"hash", one.head.hash},
                                 {"signature", one.signature},
                                 {"public_key", one.public_key}}));
  }
  page.full = page.brief;
  return page;
}

Result<Page> page_of(ledger::Ledger& book, const Options& options, const Context& context) {
  if (options.what == "certificates") return certificates(book, options, context);
  if (options.what == "devices") return devices(book, options);
  if (options.what == "events") return events(book, options);
  if (options.what == "output") return output(book);
  if (options.what == "heads") return heads(book);
  return Error{Errc::usage, "there is nothing called " + options.what + " in the ledger",
               "list certificates, devices, events, output or heads"};
}

Result<Outcome> list(const Options& options, Context& context) {
  auto book = ledger_to_read(context);
  if (!book) return std::move(book).error();
  auto page = page_of(*book, options, context);
  if (!page) return std::move(page).error();
  Outcome outcome;
  outcome.document.set("what", options.what)
      .set("count", page->rows.size())
      .set("next", page->next.empty() ? Json() : Json(page->next))
      .set("rows", std::move(page->rows));
  if (options.format == "csv") {
    outcome.text = ledger::csv_row(page->full_header);
    for (const auto& row : page->full) outcome.text += ledger::csv_row(row);
  } else {
    outcome.text = page->brief.empty() ? "nothing found\n" : text_table(page->header, page->brief);
  }
  if (!page->next.empty())
    context.reporter.step("more may follow: add --after " + page->next +
                          ", or export all with ec200u-pki ledger export");
  return outcome;
}

struct ShowOptions {
  std::string what{};
};

std::string lines_of(const Json& facts, const std::string& indent) {
  std::string text;
  for (const auto& [name, value] : facts.members()) {
    if (value.is_null() || name == "pem") continue;
    const auto plain = value.text();
    text += indent + name + std::string(name.size() < 12 ? 12 - name.size() : 0, ' ') + "  " +
            (plain ? *plain : value.dump(-1)) + "\n";
  }
  return text;
}

Result<Outcome> show(const ShowOptions& options, Context& context) {
  auto book = ledger_to_read(context);
  if (!book) return std::move(book).error();
  const auto& what = options.what;
  ledger::Devices devices(*book);
  auto device = devices.find(what);
  if (!device) return std::move(device).error();
  if (!*device) {
    device = devices.find_board(what);
    if (!device) return std::move(device).error();
  }
  const auto found = ledger::Certificates(*book).find(*device ? (*device)->imei : what);
  if (!found) return found.error();
  Outcome outcome;
  Json rows = Json::array();
  if (*device) {
    const auto facts = ledger::json_of(**device);
    outcome.text += "device " + (*device)->imei + "\n" + lines_of(facts, "  ");
    const auto history = devices.history((*device)->imei);
    if (!history) return history.error();
    Json steps = Json::array();
    for (const auto& past : *history) {
      steps.push(Json::object({{"at", rfc3339(past.at)},
                               {"phase", word(past.step.phase)},
                               {"attempt", word(past.step.attempt)},
                               {"slot", past.step.slot},
                               {"cause", past.step.cause},
                               {"event", past.event}}));
      outcome.text += "  " + rfc3339(past.at) + "  " + std::string(word(past.step.phase)) + ", " +
                      std::string(word(past.step.attempt)) + (past.step.cause.empty() ? "" : ": " + past.step.cause) +
                      "\n";
    }
    outcome.document.set("device", facts).set("history", std::move(steps));
  }
  for (const auto& one : *found) {
    const auto facts = ledger::json_of(one, true);
    outcome.text += "certificate " + one.certificate.serial + "\n" + lines_of(facts, "  ");
    rows.push(facts);
  }
  if (rows.size() == 0 && !*device)
    return Error{
        Errc::input, "the ledger knows no " + what,
        "give a serial, a name, an IMEI, a board's number or a SHA-256; ec200u-pki ledger list shows what is there"};
  outcome.document.set("certificates", std::move(rows));
  return outcome;
}

}  // namespace cmd_ledger_list

void add_ledger_list(CommandLine& line) {
  using namespace cmd_ledger_list;
  auto options = std::make_shared<Options>();
  line.add("ledger list", "List certificates, devices, events, the line's output or the signed heads, a page at a time")
      .option("what", options->what, "certificates (the default), devices, events, output or heads")
      .option("--status", options->status,
              "Certificates: valid, revoked, expired, superseded, unsettled. Devices: running, passed, failed")
      .option("--kind", options->kind, "Certificates or events of this kind")
      .option("--name", options->name, "Certificates for exactly this name")
      .option("--imei", options->imei, "Certificates for this IMEI; devices whose IMEI begins so")
      .option("--batch", options->batch, "Certificates or devices of this batch")
      .option("--station", options->station, "Devices of this station")
      .option("--expires-within", options->expires_within, "Certificates that expire within 30d, 12h, 8w")
      .option("--after", options->after, "Go on after the last row of the page before")
      .option("--limit", options->limit, "Rows of a page (default 100)", 1, 100000)
      .choice("--format", options->format, "table (the default) or csv with every column", {"table", "csv"})
      .examples(
          "  ec200u-pki ledger list --expires-within 30d\n"
          "  ec200u-pki ledger list devices --status failed --station line-1\n"
          "  ec200u-pki ledger list events --kind revoked --format csv")
      .run([options](Context& context) { return list(*options, context); });

  auto show_options = std::make_shared<ShowOptions>();
  line.add("ledger show", "Show all that the ledger knows of a device or a certificate")
      .option("what", show_options->what,
              "A serial, a name, an IMEI, a board's number, or the SHA-256 of a certificate")
      .required()
      .examples(
          "  ec200u-pki ledger show 861234567890123\n"
          "  ec200u-pki ledger show broker.example.com --json")
      .run([show_options](Context& context) { return show(*show_options, context); });
}

}  // namespace epki::cli
