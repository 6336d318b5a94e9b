#include "provision/plan/run.hpp"

namespace epki::plan {

namespace {

void plan_file(const Run& run, Plan& plan) {
  if (run.found.ca == Stored::good) return;
  if (run.found.ca == Stored::broken) {
    const auto bound = run.found.settings.find("cacert");
    if (bound != run.found.settings.end() && name_in(bound->second.value_or("")) == run.ca_file)
      plan.push_back(SetSsl{run.wanted.context, "cacert", ""});
    plan.push_back(DeleteFile{run.ca_file, "incomplete, it is not what was sent"});
  }
  plan.push_back(UploadFile{run.ca_file, run.wanted.ca_pem, run.ca_sha256});
  plan.push_back(ReadBack{run.ca_file, run.wanted.ca_pem.size(), run.ca_sha256});
}

/// Bound to nothing, so whatever stands under its name may be replaced at once.
void plan_standby(const Run& run, Plan& plan) {
  if (run.standby_file.empty() || run.found.standby == Stored::good) return;
  if (run.found.standby == Stored::broken)
    plan.push_back(DeleteFile{run.standby_file, "incomplete, it is not what was sent"});
  plan.push_back(UploadFile{run.standby_file, run.wanted.standby_pem, run.standby_sha256});
  plan.push_back(ReadBack{run.standby_file, run.wanted.standby_pem.size(), run.standby_sha256});
}

void plan_client(const Run& run, Plan& plan) {
  const auto& client = run.report.client;
  if (!client || (!run.fresh && !run.options.dry_run)) return;
  if (run.options.dry_run && client->certificate.name != client_certificate_to_come) return;
  plan.push_back(InstallClient{client->name, client->certificate, client->key, run.fresh.has_value()});
}

/// Every key is written even where the modem already reads as wanted: a value that was set before RDY reads back and
/// has no effect, and a default is relied upon nowhere (AT reference, 5). All are read only after all were written, so
/// that one key that changes another shows.
void plan_settings(const Run& run, Plan& plan) {
  const auto settings = run.settings();
  for (const auto& [key, value] : settings) plan.push_back(SetSsl{run.wanted.context, key, value});
  for (const auto& [key, value] : settings) plan.push_back(ReadSsl{run.wanted.context, key, value});
}

}  // namespace

void plan_proof(const Run& run, Plan& plan) {
  if (run.around.witness == nullptr || !run.wanted.mutual) return;
  const auto place = run.around.witness->place();
  plan.push_back(ProveKey{place.host, place.port});
}

Plan make_plan(const Run& run) {
  Plan plan;
  const auto& wanted = run.wanted;
  if (run.found.twin_left) plan.push_back(DeleteFile{run.twin_file, "left over from an interrupted control"});
  plan_file(run, plan);
  plan_standby(run, plan);
  plan_client(run, plan);
  plan_settings(run, plan);
  plan.push_back(BindMqtt{wanted.client, wanted.context, wanted.pdp});
  if (run.options.connect) {
    plan.push_back(Connect{wanted.client, wanted.host, wanted.port});
    if (!run.twin_file.empty()) plan.push_back(WrongCaControl{run.twin_file, wanted.spare_context});
    plan.push_back(WrongNameControl{wanted.alternate_names});
  }
  if (run.options.reboot_check) plan.push_back(RebootAndReplay{run.restarts_before + 1});
  plan_proof(run, plan);
  for (const auto& name : run.found.retired) plan.push_back(DeleteFile{name, "ours and no longer used"});
  return plan;
}

}  // namespace epki::plan
