// The controls write into another context; one bit that a noisy line turns makes that the main one. So what counts is
// read once more before anything is said about it.

#include "provision/plan/run.hpp"

namespace epki::plan {

Status still_holds(Run& run) {
  for (auto& setting : run.report.settings) {
    if (setting.state != "ok") continue;
    auto value = run.modem.ssl_setting(run.wanted.context, setting.key);
    if (!value) return std::move(value).error().during("reading " + setting.key + " once more");
    if (*value && ec200u::same_ssl_value(setting.key, **value, setting.wanted)) continue;
    setting.read_back = *value;
    setting.state = "different";
    return Error{
        Errc::modem_refused,
        "SSL setting \"" + setting.key + "\" of context " + std::to_string(run.wanted.context) + " was " +
            setting.wanted + " and is " + value->value_or("unreadable") + " after the controls",
        "run provision again; where it happens again, bytes are garbled on the line: check the cable, or use a "
        "lower --baud"};
  }
  auto bound = run.modem.mqtt_ssl(run.wanted.client);
  if (!bound) return std::move(bound).error().during("reading the MQTT binding once more");
  if (bound->enabled && bound->context == run.wanted.context) return success();
  return Error{Errc::modem_refused,
               "MQTT client " + std::to_string(run.wanted.client) + " does not use SSL context " +
                   std::to_string(run.wanted.context) + " any more after the controls",
               "run provision again"};
}

}  // namespace epki::plan
