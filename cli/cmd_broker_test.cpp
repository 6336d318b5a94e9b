#include <algorithm>
#include <memory>

#include "broker-configs/conf_model.hpp"
#include "broker-configs/mosquitto.hpp"
#include "broker-configs/render.hpp"
#include "broker-configs/smoke/smoke.hpp"
#include "cli/broker_identities.hpp"
#include "cli/broker_modem.hpp"
#include "cli/commands.hpp"
#include "core/exit_code.hpp"
#include "core/file.hpp"
#include "core/text.hpp"

namespace epki::cli {

namespace cmd_broker_test {

namespace fs = std::filesystem;

struct Options {
  std::optional<std::string> host{}, address{};
  std::optional<std::int64_t> port{};
  bool no_modem = false;
  TestIdentityFiles files{};
  PassphraseOptions passphrase{};
};

struct Target {
  std::string address;
  std::uint16_t port = 0;
  bool own = false;  ///< the project's, on this machine: it may be started
};

// Where the project's configuration listens by TLS; the project file where it cannot be read.
Target target_of_project(const config::Project& project) {
  Target target{broker::reachable_at(project), static_cast<std::uint16_t>(project.broker.port), true};
  auto text = read_file(project.broker_folder() / "mosquitto.conf");
  if (!text) return target;
  const auto no_files = [](const std::string&) -> Result<std::vector<broker::NamedText>> {
    return std::vector<broker::NamedText>{};
  };
  const auto model = broker::read_model({"mosquitto.conf", *std::move(text)}, no_files, broker::Version::v2_1);
  const auto tls = std::find_if(model.listeners.begin(), model.listeners.end(),
                                [](const auto& one) { return one.is_tls() && !one.is_websockets(); });
  if (tls == model.listeners.end()) return target;
  config::Project as_listened = project;
  as_listened.broker.listen = tls->address;
  return {broker::reachable_at(as_listened), static_cast<std::uint16_t>(tls->port), true};
}

Result<Target> target_of(const Options& options, const config::Project& project) {
  auto target = target_of_project(project);
  target.own = !options.host && !options.address && !options.port;
  if (options.host) target.address = *options.host;
  if (options.address) {
    // An address alone, or with a port.
    auto endpoint = broker::parse_endpoint(*options.address);
    target.address = endpoint ? endpoint->address : *options.address;
    if (endpoint) target.port = endpoint->port;
    if (target.address.empty())
      return Error{Errc::usage, "--address " + *options.address + " names no address",
                   "write 192.0.2.10 or 192.0.2.10:8883"};
  }
  if (options.port) target.port = static_cast<std::uint16_t>(*options.port);
  return target;
}

Result<std::optional<broker::RunningBroker>> ensure_running(const Target& target, const config::Project& project,
                                                            Context& context) {
  const std::string where = target.address + ", port " + std::to_string(target.port);
  if (broker::is_listening(target.address, target.port, after(std::chrono::seconds(5)))) {
    context.reporter.step("trying the broker that listens on " + where);
    return std::optional<broker::RunningBroker>{};
  }
  if (!target.own)
    return Error{Errc::network, "nothing accepts a connection at " + where,
                 "start the broker, or say where it listens with --address"};
  if (auto made = make_folder(project.state_folder(), 0700); !made) return std::move(made).error();
  auto running =
      broker::RunningBroker::start(project.broker_folder() / "mosquitto.conf", target.port,
                                   project.state_folder() / "mosquitto.log", after(std::chrono::seconds(10)));
  if (!running) return std::move(running).error();
  context.reporter.step("nothing listened on " + where + ": started the project's Mosquitto for this test");
  return std::optional(*std::move(running));
}

std::string mark_of(const broker::SmokeRow& row) {
  return row.found == broker::Met::untested ? "skip" : row.failed() ? "FAIL" : "ok";
}

std::string padded(std::string text, std::size_t width) {
  text.resize(std::max(text.size(), width), ' ');
  return text;
}

std::string table_of(const std::vector<broker::SmokeRow>& rows) {
  std::size_t widest = 0;
  for (const auto& row : rows) widest = std::max(widest, row.client.size());
  std::string text =
      padded("", 6) + padded("client", widest + 2) + padded("wanted", 10) + padded("found", 10) + "seen\n";
  for (const auto& row : rows)
    text += padded(mark_of(row), 6) + padded(row.client, widest + 2) +
            padded(std::string(broker::word(row.wanted)), 10) + padded(std::string(broker::word(row.found)), 10) +
            visible(row.detail) + "\n";
  return text;
}

// Everything that was tried went as wanted, and somebody was let in: a broker that refuses everybody passes no test.
bool passed(const std::vector<broker::SmokeRow>& rows) {
  const bool failed = std::any_of(rows.begin(), rows.end(), [](const auto& row) { return row.failed(); });
  const bool let_in = std::any_of(rows.begin(), rows.end(), [](const auto& row) {
    return row.wanted == broker::Met::accepted && row.found == broker::Met::accepted;
  });
  return !failed && let_in;
}

Outcome outcome_of(const std::vector<broker::SmokeRow>& rows, const broker::SmokePlan& plan, bool started) {
  const auto count = [&](auto which) {
    return static_cast<std::size_t>(std::count_if(rows.begin(), rows.end(), which));
  };
  const auto failed = count([](const auto& row) { return row.failed(); });
  const auto untested = count([](const auto& row) { return row.found == broker::Met::untested; });
  Outcome outcome;
  outcome.exit = passed(rows) ? exit_code::done : exit_code::no;
  outcome.text = table_of(rows) + counted(rows.size() - failed - untested, "case") + " as wanted, " +
                 std::to_string(failed) + " not, " + std::to_string(untested) + " not tried\n";
  if (failed == 0 && outcome.exit != exit_code::done)
    outcome.text += "Nobody was seen to be let in, so this proves nothing.\n";
  Json cases = Json::array();
  for (const auto& row : rows)
    cases.push(Json::object({{"id", row.id},
                             {"client", row.client},
                             {"wanted", broker::word(row.wanted)},
                             {"found", broker::word(row.found)},
                             {"ok", row.found == broker::Met::untested ? Json() : Json(!row.failed())},
                             {"detail", row.detail}}));
  outcome.document.set("action", "test")
      .set("broker", Json::object({{"address", plan.address},
                                   {"port", std::int64_t{plan.port}},
                                   {"host", plan.host},
                                   {"started", started},
                                   {"mutual", plan.certificates}}))
      .set("passed", passed(rows))
      .set("cases", std::move(cases));
  return outcome;
}

Result<Outcome> test(const Options& options, Context& context) {
  std::error_code gone;
  auto project = config::load(fs::current_path(gone));
  if (!project) return std::move(project).error();
  if (options.files.key && !options.files.certificate)
    return Error{Errc::usage, "--client-key without --client-cert", "name the certificate that belongs to the key"};
  auto target = target_of(options, *project);
  if (!target) return std::move(target).error();
  auto root = read_file(project->root_certificate());
  if (!root) return std::move(root).error();
  auto trusted = ossl::chain_from_pem(*root);
  if (!trusted) return std::move(trusted).error().during("reading ca/root.pem");
  auto running = ensure_running(*target, *project, context);
  if (!running) return std::move(running).error();

  broker::SmokePlan plan;
  plan.address = target->address;
  plan.port = target->port;
  plan.host = options.host.value_or(project->broker.hosts.front());
  plan.trusted = *std::move(trusted);
  plan.certificates = project->broker.mutual;
  if (plan.certificates) {
    auto identities = test_identities(*project, options.files, options.passphrase, context);
    if (!identities) return std::move(identities).error();
    plan.good = std::move(identities->good);
    plan.other = std::move(identities->other);
    plan.wrong_ca = std::move(identities->wrong_ca);
    plan.expired = std::move(identities->expired);
    plan.revoked = std::move(identities->revoked);
  }
  auto rows = broker::try_out(plan, context.random, context.reporter, context.cancel);
  if (!rows) return std::move(rows).error();
  if (!options.no_modem) {
    auto row = try_as_modem(plan, *root, context);
    if (!row) return std::move(row).error();
    rows->push_back(*std::move(row));
  }
  return outcome_of(*rows, plan, running->has_value());
}

}  // namespace cmd_broker_test

void add_broker_test(CommandLine& line) {
  using namespace cmd_broker_test;
  auto options = std::make_shared<Options>();
  auto command = line.add("broker test",
                          "See who a running broker lets in and whom it refuses; starts the project's own if need be");
  command
      .option("--host", options->host,
              "Name that is dialled and that its certificate must carry (default: the project's first)")
      .option("--address", options->address, "ADDRESS or ADDRESS:PORT to connect to, whatever the name resolves to")
      .option("--port", options->port, "Port (default: the project's)", 1, 65535)
      .option("--client-cert", options->files.certificate,
              "A device's certificate for the good client, instead of one the device CA signs for the test")
      .option("--client-key", options->files.key, "Its key (default: in the same file)")
      .option("--revoked", options->files.revoked,
              "Certificate and key of a revoked device, one file: it must be refused")
      .flag("--no-modem", options->no_modem, "Leave the simulated modem out");
  add_passphrase_options(command, options->passphrase);
  command
      .examples(
          "  ec200u-pki broker test\n"
          "  ec200u-pki broker test --host broker.example.com --passphrase-file /run/secrets/ca\n"
          "  ec200u-pki broker test --address 192.0.2.10:8883 --client-cert device.pem --revoked lost-device.pem")
      .run([options](Context& context) { return test(*options, context); });
}

}  // namespace epki::cli
