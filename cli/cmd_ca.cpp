#include <memory>

#include "cli/ceremony/travel.hpp"
#include "cli/commands.hpp"

namespace epki::cli {

namespace cmd_ca {

const std::vector<std::string> key_words{"rsa-2048", "rsa-3072", "rsa-4096", "ec-p256", "ec-p384"};

void add_request(CommandLine& line) {
  auto options = std::make_shared<CaRequest>();
  auto command = line.add("ca request", "Make an issuing CA's key here and its request for the root on a medium");
  command
      .choice("--for", options->purpose,
              "What it will sign: client certificates or server certificates (default: client)", {"client", "server"})
      .option("--label", options->label, "Tells several issuing CAs apart: line-2 (default: none, then 2, 3 …)")
      .choice("--key", options->key, "Key type (default: ca.key of the project file)", key_words)
      .option("--out", options->out, "The folder of the medium that travels (default: this folder)")
      .option("--hsm", options->hsm, "The key is in a PKCS#11 token: pkcs11:token=…;object=…?module-path=…")
      .flag("--no-passphrase", options->no_passphrase, "Leave the key unencrypted");
  add_people_options(command, options->people);
  add_passphrase_options(command, options->passphrase);
  command
      .examples(
          "  ec200u-pki ca request --out /media/usb\n"
          "  ec200u-pki ca request --for client --label line-2 --out /media/usb --witness 'R. Roe'")
      .run([options](Context& context) { return request_ca(*options, context); });
}

void add_sign(CommandLine& line) {
  auto options = std::make_shared<CaSigning>();
  auto command = line.add("ca sign", "Sign an issuing CA's request, on the machine that holds the root's key");
  command.option("FILE", options->file, "The request on the medium")
      .required()
      .option("--expect", options->expect, "The request's SHA-256, at least 16 digits: anything else is refused")
      .option("--out", options->out, "The certificate's file (default: beside the request)")
      .option("--days", options->days, "Lifetime, at most as long as the root's (default: ca.issuing_days)", 1, 36500);
  add_people_options(command, options->people);
  add_passphrase_options(command, options->passphrase);
  command
      .examples(
          "  ec200u-pki ca sign /media/usb/issuing-device.csr --expect 3f5c0a7788d1e902 --operator 'J. Doe'\n"
          "The certificate has pathlen 0: it signs end-entity certificates and no other CA.")
      .run([options](Context& context) { return sign_ca(*options, context); });
}

void add_import(CommandLine& line) {
  auto options = std::make_shared<CaImport>();
  auto command = line.add("ca import", "Take an issuing CA's certificate in, one's own or another station's");
  command.option("FILE", options->file, "The certificate on the medium").required();
  add_people_options(command, options->people);
  command.examples("  ec200u-pki ca import /media/usb/issuing-device.pem").run([options](Context& context) {
    return import_ca(*options, context);
  });
}

}  // namespace cmd_ca

void add_ca(CommandLine& line) {
  line.group("ca", "Issuing CAs below an offline root, and serials nobody can account for");
  cmd_ca::add_request(line);
  cmd_ca::add_sign(line);
  cmd_ca::add_import(line);
  add_ca_settle(line);
}

}  // namespace epki::cli
