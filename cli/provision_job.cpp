#include "cli/provision_job.hpp"

#include <atomic>

#include "cli/client_issuer.hpp"
#include "cli/ledger_place.hpp"
#include "cli/leftovers.hpp"
#include "core/file.hpp"
#include "ledger/ledger.hpp"
#include "pki/ossl/certificate.hpp"

namespace epki::cli {

namespace {

// A name that reaches a simulated modem's broker and that no certificate of ours carries.
constexpr const char* name_nobody_certifies = "not-in-the-certificate.invalid";

// The names of the certificate that the broker serves, where it can be read.
void add_served_names(const config::Project& project, std::vector<std::string>& names) {
  const auto pem = read_file(project.broker_folder() / "certs/server.pem");
  if (!pem) return;
  const auto server = ossl::chain_from_pem(*pem);
  if (!server || server->empty()) return;
  for (const auto& more : {server->front().dns_names(), server->front().ip_addresses()})
    names.insert(names.end(), more.begin(), more.end());
  names.push_back(server->front().common_name());
}

/// The line's, always the same one for a thread; else one of this run's own.
Result<ledger::Ledger*> ledger_for(const ProvisionJob& job, std::optional<ledger::Ledger>& own, bool to_read,
                                   const Context& context) {
  if (!job.ledgers.empty()) {
    static std::atomic<std::size_t> threads{0};
    thread_local const std::size_t mine = threads.fetch_add(1);
    return job.ledgers[mine % job.ledgers.size()];
  }
  auto opened = to_read ? open_ledger_to_read(job.project, context) : open_ledger(job.project, context);
  if (!opened) return std::move(opened).error();
  own.emplace(*std::move(opened));
  return &*own;
}

Result<OpenModem> open_with(const transport::PortSpec& spec, const ProvisionJob& job, ledger::Ledger& ledger,
                            Context& context, Reporter& reporter) {
  auto modem = open_modem(spec, job.project, job.baud, job.simulated_names, context);
  if (!modem) return std::move(modem).error();
  if (auto undone = undo_leftovers(*modem->engine, ledger, reporter, context); !undone)
    return std::move(undone).error();
  return modem;
}

}  // namespace

Result<std::string> twin_of(const std::string& root_pem, ledger::Ledger& ledger) {
  auto twins = ledger.issued("twin");
  if (!twins) return std::move(twins).error();
  const auto root = ossl::Certificate::from_pem(root_pem);
  if (!root) return root.error();
  for (auto twin = twins->rbegin(); twin != twins->rend(); ++twin)
    if (twin->subject == root->subject()) return twin->pem;
  return std::string{};
}

Result<ProvisionJob> make_provision_job(config::Project project, const ModemChoices& choices) {
  ProvisionJob job{.project = std::move(project)};
  const auto& p = job.project;
  auto root = read_file(p.root_certificate());
  if (!root) return std::move(root).error();
  auto certificate = ossl::Certificate::from_pem(*root);
  if (!certificate) return std::move(certificate).error().during("reading " + p.root_certificate().string());
  auto& wanted = job.wanted;
  wanted.ca_not_before = certificate->not_before();
  wanted.ca_pem = *std::move(root);
  std::error_code ignored;
  if (const auto file = p.folder / "ca/standby-root.pem"; std::filesystem::exists(file, ignored)) {
    auto standby = read_file(file);
    if (!standby) return std::move(standby).error();
    if (auto parsed = ossl::Certificate::from_pem(*standby); !parsed)
      return std::move(parsed).error().during("reading " + file.string());
    wanted.standby_pem = *std::move(standby);
  }
  wanted.context = static_cast<int>(choices.context.value_or(p.modem.ssl_context));
  wanted.spare_context = static_cast<int>(p.modem.spare_context);
  // Two that differ in the project file; whichever --context takes, the other is free. It is put back as it was found.
  if (wanted.spare_context == wanted.context) wanted.spare_context = static_cast<int>(p.modem.ssl_context);
  wanted.client = static_cast<int>(choices.client.value_or(p.modem.client));
  wanted.pdp = static_cast<int>(p.modem.pdp_context);
  wanted.apn = p.modem.apn;
  wanted.mutual = p.broker.mutual || choices.mutual;
  wanted.host = p.broker.hosts.front();
  wanted.port = static_cast<std::uint16_t>(p.broker.port);
  wanted.certificate_names = p.broker.hosts;
  wanted.certificate_names.insert(wanted.certificate_names.end(), p.broker.ips.begin(), p.broker.ips.end());
  add_served_names(p, wanted.certificate_names);

  auto& o = job.options;
  o.connect = p.provision.connect;
  o.clock = plan::parse_clock_source(p.provision.clock).value_or(plan::ClockSource::automatic);
  o.clock_fallback = p.provision.clock_fallback == "hold" ? plan::ClockFallback::hold : plan::ClockFallback::set_clock;
  o.ntp_server = p.provision.ntp_server;
  o.registration_limit = std::chrono::seconds(p.provision.registration_seconds);
  o.topic = p.provision.topic;
  job.baud = choices.baud.value_or(p.modem.baud);
  if (choices.baud || p.modem.baud != 115200) o.line_speed = job.baud;
  job.simulated_names = p.broker.hosts;
  job.simulated_names.emplace_back(name_nobody_certifies);
  return job;
}

Result<OpenModem> open_for(const transport::PortSpec& spec, const ProvisionJob& job, Context& context,
                           Reporter& reporter) {
  std::optional<ledger::Ledger> own;
  auto ledger = ledger_for(job, own, false, context);
  if (!ledger) return std::move(ledger).error();
  return open_with(spec, job, **ledger, context, reporter);
}

Result<plan::AuditReport> audit_one(const transport::PortSpec& spec, const ProvisionJob& job, Context& context,
                                    Reporter& reporter) {
  std::optional<ledger::Ledger> own;
  auto opened = ledger_for(job, own, true, context);
  if (!opened) return std::move(opened).error();
  auto& ledger = **opened;
  auto modem = open_with(spec, job, ledger, context, reporter);
  if (!modem) return std::move(modem).error();
  return plan::audit(*modem->engine, modem->name, job.wanted, job.options,
                     {ledger, context.clock, context.random, reporter, context.cancel});
}

Result<plan::DeviceReport> provision_one(const transport::PortSpec& spec, const ProvisionJob& job, Context& context,
                                         Reporter& reporter, plan::Watch* watch) {
  std::optional<ledger::Ledger> own;
  auto opened = ledger_for(job, own, job.options.dry_run, context);
  if (!opened) return std::move(opened).error();
  auto& ledger = **opened;
  plan::Wanted wanted = job.wanted;
  // A line has looked for it before its first board, whether there is one or not.
  if (wanted.twin_pem.empty() && job.ledgers.empty()) {
    auto twin = twin_of(wanted.ca_pem, ledger);
    if (!twin) return std::move(twin).error();
    wanted.twin_pem = *std::move(twin);
  }
  wanted.simulated = spec.kind == transport::PortSpec::Kind::simulator;
  if (wanted.simulated) wanted.alternate_names.emplace_back(name_nobody_certifies);

  auto modem = open_with(spec, job, ledger, context, reporter);
  if (!modem) return std::move(modem).error();
  const plan::Surroundings around{ledger,
                                  context.clock,
                                  context.random,
                                  reporter,
                                  context.cancel,
                                  watch,
                                  job.issue_client ? job.issue_client : make_client_issuer(job.project, {}, context),
                                  job.witness};
  auto report = plan::provision(*modem->engine, modem->name, wanted, job.options, around);
  BootFiles own_files;
  auto& files = job.boot_files != nullptr ? *job.boot_files : own_files;
  if (!job.options.dry_run)
    if (auto written = files.write(job.project, report); !written) {
      report.warnings.push_back(written.error().what);
      reporter.warning(written.error().what);
    }
  return report;
}

}  // namespace epki::cli
