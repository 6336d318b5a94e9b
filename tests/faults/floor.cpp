#include "tests/faults/floor.hpp"

#include <array>
#include <stdexcept>
#include <utility>

#include "core/tests/seeded_random.hpp"
#include "core/text.hpp"
#include "pki/ossl/builder.hpp"
#include "pki/ossl/key.hpp"
#include "provision/at/recording.hpp"
#include "provision/at/tests/recorded.hpp"
#include "provision/plan/settings.hpp"

namespace epki::faults {
namespace {

const Instant noon = *parse_rfc3339("2026-11-22T15:46:00Z");

template <class T>
T must(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().what);
  return std::move(*result);
}

std::string root_pem(std::byte serial) {
  const auto key = must(ossl::PrivateKey::generate(ossl::KeyType::ec_p256));
  return must(ossl::build({.subject = {{"CN", "test root"}},
                           .serial = {serial},
                           .not_before = noon - std::chrono::hours(24),
                           .not_after = noon + std::chrono::hours(24 * 365),
                           .extensions = {{.name = "basicConstraints", .value = "CA:TRUE", .critical = true}}},
                          key, {.key = key}))
      .pem();
}

/// Made once: keys cost more than all the rest of a run. Long enough for acknowledgements in the middle of an upload.
const std::array<std::string, 2>& roots() {
  static const std::array<std::string, 2> all{root_pem(std::byte{1}) + std::string(700, '\n'), root_pem(std::byte{2})};
  return all;
}

/// Letters in hex: not a number that a recording masks.
constexpr unsigned first_random = 0xa1;

class Listener final : public Reporter {
 public:
  void step(std::string_view sentence) override { told += std::string(sentence) + "\n"; }
  void detail(std::string_view sentence) override { told += "  " + std::string(sentence) + "\n"; }
  void warning(std::string_view sentence) override { told += "warning: " + std::string(sentence) + "\n"; }
  void progress(std::string_view, std::uint64_t, std::uint64_t) override {}
  std::string told{};
};

}  // namespace

Floor::Floor(const std::string& toml) : Floor(toml, roots()) {}

Floor::Floor(const std::string& toml, std::array<std::string, 2> roots)
    : folder_(must(TemporaryFolder::make("epki-floor"))), clock_(noon) {
  auto persona = must(sim::parse_persona(toml, "floor.toml", {}));
  persona.hosts = {{"broker.example", {"127.0.0.1"}}, {"other.example", {"127.0.0.1"}}};
  const auto shared = std::make_shared<const sim::Persona>(std::move(persona));
  world_ = {.right_ca = roots[0], .broker_name = "broker.example", .names = {"broker.example", "other.example"}};
  imei_ = shared->imei;
  firmware_ = shared->revision;
  ledger_.emplace(fresh_ledger("ledger.db"));
  modem_ = std::make_unique<sim::Modem>(
      sim::Modem::Parts{.persona = shared,
                        .files = must(sim::FileStore::open(folder_.path() / "ufs", shared->faults.storage_bytes)),
                        .network = played_network(world_, *shared),
                        .host_time = noon,
                        .log = [](const std::string&) {},
                        .network_runs = sim::Worker::Where::callers_thread},
      time_.now());
  wanted.ca_pem = std::move(roots[0]);
  wanted.twin_pem = std::move(roots[1]);
  wanted.host = "broker.example";
  wanted.certificate_names = {"broker.example"};
  wanted.alternate_names = {"other.example"};
}

/// With the verdict that this firmware trusts the uploaded CA alone.
ledger::Ledger Floor::fresh_ledger(const std::string& name) {
  auto ledger = must(ledger::Ledger::open(folder_.path() / name, clock_));
  auto learnt = ledger.record_verdict({.key = {.model = "EC200U",
                                               .firmware = firmware_,
                                               .path = "mqtt",
                                               .settings = plan::settings_key(plan::ssl_settings(""))},
                                       .verdict_class = "uploaded",
                                       .names_checked = true,
                                       .imei = imei_,
                                       .at = noon,
                                       .detail = Json::object()});
  if (!learnt) throw std::runtime_error(learnt.error().what);
  return ledger;
}

plan::DeviceReport Floor::replay(const std::string& recording) {
  at::test::ScriptedStream wire(at::test::recorded_turns(recording));
  wire.passes(time_);
  auto ledger = fresh_ledger("replay.db");
  Listener reporter;
  test::CountingRandom random(first_random);
  Cancel cancel;
  at::Engine engine(wire, ec200u::unsolicited_prefixes(), ec200u::restart_line);
  auto report =
      plan::provision(engine, "/dev/ttyFLOOR", wanted, options,
                      {.ledger = ledger, .clock = clock_, .random = random, .reporter = reporter, .cancel = cancel});
  if (!wire.finished()) throw std::runtime_error(wire.left());
  return report;
}

Floor::Run Floor::provision(std::size_t kill_after) {
  Run run;
  SimulatedLine line(*modem_, time_);
  line.kill_after(kill_after);
  line.noisy_above(noisy_above);
  line.watch([this] {
    if (ever_.empty()) ever_ = badly_bound();
  });
  Listener reporter;
  test::CountingRandom random(first_random);
  Cancel cancel;
  at::Engine engine(line, ec200u::unsolicited_prefixes(), ec200u::restart_line);
  std::unique_ptr<at::Recording> recording;
  if (!record_into.empty()) recording = must(at::Recording::create(record_into, "the floor"));
  if (recording) engine.log_to([&recording](std::string_view text) { recording->take(text); });
  if (keep_wire) engine.log_to([&run](std::string_view text) { run.wire += std::string(text) + "\n"; });
  try {
    run.report = plan::provision(
        engine, "/dev/ttyFLOOR", wanted, options,
        {.ledger = *ledger_, .clock = clock_, .random = random, .reporter = reporter, .cancel = cancel});
  } catch (const Killed&) {
    run.killed = true;
  }
  run.told = std::move(reporter.told);
  run.written = line.written();
  return run;
}

void Floor::wait_until_ready() {
  while (!modem_->ready()) {
    time_.advance_to(time_.now() + std::chrono::milliseconds(100));
    modem_->advance(time_.now());
  }
  static_cast<void>(modem_->take_output(time_.now()));
}

std::string Floor::differs() const {
  const auto file = plan::file_name_for(wanted.ca_pem);
  const auto* content = modem_->files().find(file);
  if (content == nullptr) return file + " is not on the modem";
  if (*content != wanted.ca_pem) return file + " is not what was sent";
  const auto& context = modem_->state.ssl_in_force[static_cast<std::size_t>(wanted.context)];
  const auto keys = sim::ssl_keys();
  for (const auto& [key, value] : plan::ssl_settings(file)) {
    const auto at = sim::ssl_key(key);
    if (!at) return "the simulator does not know " + key;
    if (!ec200u::same_ssl_value(key, context.value(*at), value))
      return std::string(keys[*at].name) + " is " + context.value(*at) + " instead of " + value;
  }
  const auto& mqtt = modem_->mqtt[static_cast<std::size_t>(wanted.client)].config;
  if (!mqtt.ssl_in_force) return "MQTT does not use TLS";
  if (mqtt.ssl_context != wanted.context) return "MQTT uses SSL context " + std::to_string(mqtt.ssl_context);
  return {};
}

std::string Floor::badly_bound() const {
  const auto cacert = *sim::ssl_key("cacert");
  for (std::size_t i = 0; i < modem_->state.ssl.size(); ++i) {
    const auto name = plan::name_in(modem_->state.ssl[i].value(cacert));
    if (name.empty()) continue;
    const auto* content = modem_->files().find(name);
    if (content == nullptr) return "SSL context " + std::to_string(i) + " is bound to " + name + ", which is not there";
    if (*content != wanted.ca_pem && *content != wanted.twin_pem)
      return "SSL context " + std::to_string(i) + " is bound to a partial " + name;
  }
  return {};
}

bool ended_well(const Floor::Run& run) {
  if (!run.report) return false;
  const auto word = plan::word(run.report->status);
  return word == "protected" || word == "connected-unproven";
}

std::string outcome(const Floor::Run& run) {
  if (run.killed) return "killed";
  return std::string(plan::word(run.report->status)) + ": " + run.report->sentence + "\n" + run.told;
}

}  // namespace epki::faults
