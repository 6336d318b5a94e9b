#include <netdb.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <iostream>
#include <memory>

#include "cli/commands.hpp"
#include "cli/init_project.hpp"
#include "cli/keyring.hpp"
#include "cli/passphrase.hpp"
#include "cli/server_profile.hpp"
#include "core/file.hpp"
#include "core/text.hpp"
#include "pki/ca/authority.hpp"
#include "pki/ossl/token.hpp"

namespace epki::cli {

namespace cmd_init {

// A folder may be named longer than a CA; a name the user gave is never cut.
constexpr std::size_t longest_default_name = 48;

struct Options {
  std::optional<std::string> name{}, key{}, profile{};
  std::vector<std::string> hosts{}, ips{}, permitted{};
  std::int64_t broker_port = 8883;
  std::optional<std::int64_t> days{};
  std::vector<std::string> hsm{};
  bool no_passphrase = false, issuing = false, mutual = false, standby = false;
  PassphraseOptions passphrase{};
};

// The name others reach this machine by, when it has a real one.
std::string qualified_name_of_this_machine() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0) return {};
  addrinfo wanted{};
  wanted.ai_flags = AI_CANONNAME;
  addrinfo* found = nullptr;
  std::string canonical = name.data();
  if (::getaddrinfo(name.data(), nullptr, &wanted, &found) == 0) {
    if (found->ai_canonname != nullptr) canonical = found->ai_canonname;
    ::freeaddrinfo(found);
  }
  return canonical.find('.') != std::string::npos && ca::is_host_name(canonical) ? canonical : std::string{};
}

Result<std::vector<std::string>> hosts_of(const Options& options) {
  if (!options.hosts.empty()) return options.hosts;
  if (auto name = qualified_name_of_this_machine(); !name.empty()) return std::vector{name};
  if (::isatty(STDIN_FILENO) != 1)
    return Error{Errc::usage, "the broker's host name is missing", "give --host NAME: the name the modems will dial"};
  std::cerr << "Host name of the broker, as the modems will dial it: " << std::flush;
  std::string line;
  if (!std::getline(std::cin, line) || trimmed(line).empty())
    return Error{Errc::usage, "the broker's host name is missing", "give --host NAME"};
  return std::vector{std::string(trimmed(line))};
}

Status check_names(const std::vector<std::string>& hosts, const std::vector<std::string>& ips) {
  for (const auto& host : hosts) {
    if (ca::is_ip_address(host))
      return Error{Errc::usage, "--host " + host + " is an address, not a name",
                   "give --ip " + host + " beside a --host NAME: this modem's TLS matches names only"};
    if (!ca::is_host_name(host))
      return Error{Errc::usage, "--host " + host + " cannot be a host name", "use letters, digits, dots and hyphens"};
  }
  for (const auto& ip : ips)
    if (!ca::is_ip_address(ip)) return Error{Errc::usage, "--ip " + ip + " is no IP address", "use --host for names"};
  return success();
}

// What the broker's certificate will carry must lie inside what its CAs may certify.
Status check_permitted(const Options& options, const config::Broker& broker) {
  for (const auto& name : options.permitted)
    if (const auto why = profile::why_not_permitted_name(name); !why.empty())
      return Error{Errc::usage, "--permit-name " + visible(name) + " " + why,
                   "name a host name, which permits all names below it too, or an address"};
  for (const auto* names : {&broker.hosts, &broker.ips})
    for (const auto& name : *names)
      if (!profile::permits(options.permitted, name))
        return Error{Errc::usage, "the broker's own " + name + " is outside what --permit-name permits",
                     "add --permit-name " + name + ", or leave --permit-name away"};
  return success();
}

Json facts(const ossl::Certificate& certificate) {
  return Json::object({{"subject", certificate.subject()},
                       {"serial", certificate.serial()},
                       {"sha256", certificate.sha256()},
                       {"not_before", rfc3339(certificate.not_before())},
                       {"not_after", rfc3339(certificate.not_after())},
                       {"key", certificate.key()}});
}

std::string day_of(Instant at) {
  return rfc3339(at).substr(0, 10);
}

// How a CA's key is kept, and what its owner should do.
std::string kept(const std::filesystem::path& key_file, bool encrypted) {
  auto text = read_file(key_file, 1U << 20U);
  if (!text) return "mode 0600";
  const Secret pem{*text};
  wipe(std::as_writable_bytes(std::span(*text)));
  const auto token = ossl::token_in_key_file(pem.view());
  if (token && *token) return "which says where in a PKCS#11 token the key is";
  return std::string(encrypted ? "encrypted" : "NOT ENCRYPTED") + ", mode 0600: back it up";
}

// A warning is said where it arises and stands in the document too, for whoever reads that alone.
class Warnings {
 public:
  explicit Warnings(Reporter& reporter) : reporter_(reporter) {}
  void add(std::string sentence) {
    reporter_.warning(sentence);
    said_.push_back(std::move(sentence));
  }
  const std::vector<std::string>& said() const { return said_; }

 private:
  Reporter& reporter_;
  std::vector<std::string> said_;
};

std::string in_a_line(const std::vector<std::string>& names) {
  std::string line;
  for (const auto& name : names) line += (line.empty() ? "" : ", ") + name;
  return line;
}

Outcome told(const config::Project& project, const MadeProject& made, bool encrypted, const Warnings& warnings) {
  Json server = facts(made.server);
  server.set("dns", Json::array_of(made.server.dns_names())).set("ip", Json::array_of(made.server.ip_addresses()));
  const auto configuration = (project.broker_folder() / "mosquitto.conf").string();
  Outcome outcome;
  outcome.document.set("root", facts(made.root))
      .set("server", server)
      .set("broker",
           Json::object(
               {{"host", project.broker.hosts.front()}, {"port", project.broker.port}, {"config", configuration}}));
  if (made.device_root) outcome.document.set("device_root", facts(*made.device_root));
  if (made.standby_root) outcome.document.set("standby_root", facts(*made.standby_root));
  outcome.document.set("files", Json::array_of(made.files))
      .set("permitted_names", Json::array_of(project.ca.permit_names))
      .set("warnings", Json::array_of(warnings.said()));
  std::string& text = outcome.text;
  text = "A private CA is ready in " + project.folder.string() + ".\n" + "  root         ca/root.pem, " +
         made.root.key() + ", until " + day_of(made.root.not_after()) + "\n" + "  root key     ca/root.key, " +
         kept(project.root_key(), encrypted) + "\n";
  if (made.device_root)
    text += "  device root  ca/device-root.pem, until " + day_of(made.device_root->not_after()) +
            "; its key ca/device-root.key, " + kept(project.device_root_key(), encrypted) + "\n";
  if (made.standby_root)
    text += "  standby root ca/standby-root.pem; move its key, ca/standby-root.key, to a medium that is kept offline\n";
  if (project.ca.issuing)
    text += "  issuing CA   ca/issuing-server.pem" + std::string(made.device_root ? " and ca/issuing-device.pem" : "") +
            "; the keys of the roots can now be kept offline\n";
  if (!project.ca.permit_names.empty())
    text += "  names        these CAs certify " + in_a_line(project.ca.permit_names) + " only\n";
  text +=
      "  broker       broker/certs/server.pem for " + project.broker.hosts.front() + ", until " +
      day_of(made.server.not_after()) + "\n" + "  broker file  broker/mosquitto.conf, TLS on port " +
      std::to_string(project.broker.port) +
      (project.broker.mutual ? "; clients need a certificate under the device root, its CN is their user name\n"
                               "  revocation   broker/certs/crl.pem, empty; after revoke, ec200u-pki crl and a reload "
                               "lock a device out\n"
                             : "; any client may connect, on topics below ec200u/ only\n") +
      "Next: start the broker with  mosquitto -c " + configuration + "\n" +
      "      then put the root on a modem with  ec200u-pki provision\n";
  return outcome;
}

/// What the modems take, as verify --acceptance measured it. The key type follows it: the project's default where it is
/// taken, else the first that is. A file is taken over into the project, which keeps to it from then on.
Status keep_to_modem(const Options& options, config::Project& project, CaWishes& wishes) {
  if (!options.profile) return success();
  auto found = modem_profile(*options.profile, std::filesystem::path());
  if (!found) return std::move(found).error();
  const auto& keys = found->accept.keys;
  const bool taken = keys.empty() || std::find(keys.begin(), keys.end(), project.ca.key) != keys.end();
  std::string words;
  for (const auto& key : keys) words += (words.empty() ? "it takes " : ", ") + key;
  if (!taken && options.key)
    return Error{Errc::usage, "--key " + *options.key + " is none that " + *options.profile + " takes", words};
  if (!taken) project.ca.key = keys.front();
  const auto names = profile::built_in_names();
  if (std::find(names.begin(), names.end(), *options.profile) != names.end()) {
    project.ca.modem_profile = *options.profile;
    return success();
  }
  auto text = read_file(*options.profile);
  if (!text) return std::move(text).error();
  project.ca.modem_profile = modem_profile_file;
  wishes.modem_profile = *std::move(text);
  wishes.modem = found->accept;
  return success();
}

// "root=pkcs11:token=plant;object=root": which CA, and where its key is.
Result<TokenKeys> token_keys(const Options& options, Context& context) {
  Keyring keyring(options.passphrase, context);
  TokenKeys keys;
  for (const auto& text : options.hsm) {
    const auto equals = text.find('=');
    const std::string file = text.substr(0, equals);
    const bool known = (file == "root") || (file == "device-root" && options.mutual) ||
                       (file == "standby-root" && options.standby) || (file == "issuing-server" && options.issuing) ||
                       (file == "issuing-device" && options.issuing && options.mutual);
    if (!known || equals == text.npos)
      return Error{
          Errc::usage, "--hsm " + visible(text) + " names no CA of this project",
          "write CA=URI with one of root, device-root (--mutual), standby-root (--standby-root), issuing-server "
          "and issuing-device (--issuing)"};
    auto uri = ossl::parse_token_uri(text.substr(equals + 1));
    if (!uri) return std::move(uri).error();
    auto key = keyring.open_token(*uri);
    if (!key) return std::move(key).error();
    // One key for two CAs would make them one: what the devices' CA signs could play the broker.
    for (const auto& other : keys)
      if (other.key.public_der() == key->public_der())
        return Error{Errc::usage, "--hsm names one key for " + other.file + " and " + file,
                     "each CA needs a key of its own: make another one in the token"};
    keys.push_back({file, *std::move(uri), *std::move(key)});
  }
  return keys;
}

Result<Outcome> init(const Options& options, Context& context) {
  std::error_code failed;
  config::Project project;
  project.folder = std::filesystem::current_path(failed);
  if (failed) return Error{Errc::input, "the current folder is gone: " + failed.message(), "change to another folder"};
  auto hosts = hosts_of(options);
  if (!hosts) return std::move(hosts).error();
  if (auto checked = check_names(*hosts, options.ips); !checked) return std::move(checked).error();
  project.ca.name = options.name.value_or(project.folder.filename().string());
  if (project.ca.name.empty()) project.ca.name = "ec200u";
  if (!options.name && project.ca.name.size() > longest_default_name) {
    std::size_t end = longest_default_name;
    while (end > 0 && (static_cast<unsigned char>(project.ca.name[end]) & 0xc0U) == 0x80U) --end;  // whole UTF-8 only
    project.ca.name.resize(end);
  }
  if (options.key) project.ca.key = *options.key;
  if (options.days) project.ca.root_days = project.ca.server_days = *options.days;
  CaWishes wishes;
  if (auto kept = keep_to_modem(options, project, wishes); !kept) return std::move(kept).error();
  project.ca.permit_names = options.permitted;
  project.ca.issuing = options.issuing;
  project.broker.mutual = options.mutual;
  project.broker.hosts = *std::move(hosts);
  project.broker.ips = options.ips;
  project.broker.port = options.broker_port;

  if (auto inside = check_permitted(options, project.broker); !inside) return std::move(inside).error();
  // The file that will be written must read back: bad values are found here, before a key is made.
  auto checked_project = config::parse(config::render(project), config::project_file, project.folder);
  if (!checked_project) return Error{Errc::usage, checked_project.error().what, checked_project.error().hint};
  project = *std::move(checked_project);

  Warnings warnings(context.reporter);
  Secret passphrase;
  if (options.no_passphrase) {
    warnings.add("the CA's keys will not be encrypted: whoever copies ca/root.key can play your broker");
  } else {
    auto got = new_passphrase(options.passphrase, {.needed = false}, context);
    if (!got) return std::move(got).error();
    passphrase = *std::move(got);
  }
  if (!options.permitted.empty())
    warnings.add(
        "the name constraints are not marked critical, though RFC 5280, 4.2.1.10 asks for it: the modem's TLS library "
        "takes no CA with critical ones. Modems pass over them; OpenSSL, GnuTLS and browsers keep to them");
  auto tokens = token_keys(options, context);
  if (!tokens) return std::move(tokens).error();
  wishes.passphrase = options.no_passphrase ? nullptr : &passphrase;
  wishes.standby = options.standby;
  wishes.tokens = *std::move(tokens);
  auto made = make_project(project, wishes, context);
  if (!made) return std::move(made).error();
  if (made->broker_as_root)
    warnings.add(
        "this folder is private to root; broker/mosquitto.conf says `user root` so that the broker "
        "can read its key. For daily use make the project in a folder the broker's account can pass");
  return told(project, *made, !options.no_passphrase, warnings);
}

}  // namespace cmd_init

void add_init(CommandLine& line) {
  using namespace cmd_init;
  auto options = std::make_shared<Options>();
  auto command = line.add("init", "Make a private CA, a broker certificate and a broker configuration in this folder");
  command.option("--name", options->name, "Name of the CA, used in its subject (default: the folder's name)")
      .option("--host", options->hosts,
              "Names the modems may dial; they dial the first (default: this machine's full name)")
      .option("--ip", options->ips, "Addresses the modems may dial instead")
      .option("--permit-name", options->permitted,
              "Names the broker's CAs may certify, as name constraints: a host name with all below it, or an address; "
              "others than modems enforce it (default: any name)")
      .option("--broker-port", options->broker_port, "TLS port of the broker", 1, 65535)
      .choice("--key", options->key, "Key type of root and broker (default: rsa-2048)",
              {"rsa-2048", "rsa-3072", "rsa-4096", "ec-p256", "ec-p384"})
      .option("--profile", options->profile,
              "What the modems take: ec200u, ec200u-ec, or a file that verify --save-profile wrote")
      .option("--days", options->days, "Lifetime of both certificates (default: root 3650, broker 825)", 1, 36500)
      .flag("--issuing", options->issuing, "Issue from a CA below the root, so that the root's key can be kept offline")
      .flag("--mutual", options->mutual,
            "Clients need certificates, from a root of their own that is unrelated to the broker's")
      .flag("--standby-root", options->standby,
            "A second root for the day the first must go; take its key, ca/standby-root.key, offline at once")
      .option(
          "--hsm", options->hsm,
          "A CA whose key is in a PKCS#11 token: root=pkcs11:token=…;object=…?module-path=… (the PIN comes the way a "
          "passphrase does, or from pin-source)")
      .flag("--no-passphrase", options->no_passphrase, "Leave the CA's keys unencrypted");
  add_passphrase_options(command, options->passphrase);
  command
      .examples(
          "  ec200u-pki init --host broker.example.com\n"
          "  ec200u-pki init --host mqtt.plant.internal --ip 192.0.2.10 --key ec-p256 --passphrase-file "
          "/run/secrets/ca\n"
          "  ec200u-pki init --host broker.example.com --mutual --issuing\n"
          "  ec200u-pki init --host broker.plant.example --permit-name plant.example")
      .run([options](Context& context) { return init(*options, context); });
}

}  // namespace epki::cli
