#include <algorithm>

#include "provision/plan/run.hpp"

namespace epki::plan {

namespace {

std::string verify_command(const Run& run) {
  return "ec200u-pki verify --port " + run.report.port;
}

DeviceStatus settle(Run& run, DeviceStatus status, std::string sentence) {
  run.report.sentence = std::move(sentence);
  return status;
}

DeviceStatus unproven(Run& run, const std::string& why) {
  return settle(run, DeviceStatus::connected_unproven, "connected over TLS, but protection is not proved: " + why);
}

/// What speaks against this device, whatever else is known. Empty: nothing.
std::string against(const Run& run) {
  const auto& protection = run.report.protection;
  if (protection.unknown_ca == Protection::accepted)
    return "the modem accepts a broker whose CA is not the one bound: " + protection.unknown_ca_note;
  if (protection.wrong_host == Protection::accepted)
    return "the modem does not check the broker's name: " + protection.wrong_host_note;
  const auto& verdict = protection.verdict;
  if (verdict && *verdict != "uploaded" && *verdict != "inconclusive")
    return "verify found \"" + *verdict + "\" for firmware " + run.report.identity.firmware +
           ": not the uploaded CA alone decides";
  return {};
}

/// What was not proved beside the verdict, so that nobody thinks it was.
std::string controls_left(const Run& run) {
  const auto& protection = run.report.protection;
  if (protection.unknown_ca == Protection::untested) return "; the wrong-CA control is " + protection.unknown_ca_note;
  if (protection.wrong_host == Protection::untested) return "; the wrong-name control is " + protection.wrong_host_note;
  return {};
}

DeviceStatus weigh(Run& run, const std::optional<ledger::StoredVerdict>& stored) {
  const auto& report = run.report;
  const auto& protection = report.protection;
  if (const auto reason = against(run); !reason.empty()) return settle(run, DeviceStatus::not_protected, reason);
  if (!run.options.connect)
    return settle(run, DeviceStatus::provisioned_untested,
                  "the root is on the modem and bound; nothing was connected, so nothing is proved. Next: "
                  "ec200u-pki provision --port " +
                      report.port);
  if (run.found.second_ca && !run.found.second_ca->empty())
    return unproven(run, "cacertex of SSL context " + std::to_string(run.wanted.context) + " is bound to " +
                             *run.found.second_ca + ", a second CA. Next: unbind it in the device's firmware");
  if (!stored && run.wanted.mutual)
    return unproven(run, "no verdict is known for firmware " + report.identity.firmware +
                             " under seclevel 2: the twin and the wrong name were tried, built-in anchors were not. "
                             "Next: " +
                             verify_command(run) + " in this mutual project");
  if (!stored)
    return unproven(run, "no verdict is known for firmware " + report.identity.firmware + controls_left(run) +
                             ". Next: " + verify_command(run));
  if (stored->verdict_class != "uploaded")
    return unproven(
        run, "the verdict for firmware " + report.identity.firmware + " is inconclusive. Next: " + verify_command(run));
  if (protection.unknown_ca != Protection::refused)
    return unproven(
        run, "wrong-CA control " + protection.unknown_ca_note + ". Next: ec200u-pki provision --port " + report.port);
  if (const auto untried = stored->detail["untried"]; untried.size() > 0)
    return unproven(run, "the verdict for firmware " + report.identity.firmware +
                             " was concluded without all that a stranger can make (no answer to " +
                             untried[std::size_t{0}].text_or("C4") + (untried.size() > 1 ? " and others" : "") +
                             "). Next: " + verify_command(run));
  // verify saw data arrive under a name that the certificate does not carry. That an alternate is refused here may have
  // another reason (an address is no name for SNI), and proves nothing against that.
  if (stored->detail["policy"]["hostname"].text_or("") == "unchecked")
    return unproven(run, "verify found that firmware " + report.identity.firmware +
                             " does not check names, although the wrong-name control is " + protection.wrong_host_note +
                             ". Next: " + verify_command(run));
  if (protection.wrong_host == Protection::refused)
    return settle(run, DeviceStatus::protected_,
                  "the root is bound, a twin of it and a wrong name are refused, and verify found that the "
                  "uploaded CA alone decides");
  if (run.no_alternate && stored->names_checked)
    return settle(run, DeviceStatus::protected_,
                  "the root is bound, a twin of it is refused, and verify found that the uploaded CA alone "
                  "decides and that names are checked");
  return unproven(
      run, "wrong-name control " + protection.wrong_host_note +
               (run.no_alternate ? ", and the verdict does not say that names are checked. Next: " + verify_command(run)
                                 : ". Next: ec200u-pki provision --port " + report.port));
}

}  // namespace

Status judge(Run& run) {
  const auto simulated_elsewhere = [&](const std::optional<ledger::StoredVerdict>& verdict) {
    return verdict && verdict->detail["simulated"].boolean().value_or(false) && !run.wanted.simulated;
  };
  const auto settings = run.settings();
  const ledger::VerdictKey key{.model = run.report.identity.model,
                               .firmware = run.report.identity.firmware,
                               .path = "mqtt",
                               .settings = settings_key(settings)};
  auto stored = run.around.ledger.verdict_for(key);
  if (!stored) return std::move(stored).error();
  // A persona may carry a real revision; what it was found to do says nothing of the real modem.
  if (simulated_elsewhere(*stored)) {
    run.warn("the stored verdict for this firmware was measured on a simulated modem: it does not count here");
    stored->reset();
  }
  if (run.wanted.mutual && !*stored) {
    // A verdict under other settings proves nothing good. A bad one is about the same firmware and speaks against it.
    auto under_one = key;
    under_one.settings = settings_key(ssl_settings(""));
    auto other = run.around.ledger.verdict_for(under_one);
    if (!other) return std::move(other).error();
    if (*other && !simulated_elsewhere(*other) && (*other)->verdict_class != "uploaded" &&
        (*other)->verdict_class != "inconclusive")
      stored = std::move(other);
  }
  if (*stored) run.report.protection.verdict = (*stored)->verdict_class;
  run.report.status = weigh(run, *stored);
  run.step(std::string(word(run.report.status)) + ": " + run.report.sentence);
  return success();
}

}  // namespace epki::plan
