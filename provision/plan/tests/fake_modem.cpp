#include "provision/plan/tests/fake_modem.hpp"

#include <algorithm>
#include <cstring>

#include "core/text.hpp"
#include "provision/ec200u/modem.hpp"

namespace epki::plan::testing {

namespace {

std::string bare(std::string_view text) {
  text = trimmed(text);
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"') text = text.substr(1, text.size() - 2);
  if (text.starts_with("UFS:")) text.remove_prefix(4);
  return std::string(text);
}

/// The parameters after '=', quotes and UFS: removed. No value used here holds a comma inside quotes but the clock.
std::vector<std::string> fields(const std::string& line) {
  std::vector<std::string> all;
  const auto equals = line.find('=');
  if (equals == std::string::npos) return all;
  for (const auto field : split(std::string_view(line).substr(equals + 1), ',')) all.push_back(bare(field));
  return all;
}

int number(const std::string& text) {
  return static_cast<int>(parse_integer(text).value_or(-1));
}

std::string sum(std::string_view bytes) {
  const std::array<char, 17> digits{"0123456789abcdef"};
  const auto value = ec200u::upload_checksum(bytes);
  std::string text;
  for (int shift = 12; shift >= 0; shift -= 4) text += digits[(value >> shift) & 15U];
  return text;
}

}  // namespace

FakeModem::FakeModem() {
  reset_settings();
}

void FakeModem::reset_settings() {
  for (auto& context : ssl)
    context = {{"seclevel", "0"},
               {"sslversion", "4"},
               {"ciphersuite", "0XFFFF"},
               {"sni", "0"},
               {"ignorelocaltime", "1"},
               {"ignorecertitem", "0"},
               {"ignoreinvalidcertsign", "0"},
               {"ignoremulticertchainverify", "0"},
               {"session_cache", "0"},
               {"closetimemode", "0"},
               {"cacert", ""},
               {"clientcert", ""},
               {"clientkey", ""}};
  mqtt = {};
  open_.clear();
}

void FakeModem::power_cycle() {
  reset_settings();
  echo_ = true;
}

std::string FakeModem::name_of_bound(int context, const std::string& key) const {
  return bare(ssl[static_cast<std::size_t>(context)].at(key));
}

std::size_t FakeModem::count(std::string_view prefix) const {
  return static_cast<std::size_t>(
      std::ranges::count_if(heard, [&](const auto& line) { return line.starts_with(prefix); }));
}

std::size_t FakeModem::index_of(std::string_view prefix) const {
  const auto at = std::ranges::find_if(heard, [&](const auto& line) { return line.starts_with(prefix); });
  return static_cast<std::size_t>(at - heard.begin());
}

Result<std::size_t> FakeModem::read_some(std::span<std::byte> into, Deadline) {
  if (out_.empty() && written_ >= gone_after) return Error{Errc::modem_gone, "the port is gone"};
  const auto n = std::min({into.size(), out_.size(), std::size_t{61}});  // rarely a whole reply at once
  std::memcpy(into.data(), out_.data(), n);
  out_.erase(0, n);
  return n;
}

Status FakeModem::write_all(std::span<const std::byte> bytes, Deadline) {
  for (const char c : as_text(bytes)) {
    if (written_ >= gone_after) {
      if (upload_) files[upload_->name] = upload_->got;  // the partial file is kept
      upload_.reset();
      return Error{Errc::modem_gone, "the port is gone"};
    }
    ++written_;
    take(c);
  }
  return success();
}

void FakeModem::take(char c) {
  if (upload_) {
    upload_->got += c;
    if (upload_->got.size() % 1024 == 0) out_ += 'A';
    if (upload_->got.size() == upload_->size) finish_upload();
    return;
  }
  if (publish_) {
    payload_ += c;
    if (--publish_->first == 0) finish_publish();
    return;
  }
  if (c != '\r') {
    line_ += c;
    return;
  }
  if (echo_) out_ += line_ + "\r";
  run(std::exchange(line_, {}));
}

/// Never bound to a missing or partial file; never plain MQTT.
void FakeModem::check() {
  for (int context = 0; context < 6; ++context) {
    for (const auto* key : {"cacert", "clientcert", "clientkey"}) {
      const auto bound = name_of_bound(context, key);
      if (bound.empty()) continue;
      if (!files.contains(bound))
        violations.push_back("context " + std::to_string(context) + " is bound to " + bound + ", which is missing");
      else if (files[bound].find("-----END ") == std::string::npos)
        violations.push_back("context " + std::to_string(context) + " is bound to a partial " + bound);
    }
  }
}

void FakeModem::run(const std::string& line) {
  const auto from = line.find("AT");
  if (from == std::string::npos) return;
  const auto command = line.substr(from);
  heard.push_back(command);
  if (on_command) on_command(command);
  const auto counts = [&](std::map<std::string, int>& faults) {
    for (auto& [beginning, left] : faults)
      if (command.starts_with(beginning) && left > 0) return left-- > 0;
    return false;
  };
  if (counts(lost)) return;
  const auto said = out_.size();
  answer(command);
  if (counts(unanswered)) out_.resize(said);
}

void FakeModem::answer(const std::string& command) {
  check();
  for (const auto& [beginning, says] : refused)
    if (command.starts_with(beginning)) return info(says);
  if (basic(command) || network(command) || file_command(command) || ssl_command(command) || mqtt_command(command))
    return check();
  unexpected.push_back(command);
  error();
}

bool FakeModem::basic(const std::string& line) {
  static const std::map<std::string, std::string> answers{
      {"ATI", "Quectel\r\nEC200U\r\nRevision: EC200UCNAAR03A03M08"},
      {"AT+CGMI", "Quectel"},
      {"AT+CGMM", "EC200U"},
      {"AT+CGMR", "EC200UCNAAR03A03M08"},
      {"AT+CGSN=0", "MPA21K0040001234"},
      {"AT+QCCID", "+QCCID: 89860000000000000001"},
      {"AT+CPIN?", "+CPIN: READY"},
      {"AT+CSQ", "+CSQ: 31,99"},
      {"AT+CREG?", "+CREG: 0,1"},
      {"AT+CEREG?", "+CEREG: 0,1"},
      {"AT+CTZU?", "+CTZU: 1"},
      {"AT+QIACT?", "+QIACT: 1,1,1,\"10.46.73.41\""},
  };
  if (const auto at = answers.find(line); at != answers.end()) {
    info(at->second);
  } else if (line == "AT+CGSN") {
    info(imei);
  } else if (line == "ATE0" || line == "ATE1") {
    echo_ = line == "ATE1";
  } else if (line == "AT+CCLK?") {
    info("+CCLK: \"" + clock + "\"");
  } else if (line.starts_with("AT+CCLK=\"")) {
    if (clock_falls_back-- <= 0) clock = line.substr(9, line.size() - 10);
  } else if (line == "AT+CFUN=1,1") {
    power_cycle();
    ok();
    info("RDY");
    info("+CPIN: READY");
    info("+QUSIM: 1");
    info("+QIND: SMS DONE");
    info("+QIND: PB DONE");
    return true;
  } else if (line != "AT" && !line.starts_with("AT+CMEE=") && !line.starts_with("AT+CTZU=") &&
             !line.starts_with("AT+CEREG=") && !line.starts_with("AT+QICSGP=") && !line.starts_with("AT+CGDCONT=")) {
    return false;
  }
  ok();
  return true;
}

bool FakeModem::network(const std::string& line) {
  const auto f = fields(line);
  if (line.starts_with("AT+QIACT=")) {
    error();  // it is active already
  } else if (line.starts_with("AT+QNTP=")) {
    ok();
    info(ntp);
    if (ntp.starts_with("+QNTP: 0")) clock = "26/11/22,15:46:00+00";
  } else if (line.starts_with("AT+QIDNSGIP=")) {
    ok();
    const auto at = dns.find(f.at(1));
    if (at == dns.end()) {
      info("+QIURC: \"dnsgip\",565");
    } else {
      info("+QIURC: \"dnsgip\",0," + std::to_string(at->second.size()) + ",600");
      for (const auto& found : at->second) info("+QIURC: \"dnsgip\",\"" + found + "\"");
    }
  } else if (line.starts_with("AT+QIOPEN=")) {
    ok();
    info("+QIOPEN: " + f.at(1) + "," + (tcp.contains(f.at(3)) ? "0" : "566"));
  } else if (line.starts_with("AT+QICLOSE=")) {
    ok();
  } else {
    return false;
  }
  return true;
}

bool FakeModem::file_command(const std::string& line) {
  const auto f = fields(line);
  if (line == "AT+QFLST" || line.starts_with("AT+QFLST=")) {
    const bool all = f.empty() || f[0] == "*" || f[0].empty();
    if (!all && !files.contains(f[0])) return cme(405), true;
    for (const auto& [name, content] : files)
      if (all || name == f[0]) info("+QFLST: \"UFS:" + name + "\"," + std::to_string(content.size()));
    ok();
  } else if (line.starts_with("AT+QFLDS")) {
    std::size_t used = 0;
    for (const auto& [name, content] : files) used += content.size();
    info("+QFLDS: " + std::to_string(capacity - used) + "," + std::to_string(capacity));
    ok();
  } else if (line.starts_with("AT+QFUPL=")) {
    if (files.contains(f.at(0))) return cme(407), true;
    upload_ = Upload{f.at(0), static_cast<std::size_t>(number(f.at(1)))};
    out_ += "\r\nCONNECT\r\n";
  } else if (line.starts_with("AT+QFDWL=")) {
    if (!files.contains(f.at(0))) return cme(405), true;
    const auto& content = files[f.at(0)];
    out_ += "\r\nCONNECT\r\n" + content + "\r\n+QFDWL: " + std::to_string(content.size()) + "," + sum(content) +
            "\r\n\r\nOK\r\n";
  } else if (line.starts_with("AT+QFDEL=")) {
    if (refuses_delete) return cme(418), true;
    if (files.erase(f.at(0)) == 0) return cme(405), true;
    ok();
  } else {
    return false;
  }
  return true;
}

void FakeModem::finish_upload() {
  auto done = std::move(*upload_);
  upload_.reset();
  if (cut_uploads > 0) {
    --cut_uploads;
    done.got.resize(done.got.size() / 2);
    files[done.name] = done.got;
    info("+QFUPL: " + std::to_string(done.got.size()) + "," + sum(done.got));
    return cme(421);
  }
  files[done.name] = done.got;
  if (swap_uploads > 0) {
    --swap_uploads;
    std::rotate(done.got.begin() + 100, done.got.begin() + 102, done.got.begin() + 104);
    files[done.name] = done.got;
  }
  if (lose_upload_results > 0) {
    --lose_upload_results;
    return;
  }
  out_ += "+QFUPL: " + std::to_string(done.got.size()) + "," + sum(done.got) + "\r\n\r\nOK\r\n";
}

bool FakeModem::ssl_command(const std::string& line) {
  if (!line.starts_with("AT+QSSLCFG=")) return false;
  const auto f = fields(line);
  const auto key = lower(f.at(0));
  const auto context = static_cast<std::size_t>(number(f.at(1)));
  if (context > 5 || absent_keys.contains(key) || !ssl[context].contains(key)) return error(), true;
  const bool path = key == "cacert" || key.starts_with("client");
  if (f.size() == 2) {
    const auto& value = ssl[context][key];
    info("+QSSLCFG: \"" + key + "\"," + f[1] + "," + (path ? "\"" + value + "\"" : value));
  } else {
    const bool quoted = line.back() == '"';
    if (quoted != path || (f[2].empty() && !takes_empty_path)) return error(), true;
    ssl[context][key] = path && !f[2].empty() ? "UFS:" + f[2] : f[2];
  }
  ok();
  return true;
}

void FakeModem::open(int client, const std::string& host) {
  const auto& [secure, context] = mqtt[static_cast<std::size_t>(client)];
  if (!secure || ssl[static_cast<std::size_t>(context)]["seclevel"] == "0")
    violations.push_back("MQTT was opened without verified TLS to " + host);
  const auto bound = name_of_bound(context);
  int result = 4;
  if (tcp.contains(host)) result = files.contains(bound) && tls ? tls(host, files[bound]) : 5;
  if (result == 0 && takes_client &&
      !takes_client(files[name_of_bound(context, "clientcert")], files[name_of_bound(context, "clientkey")]))
    result = 5;
  fails_late_ = opens_early && result == 5;
  if (fails_late_) result = 0;
  if (result == 0) open_.insert(client);
  if (lose_open_results > 0) {
    --lose_open_results;
    return;
  }
  info("+QMTOPEN: " + std::to_string(client) + "," + std::to_string(result));
}

bool FakeModem::mqtt_command(const std::string& line) {
  const auto f = fields(line);
  if (line.starts_with("AT+QMTCFG=\"ssl\",") && f.size() == 2) {
    const auto& [secure, context] = mqtt[static_cast<std::size_t>(number(f[1]))];
    info(std::string("+QMTCFG: \"ssl\",") + (secure ? "1," + std::to_string(context) : "0"));
    ok();
  } else if (line.starts_with("AT+QMTCFG=\"ssl\",")) {
    mqtt[static_cast<std::size_t>(number(f.at(1)))] = {f.at(2) == "1", f.size() > 3 ? number(f[3]) : 0};
    ok();
  } else if (line.starts_with("AT+QMTCFG=\"pdpcid\",")) {
    ok();
  } else if (line.starts_with("AT+QMTOPEN=")) {
    ok();
    open(number(f.at(0)), f.at(1));
  } else if (line.starts_with("AT+QMTCONN=")) {
    ok();
    info("+QMTCONN: " + f.at(0) + (fails_late_ ? ",2" : ",0,0"));
  } else if (line.starts_with("AT+QMTSUB=")) {
    ok();
    info("+QMTSUB: " + f.at(0) + "," + f.at(1) + ",0,1");
  } else if (line.starts_with("AT+QMTPUB")) {
    publish_ = {static_cast<std::size_t>(number(f.at(5))), f.at(4)};
    payload_.clear();
    out_ += "\r\n> ";
  } else if (line.starts_with("AT+QMTDISC=") || line.starts_with("AT+QMTCLOSE=")) {
    if (!open_.contains(number(f.at(0)))) return error(), true;
    open_.erase(number(f.at(0)));
    ok();
    info((line.starts_with("AT+QMTDISC=") ? "+QMTDISC: " : "+QMTCLOSE: ") + f[0] + ",0");
  } else {
    return false;
  }
  return true;
}

void FakeModem::finish_publish() {
  const auto topic = publish_->second;
  publish_.reset();
  ok();
  info("+QMTPUBEX: 0,1,0");
  if (echoes_publish)
    info("+QMTRECV: 0,0,\"" + topic + "\"," + std::to_string(payload_.size()) + ",\"" + payload_ + "\"");
}

std::function<int(const std::string&, const std::string&)> strict_tls(std::string ca, std::vector<std::string> names) {
  return [ca = std::move(ca), names = std::move(names)](const std::string& host, const std::string& bound) {
    return bound == ca && std::ranges::find(names, host) != names.end() ? 0 : 5;
  };
}

}  // namespace epki::plan::testing
