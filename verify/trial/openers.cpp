#include "verify/trial/openers.hpp"

namespace epki::trial {

namespace {

/// MQTT: the broker's name is opened, then CONNECT is sent and CONNACK awaited.
class MqttOpener final : public Opener {
 public:
  MqttOpener(ec200u::Modem& modem, const Setup& setup) : modem_(modem), setup_(setup) {}

  Status prepare() override {
    if (setup_.pdp != 1) {
      auto set = modem_.set_mqtt_pdp(setup_.client, setup_.pdp);
      if (!set && ends_run(set.error())) return set;
    }
    if (auto set = modem_.set_mqtt_ssl(setup_.client, true, setup_.context); !set) return set;
    auto now = modem_.mqtt_ssl(setup_.client);
    if (!now) return std::move(now).error();
    if (now->enabled && now->context == setup_.context) return success();
    return Error{
        Errc::modem_refused,
        "MQTT client " + std::to_string(setup_.client) + " does not take SSL context " + std::to_string(setup_.context),
        "try another --client"};
  }

  Result<Said> open(const std::string& host, std::uint16_t port, bool speak, const Waiting& waiting) override {
    Said said;
    said.command = "AT+QMTOPEN=" + std::to_string(setup_.client) + ",\"" + host + "\"," + std::to_string(port);
    auto opened = modem_.mqtt_open(setup_.client, host, port, {}, waiting.to_open);
    if (!opened) return std::move(opened).error();
    said.result = opened->text();
    said.opened = opened->opened();
    said.silent = !opened->code && !opened->refused;
    if (!speak || (!said.opened && !said.silent)) return said;
    auto connected = modem_.mqtt_connect(setup_.client, "ec200u-pki-verify", {}, {}, waiting.to_speak);
    if (!connected && ends_run(connected.error())) return std::move(connected).error();
    said.result += "; " + (connected ? connected->text() : connected.error().what);
    said.spoke = connected && !connected->refused;
    return said;
  }

  Status end() override { return modem_.mqtt_end(setup_.client); }

 private:
  ec200u::Modem& modem_;
  const Setup& setup_;
};

/// SSL sockets: one byte is sent.
class SslOpener final : public Opener {
 public:
  SslOpener(ec200u::Modem& modem, const Setup& setup) : modem_(modem), setup_(setup) {}

  Status prepare() override { return modem_.ssl_close(socket_); }

  Result<Said> open(const std::string& host, std::uint16_t port, bool speak, const Waiting& waiting) override {
    Said said;
    said.command = "AT+QSSLOPEN=" + std::to_string(setup_.pdp) + "," + std::to_string(setup_.context) + "," +
                   std::to_string(socket_) + ",\"" + host + "\"," + std::to_string(port) + ",0";
    auto opened = modem_.ssl_open({setup_.pdp, setup_.context, socket_, host, port}, waiting.to_open);
    if (!opened) return std::move(opened).error();
    said.result = opened->text();
    said.opened = opened->opened();
    said.silent = !opened->code && !opened->refused;
    if (!speak || (!said.opened && !said.silent)) return said;
    auto sent = modem_.ssl_send(socket_, "?");
    if (!sent && ends_run(sent.error())) return std::move(sent).error();
    said.spoke = sent && *sent;
    said.result += said.spoke ? "; SEND OK" : "; nothing could be sent";
    return said;
  }

  Status end() override { return modem_.ssl_close(socket_); }

 private:
  static constexpr int socket_ = ssl_socket;
  ec200u::Modem& modem_;
  const Setup& setup_;
};

}  // namespace

std::unique_ptr<Opener> make_opener(Path path, ec200u::Modem& modem, const Setup& setup) {
  if (path == Path::ssl) return std::make_unique<SslOpener>(modem, setup);
  return std::make_unique<MqttOpener>(modem, setup);
}

}  // namespace epki::trial
