#pragma once
// The public roots that captured chains are completed with.

#include <optional>
#include <string>

#include "core/result.hpp"
#include "pki/ossl/trust_store.hpp"

namespace epki::cli {

/// The roots in this PEM file, else those of this system. Errc::input, naming the file, when it holds none; Errc::disk
/// when it cannot be read.
Result<ossl::TrustStore> public_roots(const std::optional<std::string>& file);

}  // namespace epki::cli
