#include "provision/plan/action.hpp"

#include "core/text.hpp"

namespace epki::plan {

namespace {

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

struct Words {
  std::string operator()(const DeleteFile& a) const { return "delete " + a.name + ": " + a.why; }
  std::string operator()(const UploadFile& a) const {
    return "upload " + a.name + ", " + counted(a.bytes.size(), "byte");
  }
  std::string operator()(const ReadBack& a) const { return "read " + a.name + " back and compare its SHA-256"; }
  std::string operator()(const InstallClient& a) const {
    return (a.fresh ? "upload the key and certificate made for " : "make a key and a certificate for ") + a.device +
           (a.fresh ? ", " : ", upload both as ") + a.certificate.name + " and " + a.key.name + ", and read them back";
  }
  std::string operator()(const SetSsl& a) const {
    if (a.value.empty()) return "unbind " + a.key + " of SSL context " + std::to_string(a.context);
    return "set " + a.key + " = " + a.value + " in SSL context " + std::to_string(a.context);
  }
  std::string operator()(const ReadSsl& a) const {
    return "read " + a.key + " of SSL context " + std::to_string(a.context) + ", want " + a.value;
  }
  std::string operator()(const BindMqtt& a) const {
    return "bind MQTT client " + std::to_string(a.client) + " to SSL context " + std::to_string(a.context);
  }
  std::string operator()(const Connect& a) const {
    return "connect to " + a.host + ":" + std::to_string(a.port) + " over TLS, publish and read back";
  }
  std::string operator()(const WrongCaControl& a) const {
    return "wrong-CA control with " + a.twin + " in SSL context " + std::to_string(a.spare_context);
  }
  std::string operator()(const WrongNameControl& a) const {
    return "wrong-name control" + (a.alternates.empty() ? std::string() : " with " + joined(a.alternates));
  }
  std::string operator()(const RebootAndReplay& a) const {
    return "reboot (restart " + std::to_string(a.restart) + " of at most " + std::to_string(most_restarts_a_day) +
           " in 24 hours), replay the boot sequence and connect again";
  }
  std::string operator()(const ProveKey& a) const {
    return "show the device's certificate to the station at " + a.host + ":" + std::to_string(a.port);
  }
};

struct Fields {
  Json operator()(const DeleteFile& a) const {
    return Json::object({{"action", "delete"}, {"name", a.name}, {"why", a.why}});
  }
  Json operator()(const UploadFile& a) const {
    return Json::object({{"action", "upload"}, {"name", a.name}, {"size", a.bytes.size()}, {"sha256", a.sha256}});
  }
  Json operator()(const ReadBack& a) const {
    return Json::object({{"action", "read-back"}, {"name", a.name}, {"size", a.size}, {"sha256", a.sha256}});
  }
  Json operator()(const InstallClient& a) const {
    const auto file = [](const ClientFile& f) {
      return Json::object({{"name", f.name},
                           {"size", f.size > 0 ? Json(f.size) : Json()},
                           {"sha256", f.sha256.empty() ? Json() : Json(f.sha256)}});
    };
    return Json::object(
        {{"action", "install-client"}, {"name", a.device}, {"certificate", file(a.certificate)}, {"key", file(a.key)}});
  }
  Json operator()(const SetSsl& a) const {
    return Json::object({{"action", "set-ssl"}, {"context", a.context}, {"key", a.key}, {"value", a.value}});
  }
  Json operator()(const ReadSsl& a) const {
    return Json::object({{"action", "read-ssl"}, {"context", a.context}, {"key", a.key}, {"value", a.value}});
  }
  Json operator()(const BindMqtt& a) const {
    return Json::object({{"action", "bind-mqtt"}, {"client", a.client}, {"context", a.context}, {"pdp", a.pdp}});
  }
  Json operator()(const Connect& a) const {
    return Json::object({{"action", "connect"}, {"client", a.client}, {"host", a.host}, {"port", a.port}});
  }
  Json operator()(const WrongCaControl& a) const {
    return Json::object({{"action", "wrong-ca-control"}, {"twin", a.twin}, {"context", a.spare_context}});
  }
  Json operator()(const WrongNameControl& a) const {
    return Json::object({{"action", "wrong-name-control"}, {"alternates", Json::array_of(a.alternates)}});
  }
  Json operator()(const RebootAndReplay& a) const {
    return Json::object(
        {{"action", "reboot-and-replay"}, {"restart", a.restart}, {"most_in_24_hours", most_restarts_a_day}});
  }
  Json operator()(const ProveKey& a) const {
    return Json::object({{"action", "prove-key"}, {"host", a.host}, {"port", a.port}});
  }
};

}  // namespace

std::string describe(const Action& action) {
  return std::visit(Words{}, action);
}

Json json(const Action& action) {
  return std::visit(Fields{}, action);
}

}  // namespace epki::plan
