#pragma once
// Device identities by the thousand: key and client certificate, on all cores.

#include <chrono>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "core/secret.hpp"
#include "ledger/ledger.hpp"
#include "pki/ca/authority.hpp"
#include "pki/ossl/key_stock.hpp"

namespace epki::ca {

struct WantedDevice {
  std::string name;  ///< rules of mint_client
  std::chrono::days lifetime{};
};

struct Device {
  ledger::IssuedCertificate row;  ///< not yet recorded: do that before the key leaves the process
  Secret key;                     ///< PKCS#8 PEM, not encrypted
};

/// Makes what mint_client makes, byte for byte but for key, serial and signature, some thirty times as fast for EC
/// keys.
class DeviceMint {
 public:
  /// Checks profile and issuer once, and that pressed certificates are what OpenSSL would have written. `above` are the
  /// CAs above the issuer, the root last, for lint. `threads` 0: one for each core. `issuer` is copied. Keys of
  /// `stock`, when it is given, are taken first. Errors of mint_client, and Errc::input when certificates of this
  /// profile break an error rule of lint.
  static Result<DeviceMint> make(const profile::Profile& profile, ossl::KeyType key, const Identity& issuer,
                                 const ossl::Chain& above, World world, unsigned threads = 0,
                                 std::shared_ptr<ossl::KeyStock> stock = nullptr);
  DeviceMint(DeviceMint&&) noexcept;
  DeviceMint& operator=(DeviceMint&&) noexcept;
  ~DeviceMint();

  /// Begins to make these, behind those wanted before. Nothing is begun of a list that holds a bad name. Does not
  /// block. Errors of mint_client.
  Status want(std::span<const WantedDevice> devices);

  /// The next `count` of those wanted, in their order; all or nothing. Blocks; RSA keys take 60 ms each and core. They
  /// differ in name, dates, serial and key only: the first that each thread makes, one in 256 of its later ones, and
  /// its first of each lifetime are read back, their signatures verified, and judged by lint before anything is
  /// returned. Errors of mint_client; Errc::input when lint refuses one.
  Result<std::vector<Device>> take(std::size_t count);

  /// want() and take() of all.
  Result<std::vector<Device>> mint(std::span<const WantedDevice> wanted);

 private:
  struct Impl;
  explicit DeviceMint(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// Whether a name may be a device's; the Errc::usage of mint_client otherwise.
Status check_device_name(std::string_view name);

}  // namespace epki::ca
