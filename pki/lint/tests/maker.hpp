#pragma once
// Certificates for tests of rules: faultless ones, and those with one stated change.

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "pki/lint/lint.hpp"
#include "pki/lint/tests/der_tree.hpp"
#include "pki/ossl/builder.hpp"

namespace epki::lint::test {

inline const Instant now = std::chrono::sys_days(std::chrono::year(2026) / 11 / 22) + std::chrono::hours(12);

struct Made {
  ossl::Certificate certificate;
  ossl::PrivateKey key;
};

using Change = std::function<void(ossl::CertificateSpec&)>;

/// The value, or an exception that fails the test with what the error says.
template <class T>
T must(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().what);
  return *std::move(result);
}

ossl::PrivateKey ec_key();       ///< a new one each time
ossl::PrivateKey rsa_key();      ///< RSA-2048, the same one each time
ossl::PrivateKey ed25519_key();  ///< the same one each time

// Each as our own authority makes it, then changed. `key` is new unless it is given.
Made root(const Change& change = {}, std::optional<ossl::PrivateKey> key = {});
Made issuing(const Made& above, const Change& change = {}, std::optional<ossl::PrivateKey> key = {});
Made server(const Made& above, const Change& change = {}, std::optional<ossl::PrivateKey> key = {});
Made client(const Made& above, const Change& change = {}, std::optional<ossl::PrivateKey> key = {});

const Made& the_root();         ///< one for all tests
const Made& the_device_root();  ///< another

/// The extension of that name, to change it; throws where there is none.
ossl::Extension& extension(ossl::CertificateSpec& spec, std::string_view name);
void remove(ossl::CertificateSpec& spec, std::string_view name);

/// The PEM text of a certificate taken apart, changed and put together; its signature no longer fits.
std::string edited(const ossl::Certificate& certificate, const std::function<void(Node&)>& edit);
std::string pem_of(std::span<const std::byte> der, std::string_view label = "CERTIFICATE");
std::string pem_of(const std::vector<ossl::Certificate>& chain);
std::string key_pem(const ossl::PrivateKey& key);

/// What lint is given.
struct Given {
  std::vector<std::pair<std::string, std::string>> files;
  std::optional<std::string> host{};
  std::optional<profile::Profile> profile{};
  Instant at = now;
  std::optional<unsigned> mode{};

  Report judged() const;  ///< the roles follow from the names
};

Given one(std::string pem);
Given one(const Made& made);
Given as_profile(std::string_view text, std::string pem);  ///< the profile's [accept] lines, on an EC server profile

}  // namespace epki::lint::test
