#include "verify/trial/inspect.hpp"

#include <algorithm>
#include <array>

#include "core/text.hpp"
#include "pki/ossl/digest.hpp"

namespace epki::trial {

namespace {

/// No certificate file is larger; a sound or a font may be.
constexpr std::size_t largest = 64U << 10U;

bool may_be_certificate(const ec200u::FileEntry& file) {
  constexpr std::array<std::string_view, 5> endings{".pem", ".crt", ".cer", ".der", ".ca"};
  const auto name = lower(file.name);
  if (name.find("key") != std::string::npos || file.size == 0 || file.size > largest) return false;
  return std::any_of(endings.begin(), endings.end(), [&](std::string_view ending) { return name.ends_with(ending); });
}

void add_certificates(Inspection& inspection, const std::string& file, const std::string& bytes) {
  if (auto chain = ossl::chain_from_pem(bytes)) {
    for (auto& certificate : *chain) inspection.certificates.push_back({file, std::move(certificate)});
  } else if (auto single = ossl::Certificate::from_der(as_bytes(bytes))) {
    inspection.certificates.push_back({file, std::move(*single)});
  }
}

}  // namespace

std::string Inspection::holder_of(const ossl::Certificate& certificate) const {
  for (const auto& [file, held] : certificates) {
    if (held.sha256() == certificate.sha256() || held.subject_der() == certificate.subject_der()) return file;
  }
  return {};
}

Result<Inspection> inspect_files(ec200u::Modem& modem, Reporter& reporter) {
  auto listed = modem.files();
  if (!listed) return std::move(listed).error();
  Inspection inspection;
  for (const auto& entry : *listed) {
    FoundFile file{entry.name, entry.size};
    if (may_be_certificate(entry) && ec200u::is_safe_name(entry.name)) {
      auto bytes = modem.download(entry.name, entry.size);
      if (!bytes && bytes.error().code != Errc::modem_refused) return std::move(bytes).error();
      if (bytes) {
        file.sha256 = ossl::sha256_hex(as_bytes(*bytes));
        add_certificates(inspection, entry.name, *bytes);
      } else {
        reporter.warning(entry.name + " could not be read: " + bytes.error().what);
      }
    }
    inspection.files.push_back(std::move(file));
  }
  return inspection;
}

}  // namespace epki::trial
