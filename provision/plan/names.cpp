// The wrong-name control: the same broker by a name its certificate does not carry.

#include <algorithm>

#include "core/text.hpp"
#include "provision/plan/run.hpp"

namespace epki::plan {

namespace {

bool matches(std::string_view pattern, std::string_view host) {
  if (equal_ignoring_case(pattern, host)) return true;
  if (!pattern.starts_with("*.")) return false;
  const auto dot = host.find('.');
  return dot != std::string_view::npos && dot > 0 && equal_ignoring_case(pattern.substr(1), host.substr(dot));
}

/// Those the caller knows, then the addresses the modem itself resolves; none that the certificate carries.
Result<std::vector<std::string>> candidates(Run& run) {
  std::vector<std::string> all = run.wanted.alternate_names;
  auto resolved = run.modem.resolve(run.wanted.pdp, run.wanted.host);
  if (resolved) {
    all.insert(all.end(), resolved->addresses.begin(), resolved->addresses.end());
  } else if (ends_run(resolved.error())) {
    return std::move(resolved).error();
  }
  std::vector<std::string> fit;  // no IPv6 literals: whether the modem takes one as a host is not known
  for (const auto& name : all)
    if (name.find(':') == std::string::npos && !covers(run.wanted.certificate_names, name) &&
        !equal_ignoring_case(name, run.wanted.host) && std::ranges::find(fit, name) == fit.end())
      fit.push_back(name);
  return fit;
}

Result<bool> reachable(Run& run, const std::string& host) {
  auto tcp = run.modem.tcp_probe(run.wanted.pdp, host, run.wanted.port);
  if (!tcp) {
    if (ends_run(tcp.error())) return std::move(tcp).error();
    return false;
  }
  return *tcp && **tcp == 0;
}

/// A refusal counts only while the right name still opens.
Status settle_refused(Run& run, const std::string& alternate, const Contact& seen) {
  auto& protection = run.report.protection;
  auto right = open_and_end(run, run.wanted.host, run.opens_early ? AskMqtt::yes : AskMqtt::no);
  if (!right) return std::move(right).error();
  if (!right->accepted()) {
    protection.wrong_host_note = "untested: after " + alternate + " was refused, " + run.wanted.host +
                                 " did not open either (" + right->text() + ")";
    return success();
  }
  protection.wrong_host = Protection::refused;
  protection.wrong_host_note = "dialled as " + alternate + " the broker is refused (" + seen.text() + "), as " +
                               run.wanted.host + " it opens before and after";
  return success();
}

/// True: this alternate settled the question, or nothing more can be asked.
Result<bool> try_alternate(Run& run, const std::string& alternate) {
  auto reached = reachable(run, alternate);
  if (!reached) return std::move(reached).error();
  if (!*reached) {
    run.detail(alternate + " does not answer on port " + std::to_string(run.wanted.port));
    return false;
  }
  run.no_alternate = false;
  run.report.protection.alternate = alternate;
  auto seen = open_and_end(run, alternate, AskMqtt::yes);
  if (!seen) return std::move(seen).error();
  if (seen->accepted()) {
    run.report.protection.wrong_host = Protection::accepted;
    run.report.protection.wrong_host_note =
        "the broker is accepted when it is dialled as " + alternate + ", which its certificate does not carry";
    return true;
  }
  if (!seen->failed_after) {
    auto cause = other_cause(run, seen->open, alternate, run.wanted.port);
    if (!cause) return std::move(cause).error();
    if (*cause) {
      run.report.protection.wrong_host_note = "untested: " + **cause;
      return false;
    }
  }
  if (auto settled = settle_refused(run, alternate, *seen); !settled) return std::move(settled).error();
  return true;
}

}  // namespace

bool covers(const std::vector<std::string>& names, std::string_view host) {
  return std::ranges::any_of(names, [&](const std::string& name) { return matches(name, host); });
}

Status wrong_name_control(Run& run) {
  run.step("wrong-name control: the same broker by a name its certificate does not carry");
  auto& protection = run.report.protection;
  run.no_alternate = true;
  protection.wrong_host_note =
      "untested: no name or address is known that reaches the broker and is not in its certificate";
  if (run.wanted.certificate_names.empty()) {
    protection.wrong_host_note = "untested: the names in the broker's certificate are not known";
    return success();
  }
  auto names = candidates(run);
  if (!names) return std::move(names).error();
  for (const auto& name : *names) {
    auto settled = try_alternate(run, name);
    if (!settled && ends_run(settled.error())) return std::move(settled).error();
    if (!settled) protection.wrong_host_note = "untested: " + settled.error().what;
    if (!settled || *settled) break;
  }
  run.step("wrong name: " + std::string(word(protection.wrong_host)));
  return success();
}

}  // namespace epki::plan
