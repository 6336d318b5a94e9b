#pragma once
// Certificates for the tests, made by the openssl program: the oracle is judged by what a third party wrote.

#include <gtest/gtest.h>

#include <string>

#include "core/child.hpp"
#include "core/file.hpp"

namespace epki::oracle {

struct Recipe {
  std::string subject;       ///< "/CN=…"
  std::string issuer{};      ///< the file of an earlier one; empty: self-signed
  std::string extensions{};  ///< lines of an openssl extension section
  std::string key = "ec";    ///< "ec" or the bits of an RSA key
  std::string digest = "sha256";
  int days = 1000;
};

inline const std::string ca_extensions =
    "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\nsubjectKeyIdentifier=hash\n";

inline std::string leaf_extensions(const std::string& names = "DNS:probe.test") {
  return "basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=serverAuth\n"
         "subjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n" +
         (names.empty() ? "" : "subjectAltName=" + names + "\n");
}

class Chains {
 public:
  Chains() : folder_(*TemporaryFolder::make("oracle-test")) {}

  /// Makes NAME.pem and NAME.key.
  void make(const std::string& name, const Recipe& recipe) {
    const auto base = (folder_.path() / name).string();
    ASSERT_TRUE(write_new_file(
        base + ".cnf",
        "[req]\ndistinguished_name=dn\nx509_extensions=x\nstring_mask=utf8only\n[dn]\n[x]\n" + recipe.extensions,
        0600));
    std::vector<std::string> argv{"openssl",      "req",
                                  "-x509",        "-new",
                                  "-nodes",       "-config",
                                  base + ".cnf",  "-keyout",
                                  base + ".key",  "-out",
                                  base + ".pem",  "-subj",
                                  recipe.subject, "-" + recipe.digest,
                                  "-days",        std::to_string(recipe.days)};
    const auto add = [&](std::initializer_list<std::string> words) { argv.insert(argv.end(), words); };
    if (recipe.key == "ec")
      add({"-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"});
    else
      add({"-newkey", "rsa:" + recipe.key});
    if (!recipe.issuer.empty()) {
      const auto issuer = (folder_.path() / recipe.issuer).string();
      add({"-CA", issuer + ".pem", "-CAkey", issuer + ".key"});
    }
    Child::Options options{argv};
    options.error_file = base + ".log";
    auto child = Child::start(options);
    ASSERT_TRUE(child) << child.error().what;
    ASSERT_EQ(child->wait(after(std::chrono::seconds(60))), 0) << *read_file(base + ".log");
  }

  std::string pem(const std::string& name) const { return *read_file(folder_.path() / (name + ".pem")); }

 private:
  TemporaryFolder folder_;
};

}  // namespace epki::oracle
