#include "cli/broker_modem.hpp"

#include <array>

#include "broker-configs/mosquitto.hpp"
#include "cli/simulated_world.hpp"
#include "core/file.hpp"
#include "core/text.hpp"
#include "provision/ec200u/modem.hpp"
#include "provision/plan/settings.hpp"
#include "provision/transport/byte_stream.hpp"

namespace epki::cli {

namespace {

constexpr int ssl_context = 1, client = 0, pdp = 1, qos = 1;
constexpr auto network = std::chrono::seconds(20);

class Trial {
 public:
  Trial(const broker::SmokePlan& plan, std::string_view root_pem, at::Engine& engine, Context& context)
      : plan_(plan), root_pem_(root_pem), modem_(engine), context_(context) {}

  Result<broker::SmokeRow> run() {
    broker::SmokeRow row{"modem", "a modem (simulated, mbedTLS, TLS 1.2)", broker::Met::accepted, broker::Met::unclear,
                         ""};
    if (auto ready = prepare(); !ready) return told(std::move(row), std::move(ready).error());
    auto open = modem_.mqtt_open(client, plan_.host, plan_.port);
    if (!open) return told(std::move(row), std::move(open).error());
    if (!open->opened()) return refused(std::move(row), "the modem says " + open->text());
    auto answer = modem_.mqtt_connect(client, name());
    if (!answer) return told(std::move(row), std::move(answer).error());
    if (!answer->accepted()) return refused(std::move(row), "the modem says " + answer->text());
    auto back = echo();
    (void)modem_.mqtt_end(client);
    if (!back) return told(std::move(row), std::move(back).error());
    row.found = broker::Met::accepted;
    row.detail = open->text() + ", " + answer->text() + ", its message on " + topic() + " came back";
    return row;
  }

 private:
  static Result<broker::SmokeRow> told(broker::SmokeRow row, Error error) {
    if (error.code == Errc::interrupted) return error;
    row.detail = error.what;
    return row;
  }
  static broker::SmokeRow refused(broker::SmokeRow row, std::string why) {
    row.found = broker::Met::refused;
    row.detail = std::move(why);
    return row;
  }

  std::string name() const { return plan_.certificates ? plan_.good.identity->name : "epki-test-modem"; }
  std::string topic() const { return "ec200u/" + name() + "/modem"; }

  Status prepare() {
    if (auto identity = modem_.identify(after(network)); !identity) return std::move(identity).error();
    if (auto done = modem_.wait_registered(after(network)); !done) return done;
    if (auto done = modem_.activate(pdp, ""); !done) return done;
    if (auto done = modem_.set_clock(context_.clock.now()); !done) return done;
    if (auto done = put("epki-test-ca.pem", root_pem_); !done) return done;
    for (const auto& [key, value] : plan::ssl_settings("epki-test-ca.pem"))
      if (auto done = modem_.set_ssl(ssl_context, key, value); !done) return done;
    if (plan_.certificates)
      if (auto done = take_identity(*plan_.good.identity); !done) return done;
    if (auto done = modem_.set_mqtt_pdp(client, pdp); !done) return done;
    return modem_.set_mqtt_ssl(client, true, ssl_context);
  }

  Status take_identity(const broker::ClientIdentity& identity) {
    std::string chain;
    for (const auto& one : identity.chain) chain += one.pem();
    if (auto done = put("epki-test-cert.pem", chain); !done) return done;
    auto key = identity.key.to_pem();
    if (!key) return std::move(key).error();
    if (auto done = put("epki-test-key.pem", key->view()); !done) return done;
    const std::array<std::pair<const char*, const char*>, 3> settings{
        {{"seclevel", "2"}, {"clientcert", "UFS:epki-test-cert.pem"}, {"clientkey", "UFS:epki-test-key.pem"}}};
    for (const auto& [key_name, value] : settings)
      if (auto done = modem_.set_ssl(ssl_context, key_name, value); !done) return done;
    return success();
  }

  Status put(std::string_view file, std::string_view bytes) {
    auto receipt = modem_.upload(file, bytes);
    if (!receipt) return std::move(receipt).error();
    return success();
  }

  Status echo() {
    if (auto done = modem_.mqtt_subscribe(client, topic(), qos); !done) return done;
    std::array<std::byte, 8> bytes{};
    context_.random.fill(bytes);
    const auto payload = to_hex(bytes);
    if (auto done = modem_.mqtt_publish(client, topic(), payload, qos); !done) return done;
    const auto by = after(plan_.patience);
    for (;;) {
      auto message = modem_.mqtt_receive(client, topic(), by);
      if (!message) return std::move(message).error();
      if (*message == payload) return success();
    }
  }

  const broker::SmokePlan& plan_;
  std::string_view root_pem_;
  ec200u::Modem modem_;
  Context& context_;
};

}  // namespace

Result<broker::SmokeRow> try_as_modem(const broker::SmokePlan& plan, std::string_view root_pem, Context& context) {
  broker::SmokeRow row{"modem", "a modem (simulated, mbedTLS, TLS 1.2)", broker::Met::accepted, broker::Met::untested,
                       ""};
  std::error_code failed;
  if (!std::filesystem::exists(context.executable.parent_path() / "ec200u-sim", failed)) {
    row.detail = "the simulator ec200u-sim is not installed beside this program";
    return row;
  }
  if (plan.certificates && !plan.good.identity) {
    row.detail = plan.good.missing;
    return row;
  }
  context.reporter.step("trying a modem");
  auto folder = TemporaryFolder::make("ec200u-broker-test");
  if (!folder) return std::move(folder).error();
  const auto address = broker::numeric_address(plan.address, plan.port, after(plan.patience));
  if (address.empty()) {
    row.found = broker::Met::unclear;
    row.detail = "nothing accepts a connection at " + plan.address + " any more";
    return row;
  }
  auto simulator = Simulator::start("strict", 1, folder->path(), {plan.host}, context, address);
  if (!simulator) return std::move(simulator).error();
  auto wire = transport::open_serial(simulator->pty(), 115200, context.cancel);
  if (!wire) return std::move(wire).error();
  at::Engine engine(**wire, ec200u::unsolicited_prefixes(), ec200u::restart_line);
  return Trial(plan, root_pem, engine, context).run();
}

}  // namespace epki::cli
