#include "cli/line_bench.hpp"

#include <filesystem>

#include "core/child.hpp"
#include "provision/ec200u/modem.hpp"
#include "provision/station/patience.hpp"
#include "provision/transport/usb_watch.hpp"

namespace epki::cli {

namespace {

constexpr std::string_view usb = "usb:";
// Without the slot's name: several slots may need the same step, which is said once then.
constexpr const char* check_the_slot = "check the board and the cable of the slot";
constexpr const char* name_the_slots = "name the ports of the slots: --ports /dev/ttyUSB0,/dev/ttyUSB4";
constexpr auto look_again = std::chrono::milliseconds(250);
// Where udev tells of changes, the list of ports is believed so long: no daemon may be running that would tell.
constexpr auto believed = std::chrono::seconds(2);
constexpr auto answer_limit = std::chrono::milliseconds(1500);
// A modem that restarts by itself is silent for some seconds and was not taken out.
constexpr int silences_of_an_empty_slot = 12;

using Kind = transport::PortSpec::Kind;

/// Hands what the plan engine says to the slot's tile.
class ToWatcher final : public plan::Watch, public Reporter {
 public:
  ToWatcher(station::Watcher& watcher, Reporter& below, const ProvisionJob& job)
      : watcher_(watcher), below_(below), job_(job) {}

  Result<plan::Admission> identified(const ec200u::Identity& identity) override {
    board_ = {identity.imei, identity.model, identity.firmware};
    auto task = watcher_.identified(board_);
    if (!task) return std::move(task).error();
    connects_ = task->connect;
    if (job_.needs_scan && task->serial.empty())
      return Error{Errc::usage, "no serial number was scanned for this board, and the job names devices after it",
                   "scan the board's label for this slot, then take the board out and put it in again"};
    return plan::Admission{task->connect, task->serial,
                           task->reissue ? std::optional(job_.reissue_reason) : std::nullopt};
  }
  void reached(plan::Milestone milestone) override {
    switch (milestone) {
      case plan::Milestone::uploaded: return watcher_.reached(station::State::uploaded);
      case plan::Milestone::configured: return watcher_.reached(station::State::configured);
      case plan::Milestone::verified: return watcher_.reached(station::State::verified);
    }
  }
  void step(std::string_view sentence) override { watcher_.step(sentence); }
  void detail(std::string_view sentence) override { below_.detail(sentence); }
  void warning(std::string_view sentence) override { below_.warning(sentence); }
  void progress(std::string_view what, std::uint64_t done, std::uint64_t total) override {
    watcher_.progress(what, done, total);
  }
  const station::Board& board() const { return board_; }
  bool connects() const { return connects_; }

 private:
  station::Watcher& watcher_;
  Reporter& below_;
  const ProvisionJob& job_;
  station::Board board_{};
  bool connects_ = false;
};

class LineBench final : public station::Bench {
 public:
  LineBench(config::JobSlot slot, std::optional<transport::PortSpec> spec, const ProvisionJob& job, Context& context)
      : slot_(std::move(slot)), spec_(std::move(spec)), job_(job), context_(context) {
    if (!by_usb()) return;
    if (auto opened = transport::UsbWatch::open())
      watch_ = *std::move(opened);
    else
      context_.reporter.warning(opened.error().what + ": slot " + slot_.name + " looks for boards four times a second");
  }

  Result<bool> wait_for_board(Deadline by) override {
    for (;;) {
      if (context_.cancel.requested()) return interrupted();
      auto there = is_there();
      if (!there || *there) return there;
      if (std::chrono::steady_clock::now() >= by) return false;
      wait_for_change(by);
    }
  }

  Result<bool> wait_for_removal(Deadline by) override {
    for (;;) {
      if (context_.cancel.requested()) return interrupted();
      if (auto gone = is_gone(); !gone || *gone) return gone;
      if (std::chrono::steady_clock::now() >= by) return false;
      wait_for_change(by);
    }
  }

  station::Outcome work(station::Watcher& watcher) override {
    station::Outcome outcome;
    silences_ = 0;
    listed_.reset();
    auto spec = port();
    if (auto missing = why_missing(spec)) return failed(std::move(outcome), *std::move(missing));
    ToWatcher follower(watcher, context_.reporter, job_);
    auto report = provision_one(**spec, job_, context_, follower, &follower);
    outcome.board = follower.board();
    outcome.name = outcome.board.imei;
    outcome.connected = follower.connects();
    if (!report) {
      auto error = std::move(report).error();
      if ((*spec)->kind == Kind::automatic && error.code == Errc::usage) error.hint = name_the_slots;
      return failed(std::move(outcome), std::move(error));
    }
    outcome.device = report->json();
    outcome.status = plan::word(report->status);
    outcome.sentence = report->sentence;
    outcome.error = report->error;
    if (report->client) {
      outcome.name = report->client->name;
      outcome.certificate = report->client->id.serial;
    }
    if (job_.audit_limit.count() > 0 && outcome.passed()) audit_boot(follower, outcome);
    return outcome;
  }

  Result<bool> power_cycle() override {
    if (slot_.power_cmd.empty()) return false;
    auto child = Child::start({.argv = {"sh", "-c", slot_.power_cmd}, .output_file = "/dev/null"});
    if (!child) return std::move(child).error();
    const auto exit = child->wait(after(std::chrono::seconds(60)));
    if (exit == 0) return true;
    return Error{Errc::input, "power_cmd of slot " + slot_.name + " failed", "run it by hand: " + slot_.power_cmd};
  }

 private:
  bool by_usb() const { return slot_.port.starts_with(usb); }

  station::Outcome failed(station::Outcome outcome, Error error) const {
    plan::DeviceReport report{.port = slot_.port};
    report.error = error;
    outcome.device = report.json();
    outcome.error = std::move(error);
    return outcome;
  }

  // The product boots and sends its own sequence; the modem is only read, until everything is as planned or the time
  // is up.
  void audit_boot(ToWatcher& follower, station::Outcome& outcome) {
    follower.step("switching the power off and on: the product's own firmware boots");
    if (auto cycled = power_cycle(); !cycled) {
      outcome.error = std::move(cycled).error();
      return;
    }
    const auto by = after(job_.audit_limit);
    std::optional<Error> failed;
    do {
      if (context_.cancel.requested()) {
        outcome.error = interrupted();
        return;
      }
      follower.step("reading what the product's own boot has set");
      listed_.reset();
      auto now = port();
      auto report = now && *now ? audit_one(**now, job_, context_, follower)
                                : Result<plan::AuditReport>(Error{Errc::modem_gone, "the modem is not back yet"});
      if (report) {
        outcome.device.set("audit", report->json());
        if (report->as_planned()) return;
        failed = Error{Errc::modem_refused, "after the product's own boot " + differences(*report),
                       "hold the firmware against boot/*.txt: ec200u-pki boot check judges a capture of its UART"};
      } else {
        failed = std::move(report).error();
      }
      station::wait_until(std::min(by, after(look_again)), context_.cancel);
    } while (std::chrono::steady_clock::now() < by);
    outcome.error = std::move(failed);
    outcome.settled = true;
    outcome.status = plan::word(plan::DeviceStatus::failed);
    outcome.device.set("status", outcome.status);
  }

  static std::string differences(const plan::AuditReport& report) {
    std::string text;
    for (const auto& item : report.items)
      if (!item.ok)
        text += (text.empty() ? "" : "; ") + item.item + " is " + item.found.value_or("not there") + ", wanted " +
                item.wanted;
    return text;
  }

  // Nothing: no modem at that USB position now.
  Result<std::optional<transport::PortSpec>> port() {
    if (!by_usb()) return spec_;
    const auto now = std::chrono::steady_clock::now();
    if (!listed_ || !watch_ || now >= listed_until_) {
      auto found = transport::find_ports();
      if (!found) return std::move(found).error();
      listed_ = *std::move(found);
      listed_until_ = now + believed;
    }
    for (const auto& candidate : *listed_)
      if (candidate.topology == std::string_view(slot_.port).substr(usb.size())) {
        transport::PortSpec spec;
        spec.kind = Kind::path;
        spec.path = candidate.path;
        return std::optional(spec);
      }
    return std::optional<transport::PortSpec>{};
  }

  // What the bench commands say of a port helps nobody at a line: a slot has its port, and no other is looked for.
  std::optional<Error> why_missing(const Result<std::optional<transport::PortSpec>>& spec) const {
    if (!spec) return spec.error();
    if (!*spec)
      return Error{Errc::modem_gone, "no EC200U at USB position " + slot_.port.substr(usb.size()), check_the_slot};
    if ((*spec)->kind == Kind::path && !path_exists((*spec)->path))
      return Error{Errc::modem_gone, (*spec)->path + " does not exist",
                   std::string(check_the_slot) +
                       "; where the port has another name now (ls /dev/ttyUSB*), give the slot its USB position, which "
                       "stays: usb:1-2.3 in place of the path"};
    if ((*spec)->kind != Kind::automatic) return std::nullopt;
    const auto found = transport::find_ports();
    if (!found) return found.error();
    if (!found->empty()) return std::nullopt;
    return Error{Errc::modem_gone, "no EC200U found on USB",
                 std::string("plug a board in and check its cable; or ") + name_the_slots};
  }

  // Until the deadline at most: the caller looks again.
  void wait_for_change(Deadline by) {
    if (!watch_) return station::wait_until(std::min(by, after(look_again)), context_.cancel);
    if (watch_->wait(by, context_.cancel)) listed_.reset();
  }

  bool path_exists(const std::string& path) const {
    std::error_code failed;
    return std::filesystem::exists(path, failed);
  }

  // Who answers, asked shortly; nothing: nobody.
  std::optional<std::string> imei_now(const transport::PortSpec& spec) {
    auto modem = open_modem(spec, job_.project, job_.baud, job_.simulated_names, context_);
    if (!modem) return std::nullopt;
    ec200u::Modem asked(*modem->engine);
    auto identity = asked.identify(after(answer_limit));
    if (!identity) return std::nullopt;
    return identity->imei;
  }

  // A USB modem is there when it is enumerated, answering or not: one that is wedged must show. A UART always exists,
  // so there only an answer counts.
  Result<bool> is_there() {
    auto spec = port();
    if (!spec) return std::move(spec).error();
    if (!*spec) return false;
    if (by_usb() || (*spec)->kind == Kind::simulator || (*spec)->kind == Kind::automatic) return true;
    if ((*spec)->kind == Kind::path && !path_exists((*spec)->path)) return false;
    const auto imei = imei_now(**spec);
    if (imei) here_ = *imei;
    return imei.has_value();
  }

  Result<bool> is_gone() {
    auto spec = port();
    if (!spec) return std::move(spec).error();
    if (!*spec) return true;
    if (by_usb() || (*spec)->kind == Kind::simulator) return false;
    if ((*spec)->kind == Kind::path && !path_exists((*spec)->path)) return true;
    const auto imei = imei_now(**spec);
    if (imei) {
      silences_ = 0;
      return *imei != here_;  // swapped faster than we looked
    }
    return ++silences_ >= silences_of_an_empty_slot;
  }

  config::JobSlot slot_;
  std::optional<transport::PortSpec> spec_;
  const ProvisionJob& job_;
  Context& context_;
  std::optional<transport::UsbWatch> watch_{};                 ///< of a slot at a USB position
  std::optional<std::vector<transport::FoundPort>> listed_{};  ///< the ports, as they were last listed
  Deadline listed_until_{};
  std::string here_;
  int silences_ = 0;
};

}  // namespace

Result<std::unique_ptr<station::Bench>> make_line_bench(const config::JobSlot& slot,
                                                        const std::optional<transport::PortSpec>& spec,
                                                        const ProvisionJob& job, Context& context) {
  return std::unique_ptr<station::Bench>(std::make_unique<LineBench>(slot, spec, job, context));
}

}  // namespace epki::cli
